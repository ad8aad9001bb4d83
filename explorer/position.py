"""One subject's whole legal position, as `show` tells it: claim, license found, clauses, findings, texts, history."""

from __future__ import annotations

import sqlite3
from typing import Any

import orjson

from explorer.subject_facts import speaking
from storage import queries
from storage.archive import Archive
from storage.state import load_state
from storage.subjects import lookup
from storage.understanding import Analysis, Understanding


def describe(archive: Archive, name: str, at: str | None = None) -> dict[str, Any]:
    """The document of `show` (contract.md). Raises UnknownSubject, UnknownSnapshot; also for `at` before its time."""
    conn = archive.conn
    subject, full_name = lookup(conn, name)
    version = queries.version_at(conn, subject, at)
    if version is None:
        raise queries.UnknownSnapshot(f"{full_name} was not known at {at}")
    state = load_state(conn, version)
    read = Understanding(archive, reading_only=True)
    analyses = {d.text: read.of(d.text) for d in state.documents if d.role != "card"}
    current = _current(conn, subject)
    speaker = speaking(state, analyses)
    found = speaker.identity if speaker else None
    return {
        "subject": full_name,
        "version": version,
        "availability": state.facts.availability,
        "gated": state.facts.gated,
        "unavailable_since": current["unavailable_since"],
        "gone_at": current["gone_at"],
        "license": {
            "claimed": state.facts.license_claimed,
            "claimed_name": state.facts.license_name,
            "claimed_link": state.facts.license_link,
            "found": found.license if found else None,
            "edition": found.edition if found else None,
            "similarity": round(found.similarity, 4) if found else None,
        },
        "openness": current["openness"] if at is None else "unknown",
        "base_model": list(state.facts.base_model),
        "clauses": [
            clause | {"document": place} for place, analysis in _with_places(state.documents, analyses)
            for clause in _clauses(analysis)
        ],
        "findings": _findings(conn, subject),
        "documents": queries.documents(conn, version),
        "history": queries.history(conn, subject),
    }  # fmt: skip


def _with_places(documents: Any, analyses: dict[int, Analysis]) -> list[tuple[str, Analysis]]:
    return [(d.place, analyses[d.text]) for d in documents if d.text in analyses]


def _clauses(analysis: Analysis) -> list[dict[str, Any]]:
    return [
        {
            "clause": c.clause, "quote": c.quote, "start": c.start, "end": c.end, "section": c.section,
            "parameters": c.parameters,
        }
        for c in analysis.clauses
    ]  # fmt: skip


def _current(conn: sqlite3.Connection, subject: int) -> dict[str, Any]:
    row = conn.execute(
        "select unavailable_since, gone_at, openness from current where subject = ?", (subject,)
    ).fetchone()
    return dict(zip(("unavailable_since", "gone_at", "openness"), row or (None, None, "unknown"), strict=True))


def _findings(conn: sqlite3.Connection, subject: int) -> list[dict[str, Any]]:
    keys = ("claim", "claimed", "found", "evidence", "severity")
    rows = conn.execute(
        f"select {', '.join(keys)} from finding where subject = ? and valid_to is null order by id", (subject,)
    )
    found = [dict(zip(keys, row, strict=True)) for row in rows]
    for row in found:
        row["evidence"] = orjson.loads(row["evidence"]) if row["evidence"] else None
    return found
