"""One SQLite file: opened for the one writer, or for readers beside it.

The journal is a write-ahead log, so readers see the last committed snapshot while a refresh writes.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database, Migrations

from storage.blobs import BlobStore, DamagedBlob
from storage.schema import migrations
from storage.views import ensure_views

BUSY_MILLISECONDS = 30_000
# The writer's pages in memory: of millions of names, the index is not read from disk for each.
CACHE_KIBIBYTES = 131_072


class ArchiveError(Exception):
    """The archive cannot be opened or written: missing, no archive of ours, read-only, or the disk is full."""


class DamagedArchive(ArchiveError):
    """The file is an archive of ours, or was one, but what is in it cannot be read."""


_DAMAGE = (sqlite3.DatabaseError, DamagedBlob)
_OUR_MISTAKES = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError)


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

        Raises ArchiveError when the file is no archive of ours (it is left as it was), or cannot be written.
        """
        _refuse_folder(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # autocommit: transactions are begun where they are meant, by db.atomic()
            conn = sqlite3.connect(path, isolation_level=None, timeout=BUSY_MILLISECONDS / 1000)
            _refuse_foreign(conn, path)
            conn.execute("pragma journal_mode = wal")
            conn.execute("pragma synchronous = full")
            conn.execute("pragma foreign_keys = on")
            conn.execute(f"pragma cache_size = -{CACHE_KIBIBYTES}")
            conn.execute(f"pragma busy_timeout = {BUSY_MILLISECONDS}")
            db = Database(conn)
            migrations.apply(db)
            ensure_views(db)
        except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
            raise _of(path, error) from error
        return cls(db, path)

    @classmethod
    def read(cls, path: Path) -> Archive:
        """Open for reading only. Raises ArchiveError when there is no archive, DamagedArchive when it is broken.

        So does leaving a `with` over it, in place of what SQLite says.
        """
        _refuse_folder(path)
        if not path.is_file():
            raise ArchiveError(f"{path}: there is no archive here yet; `licensedrift refresh` makes one")
        try:
            conn = sqlite3.connect(address_for_reading(path), uri=True, isolation_level=None)
            conn.execute("pragma query_only = on")
            conn.execute(f"pragma busy_timeout = {BUSY_MILLISECONDS}")
            if not conn.execute("select 1 from sqlite_master where name = 'snapshots'").fetchone():
                raise _foreign(path)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise _of(path, error) from error
        return cls(Database(conn), path)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all of it or nothing. Raises ArchiveError when the disk or the file refuses."""
        try:
            with self.db.atomic():
                yield
        except _OUR_MISTAKES:
            raise  # a mistake of ours
        except sqlite3.DatabaseError as error:
            raise _of(self.path, error) from error

    def close(self) -> None:
        """Close it; the write-ahead log is folded into the file by the last one to leave."""
        self.conn.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self.close()
        if isinstance(error, _DAMAGE) and not isinstance(error, _OUR_MISTAKES):
            raise _of(self.path, error) from error


def address_for_reading(path: Path) -> str:
    """Without leave to write beside it SQLite opens no write-ahead file, unless told that nothing writes to it now."""
    address = f"{path.resolve().as_uri()}?mode=ro"
    at_rest = not path.with_name(path.name + "-wal").exists()
    return f"{address}&immutable=1" if at_rest and not os.access(path.resolve().parent, os.W_OK) else address


def _of(path: Path, error: Exception) -> ArchiveError:
    """An error of SQLite's in our words: damage, a stranger's file, or what the system refuses."""
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB:
        return _foreign(path)
    if isinstance(error, (sqlite3.OperationalError, OSError)):
        return ArchiveError(f"{path}: {error}")
    # Of a damaged schema SQLite complains with the very bytes that are no UTF-8.
    said = "its schema cannot be read" if isinstance(error, UnicodeDecodeError) else str(error)
    return DamagedArchive(f"{path}: the archive is damaged: {said}")


def _foreign(path: Path) -> ArchiveError:
    return ArchiveError(f"{path}: this is no archive of licensedrift's")


def _refuse_folder(path: Path) -> None:
    if path.is_dir():
        raise ArchiveError(f"{path}: this is a folder, not an archive")


def _refuse_foreign(conn: sqlite3.Connection, path: Path) -> None:
    """Never write our tables into another program's database: ours keeps a list of migrations from its first moment."""
    tables = {name for (name,) in conn.execute("select name from sqlite_master where type = 'table'")}
    if not tables:
        return
    if Migrations.migrations_table not in tables:
        raise _foreign(path)
    sets = {name for (name,) in conn.execute(f"select migration_set from {Migrations.migrations_table}")}
    if sets and migrations.name not in sets:
        raise _foreign(path)
