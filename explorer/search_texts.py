"""Search in stored texts by their words: license texts most carried first, model cards newest first, and clauses."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from explorer.search_words import Place, Sought
from licenses.clauses import vocabulary
from licenses.text import decode
from storage.blobs import BlobStore, DamagedBlob
from storage.words import CARD_WORDS, LICENSE_WORDS

ENOUGH_QUOTES = 200  # that say the same words, to choose from
LOOKED_AT = 400  # texts that have all the words; more are not told apart
_READ_CHARACTERS = 400_000  # of these texts, to find the places
_COUNTED = 1_000  # carriers
_NEWEST = "c.rules = (select max(rules) from analysis a where a.text = c.text)"


@dataclass(frozen=True, slots=True)
class Text:
    """A text that has the words, the place where they stand, and who carries it."""

    hash: str
    license: str | None
    subject: str
    is_current: bool
    carriers: int
    place: Place | None
    shown: Markup


@dataclass(frozen=True, slots=True)
class Found:
    """Texts; `is_all` is False where there were more than are looked at. `can_ask` is False in an older archive."""

    texts: tuple[Text, ...] = ()
    is_all: bool = True
    can_ask: bool = True


def is_indexed(conn: sqlite3.Connection) -> bool:
    """Whether the archive keeps the words of its texts; older ones do after their next refresh."""
    return conn.execute("select 1 from sqlite_master where name = ?", (LICENSE_WORDS,)).fetchone() is not None


def _candidates(conn: sqlite3.Connection, table: str, words: Sought, order: str) -> list[int]:
    """Blob ids of texts that have all the words, one more than are looked at if there are so many."""
    if not words.terms:
        return []
    query = f"select rowid from {table} where {table} match ? order by rowid {order} limit {LOOKED_AT + 1}"
    found: list[int] = []
    # All words that begin so are gathered by FTS5 before the first is told: only if the very words are too rare.
    for match in (words.exact_match, words.match):
        found = [row[0] for row in conn.execute(query, (match,))]
        if len(found) > LOOKED_AT:
            break
    return found


def licenses(conn: sqlite3.Connection, words: Sought, most: int) -> Found:
    """License texts, policies, notices and terms: where the words stand together first, then by carriers."""
    if not is_indexed(conn):
        return Found(can_ask=False)
    # What was stored first is what most carry: of very many hits those are looked at.
    found = _candidates(conn, LICENSE_WORDS, words, "asc")
    counted = sorted(((_carriers(conn, text), text) for text in found[:LOOKED_AT]), key=lambda row: (-row[0], row[1]))
    places = [(text, carriers, *read) for carriers, text, read in _read(conn, counted, words)]
    places.sort(key=lambda row: (-row[3].terms, -row[1]))
    return Found(tuple(_text(conn, *row) for row in places[:most]), len(found) <= LOOKED_AT)


def cards(conn: sqlite3.Connection, words: Sought, most: int) -> Found:
    """Model cards, the newest first; of each subject one."""
    if not is_indexed(conn):
        return Found(can_ask=False)
    found = _candidates(conn, CARD_WORDS, words, "desc")
    texts: dict[str, Text] = {}
    for _, text, read in _read(conn, [(0, text) for text in found[:LOOKED_AT]], words):
        one = _text(conn, text, 1, *read)
        texts.setdefault(one.subject, one)
        if len(texts) == most:
            break
    return Found(tuple(texts.values()), len(found) <= LOOKED_AT)


def _carriers(conn: sqlite3.Connection, text: int) -> int:
    query = f"select count(*) from (select 1 from document where text = ? limit {_COUNTED})"
    return int(conn.execute(query, (text,)).fetchone()[0])


def _read(
    conn: sqlite3.Connection, rows: Sequence[tuple[int, int]], words: Sought
) -> Iterator[tuple[int, int, tuple[str, Place]]]:
    """Those that have every term, with the content and the place, until enough was read."""
    blobs, characters = BlobStore(conn), 0
    for carriers, text in rows:
        try:
            content = decode(blobs.get(text))
        except DamagedBlob:
            continue
        characters += len(content)
        place = words.place(content)
        if place is not None and (not words.has_phrase or words.is_in(content)):
            yield carriers, text, (content, place)
        if characters > _READ_CHARACTERS:
            return


def _text(conn: sqlite3.Connection, text: int, carriers: int, content: str, place: Place) -> Text:
    digest, license = conn.execute(
        "select lower(hex(b.sha256)),"
        " (select a.license from analysis a where a.text = b.id order by a.rules desc limit 1)"
        " from blob b where b.id = ?",
        (text,),
    ).fetchone()
    subject, is_current = conn.execute(
        "select s.kind || ':' || s.name, exists (select 1 from version_document vd"
        " join current c on c.version = vd.version where vd.document = d.id and c.subject = d.subject)"
        " from document d join subject s on s.id = d.subject where d.text = ? order by d.id limit 1",
        (text,),
    ).fetchone() or ("", 0)  # a page's text that only a later extractor took
    return Text(digest, license, subject, bool(is_current), carriers, place, place.shown(content))


def clauses(conn: sqlite3.Connection, words: Sought, said: str, pattern: str, most: int) -> list[dict[str, Any]]:
    """Sentences that clauses quote, of each text's newest reading; the same words of several texts once."""
    if is_indexed(conn):
        rows = _quotes(conn, words)
    else:
        query = (
            f"select c.rowid, clause, quote, text from clause c where quote like ? escape '\\' and {_NEWEST} limit ?"
        )
        rows = conn.execute(query, (pattern, most)).fetchall()
    named = "-".join(said.lower().split())
    for name in [name for name in vocabulary() if named in name][:5]:
        query = f"select c.rowid, clause, quote, text from clause c where clause = ? and {_NEWEST} limit ?"
        rows += conn.execute(query, (name, most)).fetchall()
    found: dict[tuple[str, str], tuple[int, set[int]]] = {}
    for row, clause, quote, text in rows:
        found.setdefault((clause, " ".join(quote.split())), (row, set()))[1].add(text)
    chosen = sorted(found.values(), key=lambda one: -len(one[1]))[:most]
    return [_clause(conn, row, words) | {"texts": len(texts)} for row, texts in chosen]


