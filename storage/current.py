"""The current state of each subject, kept as a row of its own so that no reader has to search history for it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, fields

from storage.records import Observation
from storage.state import packed


@dataclass(slots=True)
class CurrentRow:
    """One row of the table `current`; the names are the columns'."""

    subject: int
    version: int
    first_run: int
    changed_run: int
    watch: int | None = None
    seen_in: int | None = None
    row_hash: bytes | None = None
    sha: bytes | None = None
    files_behind: int = 0
    last_modified: str | None = None
    created_at: str | None = None
    modality: str | None = None
    parameters: int | None = None
    downloads: int | None = None
    has_weights: int | None = None
    unavailable_since: str | None = None
    gone_at: str | None = None
    license_found: str | None = None
    edition: str | None = None
    similarity: float | None = None
    openness: str = "unknown"
    has_license_files: int | None = None

    def seen(self, observation: Observation, run: int, watch: int | None) -> None:
        """Take over what moves without making a version: the head commit, counts, and who watches it."""
        facts = observation.facts
        self.sha, self.row_hash = packed(facts.sha), observation.row_hash
        self.files_behind = int(observation.files_behind)
        self.last_modified, self.created_at = facts.last_modified, facts.created_at
        self.modality, self.parameters = facts.modality, facts.parameters
        self.downloads = facts.downloads
        self.has_weights = flag(facts.has_weights)
        self.has_license_files = flag(facts.has_license_files)
        self.seen_in, self.watch = run, watch


def flag(said: bool | None) -> int | None:
    """A truth as SQLite keeps it."""
    return None if said is None else int(said)


COLUMNS = tuple(field.name for field in fields(CurrentRow))
_SELECT = f"select {', '.join(COLUMNS)} from current where subject = ?"
_SAVE = f"insert or replace into current ({', '.join(COLUMNS)}) values ({', '.join('?' * len(COLUMNS))})"


def load_current(conn: sqlite3.Connection, subject: int) -> CurrentRow | None:
    """The current row of a subject, or None if it was never recorded."""
    row = conn.execute(_SELECT, (subject,)).fetchone()
    return CurrentRow(*row) if row else None


def save_current(conn: sqlite3.Connection, row: CurrentRow) -> None:
    """Write the current row."""
    conn.execute(_SAVE, tuple(getattr(row, name) for name in COLUMNS))


def watch_id(conn: sqlite3.Connection, name: str) -> int:
    """The id of a walk (`models/all`, `models/author:org`, ...), added if it is new."""
    conn.execute("insert or ignore into watch (name) values (?)", (name,))
    return int(conn.execute("select id from watch where name = ?", (name,)).fetchone()[0])
