"""What becomes of repositories, as a client of the hub sees it at each moment."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

from demo.generated import touch
from demo.hub import DemoHub
from demo.world import World
from tests.demo_hub.conftest import CARD, D1, D2, D3, TEXT


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


class Asking:
    """Asks a hub and gives back JSON or the answer."""

    def __init__(self, hub: DemoHub, session: requests.Session) -> None:
        self.hub, self.session = hub, session

    def get(self, path: str, token: str | None = None, **headers: str) -> requests.Response:
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return self.session.get(self.hub.url + path, headers=headers, allow_redirects=False, timeout=5)

    def ids(self, query: str = "", token: str | None = None) -> list[str]:
        return [row["id"] for row in self.get(f"/api/models?{query}", token).json()]

    def status(self, path: str, token: str | None = None) -> int:
        return self.get(path, token).status_code


@pytest.fixture
def ask(hub: DemoHub, session: requests.Session) -> Asking:
    return Asking(hub, session)


def test_nothing_is_there_before_its_date(ask: Asking, world: World) -> None:
    world.put("models", "lark/late", date=D2, files={"README.md": CARD})
    assert "lark/late" not in ask.ids()
    assert ask.status("/api/models/lark/late") == 401
    ask.hub.at(D2)
    assert "lark/late" in ask.ids()
    row = ask.get("/api/models/lark/late").json()
    assert row["createdAt"] == row["lastModified"] == "2026-02-10T09:00:00.000Z"
    assert row["_id"].startswith(f"{1770714000:08x}")


def test_git_names_are_those_of_git(ask: Asking) -> None:
    oid = hashlib.sha1(b"blob %d\0" % len(TEXT) + TEXT).hexdigest()
    first = ask.get("/lark/one/resolve/main/LICENSE")
    assert oid in first.headers["Location"]
    second = ask.get(first.headers["Location"])
    assert (second.content, second.headers["ETag"]) == (TEXT, f'"{oid}"')
    assert ask.get("/lark/one/resolve/main/LICENSE", **{"If-None-Match": f'"{oid}"'}).status_code == 304
    raw = ask.get("/lark/heavy/raw/main/LICENSE", **{"If-None-Match": "x"})
    assert raw.text == (
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{hashlib.sha256(TEXT).hexdigest()}\nsize {len(TEXT)}\n"
    )
    assert ask.get(second.url.removeprefix(ask.hub.url), Range="bytes=5-8").content == TEXT[5:9]


def test_settings_move_neither_sha_nor_date(ask: Asking, world: World) -> None:
    before = ask.get("/api/models/lark/one").json()
    world.set("models", "lark/one", date=D3, likes=5)
    world.set("models", "lark/one", date=D2, gated="auto", tags=["arxiv:1"])
    ask.hub.at(D3)
    after = ask.get("/api/models/lark/one").json()
    assert (after["sha"], after["lastModified"]) == (before["sha"], before["lastModified"])
    assert (after["gated"], after["likes"], "arxiv:1" in after["tags"]) == ("auto", 5, True)
    with pytest.raises(TypeError):
        world.set("models", "lark/one", date=D2, colour="red")


def test_gates_let_cards_and_mostly_licenses_through(ask: Asking, world: World) -> None:
    statuses = {
        path: ask.status(f"/lark/gated/resolve/main/{path}") for path in ("README.md", "LICENSE", "config.json")
    }
    assert statuses == {"README.md": 307, "LICENSE": 307, "config.json": 401}
    world.set("models", "lark/gated", date=D1, gated_license=True)
    refused = ask.get("/lark/gated/resolve/main/LICENSE")
    assert (refused.status_code, refused.headers["X-Error-Code"]) == (401, "GatedRepo")
    assert ask.get("/lark/gated/resolve/main/LICENSE", "bad").headers["X-Error-Code"] == "GatedRepo"
    assert ask.status("/api/models/lark/gated") == ask.status("/api/models/lark/gated/tree/main") == 200
    ask.hub.tokens["ok"] = {"access": {"lark/gated"}}
    assert ask.status("/lark/gated/resolve/main/config.json", "ok") == 307


def test_private_repositories_are_not_there_for_strangers(ask: Asking, world: World) -> None:
    world.set("models", "lark/one", date=D2, private=True)
    world.set("models", "lark/one", date=D3, private=False)
    ask.hub.tokens["ok"] = {"access": {"lark/one"}}
    ask.hub.at(D2)
    assert ("lark/one" in ask.ids(), "lark/one" in ask.ids(token="ok")) == (False, True)
    assert (ask.status("/api/models/lark/one"), ask.status("/api/models/lark/one", "ok")) == (401, 200)
    ask.hub.at(D3)
    assert ask.status("/api/models/lark/one") == 200


def test_disabled_repositories_show_in_lists_unless_hidden(ask: Asking, world: World) -> None:
    world.set("models", "lark/one", date=D1, disabled=True)
    answer = ask.get("/lark/one/resolve/main/LICENSE")
    assert (answer.status_code, answer.headers["X-Error-Message"]) == (403, "Access to this resource is disabled.")
    rows = ask.get("/api/models?expand=disabled").json()
    assert {row["id"]: row["disabled"] for row in rows}["lark/one"] is True
    world.set("models", "lark/one", date=D1, disabled="hidden")
    ask.hub.tokens["any"] = {}
    assert (ask.status("/api/models/lark/one"), ask.status("/api/models/lark/one", "any")) == (401, 403)
    assert "lark/one" not in ask.ids()


def test_names_move_swap_and_come_back(ask: Asking, world: World) -> None:
    one, heavy = (ask.get(f"/api/models/lark/{name}").json()["_id"] for name in ("one", "heavy"))
    for day, old, new in ((1, "one", "tmp"), (2, "heavy", "one"), (3, "tmp", "heavy"), (4, "heavy", "last")):
        world.rename("models", f"lark/{old}", f"lark/{new}", date=f"2026-02-0{day}")
    ask.hub.at("2026-02-01")
    assert ask.get("/api/models/lark/one").headers["Location"] == "/api/models/lark/tmp"
    ask.hub.at("2026-02-03")
    assert [ask.get(f"/api/models/lark/{name}").json()["_id"] for name in ("one", "heavy")] == [heavy, one]
    ask.hub.at("2026-02-04")
    for former in ("heavy", "tmp"):
        assert ask.get(f"/api/models/lark/{former}?a=b").headers["Location"] == "/api/models/lark/last?a=b"
    with pytest.raises(ValueError, match="taken"):
        world.rename("models", "lark/one", "lark/last", date=D3)
    world.delete("models", "lark/last", date=D3)
    ask.hub.at(D3)
    assert ask.status("/api/models/lark/tmp") == 401


def test_rewritten_history_forgets_the_old_commit(ask: Asking, world: World) -> None:
    old = ask.get("/api/models/lark/one").json()["sha"]
    world.put("models", "lark/one", date=D2, files={"NEW": b"x", "config.json": None})
    ask.hub.at(D2)
    commits = ask.get("/api/models/lark/one/commits/main?limit=1")
    assert (len(commits.json()), commits.headers["X-Total-Count"]) == (1, "2")
    assert ask.get(f"/api/models/lark/one/revision/{old}").json()["sha"] == old
    world.rewrite_history("models", "lark/one", date=D3, files={"LICENSE": TEXT}, commit_date="2025-01-01")
    ask.hub.at(D3)
    info = ask.get("/api/models/lark/one").json()
    assert ([one["rfilename"] for one in info["siblings"]], info["lastModified"][:4]) == (["LICENSE"], "2025")
    assert ask.get(f"/lark/one/resolve/{old}/LICENSE").headers["X-Error-Code"] == "RevisionNotFound"
    world.drop_main("models", "lark/one", date=D3)
    assert ask.get("/api/models/lark/one").headers["X-Error-Code"] == "RevisionNotFound"
    with pytest.raises(ValueError, match="order of dates"):
        world.put("models", "lark/one", date=D1, files={"x": b""})


def test_missing_files_name_the_commit(ask: Asking) -> None:
    answer = ask.get("/lark/one/resolve/main/README")
    assert (answer.status_code, answer.headers["X-Error-Code"]) == (404, "EntryNotFound")
    assert len(answer.headers["X-Repo-Commit"]) == 40


@pytest.mark.parametrize("name", ["a b.txt", "a#b?c.md", "ünï/LICENSE", "%2F", "-x", "line\nbreak", "n" * 300])
def test_odd_file_names_are_served(ask: Asking, world: World, name: str) -> None:
    world.put("datasets", "lark/odd", date=D1, files={name: b"odd"})
    hop = ask.get(f"/datasets/lark/odd/resolve/main/{quote(name)}")
    assert hop.status_code == 307, hop.text
    assert ask.get(hop.headers["Location"]).content == b"odd"
    url = f"{ask.hub.url}/api/datasets/lark/odd/paths-info/main"
    assert [row["path"] for row in requests.post(url, data={"paths": [name]}, timeout=5).json()] == [name]


@pytest.mark.parametrize("name", ["gpt-old", "Ünï/code", "a/b--c", "lark/One", "x/" + "n" * 100])
def test_odd_repository_names_are_served(ask: Asking, world: World, name: str) -> None:
    world.put("models", name, date=D1, files={"README.md": CARD})
    for path in (quote(name), quote(name, safe="")):
        assert ask.get(f"/api/models/{path}").json()["id"] == name
    assert ask.status(f"/api/models/{quote(name)}/tree/main") == 200
    assert ask.status(f"/{quote(name)}/resolve/main/README.md") == 307


def test_lists_filter_and_refuse_what_they_do_not_know(ask: Asking, world: World) -> None:
    world.put("models", "robin/card", date=D1, files={"README.md": b"---\nlicense: gpl-3.0\n---\n"}, gated="auto")
    assert ask.ids("author=robin") == ask.ids("search=CARD") == ask.ids("filter=license:gpl-3.0") == ["robin/card"]
    assert sorted(ask.ids("gated=true")) == ["lark/gated", "robin/card"]
    assert ask.ids("author=nobody") == []
    refused = ask.get("/api/models?expand=sha&expand=beauty")
    assert refused.status_code == 400
    assert '"xetEnabled"' in refused.json()["error"]
    assert ask.get("/api/models?expand[]=sha&limit=1").json()[0].keys() == {"_id", "id", "sha", "trendingScore"}
    for cursor in ("x", base64.b64encode(b"[]").decode(), base64.b64encode(b'{"$or":[]}').decode()):
        assert ask.status(f"/api/models?cursor={quote(cursor)}") == 400
    assert ask.status("/api/models?limit=many") == 400
    assert ask.status("/api/spaces?expand=gated") == 400


def test_rows_hold_what_their_kind_holds(ask: Asking, world: World) -> None:
    world.put("datasets", "lark/data", date=D1, files={"README.md": CARD})
    world.put("spaces", "lark/app", date=D1, files={"README.md": CARD}, sdk="gradio")
    (model, *_) = ask.get("/api/models").json()
    assert "sha" not in model
    assert "lastModified" not in model
    assert "lastModified" in ask.get("/api/models?sort=lastModified").json()[0]
    assert {"sha", "siblings", "gated"} <= ask.get("/api/models?full=true").json()[0].keys()
    assert {"sha", "lastModified", "gated"} <= ask.get("/api/datasets").json()[0].keys()
    assert ask.get("/api/spaces").json()[0]["sdk"] == "gradio"
    assert ask.get("/api/models").headers["ETag"].startswith('W/"')


def test_kept_pages_are_forgotten_with_the_world(world: World, session: requests.Session) -> None:
    with DemoHub(world, now=D1, prerender=True) as hub:
        ask = Asking(hub, session)
        world.set("models", "lark/one", date=D1, private=True)
        hub.tokens["ok"] = {"access": {"lark/one"}}
        assert (len(ask.ids()), len(ask.ids(token="ok")), len(ask.ids())) == (2, 3, 2)
        world.put("models", "lark/new", date=D1, files={})
        assert len(ask.ids()) == 3


def test_generated_worlds_are_the_same_each_time_and_can_change() -> None:
    def rows(world: World) -> list[dict[str, object]]:
        with DemoHub(world, now=D3) as hub:
            return requests.get(f"{hub.url}/api/models?limit=1000&full=true", timeout=30).json()  # type: ignore[no-any-return]

    first, second = (World.generated(models=500, seed=7, authors=["lark", "robin"]) for _ in range(2))
    before = rows(first)
    assert before == rows(second)
    assert {str(row["author"]) for row in before} == {"lark", "robin"}
    changed = touch(second, share=0.1, date=D2)
    shas = {row["id"]: row["sha"] for row in before}
    assert {str(row["id"]) for row in rows(second) if shas[row["id"]] != row["sha"]} == set(changed)
    assert len(changed) == 50


def test_folders_become_worlds(tmp_path: Path) -> None:
    repo = tmp_path / "models/lark/one"
    for date, files in (("2026-01-10", {"LICENSE": "a", "old/x": "x"}), ("2026-02-10T0930", {"LICENSE": "b"})):
        for name, text in files.items():
            (repo / date / name).parent.mkdir(parents=True, exist_ok=True)
            (repo / date / name).write_text(text)
    (repo / "repo.toml").write_text('likes = 3\n["2026-03-01"]\nrename = "lark/two"\n["2026-04-01"]\ndelete = true\n')
    world = World.from_folder(tmp_path)
    assert world.dates() == ["2026-01-10", "2026-02-10", "2026-03-01", "2026-04-01"]
    one = world.get("models", "lark/one", "2026-02-11").state_at(1 << 60)
    assert one is None
    with DemoHub(world, now="2026-01-11") as hub, requests.Session() as session:
        ask = Asking(hub, session)
        info = ask.get("/api/models/lark/one").json()
        assert (info["likes"], [one["rfilename"] for one in info["siblings"]]) == (3, ["LICENSE", "old/x"])
        hub.at("2026-02-10T10:00:00Z")
        assert [one["rfilename"] for one in ask.get("/api/models/lark/one").json()["siblings"]] == ["LICENSE"]
        hub.at("2026-03-02")
        assert ask.ids() == ["lark/two"]
        hub.at("2026-04-02")
        assert ask.ids() == []


@pytest.mark.parametrize("toml", ["likes = ", "colour = 1", '["2026-03-01"]\nrename = "lark/other"'])
def test_a_folder_that_is_wrong_is_named(tmp_path: Path, toml: str) -> None:
    for name in ("one", "other"):
        (tmp_path / f"models/lark/{name}/2026-01-10").mkdir(parents=True)
        (tmp_path / f"models/lark/{name}/2026-01-10/README.md").write_text("x")
    (tmp_path / "models/lark/one/repo.toml").write_text(toml)
    with pytest.raises(ValueError, match=r"models/lark/one/repo\.toml"):
        World.from_folder(tmp_path)
    with pytest.raises(ValueError, match="dated folders"):
        World.from_folder(tmp_path / "models")


@pytest.mark.parametrize(
    "front",
    [
        b"license: [a, b]",
        b"a: &x [*x]",
        b"[" * 120_000,
        b"!!python/object/apply:os.system [x]",
        b"a: \xff",
        b"- x",
        b"@",
    ],
)
def test_hostile_cards_are_served_as_any_other(ask: Asking, world: World, front: bytes) -> None:
    world.put("models", "lark/odd", date=D1, files={"README.md": b"---\n" + front + b"\n---\n"})
    row = ask.get("/api/models/lark/odd").json()
    assert row.get("cardData") in (None, {"license": ["a", "b"]})
