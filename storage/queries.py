"""Questions that readers ask of the archive: which snapshots, what drifted, what was so at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import orjson

from storage.views import SUBJECT

# What an EVENT says, and where it stands: as in the view `drift`.
_EVENT = {
    "id": "e.id",
    "snapshot": "e.run",
    "at": "e.at",
    "subject": SUBJECT,
    "kind": "e.kind",
    "role": "e.role",
    "direction": "e.direction",
    "substantive": "e.substantive",
    "clause": "e.clause",
    "before": "e.before",
    "after": "e.after",
    "before_hash": "nullif(lower(hex(e.before_text)), '')",
    "after_hash": "nullif(lower(hex(e.after_text)), '')",
    "evidence_before": "e.evidence_before",
    "evidence_after": "e.evidence_after",
}
EVENT_KEYS = tuple(_EVENT)
_AS_JSON = {
    "substantive": "json(iif(e.substantive, 'true', 'false'))",
    "evidence_before": "json(e.evidence_before)",
    "evidence_after": "json(e.evidence_after)",
}


class UnknownSnapshot(Exception):
    """A snapshot id or time that names nothing in this archive."""


def snapshots(conn: sqlite3.Connection) -> list[dict[str, Any]]:
    """Every snapshot, oldest first, with the keys of the command `snapshots`."""
    keys = ("id", "started_at", "finished_at", "status", "scope", "subjects", "changed", "events")
    rows = conn.execute(f"select {', '.join(keys)} from snapshots order by id")
    return [dict(zip(keys, row, strict=True)) for row in rows]


def resolve_snapshot(conn: sqlite3.Connection, name: str) -> int:
    """The snapshot that a person means: an id, or a time (the last snapshot that began by then).

    Raises UnknownSnapshot saying what there is.
    """
    if name.isdecimal() and len(name) > 18:
        row = None  # SQLite counts no further
    elif name.isdecimal():
        row = conn.execute("select id from snapshots where id = ?", (int(name),)).fetchone()
    else:
        row = conn.execute(
            "select id from snapshots where started_at <= ? order by id desc limit 1", (iso_time(name),)
        ).fetchone()
    if row is None:
        first, last = conn.execute("select min(id), max(id) from snapshots").fetchone()
        there = f"there are snapshots {first} to {last}" if first else "there is none yet"
        raise UnknownSnapshot(f"{name}: no such snapshot; {there}")
    return int(row[0])


def iso_time(name: str) -> str:
    """A date or time as a person writes it (ISO 8601), as the archive writes it. A date means its end.

    Raises UnknownSnapshot if it is no time.
    """
    try:
        moment = datetime.fromisoformat(name)
    except ValueError as error:
        raise UnknownSnapshot(f"{name}: neither a snapshot's number nor a time such as 2026-11-23T09:00:00Z") from error
    if len(name) == len("2026-11-23"):
        moment = moment.replace(hour=23, minute=59, second=59)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def last_two(conn: sqlite3.Connection) -> tuple[int | None, int | None]:
    """The ids of the last two snapshots; None for those that are not there yet."""
    ids = [row[0] for row in conn.execute("select id from snapshots order by id desc limit 2")]
    return (ids[1] if len(ids) > 1 else None), (ids[0] if ids else None)


def snapshot_before(conn: sqlite3.Connection, snapshot: int) -> int | None:
    """The snapshot before this one, or None."""
    row = conn.execute("select max(id) from snapshots where id < ?", (snapshot,)).fetchone()
    return int(row[0]) if row[0] is not None else None


def events(
    conn: sqlite3.Connection, *, after: int | None, until: int, subject: int | None = None
) -> list[dict[str, Any]]:
    """Drift events seen after snapshot `after` (None: from the beginning) up to and with `until`.

    Each is an EVENT of contract.md, with the events of its clauses beneath it under `clauses`.
    """
    return list(each_event(conn, after=after, until=until, subject=subject))


def each_event(
    conn: sqlite3.Connection,
    *,
    after: int | None,
    until: int,
    subject: int | None = None,
    by_subject: bool = False,
) -> Iterator[dict[str, Any]]:
    """The same one by one, whatever their number; with `by_subject` all those of a subject follow each other."""
    query = f"select {', '.join(_EVENT.values())}, e.parent {_seen(subject)}"
    # An event's clauses are written right behind it and keep their ids for good (storage/events.py).
    query += " order by e.subject, e.run, e.id" if by_subject else " order by e.run, e.id"
    last: dict[str, Any] | None = None
    for *values, parent in conn.execute(query, _bound(after, until, subject)):
        event = dict(zip(EVENT_KEYS, values, strict=True))
        event["substantive"] = bool(event["substantive"])
        for key in ("evidence_before", "evidence_after"):
            event[key] = orjson.loads(event[key]) if event[key] else None
        if parent is None:
            if last is not None:
                yield last
            last = event | {"clauses": []}
        elif last is not None and parent == last["id"]:
            last["clauses"].append(event)
    if last is not None:
        yield last


def json_events(
    conn: sqlite3.Connection, *, after: int | None, until: int, subject: int | None = None
) -> Iterator[str]:
    """The same as JSON, an EVENT in each: SQLite writes it, sooner than Python would."""
    pairs = ", ".join(f"'{key}', {_AS_JSON.get(key, column)}" for key, column in _EVENT.items())
    query = f"select json_object({pairs}), e.id, e.parent {_seen(subject)} order by e.run, e.id"
    last, of = "", None
    clauses: list[str] = []
    for shown, event, parent in conn.execute(query, _bound(after, until, subject)):
        if parent is None:
            if of is not None:
                yield f'{last[:-1]},"clauses":[{",".join(clauses)}]}}'
            last, of, clauses = shown, event, []
        elif parent == of:
            clauses.append(shown)
    if of is not None:
        yield f'{last[:-1]},"clauses":[{",".join(clauses)}]}}'


def json_list(items: Iterable[str]) -> Iterator[str]:
    """A JSON list in pieces, from items that are JSON: a line each."""
    between = "[\n"
    for item in items:
        yield between + item
        between = ",\n"
    yield "[]" if between == "[\n" else "\n]"


def event_counts(
    conn: sqlite3.Connection, *, after: int | None, until: int, subject: int | None = None
) -> list[dict[str, Any]]:
    """How many events there are (their clauses apart) by `kind`, `direction` and `substantive`, under `count`."""
    keys = ("kind", "direction", "substantive")
    columns = ", ".join(f"e.{key}" for key in keys)
    query = f"select {columns}, count(*) {_seen(subject)} and e.parent is null group by {columns}"
    return [dict(zip((*keys, "count"), row, strict=True)) for row in conn.execute(query, _bound(after, until, subject))]


def _seen(subject: int | None) -> str:
    which = "" if subject is None else " and e.subject = ?"
    return f"from event e join subject s on s.id = e.subject where e.run > ? and e.run <= ?{which}"


def _bound(after: int | None, until: int, subject: int | None) -> tuple[int, ...]:
    return (after or 0, until) if subject is None else (after or 0, until, subject)


def version_at(conn: sqlite3.Connection, subject: int, at: str | None) -> int | None:
    """The version that was so at a snapshot or a time (None: now); None if the subject was not known then.

    Raises UnknownSnapshot for what is neither.
    """
    if at is None:
        row = conn.execute("select version from current where subject = ?", (subject,)).fetchone()
        # Of what was only imported so far, the newest version is as of now as one knows.
        row = (
            row
            or conn.execute(
                "select id from version where subject = ? order by since desc, id desc limit 1", (subject,)
            ).fetchone()
        )
    elif at.isdecimal():
        number = resolve_snapshot(conn, at)
        row = conn.execute(
            "select id from version where subject = ? and valid_from <= ? and (valid_to is null or valid_to > ?)",
            (subject, number, number),
        ).fetchone()
    else:
        moment = iso_time(at)
        row = conn.execute(
            "select id from version where subject = ? and since <= ? and (until is null or until > ?)"
            " order by since desc, id desc limit 1",
            (subject, moment, moment),
        ).fetchone()
    return int(row[0]) if row else None


def history(conn: sqlite3.Connection, subject: int) -> list[dict[str, Any]]:
    """The versions of a subject, oldest first."""
    keys = (
        "id", "valid_from", "valid_to", "since", "until", "origin", "sha", "availability", "gated",
        "license_claimed", "license_name", "license_link", "bundle_hash",
    )  # fmt: skip
    rows = conn.execute(
        f"select {', '.join('v.' + key for key in keys)} from versions v join version t on t.id = v.id"
        " where t.subject = ? order by ifnull(v.since, ''), v.id",
        (subject,),
    )
    return [dict(zip(keys, row, strict=True)) for row in rows]


def documents(conn: sqlite3.Connection, version: int) -> list[dict[str, Any]]:
    """The documents of a version, with the columns of the view."""
    keys = (
        "role", "path_or_url", "content_hash", "text_hash", "bytes", "fetched_at", "etag", "revision",
        "committed_at", "problem",
    )  # fmt: skip
    rows = conn.execute(f"select {', '.join(keys)} from documents where version = ?", (version,))
    return [dict(zip(keys, row, strict=True)) for row in rows]
