"""States of many subjects at one moment of the past, as a dump of a list tells them: recorded by the thousand.

Who is as before costs two look-ups, who is new two rows; only who changed is compared in full. What a dump cannot
tell (it lacks the column) stays as it was, and what an earlier one could not tell is no drift when it is told.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from storage import lineage
from storage.changes import Change
from storage.history import History, carried
from storage.records import Facts, Kind, Observation
from storage.state import TRACKED, State, list_hash, packed
from storage.versions import as_json

_CHUNK = 1000
MARK = "dump:"
_VERSION = ("id", "subject", "since", "until", "origin", "sha", "bundle_hash", *TRACKED, "files_read")


@dataclass(slots=True)
class _Known:
    """A subject: since when refreshes see it (None: never), and the last version of this origin, if there is one."""

    subject: int
    name: str
    seen_at: str | None
    version: int | None
    since: str
    bundle_hash: bytes
    facts: Facts | None


class DatedStates:
    """Records what was so at `moment`. Use inside `archive.writing()`; moments come oldest first.

    `untold` names the fields of Facts that nobody could tell, and "card" where no card was read. Counted are
    `versions` made, and rows that were left alone: `older` than what is here, `seen` by a refresh by then.
    """

    def __init__(self, history: History, kind: Kind, moment: str, untold: frozenset[str] = frozenset()) -> None:
        self._history, self._conn = history, history.conn
        self._kind, self._moment, self._untold = kind, moment, untold
        self._runs: dict[int, str] = dict(self._conn.execute("select id, started_at from run"))
        self._marked = False
        self.versions = self.older = self.seen = 0

    def take(self, rows: Sequence[Observation]) -> None:
        """Record rows, with the same outcome as `take_singly`."""
        self._mark()
        names, ids = Counter(row.name for row in rows), Counter(row.hub_id for row in rows)
        some_ids = len(ids) > 1 or None not in ids
        # Rows that have to do with one another are taken in their order.
        alone: list[Observation] = []
        others: list[Observation] = []
        for row in rows:
            tangled = names[row.name] > 1 or (some_ids if row.hub_id is None else ids[row.hub_id] > 1)
            (others if tangled else alone).append(row)
        by_id = self._by("hub_id", [packed(row.hub_id) for row in alone if row.hub_id is not None])
        unknown = [row.name for row in alone if packed(row.hub_id) not in by_id]
        by_name = self._by("name", unknown)
        new: list[tuple[Observation, _Known | None]] = []
        later = {id(row) for row in others}
        for row in alone:
            known = by_id.get(packed(row.hub_id)) if row.hub_id else by_name.get(row.name)
            if known is None and row.hub_id is not None and row.name in by_name:
                later.add(id(row))  # somebody else's name, or one that was watched before it was there
            elif known is not None and known.name != row.name:
                later.add(id(row))
            elif known is None or (known.version is None and not self._leaves(known)):
                new.append((row, known))
            elif known.version is not None:
                self._against(known, row)
        self._insert(new)
        self.take_singly([row for row in rows if id(row) in later])

    def take_singly(self, rows: Iterable[Observation]) -> None:
        """Record rows one after the other."""
        self._mark()
        for row in rows:
            subject = self._history.subject(row)
            known = next(iter(self._by("id", [subject]).values()))
            if known.name != row.name:
                self._renamed(known, row.name)
            if known.version is not None:
                self._against(known, row)
            elif not self._leaves(known):
                self._insert([(row, known)])

    def _leaves(self, known: _Known) -> bool:
        """Whether the row is left alone, since refreshes or another import know of that time, or of later ones."""
        if known.seen_at is not None and known.seen_at <= self._moment:
            self.seen += 1
            return True
        if known.version is not None and known.since >= self._moment:
            self.older += 1
            return True
        return False

    def _against(self, known: _Known, row: Observation) -> None:
        """Record a row of a subject that has a version, if it says something else."""
        if self._leaves(known):
            return
        said = row.facts
        if self._untold and known.facts is not None:
            said = carried(said, known.facts, self._untold)
        if list_hash(said) != known.bundle_hash:
            self._history.add(
                known.subject, State(said, (), files_read=False), self._moment, untold=self._untold_before(known)
            )
            self.versions += 1

    def _renamed(self, known: _Known, name: str) -> None:
        """A name of the past is a former name; only where no refresh knows better the newest import's is the name."""
        if known.seen_at is not None and known.seen_at <= self._moment:
            return
        newer = known.seen_at is None and known.version is not None and self._is_news(known)
        self._conn.execute(
            "insert or ignore into former_name select ?, ?, ?,"
            " ifnull((select first_run from current where subject = ?), min(id)) from run having min(id) is not null",
            (known.name if newer else name, self._kind, known.subject, known.subject),
        )
        if newer:
            self._conn.execute("update subject set name = ? where id = ?", (name, known.subject))
            change = Change("renamed", before=known.name, after=name, at=self._moment)
            self._history.write(change, known.subject, known.version)

    def _is_news(self, known: _Known) -> bool:
        """Whether nothing here is as new as this moment: no version, no other rename, no look at its git."""
        query = (
            "select max(at) from (select max(at) at from event where subject = ?1 and kind = 'renamed'"
            " union all select max('9999') from version where subject = ?1 and origin = 'backfill')"
        )
        (told,) = self._conn.execute(query, (known.subject,)).fetchone()
        return max(known.since, told or "") < self._moment

    def _by(self, column: str, values: Sequence[Any]) -> dict[Any, _Known]:
        """Subjects by identity, name or id. Of several that have a name: one that is there, then the newest."""
        tracked = "".join(f", v.{name}" for name in TRACKED) if self._untold else ""
        found: dict[Any, _Known] = {}
        for start in range(0, len(values), _CHUNK):
            part = values[start : start + _CHUNK]
            query = (
                f"select s.{column}, s.id, s.name, c.first_run, v.id, v.since, v.bundle_hash{tracked} from subject s"
                " left join current c on c.subject = s.id"
                " left join version v on v.subject = s.id and v.valid_from is null and v.origin = 'import'"
                f" where s.kind = ? and s.{column} in ({', '.join('?' * len(part))})"
                " order by c.unavailable_since is null, s.id, v.since, v.id"
            )
            for key, subject, name, run, version, since, digest, *told in self._conn.execute(
                query, (self._kind, *part)
            ):
                seen_at = None if run is None else self._runs[run]
                said = _facts(told) if told and version is not None else None
                found[key] = _Known(subject, name, seen_at, version, since or "", digest, said)
        return found

    def _insert(self, rows: Sequence[tuple[Observation, _Known | None]]) -> None:
        """The first version of each, and the subject where there is none."""
        if not rows:
            return
        subject, version = self._last("subject"), self._last("version")
        ends = self._ends([known for _, known in rows if known and known.seen_at])
        subjects, versions, bases = [], [], []
        for row, known in rows:
            if known is None:
                subject += 1
                subjects.append((subject, self._kind, packed(row.hub_id), row.name))
            version += 1
            whose, said = known.subject if known else subject, row.facts
            bases.append((version, said.base_model))
            versions.append((
                version, whose, self._moment, ends.get(whose), self._history.origin, packed(said.sha), list_hash(said),
                said.availability, said.gated, said.license_claimed, said.license_name, said.license_link,
                as_json(said.license_tags), as_json(said.base_model), 0,
            ))  # fmt: skip
        self._conn.executemany("insert into subject (id, kind, hub_id, name) values (?, ?, ?, ?)", subjects)
        marks = ", ".join("?" * len(_VERSION))
        self._conn.executemany(f"insert into version ({', '.join(_VERSION)}) values ({marks})", versions)
        lineage.add(self._conn, bases)
        self.versions += len(versions)

    def _ends(self, known: Sequence[_Known]) -> dict[int, str]:
        """When what refreshes have seen begins, by subject: with a commit, or with the first look."""
        found = {one.subject: one.seen_at or "" for one in known}
        subjects = list(found)
        for start in range(0, len(subjects), _CHUNK):
            part = subjects[start : start + _CHUNK]
            query = (
                "select subject, min(since) from version where origin = 'refresh' and since > ? and subject in"
                f" ({', '.join('?' * len(part))}) group by subject"
            )
            for subject, since in self._conn.execute(query, (self._moment, *part)):
                found[subject] = min(found[subject], since)
        return found

    def _last(self, table: str) -> int:
        return int(self._conn.execute(f"select ifnull(max(id), 0) from {table}").fetchone()[0])

    def _mark(self) -> None:
        """Keep what this moment's dump cannot tell; of several files what none of them can."""
        if self._marked:
            return
        self._marked = True
        name = f"{MARK}{self._kind}:{self._moment}"
        row = self._conn.execute("select value from state where name = ?", (name,)).fetchone()
        untold = sorted(self._untold & set(json.loads(row[0])) if row else self._untold)
        self._conn.execute(
            "insert into state values (?, ?) on conflict(name) do update set value = excluded.value",
            (name, json.dumps(untold)),
        )

    def _untold_before(self, known: _Known) -> frozenset[str]:
        """What no dump could tell of a subject, from its first version of this origin to its last."""
        rows = self._conn.execute(
            "select value from state where name between ? || (select min(since) from version where subject = ?"
            " and origin = 'import' and valid_from is null) and ? || ?",
            (f"{MARK}{self._kind}:", known.subject, f"{MARK}{self._kind}:", known.since),
        ).fetchall()
        told = [frozenset(json.loads(value)) for (value,) in rows]
        return frozenset.intersection(*told) if told else frozenset()


def _facts(told: Sequence[Any]) -> Facts:
    values = dict(zip(TRACKED, told, strict=True))
    for name in ("license_tags", "base_model"):
        values[name] = tuple(orjson.loads(values[name])) if values[name] else ()
    return Facts(**values)
