"""Whether the last good snapshot is older than it should be: the archive itself says when the next one was due."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# A refresh may take its time; only then is a snapshot that should be there missing.
GRACE = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Lateness:
    """Why the archive is out of date. Times as the archive writes them.

    `last` is when the last good snapshot began (None: there is none), `due` when a new one should have begun, and
    `failed` the status and time of a newer run that came to no snapshot; one of the two is None.
    """

    last: str | None
    due: str | None = None
    failed: tuple[str, str] | None = None


def next_refresh(conn: sqlite3.Connection) -> str | None:
    """When the next refresh is due by the schedule, as the last one wrote it down; None if it is not known."""
    row = conn.execute("select value from state where name = 'next_refresh'").fetchone()
    return str(row[0]) if row else None


def lateness(conn: sqlite3.Connection) -> Lateness | None:
    """How late the archive is; None if it is not."""
    snapshot = conn.execute(
        "select id, started_at from run where scope = 'all' and status in ('complete', 'partial')"
        " order by id desc limit 1"
    ).fetchone()
    last = str(snapshot[1]) if snapshot else None
    failed = conn.execute(
        "select status, started_at from run where scope = 'all' and status in ('failed', 'interrupted') and id > ?"
        " order by id desc limit 1",
        (snapshot[0] if snapshot else 0,),
    ).fetchone()
    if failed is not None:
        return Lateness(last, failed=(str(failed[0]), str(failed[1])))
    due = next_refresh(conn)
    if due is not None and _is_past(due):
        return Lateness(last, due=due)
    return None


def _is_past(due: str) -> bool:
    try:
        return _now() > datetime.fromisoformat(due) + GRACE
    except ValueError:
        return False


def _now() -> datetime:
    """The time, or the one that LICENSEDRIFT_NOW sets (docs/operations.md)."""
    said = os.environ.get("LICENSEDRIFT_NOW")
    moment = datetime.fromisoformat(said) if said else datetime.now(UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