def _quotes(conn: sqlite3.Connection, words: Sought) -> list[tuple[int, str, str, int]]:
    """Clauses (row, id, quote, text) whose quotes have every term."""
    texts = _candidates(conn, LICENSE_WORDS, words, "asc")[:LOOKED_AT]
    marks = ", ".join("?" * len(texts))
    newest = conn.execute(f"select text, max(rules) from analysis where text in ({marks}) group by text", texts)
    found = []
    for text in newest.fetchall():
        rows = conn.execute("select rowid, clause, quote, text from clause where text = ? and rules = ?", text)
        found += [row for row in rows if words.is_in(row[2])]
        if len(found) >= ENOUGH_QUOTES:
            break
    return found


def _clause(conn: sqlite3.Connection, row: int, words: Sought) -> dict[str, Any]:
    clause, quote, start, end, digest, license, subject = conn.execute(
        "select c.clause, c.quote, c.quote_start, c.quote_end, lower(hex(b.sha256)),"
        " (select a.license from analysis a where a.text = c.text and a.rules = c.rules),"
        " (select s.kind || ':' || s.name from document d join subject s on s.id = d.subject where d.text = c.text"
        "  order by d.id limit 1)"
        " from clause c join blob b on b.id = c.text where c.rowid = ?",
        (row,),
    ).fetchone()
    return {
        "clause": clause, "quote": quote, "start": start, "end": end, "hash": digest, "license": license,
        "subject": subject, "shown": _marked(words, quote),
    }  # fmt: skip


def _marked(words: Sought, quote: str) -> Markup | None:
    place = words.place(quote)
    return place.shown(quote) if place is not None else None
