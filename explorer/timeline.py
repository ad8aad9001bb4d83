"""What drifted, newest first, as filtered: the one query behind the home page and its feeds."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import orjson

from explorer.page import Page, WrongRequest
from explorer.wording import KINDS, SIGN

PAGE_SIZE = 50
CLAUSES_SHOWN = 60
SYSTEMS_SHOWN = 60
SUBJECT_KINDS = ("model", "dataset", "space", "terms")
_COLUMNS = (
    "e.id, e.parent, e.run as snapshot, e.at, s.kind || ':' || s.name as subject, e.kind, e.role, e.direction,"
    " e.substantive, e.clause, e.before, e.after, nullif(lower(hex(e.before_text)), '') as before_hash,"
    " nullif(lower(hex(e.after_text)), '') as after_hash, e.evidence_before, e.evidence_after, e.flip, e.rules_version"
)
_NAMES = (
    "id", "parent", "snapshot", "at", "subject", "kind", "role", "direction", "substantive", "clause", "before",
    "after", "before_hash", "after_hash", "evidence_before", "evidence_after", "flip", "rules_version",
)  # fmt: skip

# A clause that drifted often is met soon when events are read newest first; of a rare one the events are looked up.
MANY = 2_000
_RARE_CLAUSE = "e.id in (select parent from event where clause = :clause)"
_COMMON_CLAUSE = "exists (select 1 from event k where k.parent = e.id and k.clause = :clause)"
# Subjects that config.toml names one by one: no list brought them, or a system has them.
_OF_SYSTEMS = (
    "select n.id from system y, json_each(y.subjects) j"
    " join subject n on n.kind = substr(j.value, 1, instr(j.value, ':') - 1)"
    " and n.name = substr(j.value, instr(j.value, ':') + 1)"
)
_OF_SYSTEM = f"{_OF_SYSTEMS} where y.name = :system"
_BY_NAME = f"select subject from current where watch is null union {_OF_SYSTEMS}"


@dataclass(frozen=True, slots=True)
class Filter:
    """What is shown; None shows all. `of` is the kind of subject, `kind` that of the event."""

    direction: str | None = None
    clause: str | None = None
    author: str | None = None
    kind: str | None = None
    of: str | None = None
    subject: str | None = None
    substantive: str | None = None
    watched: str | None = None
    system: str | None = None

    def values(self) -> dict[str, str]:
        """The filters that are set, as the query string has them."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name)) is not None}

    def but(self, **changes: str | None) -> dict[str, str]:
        """The query string of this filter with some of it changed."""
        return replace(self, **changes).values()


def filter_of(page: Page) -> Filter:
    """The filter that an address asks for. Raises WrongRequest for values that name nothing."""
    found = Filter(**{name: page.argument(name) for name in Filter.__slots__})
    for name, allowed in (
        ("direction", tuple(SIGN)),
        ("kind", tuple(KINDS)),
        ("of", SUBJECT_KINDS),
        ("substantive", ("1", "0")),
        ("watched", ("by-name",)),
    ):
        value = getattr(found, name)
        if value is not None and value not in allowed:
            raise WrongRequest(f"“{name}” can be one of: {', '.join(allowed)}.")
    return found


def _conditions(asked: Filter, rare: bool) -> tuple[list[str], dict[str, str]]:
    conditions, bound = ["e.parent is null"], asked.values()
    if asked.direction:
        conditions.append("e.direction = :direction")
    if asked.kind:
        conditions.append("e.kind = :kind")
    if asked.substantive:
        conditions.append(f"e.substantive = {int(asked.substantive)}")
    if asked.clause:
        conditions.append(_RARE_CLAUSE if rare else _COMMON_CLAUSE)
    if asked.author:
        # '0' follows '/': a range, so that the index on names serves.
        bound |= {"from_name": f"{asked.author}/", "to_name": f"{asked.author}0"}
        conditions.append("s.name >= :from_name and s.name < :to_name")
    if asked.of:
        conditions.append("s.kind = :of")
    if asked.subject:
        kind, _, name = asked.subject.partition(":")
        bound |= {"subject_kind": kind, "subject_name": name}
        conditions.append("s.name = :subject_name and s.kind = :subject_kind")
    if asked.system:
        conditions.append(f"e.subject in ({_OF_SYSTEM})")
    if asked.watched:
        conditions.append(f"e.subject in ({_BY_NAME})")
    return conditions, bound


