"""hub-protocol.md 7.5, C16-C28: claims that contradict, links that lead anywhere, gates, families of models."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from crawler.license_files import read_link
from demo.faults import edit_json
from demo.world import World
from tests.hub_cases.one_model import (
    D1,
    D2,
    D3,
    NAME,
    SUBJECT,
    TEXT,
    asked,
    card,
    findings,
    forbidden_server,
    kinds,
    one_model,
    reasons,
    stored,
)
from tests.pages.site import Site, page, to
from tests.refresh.lab import laboratory

INFO = r"^/api/models/lark/one\?"


def linking(link: Any, license: str = "other") -> bytes:
    """A card with a license_link; JSON is YAML too."""
    return card(license, f"license_link: {json.dumps(link)}\n")


def test_c16_card_tag_and_text_are_recorded_each_as_it_is(tmp_path: Path) -> None:
    with one_model(tmp_path, {"README.md": card("mit"), "LICENSE": TEXT}) as lab:
        lab.hub.faults.add(path=INFO, times=99, fault=edit_json(lambda row: row | {"tags": ["license:gpl-3.0"]}))
        assert lab.at(D1).status == "complete"
        (version,) = lab.rows("select license_claimed, license_tags from versions")
        assert version == {"license_claimed": "mit", "license_tags": '["gpl-3.0"]'}
        assert ("tags", "mit", "gpl-3.0") in findings(lab)
        assert stored(lab)["LICENSE"].content == TEXT


def test_c17_other_without_a_text_is_a_claim_and_no_license(tmp_path: Path) -> None:
    with one_model(tmp_path, {"README.md": card("other")}) as lab:
        assert lab.at(D1).status == "complete"
        row = lab.catalog(SUBJECT)
        assert (row["license_claimed"], row["license_name"], row["license_link"]) == ("other", None, None)
        assert [found.role for found in stored(lab).values()] == ["card"]
        assert findings(lab) == [("vague", "other", None)]


def test_c18_a_dangling_link_is_kept_and_is_no_failure(tmp_path: Path) -> None:
    with one_model(tmp_path, {"README.md": linking("LICENSE")}) as lab:
        result = lab.at(D1)
        assert (result.status, result.failures) == ("complete", [])
        assert lab.catalog(SUBJECT)["license_link"] == "LICENSE"
        assert set(stored(lab)) == {"README.md"}
        assert ("dangling-link", "LICENSE", None) in findings(lab)


def test_c18_a_link_to_a_file_of_any_name_is_followed(tmp_path: Path) -> None:
    with one_model(tmp_path, {"README.md": linking("docs/legal/model.txt"), "docs/legal/model.txt": TEXT}) as lab:
        assert lab.at(D1).status == "complete"
        assert stored(lab)["docs/legal/model.txt"].role == "license"
        assert stored(lab)["docs/legal/model.txt"].content == TEXT
        # The file goes, the link stays.
        lab.world.put("models", NAME, date=D2, files={"docs/legal/model.txt": None})
        assert kinds(lab.at(D3)) == ["file-removed"]


@pytest.mark.parametrize("host", ["https://huggingface.co", "https://hf.co", "endpoint"])
@pytest.mark.parametrize("verb", ["blob", "resolve", "raw"])
def test_c19_a_link_to_the_own_repository_is_its_file(tmp_path: Path, host: str, verb: str) -> None:
    with one_model(tmp_path, {"LICENSE": TEXT}) as lab:
        start = lab.hub.url if host == "endpoint" else host
        link = f"{start}/{NAME}/{verb}/main/LICENSE"
        lab.world.put("models", NAME, date=D1, files={"README.md": linking(link)})
        assert lab.at(D1).status == "complete"
        assert set(stored(lab)) == {"README.md", "LICENSE"}
        assert lab.catalog(SUBJECT)["license_link"] == link


def test_c19_a_link_to_another_repository_is_attributed_to_it(tmp_path: Path) -> None:
    link = "https://huggingface.co/datasets/robin/terms/blob/main/LICENSE.md"
    with one_model(tmp_path, {"README.md": linking(link)}) as lab:
        lab.world.put("datasets", "robin/terms", date=D1, files={"LICENSE.md": TEXT})
        assert lab.at(D1).status == "complete"
        place = "dataset:robin/terms/LICENSE.md"
        assert (stored(lab)[place].role, stored(lab)[place].content) == ("license", TEXT)
        assert lab.again().events == []
        # The linked text changes, while the model's own commit stays.
        lab.world.put("datasets", "robin/terms", date=D2, files={"LICENSE.md": TEXT + b"But not on Sundays.\n"})
        (event,) = lab.at(D3).events
        assert (event["kind"], event["subject"], event["role"]) == ("text", SUBJECT, "license")


def test_c19_a_link_to_a_gated_repository_says_so(tmp_path: Path) -> None:
    link = "https://huggingface.co/robin/base/blob/main/LICENSE"
    with one_model(tmp_path, {"README.md": linking(link)}) as lab:
        lab.world.put("models", "robin/base", date=D1, files={"LICENSE": TEXT}, gated="manual", gated_license=True)
        result = lab.at(D1)
        # So it will be every night: no failure, but a finding that the link leads to nothing we may read.
        assert (result.status, set(stored(lab))) == ("complete", {"README.md"})
        assert {"claim": "dangling-link", "claimed": link} in lab.rows("select claim, claimed from findings")


def test_c19_a_link_to_a_deleted_repository_keeps_what_it_led_to(tmp_path: Path) -> None:
    link = "https://huggingface.co/robin/base/blob/main/LICENSE"
    with one_model(tmp_path, {"README.md": linking(link)}) as lab:
        lab.world.put("models", "robin/base", date=D1, files={"LICENSE": TEXT})
        lab.at(D1)
        lab.world.delete("models", "robin/base", date=D2)
        assert lab.at(D3).events == []
        assert stored(lab)["model:robin/base/LICENSE"].content == TEXT


def test_c19_a_link_to_what_was_never_there_is_dangling(tmp_path: Path) -> None:
    link = "https://huggingface.co/robin/never/blob/main/LICENSE"
    with one_model(tmp_path, {"README.md": linking(link)}) as lab:
        result = lab.at(D1)
        assert (result.status, set(stored(lab))) == ("complete", {"README.md"})
        assert ("dangling-link", link, None) in findings(lab)


def _many(folder: Path, links: Mapping[str, Any], check: Any, *, allow: str = '["127.0.0.1"]') -> None:
    """A refresh of one model a link; `check(lab, result)`."""
    world = World()
    for name, link in links.items():
        world.put("models", name, date=D1, files={"README.md": linking(link)})
    with laboratory(folder, world, D1) as lab:
        lab.watch(models=list(links))
        lab.config.write_text(lab.config.read_text().replace('["127.0.0.1"]', allow))
        check(lab, lab.at(D1))


def test_c20_no_link_makes_us_ask_inside(tmp_path: Path) -> None:
    with forbidden_server() as (url, came):
        port = url.rpartition(":")[2]
        written = [
            url, f"{url}/LICENSE", f"HTTP://127.0.0.2:{port}/", f"http://2130706434:{port}/", f"http://127.2:{port}/",
            f"http://0x7f000002:{port}/", f"http://[::ffff:127.0.0.2]:{port}/", f"http://me:word@127.0.0.2:{port}/",
            f"http://127.0.0.2.:{port}/", f"//127.0.0.2:{port}/x", f"http:\\\\127.0.0.2:{port}\\x",
            f"http://localhost:{port}/", f"http://0.0.0.0:{port}/", "http://169.254.169.254/latest/meta-data/",
            "http://[::1]/", "file:///etc/passwd", "javascript:alert(1)", f"ftp://127.0.0.2:{port}/x",
            f"gopher://127.0.0.2:{port}/x", "data:text/plain,license", "mailto:a@example.org", "http://", "http://[",
        ]  # fmt: skip
        links = {f"lark/m{number}": link for number, link in enumerate(written)}

        def check(lab, result) -> None:
            assert (result.status, result.subjects) == ("complete", len(links))
            rows = lab.rows("select subject, license_link from catalog")
            assert {row["subject"]: row["license_link"] for row in rows} == {
                f"model:{name}": link for name, link in links.items()
            }
            assert {row["path_or_url"] for row in lab.rows("select path_or_url from documents")} == {"README.md"}

        _many(tmp_path, links, check)
        assert came == []


def test_c20_a_link_to_another_port_of_the_hubs_own_host_is_not_followed(tmp_path: Path) -> None:
    with forbidden_server("127.0.0.1") as (url, came):
        links = {"lark/a": f"{url}/admin", "lark/b": f"{url}/robin/base/resolve/main/LICENSE"}

        def check(lab, result) -> None:
            assert (result.status, result.subjects) == ("complete", 2)

        _many(tmp_path, links, check)
        assert came == []


def test_c20_a_link_to_the_web_is_followed_where_that_is_allowed(tmp_path: Path) -> None:
    site = Site("127.0.0.3")
    try:
        site.routes["/license.txt"] = (200, {"Content-Type": "text/plain"}, TEXT)
        link = f"{site.url}/license.txt"

        def check(lab, result) -> None:
            assert result.failures == []
            assert stored(lab)[link].role == "license"
            assert stored(lab)[link].content == TEXT
            assert all("authorization" not in {name.lower() for name in headers} for _, headers in site.seen)

        _many(tmp_path, {NAME: link}, check, allow='["127.0.0.1", "127.0.0.3"]')
    finally:
        site.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_c21_a_redirect_inside_is_refused(tmp_path: Path, status: int) -> None:
    site = Site("127.0.0.3")
    try:
        with forbidden_server() as (url, came):
            site.routes["/license"] = to("/second", status)
            site.routes["/second"] = to(f"{url}/license", status)

            def check(lab, result) -> None:
                assert (result.status, result.subjects) == ("complete", 1)
                assert set(stored(lab)) == {"README.md"}

            _many(tmp_path, {NAME: f"{site.url}/license"}, check, allow='["127.0.0.1", "127.0.0.3"]')
            assert came == []
            assert site.paths() == ["/license", "/second"]
    finally:
        site.close()


def test_c21_a_name_that_stands_for_an_inner_address_is_refused(tmp_path: Path, monkeypatch) -> None:
    real = socket.getaddrinfo

    def resolved(host, *args, **kwargs):
        return real("127.0.0.2" if str(host).endswith("example.org") else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    with forbidden_server() as (url, came):
        port = url.rpartition(":")[2]

        def check(lab, result) -> None:
            assert set(stored(lab)) == {"README.md"}
            assert result.events == []

        _many(tmp_path, {NAME: f"http://trap.example.org:{port}/license"}, check)
        assert came == []


OUTSIDE = [
    "../../etc/passwd", "/etc/passwd", "..\\..\\x", "%2e%2e/etc/passwd", "..%2fetc%2fpasswd", "LICENSE\0.md",
    "a/../../b", "LICENSE\n.md", "\ud800", ".", "./", "#frag", "?raw=1", "x" * 2000, "~/.ssh/id_rsa",
    "C:\\license.txt", "%00",
    "https://huggingface.co/lark/one/blob/main/../../../etc/passwd",
    "https://huggingface.co/lark/one/blob/main/%2e%2e/%2e%2e/etc/passwd",
    ["LICENSE", "NOTICE"], {"path": "LICENSE"}, 42, True,
]  # fmt: skip


def test_c22_no_link_leads_out_of_the_repository(tmp_path: Path) -> None:
    links = {f"lark/m{number}": link for number, link in enumerate(OUTSIDE)}

    def check(lab, result) -> None:
        assert (result.status, result.subjects) == ("complete", len(links))
        assert {row["path_or_url"] for row in lab.rows("select path_or_url from documents")} == {"README.md"}
        asked_for = [entry.path.encode() + entry.body for entry in lab.hub.log]
        assert not [said for said in asked_for if b"etc" in said or b".." in said or b"%5C" in said]
        assert {path.name.partition(".db")[0] for path in tmp_path.iterdir()} == {"archive", "config.toml"}
        lab.sound()

    _many(tmp_path, links, check)


@pytest.mark.parametrize("link", ["LICENSE#frag", "LICENSE?raw=1", "./LICENSE", " LICENSE ", "%4cICENSE"])
def test_c22_a_link_is_reduced_to_the_file_it_means(tmp_path: Path, link: str) -> None:
    found = read_link(link, "model", NAME, "https://huggingface.co")
    assert found is not None and (found.where, found.path) == ("here", "LICENSE")
    with one_model(tmp_path, {"README.md": linking(link), "LICENSE": TEXT}) as lab:
        assert lab.at(D1).status == "complete"
        assert set(stored(lab)) == {"README.md", "LICENSE"}
        assert lab.catalog(SUBJECT)["license_link"] == link


def test_c23_an_unknown_identifier_is_recorded_and_its_changes_too(tmp_path: Path) -> None:
    with one_model(tmp_path, {"README.md": card("openmdw-1.1")}) as lab:
        lab.at(D1)
        lab.world.put("models", NAME, date=D2, files={"README.md": card("openmdw-2.0")})
        (event,) = [event for event in lab.at(D3).events if event["kind"] == "claim"]
        assert (event["before"], event["after"]) == ("openmdw-1.1", "openmdw-2.0")
        assert lab.catalog(SUBJECT)["license_claimed"] == "openmdw-2.0"
        assert ("unknown-license", "openmdw-2.0", None) in findings(lab)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ([f"robin/m{number}" for number in range(500)], 100),
        ([NAME, "lark/two"], 2),
        (["robin/missing"], 1),
        (["LARK/One"], 1),
        ("https://huggingface.co/robin/base", 1),
        ([{"id": "a"}, None, 7, ""], 0),
    ],
    ids=["500", "itself-and-a-cycle", "missing", "another-case", "url", "no-names"],
)
def test_c24_base_models_are_names_and_nothing_is_walked(tmp_path: Path, written: Any, kept: int) -> None:
    with one_model(tmp_path, {"README.md": card("mit", f"base_model: {json.dumps(written)}\n")}) as lab:
        lab.world.put("models", "lark/two", date=D1, files={"README.md": card("mit", f"base_model: {NAME}\n")})
        assert lab.watch(models=[NAME, "lark/two"]).at(D1).status == "complete"
        (row,) = lab.rows("select base_model from catalog where subject = ?", SUBJECT)
        assert len(json.loads(row["base_model"] or "[]")) == kept
        infos = [path for path in asked(lab, "/api/models/") if "paths-info" not in path]
        assert sorted(infos) == ["/api/models/lark/one", "/api/models/lark/two"]
        assert lab.again().events == []


def test_c25_a_license_that_went_and_came_back_in_one_night_shows_as_the_nights_saw_it(tmp_path: Path) -> None:
    with one_model(tmp_path, {"README.md": card("mit")}) as lab:
        lab.at(D1)
        for minute, license in ((1, "other"), (2, "gpl-3.0"), (3, "mit")):
            lab.world.put("models", NAME, date=f"2026-02-10T09:0{minute}:00Z", files={"README.md": card(license)})
        result = lab.at(D3)
        assert (result.changed, result.events) == (0, [])
        lab.world.put("models", NAME, date="2026-03-11T09:00:00Z", files={"README.md": card("gpl-3.0")})
        assert "claim" in kinds(lab.at("2026-03-12T09:00:00Z"))
        lab.world.put("models", NAME, date="2026-03-13T09:00:00Z", files={"README.md": card("mit")})
        assert "claim" in kinds(lab.at("2026-03-14T09:00:00Z"))
        claims = [row["license_claimed"] for row in lab.rows("select license_claimed from versions order by id")]
        assert claims == ["mit", "gpl-3.0", "mit"]


def test_c26_the_prompt_of_a_gate_is_stored_as_it_is(tmp_path: Path) -> None:
    prompt = "<script>alert(1)</script>\x1b[31m You agree to everything. " + "<b>so</b> " * 10_000
    with one_model(tmp_path, {"README.md": card("mit", f"extra_gated_prompt: {json.dumps(prompt)}\n")}) as lab:
        assert lab.at(D1).status == "complete"
        gate = stored(lab)["extra_gated"]
        assert gate.role == "gate"
        assert gate.content.decode() == prompt + "\n" and len(gate.content) > 100_000
        lab.world.put("models", NAME, date=D2, files={"README.md": card("mit", "extra_gated_prompt: Agreed?\n")})
        events = lab.at(D3).events
        assert {event["role"] for event in events if event["kind"] == "text"} >= {"gate"}
        lab.sound()


DIVS = b"<div>" * 50_000 + b"You may use the model for research only." + b"<p><b><table><tr>" * 1000


@pytest.mark.parametrize(
    "body",
    [DIVS, b"![x](data:image/png;base64," + b"A" * 4_000_000 + b")", b"<" * 100_000, b"[" * 100_000, b"`" * 100_000],
    ids=["divs", "data-uri", "angles", "brackets", "ticks"],
)
def test_c27_no_body_of_a_card_can_do_harm(tmp_path: Path, body: bytes) -> None:
    with one_model(tmp_path, {"README.md": card() + body, "LICENSE": body[:200_000]}) as lab:
        assert lab.at(D1).status == "complete"
        assert stored(lab)["README.md"].content == card() + body
        assert stored(lab)["LICENSE"].content == body[:200_000]
        assert lab.catalog(SUBJECT)["license_claimed"] == "mit"
        lab.sound()


def test_c27_a_linked_page_of_deep_trees_is_read_or_said_to_be_unreadable(tmp_path: Path) -> None:
    site = Site("127.0.0.3")
    try:
        clause = b"<p>You may use the model for research, and you may not sell what it makes to anybody.</p>\n"
        whole = b"<html><body><h1>License</h1>" + b"<div>" * 50_000 + clause * 60
        site.routes["/license"] = page(whole)
        link = f"{site.url}/license"

        def check(lab, result) -> None:
            assert result.subjects == 1
            kept = stored(lab).get(link)
            if kept is None:
                assert reasons(result)[0].startswith(link)
            else:
                assert kept.content == whole and "for research" in kept.text

        _many(tmp_path, {NAME: link}, check, allow='["127.0.0.1", "127.0.0.3"]')
    finally:
        site.close()


@pytest.mark.parametrize("successor", [NAME, "robin/never", "https://example.org/x", "[a, b]"])
def test_c28_a_successor_is_kept_in_the_card_and_not_followed(tmp_path: Path, successor: str) -> None:
    readme = card("mit", f"new_version: {successor}\n")
    with one_model(tmp_path, {"README.md": readme}) as lab:
        assert lab.at(D1).status == "complete"
        assert stored(lab)["README.md"].content == readme
        assert len([path for path in asked(lab, "/api/models/") if "paths-info" not in path]) == 1
        assert lab.again().events == []
