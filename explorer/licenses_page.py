"""Every license that was found, and every distinct text, most carried first."""

from __future__ import annotations

import sqlite3
from typing import Any

from explorer import license_texts, wording
from explorer.page import open_page
from licenses.catalogue import entry


async def licenses_page(datasette: Any, request: Any) -> Any:
    """`/{database}/-/licenses`, of one `license` (`unknown`: none that is known), from row `offset` on."""
    page = await open_page(datasette, request)
    asked = license_texts.Asked(page.argument("license"), page.number("offset") or 0)

    def find(conn: sqlite3.Connection) -> dict[str, Any]:
        rows, more = license_texts.texts(conn, asked)
        found = license_texts.licenses(conn)
        return {
            "rows": rows,
            "more": more,
            "licenses": [one | {"known": entry(one["license"])} for one in found] if not asked.license else [],
            "carriers": next((one["subjects"] for one in found if one["license"] == asked.license), 0),
        }

    found = await page.read(find)
    following = asked.offset + license_texts.PAGE_SIZE
    return await page.render(
        "licensedrift_licenses.html",
        found | {
            "asked": asked,
            "known": entry(asked.license),
            "wording": wording,
            "next": page.links.licenses(license=asked.license, offset=following) if found["more"] else None,
            "first": page.links.licenses(license=asked.license) if asked.offset else None,
            "subjects": page.links.view("catalog", license_found=asked.license) if asked.license else None,
        },
        title=f"Texts of {asked.license}" if asked.license else "Licenses",
    )  # fmt: skip