def _is_rare(conn: sqlite3.Connection, clause: str | None) -> bool:
    query = f"select count(*) from (select 1 from event where clause = ? limit {MANY})"
    return clause is not None and bool(conn.execute(query, (clause,)).fetchone()[0] < MANY)


def find(
    conn: sqlite3.Connection, asked: Filter, *, before: tuple[str, int] | None = None, limit: int = PAGE_SIZE
) -> tuple[list[dict[str, Any]], tuple[str, int] | None]:
    """Events with their clauses beneath, newest first, and where the next page begins (None: nowhere).

    `before` is the (`at`, `id`) of the last event of the page above.
    """
    conditions, bound = _conditions(asked, _is_rare(conn, asked.clause))
    values: dict[str, Any] = dict(bound)
    if before is not None:
        conditions.append("(e.at, e.id) < (:before_at, :before_id)")
        values |= {"before_at": before[0], "before_id": before[1]}
    rows = conn.execute(
        f"select {_COLUMNS} from event e join subject s on s.id = e.subject where {' and '.join(conditions)}"
        f" order by e.at desc, e.id desc limit {limit + 1}",
        values,
    ).fetchall()
    events = [_event(row) for row in rows[:limit]]
    _add_clauses(conn, events)
    more = len(rows) > limit
    return events, ((events[-1]["at"], events[-1]["id"]) if more else None)


def one(conn: sqlite3.Connection, event: int) -> dict[str, Any] | None:
    """One event with its clauses; a clause's own id gives the event that it belongs to."""
    row = conn.execute(
        f"select {_COLUMNS} from event e join subject s on s.id = e.subject"
        " where e.id = ifnull((select parent from event where id = ?), ?)",
        (event, event),
    ).fetchone()
    if row is None:
        return None
    events = [_event(row)]
    _add_clauses(conn, events)
    return events[0]


def _event(row: Sequence[Any]) -> dict[str, Any]:
    event = dict(zip(_NAMES, row, strict=True))
    for key in ("evidence_before", "evidence_after"):
        event[key] = orjson.loads(event[key]) if event[key] else None
    event["clauses"] = []
    return event


def _add_clauses(conn: sqlite3.Connection, events: Sequence[dict[str, Any]]) -> None:
    by_id = {event["id"]: event for event in events}
    if not by_id:
        return
    rows = conn.execute(
        f"select {_COLUMNS} from event e join subject s on s.id = e.subject"
        f" where e.parent in ({', '.join('?' * len(by_id))}) order by e.substantive desc, e.id",
        tuple(by_id),
    )
    for row in rows:
        clause = _event(row)
        by_id[clause["parent"]]["clauses"].append(clause)


def by_day(events: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[tuple[str, list[Mapping[str, Any]]]]]]:
    """Events as (day, [(subject, events)]), in their order; a subject comes once a day."""
    days = []
    for day, rows in groupby(events, key=lambda event: event["at"][:10]):
        subjects: dict[str, list[Mapping[str, Any]]] = {}
        for event in rows:
            subjects.setdefault(event["subject"], []).append(event)
        days.append((day, list(subjects.items())))
    return days


def clauses_that_drifted(conn: sqlite3.Connection) -> list[str]:
    """The ids of clauses that ever drifted, by name. One seek of the index for each, however many events there are."""
    rows = conn.execute(
        "with recursive found(clause) as (select min(clause) from event where clause is not null"
        " union all select (select min(clause) from event where clause > found.clause) from found"
        f" where found.clause is not null limit {CLAUSES_SHOWN}) select clause from found where clause is not null"
    )
    return [row[0] for row in rows]


def systems(conn: sqlite3.Connection) -> list[str]:
    """The names of systems, in the order of config.toml."""
    return [row[0] for row in conn.execute(f"select name from system order by position limit {SYSTEMS_SHOWN}")]


def subjects_of(conn: sqlite3.Connection, system: str) -> list[str]:
    """The subjects that a system names, in the archive or not."""
    return [
        row[0]
        for row in conn.execute("select j.value from system y, json_each(y.subjects) j where y.name = ?", (system,))
    ]
