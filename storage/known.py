"""What the archive already knows: asked by a refresh so that nothing known is fetched again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from storage.state import StoredDocument, load_documents, packed, unpacked


class Known(msgspec.Struct, frozen=True, gc=False):
    """One subject as last recorded. `row_hash` is that of the listing row; equal means nothing moved.

    `watch` is the id of the walk that watches it, None for one that is looked at by name.
    """

    subject: int
    version: int
    hub_id: str | None
    name: str
    sha: str | None
    row_hash: bytes | None
    files_behind: bool
    availability: str
    last_modified: str | None
    card_error: str | None
    gated: str
    watch: int | None


_FIELDS = (
    "s.id, c.version, s.hub_id, s.name, c.sha, c.row_hash, c.files_behind, v.availability, c.last_modified,"
    " v.card_error, v.gated, c.watch"
)
_COLUMNS = f"{_FIELDS} from subject s join current c on c.subject = s.id join version v on v.id = c.version"
_CHUNK = 500


def _known(row: tuple[Any, ...]) -> Known:
    subject, version, hub_id, name, sha, row_hash, behind, availability, modified, error, gated, watch = row
    return Known(
        subject, version, unpacked(hub_id), name, unpacked(sha), row_hash, bool(behind), availability, modified, error,
        gated, watch,
    )  # fmt: skip


def by_hub_id(conn: sqlite3.Connection, kind: str, hub_ids: Iterable[str]) -> dict[str, Known]:
    """What is known of these subjects of one kind, by the Hub's `_id`."""
    names = [packed(hub_id) for hub_id in hub_ids]
    found: dict[str, Known] = {}
    for start in range(0, len(names), _CHUNK):
        part = names[start : start + _CHUNK]
        marks = ", ".join("?" * len(part))
        query = f"select {_COLUMNS} where s.kind = ? and s.hub_id in ({marks})"
        for row in conn.execute(query, (kind, *part)):
            known = _known(row)
            found[known.hub_id or ""] = known
    return found


def knows_any(conn: sqlite3.Connection, kind: str) -> bool:
    """Whether any subject of this kind was ever seen at the Hub."""
    query = "select exists (select 1 from subject where kind = ? and hub_id is not null)"
    return bool(conn.execute(query, (kind,)).fetchone()[0])


def by_name(conn: sqlite3.Connection, kind: str, name: str) -> Known | None:
    """The subject that has this name now: of several, one that is still there before one that is not."""
    row = conn.execute(
        f"select {_COLUMNS} where s.kind = ? and s.name = ? order by c.unavailable_since is not null, s.id desc",
        (kind, name),
    ).fetchone()
    return _known(row) if row else None


def watched(conn: sqlite3.Connection, watch: str) -> Iterator[int]:
    """The id of every subject that a walk last saw and that is still there, in order."""
    query = "select c.subject from current c join watch w on w.id = c.watch where w.name = ? order by c.subject"
    for (subject,) in conn.execute(query, (watch,)):
        yield subject


def by_subject(conn: sqlite3.Connection, subjects: Iterable[int]) -> Iterator[Known]:
    """What is known of these subjects, by their ids."""
    for subject in subjects:
        for row in conn.execute(f"select {_COLUMNS} where s.id = ?", (subject,)):
            yield _known(row)


def walks(conn: sqlite3.Connection, names: Iterable[str]) -> set[int]:
    """The ids of these walks, of those that there have been."""
    found = (conn.execute("select id from watch where name = ?", (name,)).fetchone() for name in names)
    return {int(row[0]) for row in found if row}


def watched_by_none(
    conn: sqlite3.Connection, kind: str, section: str, walks: Iterable[int]
) -> Iterator[tuple[int, str]]:
    """The id and name of every subject of a kind that is still there and that none of these walks watches.

    `section` is what the names of this kind's walks begin with.
    """
    ids = ", ".join(str(int(walk)) for walk in walks)
    query = (
        "select s.id, s.name from current c cross join subject s on s.id = c.subject where c.unavailable_since is null"
        f" and (c.watch is null or c.watch in (select id from watch where name glob ? and id not in ({ids})))"
        " and s.kind = ? and s.hub_id is not null"
    )
    yield from conn.execute(query, (f"{section}/*", kind))


def count_watched(conn: sqlite3.Connection, watch: str) -> int:
    """How many subjects a walk last saw."""
    row = conn.execute("select count(*) from current c join watch w on w.id = c.watch where w.name = ?", (watch,))
    return int(row.fetchone()[0])


def watches_more_than(conn: sqlite3.Connection, watch: str, subjects: int) -> bool:
    """Whether a walk last saw more than so many subjects; of millions, no more are counted than that."""
    query = "select count(*) from (select 1 from current c join watch w on w.id = c.watch where w.name = ? limit ?)"
    return int(conn.execute(query, (watch, subjects + 1)).fetchone()[0]) > subjects


def once_missing(conn: sqlite3.Connection, kind: str) -> list[Known]:
    """Subjects that were found to be unavailable once: a second look at them makes them gone, or finds them again."""
    # The few who are away first: SQLite would look at all of the kind.
    query = (
        f"select {_FIELDS} from current c indexed by current_unavailable"
        " cross join subject s on s.id = c.subject cross join version v on v.id = c.version"
        " where s.kind = ? and c.unavailable_since is not null and c.gone_at is null"
        " and v.availability = 'unavailable' and s.hub_id is not null order by s.id"
    )
    return [_known(row) for row in conn.execute(query, (kind,))]


def waiting(conn: sqlite3.Connection, kind: str, limit: int) -> list[Known]:
    """Subjects whose files still wait to be read, worthiest first.

    A license `other` or none before a named one, and license files before none (that is where texts tell something);
    then what is no copy of another repository; then by downloads.
    """
    query = (
        f"select {_COLUMNS} where s.kind = ? and c.files_behind = 1 and c.unavailable_since is null"
        " order by ifnull(v.license_claimed, 'other') <> 'other' and ifnull(c.has_license_files, 0) = 0,"
        " v.base_model is not null, c.downloads desc, s.id limit ?"
    )
    return [_known(row) for row in conn.execute(query, (kind, limit))]


def documents(conn: sqlite3.Connection, version: int) -> tuple[StoredDocument, ...]:
    """The documents of a version."""
    return load_documents(conn, version)


def hash_of_git_blob(conn: sqlite3.Connection, oid: str) -> str | None:
    """The SHA-256 of a file's bytes by git's own name for them, if they are in the archive."""
    row = conn.execute(
        "select b.sha256 from git_blob g join blob b on b.id = g.blob where g.oid = ?", (packed(oid),)
    ).fetchone()
    return row[0].hex() if row else None
