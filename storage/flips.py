"""Flip-flops: a page that goes back and forth between texts that are known (A/B tests, region variants).

The first change alerts. A return to a text that the page had a short while ago is recorded as what it is, and alerts
nobody again.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta

from storage.changes import Change

# Longer ago, and going back is a decision worth an alert.
WINDOW = timedelta(days=45)


def marked(conn: sqlite3.Connection, subject: int, change: Change, at: str) -> Change:
    """The change, marked as a flip and not substantive if it leads back to a text of lately."""
    if change.kind != "text" or change.role != "terms" or change.after_text is None:
        return change
    until = _last_had(conn, subject, change.after_text)
    if until is None or datetime.fromisoformat(at) - datetime.fromisoformat(until) > WINDOW:
        return change
    children = tuple(replace(child, flip=True, substantive=False) for child in change.children)
    return replace(change, flip=True, substantive=False, children=children)


def _last_had(conn: sqlite3.Connection, subject: int, text: int) -> str | None:
    """Until when (ISO 8601) the subject last had this text, if it had it before and not now."""
    row = conn.execute(
        "select max(v.until) from version v join version_document vd on vd.version = v.id"
        " join document d on d.id = vd.document where v.subject = ? and v.until is not null and d.text = ?",
        (subject, text),
    ).fetchone()
    return row[0] if row else None
