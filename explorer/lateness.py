"""Whether the last good snapshot is older than the schedule says it may be."""

from __future__ import annotations

import os
import sqlite3
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from explorer.page import Page
from schedules import clock, cron

# A refresh may take its time; only then is a snapshot that should be there missing.
GRACE = timedelta(hours=3)
# What schedules/configuration.py takes where config.toml says nothing.
DATABASE, REFRESH = "licensedrift.db", "17 2 * * *"


@dataclass(frozen=True, slots=True)
class Lateness:
    """`due` is when a snapshot should have begun, `last` when the last good one did (None: never)."""

    last: str | None
    due: str
    schedule: str


def lateness(conn: sqlite3.Connection, page: Page) -> Lateness | None:
    """How late the archive is; None if it is not, or if no schedule is known."""
    expression = schedule(page)
    row = conn.execute(
        "select started_at from snapshots where scope = 'all' and status in ('complete', 'partial')"
        " order by id desc limit 1"
    ).fetchone()
    begun = conn.execute("select min(started_at) from run").fetchone()[0]
    since = row[0] if row else begun
    if expression is None or since is None:
        return None
    try:
        due = cron.next_after(expression, datetime.fromisoformat(since) + timedelta(seconds=1))
        now = clock.now()
    except (cron.CronError, ValueError):
        return None
    if due is None or now < due + GRACE:
        return None
    return Lateness(row[0] if row else None, clock.stamp(due), expression)


def schedule(page: Page) -> str | None:
    """The cron expression in force: the plugin's setting `schedule`, else that of the archive's config.toml.

    config.toml is the one that LICENSEDRIFT_CONFIG names, else the one beside the archive; it counts only if this
    archive is the one that it speaks of.
    """
    settings: dict[str, Any] = page.datasette.plugin_config("licensedrift", database=page.db.name) or {}
    if settings.get("schedule"):
        return str(settings["schedule"])
    database = Path(page.db.path).resolve()
    path = Path(os.environ.get("LICENSEDRIFT_CONFIG") or database.parent / "config.toml")
    return _read(path, path.stat().st_mtime_ns, database) if path.is_file() else None


def _read(path: Path, changed: int, database: Path) -> str | None:
    key = (path, changed, database)
    if key not in _known:
        _known.clear()
        _known[key] = _refresh_of(path, database)
    return _known[key]


def _refresh_of(path: Path, database: Path) -> str | None:
    """`schedule.refresh` of a configuration that is about this archive; None if it cannot be read."""
    try:
        config = tomllib.loads(path.read_bytes().decode("utf-8"))
    except (OSError, ValueError):
        return None
    named = path.parent / str(config.get("database", DATABASE))
    if "LICENSEDRIFT_CONFIG" not in os.environ and named.resolve() != database:
        return None
    table = config.get("schedule")
    expression = table.get("refresh") if isinstance(table, dict) else None
    return expression if isinstance(expression, str) else REFRESH


_known: dict[tuple[Path, int, Path], str | None] = {}
