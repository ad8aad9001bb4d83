"""A copy of the archive, taken while anything runs, and checked before it is called a backup."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from storage.archive import Archive, ArchiveError, DamagedArchive, address_for_reading
from storage.progress import Progress

EVERY = 0.1  # seconds between two looks at how far SQLite is


def backup(archive: Archive, target: Path, progress: Progress = lambda *_: None) -> int:
    """Copy the archive to `target` (VACUUM INTO) and check the copy; its size in bytes.

    `progress` is told the bytes copied so far, and of how many at most.
    Raises ArchiveError if `target` exists, cannot be written, or is not sound; DamagedArchive if the archive is.
    """
    if target.exists():
        raise ArchiveError(f"{target}: there is a file already; a backup never overwrites one")
    partial = target.with_name(target.name + ".partial")
    try:
        partial.unlink(missing_ok=True)
        said = _copied(archive, partial, progress)
        if said != "ok":
            raise ArchiveError(f"{target}: the copy is damaged: {said}")
        # Under its own name only when it is whole.
        partial.rename(target)
    except BaseException as error:
        _forget(partial)
        if isinstance(error, sqlite3.OperationalError | OSError):
            raise ArchiveError(f"{target}: {error}") from error
        if isinstance(error, sqlite3.DatabaseError):
            raise DamagedArchive(f"{archive.path}: the archive is damaged: {error}") from error
        raise
    return target.stat().st_size


def _copied(archive: Archive, partial: Path, progress: Progress) -> str:
    """Copy, and what SQLite says of the copy."""
    # A connection of its own: readers' connections refuse all that writes, this too.
    with closing(_connected(address_for_reading(archive.path))) as source:
        pages, page = (source.execute(f"pragma {name}").fetchone()[0] for name in ("page_count", "page_size"))
        size = pages * page
        _watched(source, "vacuum into ?", [str(partial)], lambda: progress("bytes copied", _size(partial), size))
    with closing(_connected(f"{partial.resolve().as_uri()}?mode=ro")) as copy:
        checking = "checking the copy, bytes"
        return str(_watched(copy, "pragma integrity_check", [], lambda: progress(checking, _size(partial), None))[0])


def _connected(address: str) -> sqlite3.Connection:
    return sqlite3.connect(address, uri=True, check_same_thread=False)


def _watched(conn: sqlite3.Connection, statement: str, values: Sequence[str], look: Callable[[], None]) -> Any:
    """The first row of what another thread lets SQLite do, while this one looks on and can be interrupted.

    (A progress handler of SQLite's would swallow the exception that a signal raises in it.)
    """
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(lambda: conn.execute(statement, values).fetchone())
        try:
            while True:
                look()
                with suppress(TimeoutError):
                    return work.result(EVERY)
        except BaseException:
            conn.interrupt()
            raise


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _forget(partial: Path) -> None:
    """Take away what was begun, where anything could be."""
    for path in (partial, partial.with_name(partial.name + "-journal")):
        with suppress(OSError):  # its folder is none, or not ours to write: then there is nothing of ours in it
            path.unlink(missing_ok=True)
