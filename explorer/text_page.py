"""A stored text as it is, with a quotation marked where one is meant; long texts come in parts."""

from __future__ import annotations

import sqlite3
from typing import Any

from datasette import Response

from explorer import subject_facts, visible
from explorer.page import HEADERS, Page, WrongRequest, open_page
from explorer.sql_functions import stored_text
from storage.blobs import BlobStore

PART = 120_000  # characters of one page: a license whole, a 2 MB text in twenty parts
CARRIERS = 50


async def text_page(datasette: Any, request: Any) -> Any:
    """`/{database}/-/text/{hash}`, with `start` and `end` (characters) or `part`; `.txt` is the bare text."""
    page = await open_page(datasette, request)
    text_hash = request.url_vars["hash"]
    start, end = page.number("start"), page.number("end")
    if start is not None and end is not None and end < start:
        raise WrongRequest("A quotation cannot end before it starts.")
    found = await page.read(lambda conn: _find(conn, text_hash))
    if found is None:
        return await page.refuse(f"There is no text {text_hash[:12]} in this archive.", 404)
    if request.url_vars["raw"]:
        name = f'attachment; filename="{text_hash[:12]}.txt"'
        return Response.text(found["text"], headers=dict(HEADERS) | {"Content-Disposition": name})
    return await page.render(
        "licensedrift_text.html",
        found | _part(page, found["text"], start, end),
        title=visible.shortened(f"Text of {found['name']}" if found["name"] else "A stored text", 120),
    )


def _part(page: Page, text: str, start: int | None, end: int | None) -> dict[str, Any]:
    """The part that is shown: that of the quotation's beginning, or the one asked for, or the first."""
    parts = max(1, -(-len(text) // PART))
    part = min((start or 0) // PART + 1 if start is not None else page.number("part") or 1, parts)
    first = (part - 1) * PART
    # A quotation that runs over the end of its part takes the part's end along.
    last = min(len(text), max(first + PART, min(end or 0, first + 2 * PART)))
    shown = text[first:last]
    marked = visible.marked(shown, (start or 0) - first, (end or 0) - first) if start is not None else None
    return {
        "part": max(part, 1),
        "parts": parts,
        "first": first,
        "last": last,
        "body": marked if marked is not None else visible.visible(shown),
        "start": start,
        "end": end,
    }


def _find(conn: sqlite3.Connection, text_hash: str) -> dict[str, Any] | None:
    text = stored_text(BlobStore(conn), text_hash)
    if text is None:
        return None
    blob = conn.execute("select id, size from blob where sha256 = ?", (bytes.fromhex(text_hash),)).fetchone()
    carriers = conn.execute(
        "select s.kind || ':' || s.name, d.role, d.place, nullif(lower(hex(d.revision)), ''), d.fetched_at"
        " from document d join subject s on s.id = d.subject where d.text = ? order by d.id limit ?",
        (blob[0], CARRIERS + 1),
    ).fetchall()
    analysis = subject_facts.latest_analysis(conn, blob[0])
    license = analysis[0].license if analysis else None
    return {
        "hash": text_hash,
        "name": license or (carriers[0][0] if carriers else None),
        "text": text,
        "bytes": blob[1],
        "characters": len(text),
        "carriers": [tuple(row) for row in carriers[:CARRIERS]],
        "more_carriers": len(carriers) > CARRIERS,
        "analysis": analysis[0] if analysis else None,
        "rules": analysis[1] if analysis else None,
    }
