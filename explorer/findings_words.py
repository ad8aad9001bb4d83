"""Findings in plain words: what a claim says, and how the texts contradict it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

import orjson

# What a finding is, in a word or two; `claim` in the archive.
_NAMES = {
    "contradiction": "claim and text differ",
    "altered": "altered text",
    "stale": "outdated claim",
    "tags": "card and tags differ",
    "unknown-license": "unknown license",
    "vague": "no license named",
    "missing-text": "no license text",
    "dangling-link": "link to nothing",
}
_KEYS = ("claim", "claimed", "found", "evidence", "severity")


def standing(conn: sqlite3.Connection, subject: int) -> list[dict[str, Any]]:
    """The findings of a subject (its id) that hold now, gravest first, each with its `name`, `sentence` and places."""
    rows = conn.execute(
        f"select {', '.join(_KEYS)} from finding where subject = ? and valid_to is null"
        " order by case severity when 'high' then 0 when 'medium' then 1 else 2 end, id",
        (subject,),
    )
    found = [dict(zip(_KEYS, row, strict=True)) for row in rows]
    return [
        row
        | {
            "name": _NAMES.get(row["claim"], row["claim"]),
            "sentence": sentence(row),
            "evidence": places(row["evidence"]),
        }
        for row in found
    ]


def sentence(finding: Mapping[str, Any]) -> str:
    """One finding as a sentence. What is claimed and found are strangers' words, and not made safe here."""
    claimed, found = finding["claimed"] or "nothing", finding["found"] or "nothing"
    return {
        "contradiction": f"The card says {claimed}; the texts say {found}.",
        "altered": f"The text bears the name {claimed}, and its words were changed.",
        "stale": f"The card still says {claimed}; the text is {found}, which grants more.",
        "tags": f"The card says {claimed}; the tags of the listing say {found}.",
        "unknown-license": f"The card says {claimed}, which is no license that is known"
        + (f"; the text is {found}." if finding["found"] else "."),
        "vague": f"The card says {claimed}, which names no license"
        + (f"; the text is {found}." if finding["found"] else ", and no text says more."),
        "missing-text": f"The card says {claimed}, and no license text is there."
        if finding["claimed"]
        else "No license is declared, and no license text is there.",
        "dangling-link": f"The card's link {claimed} leads to no text.",
    }.get(str(finding["claim"]), f"Claimed is {claimed}; the texts say {found}.")


def places(evidence: str | None) -> list[dict[str, Any]]:
    """Where the evidence (JSON: an object or a list of them) stands: place, text_hash, start and end, clause.

    What is no such JSON counts as no evidence.
    """
    try:
        value = orjson.loads(evidence) if evidence else []
    except orjson.JSONDecodeError:
        return []
    rows = value if isinstance(value, list) else [value]
    return [_place(row) for row in rows if isinstance(row, dict) and _is_hash(row.get("text_hash"))]


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 64 and not value.strip("0123456789abcdef")


def _place(row: Mapping[str, Any]) -> dict[str, Any]:
    start, end = (row.get(key, row.get(f"quote_{key}")) for key in ("start", "end"))
    known = isinstance(start, int) and isinstance(end, int)
    return {
        "place": str(row.get("place") or "the text"),
        "hash": row["text_hash"],
        "start": start if known else None,
        "end": end if known else None,
        "clause": row.get("clause"),
    }
