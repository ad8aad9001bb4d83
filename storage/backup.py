"""A copy of the archive, taken while anything runs, and checked before it is called a backup."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from storage.archive import Archive, ArchiveError, DamagedArchive, address_for_reading
from storage.progress import Progress

EVERY = 100_000  # steps of SQLite's between two looks at how far it is


def backup(archive: Archive, target: Path, progress: Progress = lambda *_: None) -> int:
    """Copy the archive to `target` (VACUUM INTO) and check the copy; its size in bytes.

    `progress` is told the bytes copied so far, and of how many at most.
    Raises ArchiveError if `target` exists, cannot be written, or is not sound; DamagedArchive if the archive is.
    """
    if target.exists():
        raise ArchiveError(f"{target}: there is a file already; a backup never overwrites one")
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    try:
        # A connection of its own: readers' connections refuse all that writes, this too.
        with closing(sqlite3.connect(address_for_reading(archive.path), uri=True)) as source:
            pages, page = (source.execute(f"pragma {name}").fetchone()[0] for name in ("page_count", "page_size"))
            _watch(source, lambda: progress("bytes copied", _size(partial), pages * page))
            source.execute("vacuum into ?", (str(partial),))
        with closing(sqlite3.connect(f"{partial.resolve().as_uri()}?mode=ro", uri=True)) as copy:
            _watch(copy, lambda: progress("checking the copy, bytes", _size(partial), None))
            (said,) = copy.execute("pragma integrity_check").fetchone()
    except (sqlite3.OperationalError, OSError) as error:
        partial.unlink(missing_ok=True)
        raise ArchiveError(f"{target}: {error}") from error
    except sqlite3.DatabaseError as error:
        partial.unlink(missing_ok=True)
        raise DamagedArchive(f"{archive.path}: the archive is damaged: {error}") from error
    if said != "ok":
        partial.unlink(missing_ok=True)
        raise ArchiveError(f"{target}: the copy is damaged: {said}")
    # Under its own name only when it is whole.
    partial.rename(target)
    return target.stat().st_size


def _watch(conn: sqlite3.Connection, look: Callable[[], None]) -> None:
    """Let somebody look every now and then while SQLite works."""
    conn.set_progress_handler(look, EVERY)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
