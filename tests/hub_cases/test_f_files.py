"""hub-protocol.md 7.4: files. What is stored of them, and what is said of those that could not be had."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from crawler.hub_files import git_oid
from demo.faults import Fault, edit_json, endless, header, redirect, rewrite, status
from tests.hub_cases.one_model import (
    D1,
    D2,
    D3,
    NAME,
    SUBJECT,
    TEXT,
    asked,
    card,
    forbidden_server,
    kinds,
    one_model,
    reasons,
    stored,
)

FILES = {"README.md": card(), "LICENSE": TEXT}
LICENSE_ASKED = r"/lark/one/resolve/.*LICENSE|resolve-cache/.*LICENSE"


@pytest.fixture
def lab(tmp_path: Path):
    with one_model(tmp_path, FILES) as lab:
        yield lab


def test_f01_two_hops_bring_the_file_under_gits_own_name(lab) -> None:
    result = lab.at(D1)
    assert (result.status, result.failures) == ("complete", [])
    license = stored(lab)["LICENSE"]
    assert (license.role, license.content, license.etag) == ("license", TEXT, git_oid(TEXT))
    for hop in ("/resolve/", "/resolve-cache/"):
        assert sorted(path.rsplit("/", 1)[1] for path in asked(lab, hop)) == ["LICENSE", "README.md"]


def test_f02_one_hop_as_until_2024_brings_the_same(tmp_path: Path) -> None:
    with one_model(tmp_path, FILES, direct_files=True) as lab:
        lab.at(D1)
        assert asked(lab, "resolve-cache") == []
        assert stored(lab)["LICENSE"].content == TEXT
        assert stored(lab)["LICENSE"].etag == git_oid(TEXT)


def test_f03_a_304_is_unchanged_and_writes_nothing(tmp_path: Path) -> None:
    with one_model(tmp_path, {"LICENSE": TEXT}) as lab:
        lab.at(D1)
        # The same file again, another commit: one file is asked for conditionally.
        lab.world.put("models", NAME, date=D2, files={"weights.bin": b"0"})
        lab.hub.log.clear()
        result = lab.at(D3)
        (entry,) = [entry for entry in lab.hub.log if "/resolve/" in entry.path]
        assert (entry.status, entry.headers.get("if-none-match")) == (304, f'"{git_oid(TEXT)}"')
        assert (result.status, result.changed, result.events) == ("complete", 0, [])
        assert stored(lab)["LICENSE"].content == TEXT


def test_f03_a_304_that_nobody_asked_for_is_no_empty_file(lab) -> None:
    lab.hub.faults.add(path=LICENSE_ASKED, times=100, fault=status(304))
    result = lab.at(D1)
    assert "LICENSE" not in stored(lab)
    assert result.status == "partial" and "304" in reasons(result)[0]
    lab.hub.faults.clear()
    assert lab.again().status == "complete"
    assert stored(lab)["LICENSE"].content == TEXT


def test_f04_no_card_is_recorded_as_none_and_not_asked_for_again(tmp_path: Path) -> None:
    with one_model(tmp_path, {"LICENSE": TEXT, "model.safetensors": b"0"}) as lab:
        result = lab.at(D1)
        assert (result.status, result.failures) == ("complete", [])
        assert set(stored(lab)) == {"LICENSE"}
        lab.hub.log.clear()
        assert lab.again().status == "complete"
        assert asked(lab, "/resolve") == [] and asked(lab, "paths-info") == []


def test_f04_a_listed_card_that_is_404_is_absent_for_that_commit(tmp_path: Path) -> None:
    with one_model(tmp_path, {"README.md": card()}) as lab:
        gone = {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": "0" * 40}
        lab.hub.faults.add(path=r"/resolve/.*README", times=100, fault=status(404, b"{}", gone))
        result = lab.at(D1)
        assert (result.status, result.failures, stored(lab)) == ("complete", [], {})
        assert len(asked(lab, "/resolve/")) == 1
        lab.hub.log.clear()
        lab.again()
        assert asked(lab, "/resolve/") == []


@pytest.mark.parametrize("alone", [False, True], ids=["size-known-before", "size-in-the-answer"])
def test_f05_a_card_too_large_is_not_read_and_its_size_is_said(tmp_path: Path, alone: bool) -> None:
    large = card() + b"a" * 20_000_000
    with one_model(tmp_path, {"README.md": large} | ({} if alone else {"LICENSE": TEXT})) as lab:
        result = lab.at(D1)
        assert reasons(result) == [f"README.md: too large: {len(large):,} bytes"]
        assert len(asked(lab, "/resolve/")) == 1  # the license, or the card whose size nobody had told
        assert set(stored(lab)) == (set() if alone else {"LICENSE"})
        assert lab.catalog(SUBJECT)["license_claimed"] == "mit"
        assert lab.again().failures == []


def test_f05_an_endless_file_without_length_ends_at_the_cap(lab) -> None:
    lab.hub.faults.add(path=r"resolve-cache/.*LICENSE", times=100, fault=endless())
    result = lab.at(D1)
    assert reasons(result) == ["LICENSE: too large: over 5,000,000 bytes"]
    assert set(stored(lab)) == {"README.md"}
    assert lab.again().failures == []


@pytest.mark.parametrize(
    ("content", "shown", "flagged"),
    [
        (b"---\nlicense: mit\n---\ncaf\xe9\n", "caf\ufffd", True),
        ("---\nlicense: mit\n---\ncafé\n".encode("utf-16"), "café", False),
        (b"\xef\xbb\xbf---\nlicense: mit\n---\ncaf\xc3\xa9\n", "café", False),
        (b"---\r\nlicense: mit\r\n---\r\ncaf\xc3\xa9\r\n", "café", False),
        (b"---\rlicense: mit\r---\rcaf\xc3\xa9\r", "café", False),
        (b"---\nlicense: mit\n---\ncaf\0\n", "caf\0", False),
    ],
    ids=["invalid-utf-8", "utf-16", "bom", "crlf", "cr", "nul"],
)
def test_f06_bytes_are_kept_whatever_their_encoding(tmp_path: Path, content: bytes, shown: str, flagged: bool) -> None:
    with one_model(tmp_path, {"README.md": content}) as lab:
        assert lab.at(D1).status == "complete"
        readme = stored(lab)["README.md"]
        assert readme.content == content
        assert readme.text == f"---\nlicense: mit\n---\n{shown}\n"
        assert readme.problem == ("bytes that are no UTF-8 are replaced" if flagged else None)
        assert lab.catalog(SUBJECT)["card_error"] is None
        lab.sound()


def test_f07_a_card_that_became_a_directory_is_a_removed_card(lab) -> None:
    lab.at(D1)
    lab.world.put("models", NAME, date=D2, files={"README.md": None, "README.md/index.md": b"# hello\n"})
    result = lab.at(D3)
    assert (result.status, result.failures) == ("complete", [])
    assert set(stored(lab)) == {"LICENSE"}
    assert "file-removed" in kinds(result)


def test_f07_a_card_that_is_a_link_or_submodule_is_none(lab) -> None:
    def as_link(entries):
        return [entry | {"type": "symlink"} if entry["path"] == "README.md" else entry for entry in entries]

    lab.hub.faults.add(method="POST", path="paths-info", times=100, fault=edit_json(as_link))
    result = lab.at(D1)
    assert (result.status, set(stored(lab))) == ("complete", {"LICENSE"})


def test_f08_only_readme_md_is_the_card(tmp_path: Path) -> None:
    others = {name: card("gpl-3.0") for name in ("readme.md", "README.MD", "README.rst", "README")}
    with one_model(tmp_path, {**others, "LICENSE": TEXT}) as lab:
        assert lab.at(D1).status == "complete"
        assert {place: found.role for place, found in stored(lab).items()} == {"LICENSE": "license"}
        assert lab.catalog(SUBJECT)["license_claimed"] is None


def test_f09_all_license_files_are_stored_under_their_exact_names(tmp_path: Path) -> None:
    names = ["LICENSE", "license", "LICENCE.txt", "License.md", "LICENSE.pdf", "LICENSES/MIT.txt"]
    files = {name: f"Text of {name}\n".encode() for name in names}
    files["LICENSE.pdf"] = b"%PDF-1.4\n\x00\xff\xfe binary \x80\n%%EOF"
    with one_model(tmp_path, files) as lab:
        assert lab.at(D1).status == "complete"
        assert {place: found.content for place, found in stored(lab).items()} == files
        assert {found.role for found in stored(lab).values()} == {"license"}
        assert lab.again().events == []
        lab.sound()


def test_f10_a_license_in_lfs_comes_from_elsewhere_without_the_token(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secretSECRETsecret")
    with one_model(tmp_path, FILES, lfs=("LICENSE",)) as lab:
        monkeypatch.setenv("HF_TOKEN", "hf_secretSECRETsecret")
        lab.hub.tokens["hf_secretSECRETsecret"] = {}
        assert lab.at(D1).status == "complete"
        license = stored(lab)["LICENSE"]
        assert license.content == TEXT
        assert license.etag == hashlib.sha256(TEXT).hexdigest()
        on_cdn = [entry for entry in lab.hub.log if entry.bucket == "cdn"]
        assert len(on_cdn) == 1 and "authorization" not in on_cdn[0].headers
        assert all("authorization" in entry.headers for entry in lab.hub.log if entry.bucket != "cdn")
        lab.hub.log.clear()
        assert lab.again(full=True).events == []


@pytest.mark.parametrize("files", [FILES, {"LICENSE": TEXT}], ids=["by-the-tree", "by-the-redirect"])
def test_f10_bytes_from_elsewhere_that_are_not_those_announced_are_refused(tmp_path: Path, files) -> None:
    with one_model(tmp_path, files, lfs=("LICENSE",)) as lab:
        lab.hub.faults.add(path=r"/repos/", times=100, fault=status(200, b"another text"))
        result = lab.at(D1)
        assert "LICENSE" not in stored(lab)
        assert reasons(result) == ["LICENSE: the bytes are not those announced"]
        lab.hub.faults.clear()
        assert lab.again().failures == []
        assert stored(lab)["LICENSE"].content == TEXT


def test_f10_elsewhere_is_never_an_address_inside(tmp_path: Path) -> None:
    with forbidden_server() as (url, came), one_model(tmp_path, FILES, lfs=("LICENSE",)) as lab:
        lab.hub.faults.add(path=r"/resolve/.*LICENSE", times=100, fault=redirect(f"{url}/x", 302))
        result = lab.at(D1)
        assert came == []
        assert "not a public address" in reasons(result)[0]


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 3\n" % (b"0" * 64)


def test_f11_a_pointer_is_not_stored_as_the_license(tmp_path: Path) -> None:
    with one_model(tmp_path, {"README.md": card(), "LICENSE": POINTER}) as lab:
        result = lab.at(D1)
        assert set(stored(lab)) == {"README.md"}
        assert reasons(result) == ["LICENSE: an LFS pointer came instead of the file"]
        # It is what was committed: asking again would bring it again.
        assert lab.again().status == "complete"


def test_f12_a_long_text_that_begins_like_a_pointer_is_a_text(tmp_path: Path) -> None:
    long = POINTER + b"This license is about pointers. " * 40
    with one_model(tmp_path, {"README.md": card(), "LICENSE": long}) as lab:
        assert lab.at(D1).status == "complete"
        assert stored(lab)["LICENSE"].content == long


def test_f13_xet_headers_lead_to_a_plain_get(tmp_path: Path) -> None:
    with one_model(tmp_path, FILES, lfs=("LICENSE",), xet=("LICENSE",)) as lab:
        assert lab.at(D1).status == "complete"
        assert stored(lab)["LICENSE"].content == TEXT
        assert asked(lab, "xet-read-token") == []


def test_f14_an_expired_link_is_asked_for_once_more(tmp_path: Path) -> None:
    denied = status(403, b"<Error><Code>AccessDenied</Code></Error>", {"Content-Type": "application/xml"})
    with one_model(tmp_path, FILES, lfs=("LICENSE",)) as lab:
        lab.hub.faults.add(path=r"/repos/", fault=denied)
        assert lab.at(D1).status == "complete"
        assert stored(lab)["LICENSE"].content == TEXT
        assert len(asked(lab, "/resolve/")) == 3  # the card, and the license twice


def test_f14_a_link_that_stays_expired_is_a_failure_until_it_works(tmp_path: Path) -> None:
    with one_model(tmp_path, FILES, lfs=("LICENSE",)) as lab:
        lab.hub.faults.add(path=r"/repos/", times=100, fault=status(403))
        result = lab.at(D1)
        assert reasons(result) == ["LICENSE: the file is stored elsewhere, and that answers 403"]
        lab.hub.faults.clear()
        assert lab.again().failures == []
        assert stored(lab)["LICENSE"].content == TEXT


def _longer(code, headers, data):
    return code, {**headers, "Content-Length": str(len(data) + 20)}, data


def _shorter(code, headers, data):
    return code, {**headers, "Content-Length": str(len(data) - 20)}, data


def _page_instead(code, headers, data):
    # A wall in front of the Hub: a page with an ETag of its own, and 200.
    return 200, {"Content-Type": "text/html", "ETag": 'W/"5f-17"'}, b"<!doctype html><html>Please log in</html>"


def _text_instead(code, headers, data):
    return 200, {"Content-Type": "text/plain"}, b"this proxy is being repaired"


@pytest.mark.parametrize("edit", [_longer, _shorter, _page_instead, _text_instead])
def test_f15_what_is_not_the_file_is_a_failure_and_made_up_for(lab, edit) -> None:
    lab.hub.faults.add(path=r"resolve-cache/.*LICENSE", times=100, fault=rewrite(edit))
    result = lab.at(D1)
    # Not all files could be had: the row is recorded, and no file before all are there.
    assert (result.status, stored(lab)) == ("partial", {})
    assert lab.catalog(SUBJECT)["license_claimed"] == "mit"
    lab.hub.faults.clear()
    again = lab.again()
    assert (again.failures, again.events) == ([], [])
    assert stored(lab)["LICENSE"].content == TEXT


def test_f15_a_changed_file_behind_a_wall_is_no_change_yet(lab) -> None:
    lab.at(D1)
    lab.world.put("models", NAME, date=D2, files={"LICENSE": TEXT + b"But not on Sundays.\n"})
    lab.hub.faults.add(path=r"resolve-cache/.*LICENSE", times=100, fault=rewrite(_page_instead))
    assert lab.at(D3).events == []
    assert stored(lab)["LICENSE"].content == TEXT
    lab.hub.faults.clear()
    assert kinds(lab.again()) == ["text"]


def test_f15_a_wrong_content_type_changes_nothing(lab) -> None:
    lab.hub.faults.add(path=r"resolve-cache/.*LICENSE", times=100, fault=header("Content-Type", "image/png"))
    assert lab.at(D1).status == "complete"
    assert stored(lab)["LICENSE"].content == TEXT


NAMES = [
    "LICENSE of #1 model?.md",
    "LICENSE%2F..%2Fetc.md",
    "LICENSE-日本語-é.md",
    "LICENSE-" + "x" * 292,
    "-LICENSE.md",
    "LICENSE\nsecond line.md",
    "LICENSE: the last.md",
    "model:license.md",
    "LICENSE&a=b;c+d.md",
]


def test_f16_names_of_any_kind_are_data(tmp_path: Path) -> None:
    files = {name: f"Text {number}\n".encode() for number, name in enumerate(NAMES)}
    files["README.md"] = card("other", "license_link: -LICENSE.md\n")
    with one_model(tmp_path, files) as lab:
        result = lab.at(D1)
        assert reasons(result) == []
        assert {place: found.content for place, found in stored(lab).items()} == files
        assert sorted(path.name for path in tmp_path.iterdir()) == [
            "archive.db", "archive.db-shm", "archive.db-wal", "archive.db.lock", "config.toml",
        ]  # fmt: skip
        # A change of the row alone, the commit the same: nothing may get lost by its name.
        lab.world.set("models", NAME, date=D2, gated="auto")
        assert set(kinds(lab.at(D3))) == {"gate"}
        assert {place: found.content for place, found in stored(lab).items()} == files


def _without(*names: str) -> Fault:
    def edit(code, headers, data):
        return code, {key: value for key, value in headers.items() if key not in names}, data

    return rewrite(edit)


def test_f17_no_etag_and_no_commit_is_accepted_by_its_own_hash(tmp_path: Path) -> None:
    with one_model(tmp_path, FILES, direct_files=True) as lab:
        lab.hub.faults.add(path=LICENSE_ASKED, times=100, fault=_without("ETag", "X-Repo-Commit"))
        assert lab.at(D1).status == "complete"
        license = stored(lab)["LICENSE"]
        assert (license.content, license.oid) == (TEXT, git_oid(TEXT))
        assert lab.again().events == []


@pytest.mark.parametrize("form", ['W/"%s"', "%s", '"%s-gzip"', 'W/"%s-gzip"', '"%s"-gzip', '"%s;gzip"'])
def test_f18_every_form_of_an_etag_is_the_same_name(tmp_path: Path, form: str) -> None:
    with one_model(tmp_path, {"LICENSE": TEXT}, direct_files=True) as lab:
        etag = form % git_oid(TEXT)
        lab.hub.faults.add(path=LICENSE_ASKED, fault=header("ETag", etag))
        assert lab.at(D1).status == "complete"
        assert stored(lab)["LICENSE"].etag == git_oid(TEXT)
        lab.world.put("models", NAME, date=D2, files={"config.json": b"{}"})
        assert lab.at(D3).changed == 0


@pytest.mark.parametrize("content", [b"", b" \n\t\n"], ids=["empty", "blank"])
def test_f19_an_empty_license_is_stored_and_flagged(tmp_path: Path, content: bytes) -> None:
    with one_model(tmp_path, {"README.md": card(), "LICENSE": content}) as lab:
        assert lab.at(D1).status == "complete"
        license = stored(lab)["LICENSE"]
        assert (license.content, license.problem) == (content, "empty")
        assert lab.again().events == []
        lab.sound()


@pytest.mark.parametrize("code", [206, 416])
def test_f20_a_part_that_nobody_asked_for_is_refused(lab, code: int) -> None:
    lab.hub.faults.add(
        path=r"resolve-cache/.*LICENSE", times=100,
        fault=rewrite(lambda _code, headers, data: (code, {**headers, "Content-Range": "bytes 0-9/73"}, data[:10])),
    )  # fmt: skip
    result = lab.at(D1)
    assert stored(lab) == {}
    assert str(code) in reasons(result)[0]
    lab.hub.faults.clear()
    assert lab.again().failures == []
    assert stored(lab)["LICENSE"].content == TEXT
