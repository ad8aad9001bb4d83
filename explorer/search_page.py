"""Search: names of subjects, licenses found, what clauses say, and what drifted."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from typing import Any

from explorer import timeline, wording
from explorer.page import Page, TooLong, open_page

SHOWN = 20
LONGEST = 200  # characters of a search
SHORTEST = 2


async def search_page(datasette: Any, request: Any) -> Any:
    """`/{database}/-/search?q=`. Each part has its own time; one that runs out of it says so."""
    page = await open_page(datasette, request)
    said = " ".join((page.argument("q") or "").split())[:LONGEST]
    found: dict[str, Any] = {"said": said, "asked": len(said) >= SHORTEST, "wording": wording, "most": SHOWN}
    if found["asked"]:
        pattern = "%" + said.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        parts = {"subjects": _subjects, "clauses": _clauses, "events": _events}
        answers = await asyncio.gather(*(_part(page, find, pattern) for find in parts.values()))
        for name, (rows, unfinished) in zip(parts, answers, strict=True):
            found |= {name: rows, f"{name}_unfinished": unfinished}
    return await page.render("licensedrift_search.html", found, title="Search")


async def _part(page: Page, find: Callable[[sqlite3.Connection, str], list[Any]], pattern: str) -> tuple[Any, bool]:
    try:
        return await page.read(lambda conn: find(conn, pattern)), False
    except TooLong:
        return [], True


def _subjects(conn: sqlite3.Connection, pattern: str) -> list[dict[str, Any]]:
    """By name, former names included; those that are used most come first."""
    rows = conn.execute(
        "select s.kind || ':' || s.name, v.license_claimed, c.license_found, c.openness, c.unavailable_since"
        " from (select id from subject where name like :pattern escape '\\'"
        " union select subject from former_name where name like :pattern escape '\\' limit 2000) f"
        " join subject s on s.id = f.id join current c on c.subject = s.id join version v on v.id = c.version"
        " order by ifnull(c.downloads, -1) desc, s.name limit :most",
        {"pattern": pattern, "most": SHOWN},
    )
    keys = ("subject", "license_claimed", "license_found", "openness", "unavailable_since")
    return [dict(zip(keys, row, strict=True)) for row in rows]


def _clauses(conn: sqlite3.Connection, pattern: str) -> list[dict[str, Any]]:
    """Sentences that clauses quote, each text's newest reading only."""
    rows = conn.execute(
        "select c.clause, c.quote, c.quote_start, c.quote_end, c.section, lower(hex(b.sha256)),"
        " (select a.license from analysis a where a.text = c.text and a.rules = c.rules),"
        " (select s.kind || ':' || s.name from document d join subject s on s.id = d.subject where d.text = c.text"
        "  order by d.id limit 1)"
        " from clause c join blob b on b.id = c.text where (c.quote like :pattern escape '\\'"
        " or c.clause like :pattern escape '\\')"
        " and c.rules = (select max(rules) from analysis a where a.text = c.text) limit :most",
        {"pattern": pattern, "most": SHOWN},
    )
    keys = ("clause", "quote", "start", "end", "section", "hash", "license", "subject")
    return [dict(zip(keys, row, strict=True)) for row in rows]


def _events(conn: sqlite3.Connection, pattern: str) -> list[dict[str, Any]]:
    """Events whose words before or after have it, last recorded first, each once."""
    rows = conn.execute(
        "select id, ifnull(parent, id) from event where before like :pattern escape '\\'"
        " or after like :pattern escape '\\' order by id desc limit :most",
        {"pattern": pattern, "most": 3 * SHOWN},
    ).fetchall()
    found = []
    for top in list(dict.fromkeys(row[1] for row in rows))[:SHOWN]:
        event = timeline.one(conn, top)
        if event is not None:
            found.append(event)
    return found
