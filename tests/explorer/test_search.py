"""Search by words: in license texts, cards, clauses and events, in any script, in archives of every age."""

from __future__ import annotations

import sqlite3
import string
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer import search_page
from explorer.page import TooLong
from explorer.search_words import sought
from storage.archive import Archive
from storage.verify import verify
from tests.explorer import sample
from tests.explorer.sample import Reader, words

BASE = "/archive/-/search?q="


def part(reader: Reader, said: str, name: str) -> Any:
    """One part of the page of a search, by the id of its heading."""
    (section,) = reader.page(BASE + quote(said)).select(f"section[aria-labelledby={name}]")
    return section


@pytest.mark.parametrize(
    ("said", "marked"),
    [
        ("warranty", "warranty"),
        ("DISTRIB model", "distribute"),
        ('"monthly active users"', "monthly active users"),
        ("“Large services”", "Large services"),
        ("商业目的", "商业目的"),
        ("许", "许"),
        ("النموذج", "النموذج"),
    ],
)
def test_the_words_of_a_license_are_found_and_marked(reader: Reader, said: str, marked: str) -> None:
    found = part(reader, said, "texts")
    assert marked in [mark.get_text() for mark in found.select("blockquote mark")]
    # The link leads to these words in the whole text.
    soup = reader.page(found.select_one("a")["href"].partition("#")[0])
    assert marked in soup.select_one("mark#quote").get_text()


@pytest.mark.parametrize("said", ['"users monthly active"', "warranty nowhere", "目的商业", "arranty", '"Large 2"'])
def test_other_words_are_not_found(reader: Reader, said: str) -> None:
    assert words(part(reader, said, "texts")).endswith("No text has all these words.")


def test_a_license_says_how_many_carry_it(reader: Reader) -> None:
    assert "carried by model:lantern/glow-7b and 1 other" in words(part(reader, "Lantern 700 million", "texts"))


def test_cards_are_found_once_a_subject(reader: Reader) -> None:
    found = [words(row) for row in part(reader, "glow-7b", "cards").select("li")]
    assert len(found) == 1
    assert found[0].startswith("model:spark/glow-chat, its card")
    assert "an earlier card" in words(part(reader, '"apache 2.0"', "cards"))


def test_what_drifted_is_found_by_its_words(reader: Reader) -> None:
    assert "Outputs" not in words(part(reader, "warranty", "events"))
    assert "glow-7b" in words(part(reader, "50 million", "events"))
    assert "spark/glow-chat" in words(part(reader, "cc-by-nc-4.0", "events"))


def test_a_clause_is_found_by_its_quote_and_by_its_name(reader: Reader) -> None:
    assert "700 million" in words(part(reader, "request license Lantern grants", "clauses"))
    assert "monthly active users" in words(part(reader, "mau threshold", "clauses"))


def test_an_archive_of_an_older_release_is_searched_as_it_can_be(database: Path, tmp_path: Path) -> None:
    path = sample.copy(database, tmp_path)
    conn = sqlite3.connect(path)
    for table in ("license_words", "card_words", "event_words", "lineage"):
        conn.execute(f"drop table {table}")
    conn.execute("delete from _sqlite_migrations where name like 'm006%'")
    conn.commit()
    conn.close()
    old = Reader(path)
    assert "monthly active users" in words(part(old, "active users", "clauses"))
    assert "can be searched after the next refresh" in words(part(old, "active users", "texts"))
    assert "What is made from it" in words(old.page("/archive/-/subject/model:lantern/glow-7b"))
    # The next one who opens it for writing brings it up to date.
    Archive.open(path).close()
    assert "monthly active users" in words(part(Reader(path), "active users", "texts"))
    assert "spark/glow-chat" in words(Reader(path).page("/archive/-/subject/model:lantern/glow-7b"))
    with Archive.read(path) as archive:
        assert verify(archive)["damaged"] == []


def test_each_text_is_kept_once(database: Path) -> None:
    with Archive.read(database) as archive:
        for table, roles in (("license_words", "<>"), ("card_words", "=")):
            kept = archive.conn.execute(f"select count(*) from {table}_docsize").fetchone()[0]
            query = f"select count(distinct text) from document where role {roles} 'card'"
            assert kept == archive.conn.execute(query).fetchone()[0]


@given(st.text(max_size=80))
def test_whatever_is_said_can_be_asked(said: str) -> None:
    conn = sqlite3.connect(":memory:")
    conn.execute(
        "create virtual table t using fts5(text, content = '', detail = none,"
        " tokenize = 'unicode61 remove_diacritics 2')"
    )
    asked = sought(said)
    if asked.terms:
        conn.execute("select rowid from t where t match ?", (asked.match,)).fetchall()
    asked.place(said)
    asked.is_in(said)


@given(st.text(string.ascii_letters + " .\n字条", min_size=1, max_size=400), st.data())
def test_a_place_is_within_the_text_and_marks_words_in_it(text: str, data: Any) -> None:
    found = sought(data.draw(st.sampled_from(text.split() or ["a"])))
    place = found.place(text)
    if place is not None:
        assert 0 <= place.start <= place.marks[0][0] < place.marks[0][1] <= place.end <= len(text)


def test_a_huge_text_is_looked_through_in_bounds() -> None:
    place = sought("model licen").place("model license " * 150_000)
    assert place is not None
    assert place.terms == 2
    assert place.end - place.start < 1_000


def test_names_that_take_too_long_are_shown_by_their_beginning(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_long(*_: Any) -> None:
        raise TooLong

    monkeypatch.setitem(search_page._PARTS, "subjects", too_long)
    found = words(part(reader, "lantern/gl", "subjects"))
    assert "model:lantern/glow-7b" in found
    assert "too long" in found or "longer" in found
    assert "model:lantern/glow-7b" not in words(part(reader, "antern/gl", "subjects"))
