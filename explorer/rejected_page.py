"""Captures of pages that were not believed: why, and their bytes, so that a reader can look."""

from __future__ import annotations

import sqlite3
from typing import Any

import zstandard
from datasette import Response

from explorer.page import HEADERS, open_page

MOST = 200  # rows
LARGEST = 50_000_000  # bytes of a capture
_KEYS = ("id", "subject", "url", "fetched_at", "reason", "size")


async def rejected_page(datasette: Any, request: Any) -> Any:
    """`/{database}/-/rejected`, newest first, of one `subject` if that is given."""
    page = await open_page(datasette, request)
    subject = page.argument("subject")

    def find(conn: sqlite3.Connection) -> list[dict[str, Any]]:
        where, values = ("where subject = ?", [subject]) if subject else ("", [])
        rows = conn.execute(
            f"select {', '.join(_KEYS)} from rejected {where} order by id desc limit ?", [*values, MOST]
        )
        return [dict(zip(_KEYS, row, strict=True)) for row in rows]

    rows = await page.read(find)
    return await page.render(
        "licensedrift_rejected.html",
        {"rows": rows, "subject": subject, "most": MOST},
        title="Captures that were not believed",
    )


async def capture(datasette: Any, request: Any) -> Any:
    """`/{database}/-/rejected/{id}`: the bytes of one, to be saved; a browser never shows them as a page."""
    page = await open_page(datasette, request)
    number = int(request.url_vars["number"])
    row = await page.read(lambda conn: conn.execute("select data from rejected where id = ?", (number,)).fetchone())
    if row is None:
        return await page.refuse(f"There is no capture {number} here, or no longer.", 404)
    content = zstandard.ZstdDecompressor().decompress(row[0], max_output_size=LARGEST)
    name = f'attachment; filename="capture-{number}.html.txt"'
    headers = dict(HEADERS) | {"Content-Disposition": name}
    return Response(content, headers=headers, content_type="application/octet-stream")
