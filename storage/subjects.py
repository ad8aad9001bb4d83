"""Who is who: a subject is the Hub's `_id`, under the name that it has now.

A rename keeps the `_id`; a name that somebody else took over is another subject.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from storage.records import Observation
from storage.state import packed


@dataclass(frozen=True, slots=True)
class Found:
    """A subject's row. `renamed_from` is set when the observation showed it under a new name."""

    id: int
    new: bool
    renamed_from: str | None = None


def find_or_add(conn: sqlite3.Connection, seen: Observation, run: int) -> Found:
    """The subject that was observed, added if it was never seen before."""
    row = conn.execute(
        "select id, name from subject where kind = ? and hub_id = ?", (seen.kind, packed(seen.hub_id))
    ).fetchone()
    if row is None:
        return _by_name(conn, seen)
    if row[1] == seen.name:
        return Found(int(row[0]), False)
    conn.execute(
        "insert or ignore into former_name (name, kind, subject, until) values (?, ?, ?, ?)",
        (row[1], seen.kind, row[0], run),
    )
    conn.execute("update subject set name = ? where id = ?", (seen.name, row[0]))
    return Found(int(row[0]), False, row[1])


def _by_name(conn: sqlite3.Connection, seen: Observation) -> Found:
    """A name watched before it was there has a row without `_id`; with one, the name is somebody else's now."""
    if seen.hub_id is None:
        query = (
            "select s.id from subject s left join current c on c.subject = s.id where s.kind = ? and s.name = ?"
            " order by c.unavailable_since is not null, s.id desc limit 1"
        )
    else:
        query = "select id from subject where kind = ? and name = ? and hub_id is null"
    row = conn.execute(query, (seen.kind, seen.name)).fetchone()
    if row is not None:
        if seen.hub_id is not None:
            conn.execute("update subject set hub_id = ? where id = ?", (packed(seen.hub_id), row[0]))
        return Found(int(row[0]), False)
    cursor = conn.execute(
        "insert into subject (kind, hub_id, name) values (?, ?, ?)",
        (seen.kind, packed(seen.hub_id), seen.name),
    )
    return Found(int(cursor.lastrowid or 0), True)


class UnknownSubject(Exception):
    """No subject of that name, or the bare name fits more than one kind."""


def lookup(conn: sqlite3.Connection, name: str) -> tuple[int, str]:
    """The id and full name (`kind:org/name`) of a subject as a person writes it, former names included.

    Raises UnknownSubject, saying what fits.
    """
    kind, _, bare = name.partition(":")
    if kind not in ("model", "dataset", "space", "terms"):
        kind, bare = "", name
    rows = _matches(conn, "select id, kind, name from subject where name = ?", bare, kind)
    rows = rows or _matches(
        conn,
        "select s.id, s.kind, s.name from former_name f join subject s on s.id = f.subject where f.name = ?",
        bare,
        kind,
    )
    if not rows:
        raise UnknownSubject(f"{name}: no such subject in the archive; `licensedrift show --help` says how to name one")
    if len({row[1] for row in rows}) > 1:
        fitting = ", ".join(f"{row[1]}:{row[2]}" for row in rows)
        raise UnknownSubject(f"{name}: more than one kind has it; say which: {fitting}")
    # Of several that had this name, the one that has it, newest first.
    best = max(rows, key=lambda row: int(row[0]))
    return int(best[0]), f"{best[1]}:{best[2]}"


def _matches(conn: sqlite3.Connection, query: str, bare: str, kind: str) -> list[tuple[int, str, str]]:
    if any("\ud800" <= sign <= "\udfff" for sign in bare):
        return []  # bytes of a command line that are no UTF-8: SQLite would refuse to look
    rows = list(conn.execute(query, (bare,)))
    return [row for row in rows if not kind or row[1] == kind]
