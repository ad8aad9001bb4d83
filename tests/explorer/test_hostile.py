"""Strangers' texts on every page: nothing of theirs runs, hides, or breaks a layout."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer import visible
from explorer.links import Links
from storage.archive import Archive
from tests.explorer import sample
from tests.explorer.sample import Reader

EVIL = (
    '"\'><script>alert(1)</script><img src=x onerror=alert(2)><a href="javascript:alert(3)">x</a>{{ 7*7 }}{% raw %}'
    "<svg/onload=alert(4)>&lt;\u202eevol\u2066\u200b\x1b[31m" + "W" * 3000
)
NAME = 'evil/<script>"onmouseover=alert(1) x="\u202e'
HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\u200b\x00-\x08\x0b-\x1f\x7f]")


def poison(path: Path) -> None:
    """Put the text wherever a stranger can write."""
    conn = sqlite3.connect(path)
    conn.execute("update subject set name = ? where name = 'lantern/glow-7b'", (NAME,))
    conn.execute("insert into former_name select ?, 'model', id, 1 from subject where name = ?", (EVIL, NAME))
    for column in ("license_claimed", "license_name", "license_link", "card_error", "availability", "gated"):
        conn.execute(f"update version set {column} = ?", (EVIL,))
    for column in ("base_model", "license_tags"):
        conn.execute(f"update version set {column} = ?", (json.dumps([EVIL, "javascript:alert(1)", NAME]),))
    conn.execute("update document set place = ?, problem = ?", (EVIL, EVIL))
    conn.execute("update clause set quote = ?, section = ?", (EVIL, EVIL))
    conn.execute("update clause set parameters = ?", (json.dumps({EVIL: [EVIL], "n": 3}),))
    conn.execute("update event set before = ?, after = ?", (EVIL, EVIL))
    evidence = json.dumps(
        {"place": EVIL, "revision": EVIL, "section": EVIL, "fetched_at": EVIL, "parameters": {"a": EVIL}}
    )
    conn.execute("update event set evidence_before = ?, evidence_after = ?", (evidence, evidence))
    conn.execute("update event set clause = ? where clause is not null", (EVIL,))
    conn.execute("update analysis set license = ?, edition = ?, nearest = ?", (EVIL, EVIL, json.dumps([[EVIL, 0.9]])))
    conn.execute("update current set license_found = ?, modality = ?, openness = ?", (EVIL, EVIL, EVIL))
    conn.execute(
        "update system set developer = ?, modality = ?, license = ?, restrictions = ?, reason = ?", (EVIL,) * 5
    )
    conn.execute("update run set failures = ?", (json.dumps([{"subject": EVIL, "reason": EVIL}, {"x": 1}, 7]),))
    conn.execute("update run set requests = ?", (json.dumps({EVIL: EVIL}),))
    conn.execute(
        "insert into finding (subject, valid_from, claim, claimed, found, evidence, severity, rules_version)"
        " select id, 1, ?, ?, ?, ?, ?, 'r' from subject",
        (EVIL, EVIL, EVIL, json.dumps([{"text_hash": EVIL, "place": EVIL}, EVIL]), EVIL),
    )
    conn.commit()
    conn.close()
    with Archive.open(path) as archive, archive.writing():
        blob = archive.blobs.put(EVIL.encode())
        archive.conn.execute("update document set text = ?", (blob,))
        archive.conn.execute("delete from carried")
        archive.conn.execute("insert into carried select text, count(*) from document group by text")


@pytest.fixture(scope="module")
def poisoned(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    path = sample.copy(database, tmp_path_factory.mktemp("poisoned"))
    poison(path)
    return Reader(path)


BASE = "/archive/-"
PAGES = [
    "drift",
    f"drift?clause={quote(EVIL)}",
    f"drift?author={quote(EVIL)}",
    f"drift?subject={quote(EVIL)}",
    f"subject/model:{quote(NAME)}",
    "subject/model:spark/glow-chat",
    "systems",
    f"systems?type={quote(EVIL)}",
    "licenses",
    f"licenses?license={quote(EVIL)}",
    "runs",
    "questions",
    "search?q=script",
    f"search?q={quote(EVIL)}",
]


@pytest.mark.parametrize("path", PAGES)
def test_nothing_of_a_strangers_runs_or_hides(poisoned: Reader, path: str) -> None:
    soup = poisoned.page(f"{BASE}/{path}")
    assert not HIDDEN.search(soup.get_text())
    assert "49" not in [tag.get_text() for tag in soup.select("bdi")]
    for tag in soup.find_all(href=True):
        assert tag["href"].startswith(("/", "#", "https://datasette.io")), tag["href"]
        assert not HIDDEN.search(tag["href"])


@pytest.mark.parametrize("path", [f"subject/{quote(EVIL)}", f"drift?kind={quote(EVIL)}", f"systems?sort={quote(EVIL)}"])
def test_nor_where_an_address_is_refused(poisoned: Reader, path: str) -> None:
    answer = poisoned.get(f"{BASE}/{path}")
    assert answer.status_code in (302, 400, 404)
    assert "<script>alert" not in answer.text


def test_links_lead_to_the_subject_that_is_meant(poisoned: Reader) -> None:
    link = poisoned.page(f"{BASE}/drift").select_one("h3 a[href*='evil']")["href"]
    assert visible.visible(NAME) in poisoned.page(link).h1.get_text()


def test_the_text_is_shown_as_text(poisoned: Reader) -> None:
    link = next(
        a["href"]
        for a in poisoned.page(f"{BASE}/subject/model:spark/glow-chat").select("td a")
        if "/text/" in a["href"]
    )
    shown = poisoned.page(link).select_one(".ld-text").get_text()
    assert shown == visible.visible(EVIL)
    assert "⟦U+202E⟧evol⟦U+2066⟧⟦U+200B⟧⟦U+001B⟧[31m" in shown


@pytest.mark.parametrize("form", ["xml", "json"])
def test_feeds_stay_well_formed(poisoned: Reader, form: str) -> None:
    from xml.etree import ElementTree

    answer = poisoned.get(f"{BASE}/drift/feed.{form}")
    assert answer.status_code == 200
    assert not HIDDEN.search(answer.text)
    if form == "xml":
        root = ElementTree.fromstring(answer.text)
        assert {tag.tag.rpartition("}")[2] for tag in root.iter()} <= {
            "feed", "id", "title", "updated", "link", "author", "name", "entry", "published", "category", "content",
        }  # fmt: skip
    else:
        assert all("content_html" not in item for item in json.loads(answer.text)["items"])


@pytest.mark.parametrize(
    "name", ["model:a/..", "model:./x", "model:a//b", "model:..", "terms:A B/C?d#e", "model:a/b%2Fc"]
)
def test_names_that_addresses_would_change_are_found_all_the_same(database: Path, tmp_path: Path, name: str) -> None:
    path = sample.copy(database, tmp_path)
    conn = sqlite3.connect(path)
    conn.execute("update subject set kind = ?, name = ? where name = 'zhu/duo'", tuple(name.split(":", 1)))
    conn.commit()
    conn.close()
    soup = Reader(path).page(Links("/archive").subject(name))
    assert soup.h1.get_text() == name.partition(":")[2]


@given(st.text())
def test_visible_hides_nothing_and_is_stable(text: str) -> None:
    shown = visible.visible(text)
    assert not HIDDEN.search(shown)
    assert visible.visible(shown) == shown
    shown.encode("utf-8")


@given(st.text(max_size=200), st.integers(-5, 220), st.integers(-5, 220))
def test_marks_only_what_is_meant(text: str, start: int, end: int) -> None:
    start, end = max(0, start), max(0, end)
    marked = str(visible.marked(text, start, end))
    assert marked.count("<mark") == (1 if text[start:end] else 0)


def test_runs_of_hidden_characters_stay_short() -> None:
    assert visible.visible("\u200b" * 1_000_000) == "⟦U+200B×1000000⟧"
