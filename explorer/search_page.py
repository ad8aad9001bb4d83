"""Search: names of subjects, what clauses say, the words of license texts and of cards, and what drifted."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from explorer import search_texts, timeline, wording
from explorer.page import Page, TooLong, open_page
from explorer.search_words import Sought, sought
from storage.words import EVENT_WORDS

SHOWN = 20
LONGEST = 200  # characters of a search
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """A search: as it was said, as a LIKE pattern, and as words."""

    said: str
    pattern: str
    words: Sought


async def search_page(datasette: Any, request: Any) -> Any:
    """`/{database}/-/search?q=`. Each part has its own time; one that runs out of it says so."""
    page = await open_page(datasette, request)
    said = " ".join((page.argument("q") or "").split())[:LONGEST]
    # One Chinese character is a word; one letter is none.
    asked = len(said) >= SHORTEST or (len(said) == 1 and not said.isascii())
    found: dict[str, Any] = {"said": said, "asked": asked, "wording": wording, "most": SHOWN}
    if asked:
        pattern = "%" + said.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        search = Asked(said, pattern, sought(said))
        answers = await asyncio.gather(*(_part(page, find, search) for find in _PARTS.values()))
        for name, (rows, unfinished) in zip(_PARTS, answers, strict=True):
            found |= {name: rows, f"{name}_unfinished": unfinished}
        if found["subjects_unfinished"]:
            found["subjects"], _ = await _part(page, _subjects_that_begin, search)
    return await page.render("licensedrift_search.html", found, title=f"Search: {said}" if asked else "Search")


async def _part(page: Page, find: Callable[[sqlite3.Connection, Asked], Any], asked: Asked) -> tuple[Any, bool]:
    try:
        return await page.read(lambda conn: find(conn, asked)), False
    except TooLong:
        return [], True


def _subjects(conn: sqlite3.Connection, asked: Asked) -> list[dict[str, Any]]:
    """By name, former names included; those that are used most come first."""
    return _shown(
        conn,
        "select id from subject where name like :pattern escape '\\'"
        " union select subject from former_name where name like :pattern escape '\\' limit 2000",
        asked,
    )


def _shown(conn: sqlite3.Connection, ids: str, asked: Asked) -> list[dict[str, Any]]:
    rows = conn.execute(
        "select s.kind || ':' || s.name, v.license_claimed, c.license_found, c.openness, c.unavailable_since"
        f" from ({ids}) f join subject s on s.id = f.id join current c on c.subject = s.id"
        " join version v on v.id = c.version"
        " order by ifnull(c.downloads, -1) desc, s.name limit :most",
        {"pattern": asked.pattern, "said": asked.said, "most": SHOWN},
    )
    keys = ("subject", "license_claimed", "license_found", "openness", "unavailable_since")
    return [dict(zip(keys, row, strict=True)) for row in rows]


def _subjects_that_begin(conn: sqlite3.Connection, asked: Asked) -> list[dict[str, Any]]:
    """By the beginning of their name, as written: what the index on names answers at once."""
    return _shown(
        conn, "select id from subject where name >= :said and name < :said || char(1114111) limit 2000", asked
    )


def _clauses(conn: sqlite3.Connection, asked: Asked) -> list[dict[str, Any]]:
    return search_texts.clauses(conn, asked.words, asked.said, asked.pattern, SHOWN)


def _texts(conn: sqlite3.Connection, asked: Asked) -> search_texts.Found:
    return search_texts.licenses(conn, asked.words, SHOWN)


def _cards(conn: sqlite3.Connection, asked: Asked) -> search_texts.Found:
    return search_texts.cards(conn, asked.words, SHOWN // 2)


def _events(conn: sqlite3.Connection, asked: Asked) -> list[dict[str, Any]]:
    """Events whose words before or after have it, last recorded first, each once."""
    if search_texts.is_indexed(conn):
        rows = _events_by_words(conn, asked.words)
    else:
        rows = conn.execute(
            "select id, ifnull(parent, id) from event where before like :pattern escape '\\'"
            " or after like :pattern escape '\\' order by id desc limit :most",
            {"pattern": asked.pattern, "most": 3 * SHOWN},
        ).fetchall()
    found = []
    for top in list(dict.fromkeys(row[1] for row in rows))[:SHOWN]:
        event = timeline.one(conn, top)
        if event is not None:
            found.append(event)
    return found


def _events_by_words(conn: sqlite3.Connection, words: Sought) -> list[tuple[int, int]]:
    if not words.terms:
        return []
    rows = conn.execute(
        "select e.id, ifnull(e.parent, e.id), e.before, e.after from"
        f" (select rowid from {EVENT_WORDS} where {EVENT_WORDS} match ? order by rowid desc limit ?) w"
        " join event e on e.id = w.rowid order by e.id desc",
        (words.match, search_texts.LOOKED_AT if words.has_phrase else 3 * SHOWN),
    )
    return [(row[0], row[1]) for row in rows if not words.has_phrase or words.is_in(f"{row[2]}\n{row[3]}")]


_PARTS: dict[str, Callable[[sqlite3.Connection, Asked], Any]] = {
    "subjects": _subjects,
    "clauses": _clauses,
    "texts": _texts,
    "cards": _cards,
    "events": _events,
}
