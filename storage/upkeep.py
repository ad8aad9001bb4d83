"""What keeps a large archive quick and small: statistics, merged search indexes, old captures, a short log.

Nothing here drops a text, a version or an event. What may go: captures that were not believed and are older than
`CAPTURES_DAYS`, what killed runs had put aside, and copies of the archive beyond the number that is to be kept.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

from storage import sweeps
from storage.archive import Archive
from storage.backup import backup
from storage.words import CARD_WORDS, EVENT_WORDS, LICENSE_WORDS

CAPTURES_DAYS = 180
_COPY = re.compile(r"licensedrift-\d{4}-\d\d-\d\dT\d{6}Z\.db", re.ASCII)


def optimize(archive: Archive, now: datetime) -> int:
    """Bring the archive in order; how many captures were dropped. Needs the archive's lock and a writing connection."""
    conn = archive.conn
    until = f"{now - timedelta(days=CAPTURES_DAYS):%Y-%m-%dT%H:%M:%SZ}"
    with archive.writing():
        dropped = conn.execute("delete from rejected where fetched_at < ?", (until,)).rowcount
        if conn.execute("delete from pending").rowcount:
            sweeps.forget(archive)  # without what it put aside a killed sweep begins anew
        for table in (LICENSE_WORDS, CARD_WORDS, EVENT_WORDS):
            conn.execute(f"insert into {table} ({table}) values ('optimize')")
        # All rows: what is guessed from the first thousands of an index made SQLite read all versions for one question.
        conn.execute("pragma analysis_limit = 0")
        conn.execute("analyze")
    conn.execute("pragma wal_checkpoint(truncate)").fetchall()
    return int(dropped)


def copy_to(archive: Archive, folder: Path, keep: int, now: datetime) -> Path:
    """A checked copy of the archive in `folder`, named by its time; the oldest copies beyond `keep` are removed.

    Raises ArchiveError. None is removed before the new one is whole and sound.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"licensedrift-{now:%Y-%m-%dT%H%M%SZ}.db"
    backup(archive, target)
    copies = sorted(path for path in folder.iterdir() if _COPY.fullmatch(path.name))
    for old in copies[: -max(keep, 1)]:
        old.unlink()
    return target
