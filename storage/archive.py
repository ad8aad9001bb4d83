"""One SQLite file: opened for the one writer, or for readers beside it.

The journal is a write-ahead log, so readers see the last committed snapshot while a refresh writes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from storage.blobs import BlobStore
from storage.schema import migrations
from storage.views import ensure_views

BUSY_MILLISECONDS = 30_000
# The writer's pages in memory: of millions of names, the index is not read from disk for each.
CACHE_KIBIBYTES = 65_536


class ArchiveError(Exception):
    """The archive cannot be opened or written: missing, no archive of ours, read-only, or the disk is full."""


class Archive:
    """An open archive. `db` is its sqlite-utils database, `blobs` its texts."""

    def __init__(self, db: Database, path: Path) -> None:
        self.db = db
        self.conn = db.conn
        self.path = path
        self.blobs = BlobStore(db.conn)

    @classmethod
    def open(cls, path: Path) -> Archive:
        """Open for writing, making or migrating it where needed. The caller holds the lock.

        Raises ArchiveError when the file is no SQLite database, or cannot be written.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # autocommit: transactions are begun where they are meant, by db.atomic()
            conn = sqlite3.connect(path, isolation_level=None, timeout=BUSY_MILLISECONDS / 1000)
            conn.execute("pragma journal_mode = wal")
            conn.execute("pragma synchronous = full")
            conn.execute("pragma foreign_keys = on")
            conn.execute(f"pragma cache_size = -{CACHE_KIBIBYTES}")
            conn.execute(f"pragma busy_timeout = {BUSY_MILLISECONDS}")
            db = Database(conn)
            migrations.apply(db)
            ensure_views(db)
        except (sqlite3.Error, OSError) as error:
            raise ArchiveError(f"{path}: {error}") from error
        return cls(db, path)

    @classmethod
    def read(cls, path: Path) -> Archive:
        """Open for reading only. Raises ArchiveError when there is no archive."""
        if not path.is_file():
            raise ArchiveError(f"{path}: there is no archive here yet; `licensedrift refresh` makes one")
        try:
            conn = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
            conn.execute("pragma query_only = on")
            conn.execute(f"pragma busy_timeout = {BUSY_MILLISECONDS}")
            if not conn.execute("select 1 from sqlite_master where name = 'snapshots'").fetchone():
                raise ArchiveError(f"{path}: this is no archive of licensedrift's")
        except sqlite3.Error as error:
            raise ArchiveError(f"{path}: {error}") from error
        return cls(Database(conn), path)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all of it or nothing. Raises ArchiveError when the disk or the file refuses."""
        try:
            with self.db.atomic():
                yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise  # a mistake of ours
        except sqlite3.DatabaseError as error:
            raise ArchiveError(f"{self.path}: {error}") from error

    def close(self) -> None:
        """Close it; the write-ahead log is folded into the file by the last one to leave."""
        self.conn.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()
