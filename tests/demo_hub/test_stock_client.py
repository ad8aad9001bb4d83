"""The stock huggingface_hub client finds its Hub here: hub-protocol.md 7.7, item by item."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from huggingface_hub import HfApi, hf_hub_download
from huggingface_hub.errors import (
    DisabledRepoError,
    GatedRepoError,
    HfHubHTTPError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from demo.faults import rate_limited
from demo.hub import DemoHub
from demo.world import World
from tests.demo_hub.conftest import CARD, D1, D2, D3, TEXT


def api(hub: DemoHub, token: str | bool = False) -> HfApi:
    return HfApi(endpoint=hub.url, token=token)


def test_1_a_list_of_2500_takes_three_requests() -> None:
    world = World.generated(models=2600, seed=3)
    with DemoHub(world, now=D1) as hub:
        found = list(api(hub).list_models(limit=2500, expand=["sha", "lastModified", "cardData"]))
        assert len({model.id for model in found}) == 2500
        assert all(model.sha and model.last_modified for model in found)
        assert len(hub.log) == 3
        assert all(entry.params["expand"] == ["sha", "lastModified", "cardData"] for entry in hub.log)
        assert [entry.params["limit"] for entry in hub.log] == [["2500"]] * 3  # the server caps it at 1000


@pytest.mark.parametrize("sort", ["lastModified", "createdAt", "downloads", "likes", "trendingScore"])
def test_2_rows_descend_and_ties_go_by_id(sort: str) -> None:
    world = World.generated(models=300, seed=3)
    for number in range(20):
        world.put("models", f"tie/{number}", date="2025-12-31T00:00:00Z", files={})
    with DemoHub(world, now=D1, max_limit=7) as hub:
        url: str | None = f"{hub.url}/api/models?sort={sort}&limit=7&expand={sort}"
        rows = []
        while url:
            answer = requests.get(url, timeout=10)
            rows += answer.json()
            url = answer.links.get("next", {}).get("url")
        assert len({row["_id"] for row in rows}) == len(rows) == 320
        keys = [(row[sort], row["_id"]) for row in rows]
        by_id = sorted(keys, key=lambda key: key[1])
        assert keys == sorted(by_id, key=lambda key: key[0], reverse=True)


def test_2_the_client_s_names_of_orders_arrive(hub: DemoHub) -> None:
    list(api(hub).list_models(sort="last_modified"))
    assert hub.log[-1].params["sort"] == ["lastModified"]
    with pytest.raises(HfHubHTTPError, match="Invalid sort parameter"):
        list(api(hub).list_models(sort="beauty"))  # type: ignore[arg-type]


def test_3_info_has_files_and_takes_revisions(hub: DemoHub, world: World) -> None:
    first = api(hub).model_info("lark/one").sha
    heavy = api(hub).model_info("lark/heavy", files_metadata=True)
    (license,) = [one for one in heavy.siblings or [] if one.rfilename == "LICENSE"]
    assert license.lfs is not None
    assert (license.size, license.lfs.size) == (len(TEXT), len(TEXT))
    assert license.blob_id != license.lfs.sha256
    world.put("models", "lark/one", date=D2, files={"README.md": b"---\nlicense: other\n---\n"})
    world.point("models", "lark/one", "refs/pr/1", date=D2, files={"NEW": b"x"})
    hub.at(D2)
    assert api(hub).model_info("lark/one").card_data.license == "other"  # type: ignore[union-attr]
    assert api(hub).model_info("lark/one", revision=first).card_data.license == "mit"  # type: ignore[union-attr]
    assert "NEW" in [one.rfilename for one in api(hub).model_info("lark/one", revision="refs/pr/1").siblings or []]
    assert "refs%2Fpr%2F1" in hub.log[-1].path
    refs = api(hub).list_repo_refs("lark/one", include_pull_requests=True)
    assert [ref.ref for ref in refs.pull_requests or []] == ["refs/pr/1"]


def test_4_trees_page_and_paths_info_takes_form_and_json(hub: DemoHub, world: World) -> None:
    files = {f"part/{number:04d}.bin": b"x" for number in range(250)}
    world.put("models", "lark/many", date=D1, files=files)
    entries = list(api(hub).list_repo_tree("lark/many", recursive=True, expand=True))
    assert len(entries) == 251
    assert len(hub.log) == 3
    assert {entry.last_commit.title for entry in entries} == {"initial commit"}  # type: ignore[union-attr]
    found = api(hub).get_paths_info("lark/one", ["LICENSE", "nowhere", "README.md"])
    assert [one.path for one in found] == ["LICENSE", "README.md"]
    url = f"{hub.url}/api/models/lark/one/paths-info/main"
    assert [row["path"] for row in requests.post(url, json={"paths": ["LICENSE", "x"]}, timeout=5).json()] == [
        "LICENSE"
    ]
    assert requests.post(url, data=b'{"paths":["LICENSE"]}', timeout=5).status_code == 400
    assert requests.post(url, json={"paths": ["x"] * 2001}, timeout=5).status_code == 400


def test_5_a_download_takes_two_hops_and_a_cached_one_none(hub: DemoHub, tmp_path: Path) -> None:
    def fetch(revision: str = "main") -> bytes:
        hub.log.clear()
        path = hf_hub_download(
            "lark/one", "LICENSE", revision=revision, endpoint=hub.url, token=False, cache_dir=tmp_path
        )
        return Path(path).read_bytes()

    assert fetch() == TEXT
    assert [(entry.method, entry.status) for entry in hub.log] == [("HEAD", 307), ("HEAD", 200), ("GET", 200)]
    assert hub.counts() == {"resolvers": 3}
    assert fetch() == TEXT
    assert len(hub.log) == 2
    assert fetch(api(hub).model_info("lark/one").sha or "") == TEXT
    assert hub.counts() == {}


def test_5_files_may_come_at_once_as_they_used_to(hub: DemoHub, tmp_path: Path) -> None:
    hub.direct_files = True
    path = hf_hub_download("lark/one", "LICENSE", endpoint=hub.url, token=False, cache_dir=tmp_path)
    assert Path(path).read_bytes() == TEXT
    assert [(entry.method, entry.status) for entry in hub.log] == [("HEAD", 200), ("GET", 200)]


def test_5_large_files_come_from_elsewhere_and_without_the_token(hub: DemoHub, tmp_path: Path) -> None:
    hub.tokens["hf_demo"] = {"access": set()}
    path = hf_hub_download("lark/heavy", "LICENSE", endpoint=hub.url, token="hf_demo", cache_dir=tmp_path)
    assert Path(path).read_bytes() == TEXT
    (cdn,) = [entry for entry in hub.log if entry.bucket == "cdn"]
    assert "authorization" not in cdn.headers
    assert "authorization" in hub.log[0].headers


def test_6_cards_load_by_the_client(hub: DemoHub, tmp_path: Path) -> None:
    script = "from huggingface_hub import ModelCard; print(ModelCard.load('lark/one', token=False).data.license)"
    env = {**os.environ, "HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path), "HF_HUB_DISABLE_XET": "1"}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "mit", done.stderr


def test_6_every_refusal_becomes_the_client_s_own_error(hub: DemoHub, world: World, tmp_path: Path) -> None:
    world.put("models", "lark/off", date=D1, files={"README.md": CARD}, disabled=True)
    world.put("models", "lark/secret", date=D1, files={"README.md": CARD}, private=True)
    hub.tokens["hf_demo"] = {"access": set()}
    hub.tokens["hf_friend"] = {"access": {"lark/secret", "lark/gated"}}

    def fetch(name: str, file: str, token: str | bool = False, **more: str) -> str:
        return hf_hub_download(name, file, endpoint=hub.url, token=token, cache_dir=tmp_path, **more)  # type: ignore[arg-type]

    with pytest.raises(RemoteEntryNotFoundError):
        fetch("lark/one", "nothing.txt")
    with pytest.raises(RevisionNotFoundError):
        fetch("lark/one", "LICENSE", revision="nowhere")
    for token in (False, "hf_demo"):
        with pytest.raises(GatedRepoError):
            fetch("lark/gated", "config.json", token)
    assert fetch("lark/gated", "config.json", "hf_friend")
    with pytest.raises(DisabledRepoError):
        api(hub, "hf_demo").model_info("lark/off")
    for name in ("lark/secret", "lark/never"):
        with pytest.raises(RepositoryNotFoundError):
            api(hub, "hf_demo").model_info(name)
        with pytest.raises(HfHubHTTPError) as anonymous:
            api(hub).model_info(name)
        assert type(anonymous.value) is HfHubHTTPError  # by design of the client on plain http
        assert anonymous.value.response.status_code == 401
        assert "X-Error-Code" not in anonymous.value.response.headers
    assert api(hub, "hf_friend").model_info("lark/secret").id == "lark/secret"
    with pytest.raises(HfHubHTTPError, match="Invalid credentials"):
        api(hub, "hf_nobody").model_info("lark/one")


def test_7_a_renamed_repository_redirects_relatively(hub: DemoHub, world: World) -> None:
    world.rename("models", "lark/one", "robin/uno", date=D2)
    hub.at(D2)
    places = [
        ("GET", "/api/models/lark/one", "/api/models/robin/uno"),
        ("HEAD", "/lark/one/resolve/main/LICENSE", "/robin/uno/resolve/main/LICENSE"),
        ("POST", "/api/models/lark/one/paths-info/main", "/api/models/robin/uno/paths-info/main"),
    ]
    for method, old, new in places:
        answer = requests.request(method, hub.url + old, allow_redirects=False, timeout=5)
        assert (answer.status_code, answer.headers["Location"]) == (307, new)
    assert api(hub).model_info("lark/one").id == "robin/uno"
    assert [one.path for one in api(hub).get_paths_info("lark/one", ["LICENSE"])] == ["LICENSE"]
    world.put("models", "lark/one", date=D3, files={"README.md": CARD})
    hub.at(D3)
    assert api(hub).model_info("lark/one").id == "lark/one"
    ids = {row["id"]: row["_id"] for row in requests.get(f"{hub.url}/api/models", timeout=5).json()}
    assert ids["lark/one"] != ids["robin/uno"]


def test_8_quotas_are_counted_by_bucket_and_visitor(world: World) -> None:
    seconds = [0.0]
    with DemoHub(world, now=D1, quotas={"api": (2, 60)}) as hub:
        hub.quotas.clock = lambda: seconds[0]
        hub.tokens["hf_demo"] = {}

        def ask(path: str, **headers: str) -> requests.Response:
            return requests.get(hub.url + path, headers=headers, timeout=5)

        seen = [ask("/api/models") for _ in range(3)]
        assert [answer.status_code for answer in seen] == [200, 200, 429]
        assert [answer.headers["RateLimit"] for answer in seen] == [f'"api";r={r};t=60' for r in (1, 0, 0)]
        assert seen[0].headers["RateLimit-Policy"] == '"fixed window";"api";q=2;w=60'
        assert "Retry-After" not in seen[2].headers
        assert ask("/api/models", Authorization="Bearer hf_demo").status_code == 200
        assert '"resolvers"' in ask("/lark/one/resolve/main/LICENSE").headers["RateLimit"]
        assert '"pages"' in ask("/lark/one").headers["RateLimit"]
        seconds[0] = 61
        assert ask("/api/models").status_code == 200


def test_8_the_client_waits_as_it_is_told(hub: DemoHub, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", waited.append)
    hub.faults.add(path="/api/models", fault=rate_limited(reset=2))
    assert len(list(api(hub).list_models())) == 3
    assert waited == [3.0]
    assert [entry.status for entry in hub.log] == [429, 200]


def test_9_unknown_addresses_are_404_in_json(hub: DemoHub) -> None:
    for path in ("/api/agent-harnesses", "/api/nothing", "/", "/lark/one/x/y", "/api/models/lark/one/secrets"):
        answer = requests.get(hub.url + path, timeout=5)
        assert answer.status_code in (401, 404), path
        assert answer.json()["error"]
    assert requests.get(f"{hub.url}/api/agent-harnesses", timeout=5).status_code == 404
    assert requests.put(f"{hub.url}/api/models/lark/one", timeout=5).status_code == 404


def test_who_one_is_and_which_tags_there_are(hub: DemoHub) -> None:
    hub.tokens["hf_demo"] = {"access": set()}
    assert api(hub, "hf_demo").whoami()["auth"]["accessToken"]["role"] == "read"
    with pytest.raises(HfHubHTTPError):
        api(hub, "hf_nobody").whoami()
    assert [tag["id"] for tag in api(hub).get_model_tags()["license"]] == ["license:mit"]
