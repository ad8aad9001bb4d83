"""How many subjects were of each type at every time: the series behind the areas of the page on openness.

The type of a version is worked out from its texts by the rules of today; whether weights lie in a repository is known
as of now only. Without texts that were read, a type stays unknown.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from explorer.openness_evidence import SubjectFacts, type_of
from explorer.openness_facts import TextReader
from licenses.bundle import DocumentRead

TYPES = ("open-source", "open", "proprietary", "unknown")
MOST_VERSIONS = 40_000  # of all subjects drawn; beyond it a page would take too long
MOST_POINTS = 160

_VERSION = (
    "select v.id, s.kind || ':' || s.name, substr(ifnull(v.since, r.started_at), 1, 10), substr(v.until, 1, 10),"
    " v.availability, v.gated, v.files_read, v.license_link, c.has_weights, c.openness, c.version"
    " from version v join subject s on s.id = v.subject join current c on c.subject = v.subject"
    " left join run r on r.id = v.valid_from"
)
_DOCUMENTS = (
    "select vd.version, d.role, d.place, d.text from version_document vd join document d on d.id = vd.document"
    " where d.role in ('license', 'policy', 'gate', 'terms')"
)


@dataclass(frozen=True, slots=True)
class Point:
    """From a day on (ISO 8601): how many subjects are of each of TYPES, in that order."""

    day: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """The points in the order of time, the last day that the archive speaks of, and whether it was too much to draw."""

    points: tuple[Point, ...]
    last_day: str
    too_many: bool = False


def series(conn: sqlite3.Connection, subjects: Sequence[str] | None) -> Series:
    """The counts over time of these subjects (full names), or of all."""
    last = conn.execute("select substr(max(started_at), 1, 10) from snapshots").fetchone()[0]
    if last is None:
        return Series((), "")
    if subjects is None:
        count = conn.execute(f"select count(*) from (select 1 from version limit {MOST_VERSIONS + 1})").fetchone()[0]
        if count > MOST_VERSIONS:
            return Series((), last, too_many=True)
    return Series(_points(_spans(conn, _ids(conn, subjects))), last)


def _ids(conn: sqlite3.Connection, subjects: Sequence[str] | None) -> list[int] | None:
    if subjects is None:
        return None
    found = []
    for name in dict.fromkeys(subjects):
        kind, _, bare = name.partition(":")
        row = conn.execute(
            "select s.id from subject s join current c on c.subject = s.id where s.kind = ? and s.name = ?"
            " order by c.unavailable_since is not null, s.id desc limit 1", (kind, bare)
        ).fetchone()  # fmt: skip
        found += [int(row[0])] if row else []
    return found


def _spans(conn: sqlite3.Connection, ids: Sequence[int] | None) -> list[tuple[str, str | None, str]]:
    """(first day, day after the last or None, type) of every version that could be had."""
    reader = TextReader(conn)
    known: dict[tuple[object, ...], str | None] = {}
    spans = []
    for chosen, values in _chunks(ids):
        documents: dict[int, list[DocumentRead]] = defaultdict(list)
        for version, role, place, text in conn.execute(f"{_DOCUMENTS}{chosen.format('d.subject')}", values):
            documents[version].append(reader.document(role, place, text, str(text)))
        for row in conn.execute(f"{_VERSION}{chosen.format('v.subject').replace('and', 'where', 1)}", values):
            found = documents.get(row[0], [])
            # Many versions differ in nothing that their type depends on.
            alike = (*row[4:10], row[0] == row[10], row[1].startswith("terms:"), *map(_key, found))
            if alike not in known:
                known[alike] = _type(row, found)
            kind = known[alike]
            if kind is not None and row[2]:
                spans.append((row[2], row[3], kind))
    return spans


def _key(document: DocumentRead) -> tuple[object, ...]:
    return document.role, document.place, document.text_hash


def _chunks(ids: Sequence[int] | None) -> Iterable[tuple[str, Sequence[int]]]:
    if ids is None:
        yield "", ()
        return
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        yield f" and {{}} in ({', '.join('?' * len(part))})", part


def _type(row: Sequence[object], documents: Sequence[DocumentRead]) -> str | None:
    """The type of one version; None while it was not to be had, so that it counts nowhere."""
    version, subject, _, _, availability, gated, files_read, link, weights, openness, current = row
    if availability in ("unavailable", "disabled"):
        return None
    if version == current and openness != "unknown":
        return str(openness)
    facts = SubjectFacts(
        str(subject), str(availability), str(gated), None if weights is None else bool(weights), bool(files_read),
        link=str(link) if link else None, documents=tuple(documents),
    )  # fmt: skip
    return type_of(facts)


def _points(spans: Sequence[tuple[str, str | None, str]]) -> tuple[Point, ...]:
    changes: dict[str, Counter[str]] = defaultdict(Counter)
    for start, end, kind in spans:
        changes[start][kind] += 1
        if end is not None:
            changes[max(start, end)][kind] -= 1
    now: Counter[str] = Counter()
    points: list[Point] = []
    for day in sorted(changes):
        now.update(changes[day])
        counts = tuple(now[kind] for kind in TYPES)
        if not points or points[-1].counts != counts:
            points.append(Point(day, counts))
    return _thinned(points)


def _thinned(points: Sequence[Point]) -> tuple[Point, ...]:
    """Not more points than a screen shows; the first and the last stay."""
    if len(points) <= MOST_POINTS:
        return tuple(points)
    step = (len(points) - 1) / (MOST_POINTS - 1)
    return tuple(points[round(number * step)] for number in range(MOST_POINTS))
