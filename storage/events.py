"""Writes drift events: one row a change, and below a text one row a clause."""

from __future__ import annotations

import sqlite3
from typing import Any

import orjson

from storage import words
from storage.changes import Change
from storage.runs import Run


def write(
    conn: sqlite3.Connection,
    change: Change,
    *,
    subject: int,
    version: int | None,
    run: Run,
    parent: int | None = None,
    snapshot: bool = True,
) -> int:
    """Write one change and what is below it; returns the event's id. `snapshot` is False for history."""
    hashes = [_text_hash(conn, blob) for blob in (change.before_text, change.after_text)]
    cursor = conn.execute(
        "insert into event (parent, run, at, subject, version, kind, role, direction, substantive, flip, clause,"
        " before, after, before_text, after_text, evidence_before, evidence_after, rules_version)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            parent,
            run.id if snapshot else None,
            change.at or run.started_at,
            subject,
            version,
            change.kind,
            change.role,
            change.direction,
            change.substantive,
            change.flip,
            change.clause,
            change.before,
            change.after,
            *hashes,
            _evidence(conn, change.evidence_before),
            _evidence(conn, change.evidence_after),
            run.rules_version,
        ),
    )
    event = int(cursor.lastrowid or 0)
    words.add_event(conn, event, change.before, change.after)
    for child in change.children:
        write(conn, child, subject=subject, version=version, run=run, parent=event, snapshot=snapshot)
    return event


def _text_hash(conn: sqlite3.Connection, blob: int | None) -> bytes | None:
    if blob is None:
        return None
    row = conn.execute("select sha256 from blob where id = ?", (blob,)).fetchone()
    return bytes(row[0])


def _evidence(conn: sqlite3.Connection, found: dict[str, Any] | None) -> str | None:
    if found is None:
        return None
    shown = dict(found)
    digest = _text_hash(conn, shown.pop("text", None))
    if digest is not None:
        shown["text_hash"] = digest.hex()
    return orjson.dumps(shown).decode()
