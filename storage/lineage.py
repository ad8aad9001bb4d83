"""Which versions name a repository as what they were made from: looked up by its name, without reading every card."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

TABLE = """
create table lineage (
    base text not null,             -- the name of a repository, as cards write it
    version integer not null references version(id),
    primary key (base, version)
) strict, without rowid;
"""


def add(conn: sqlite3.Connection, named: Iterable[tuple[int, Iterable[str]]]) -> None:
    """Keep what versions (ids) name as their bases."""
    conn.executemany(
        "insert or ignore into lineage values (?, ?)",
        ((base, version) for version, bases in named for base in bases),
    )


def add_all(conn: sqlite3.Connection) -> None:
    """Keep it of everything that is in an archive made before there was such a table."""
    conn.execute(
        "insert or ignore into lineage select j.value, v.id from version v, json_each(v.base_model) j"
        " where v.base_model is not null and j.type = 'text'"
    )
