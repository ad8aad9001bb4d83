"""Turns what a run staged into versions, documents and events: in one transaction, at its end.

The only updates are those that the archive's laws allow: an open interval is closed, the current state moves.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from licenses.text import decode
from storage import events, flips, subjects, words
from storage.archive import Archive
from storage.changes import Change
from storage.current import CurrentRow, load_current, save_current, watch_id
from storage.drift import changes
from storage.first_sight import FirstSight
from storage.learning import learn
from storage.position import understand
from storage.records import Observation
from storage.runs import Run
from storage.state import State, StoredDocument, load_state, merge
from storage.understanding import Understanding
from storage.versions import insert_document, insert_version

GONE = ("unavailable", "disabled")
BATCH = 1000


@dataclass
class Recorded:
    """What recording a run did."""

    changed: int = 0
    versions: int = 0
    events: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """The time in which a change must have happened: from when the subject was last as it was to when it was not."""

    earliest: str
    latest: str

    def nearest(self, said: str | None) -> str:
        """The date that somebody else states of it (of a commit, say, which its author sets), moved into the span."""
        return min(max(said, self.earliest), self.latest) if said else self.latest

    def dated(self, change: Change) -> Change:
        """The change, and what is below it, with its date in the span; what has none gets none."""
        at = self.nearest(change.at) if change.at else None
        return replace(change, at=at, children=tuple(map(self.dated, change.children)))


def batched(items: Iterable[Observation], size: int) -> Iterator[list[Observation]]:
    """Lists of `size` items (itertools.batched is of Python 3.12)."""
    waiting = iter(items)
    while batch := list(islice(waiting, size)):
        yield batch


class Recorder:
    """Records the observations of one run. Use inside `archive.writing()`."""

    def __init__(self, archive: Archive, run: Run, understanding: Understanding) -> None:
        self.archive = archive
        self.conn: sqlite3.Connection = archive.conn
        self.run = run
        self.done = Recorded()
        self._watches: dict[str, int] = {}
        self.understanding = understanding

    def record_all(self, observations: Iterable[Observation], progress: Callable[[int], None]) -> Recorded:
        """Record each observation in turn; `progress` is told how many are done."""
        first_sight = FirstSight(self.conn, self.run, lambda name: self._watch(name, None))
        count = 0
        for batch in batched(observations, BATCH):
            for seen in first_sight.add(batch):
                self.record(seen)
            count += len(batch)
            progress(count)
        return self.done

    def record(self, seen: Observation) -> None:
        """Record one observation: a version and events if it differs from what was so, else only the current state."""
        subject = subjects.find_or_add(self.conn, seen, self.run.id)
        current = load_current(self.conn, subject.id)
        before = load_state(self.conn, current.version) if current else None
        after = merge(self.conn, before, seen)
        found: list[Change] = []
        if subject.renamed_from is not None:
            found.append(Change("renamed", before=subject.renamed_from, after=seen.name, at=self.run.started_at))
        if seen.history_rewritten and current is not None:
            span = Span(self._last_as_it_was(current, seen), self.run.started_at)
            found.append(span.dated(self._rewritten(current, seen)))
        if before is None or current is None or before.bundle_hash() != after.bundle_hash():
            current = self._new_version(subject.id, seen, current, before, after, found)
        elif found:
            self._write_events(subject.id, current.version, found)
        self._move_current(current, seen)

    def _rewritten(self, current: CurrentRow, seen: Observation) -> Change:
        return Change(
            "history-rewritten",
            before=current.sha.hex() if current.sha else None,
            after=seen.facts.sha,
            at=seen.facts.last_modified or self.run.started_at,
        )

    def _new_version(
        self,
        subject: int,
        seen: Observation,
        current: CurrentRow | None,
        before: State | None,
        after: State,
        found: list[Change],
    ) -> CurrentRow:
        span = Span(self._last_as_it_was(current, seen), self.run.started_at)
        since = span.nearest(seen.since)
        if current is not None and before is not None:
            self.conn.execute(
                "update version set valid_to = ?, until = ? where id = ?", (self.run.id, since, current.version)
            )
        if current is None:
            # History that was imported before ends where we begin to see for ourselves.
            self.conn.execute(
                "update version set until = max(?, since) where subject = ? and origin <> 'refresh' and until is null",
                (since, subject),
            )
        version = insert_version(self.conn, subject, after, since=since, valid_from=self.run.id)
        self.done.versions += after.files_read
        self._link_documents(subject, version, after.documents)
        if before is not None and current is not None:
            drift = changes(before, after, read=self.read, moved_at=since, seen_at=self.run.started_at)
            found += [flips.marked(self.conn, subject, span.dated(change), since) for change in drift]
            # Files that were read for the first time are news to us, not a change of theirs.
            self.done.changed += int(before.files_read or bool(found))
        self._write_events(subject, version, found)
        row = current or CurrentRow(subject, version, self.run.id, self.run.id)
        row.version, row.changed_run = version, self.run.id
        understand(self.understanding, row, after, self.run, seen.kind, seen.name)
        if after.documents:
            learn(self.understanding, seen.kind, seen.name, after, self.run.id)
        return row

    def _last_as_it_was(self, current: CurrentRow | None, seen: Observation) -> str:
        """When the subject was last seen in the state that it has left; "" for one that is new.

        Where files waited to be read, or a walk passed by, the state was not looked at itself: a commit of that time
        is believed. A history that was written anew is not: its dates are whatever its author likes.
        """
        if current is None:
            return ""
        looked = 0 if current.files_behind else current.seen_in or 0
        (walked,) = self.conn.execute("select max(seen_in) from watch where id = ?", (current.watch,)).fetchone()
        run = max(looked, walked or 0) if seen.history_rewritten else looked
        row = self.conn.execute(
            "select max(v.since, ifnull(r.started_at, '')) from version v left join run r on r.id = ? where v.id = ?",
            (run, current.version),
        ).fetchone()
        return str(row[0])

    def _link_documents(self, subject: int, version: int, documents: tuple[StoredDocument, ...]) -> None:
        for document in documents:
            known = document.id if document.id is not None else insert_document(self.conn, subject, document)
            self.conn.execute("insert into version_document values (?, ?)", (version, known))
            words.add_text(self.conn, self.archive.blobs, document.role, document.text)

    def _write_events(self, subject: int, version: int, found: list[Change]) -> None:
        for change in found:
            events.write(self.conn, change, subject=subject, version=version, run=self.run)
            self.done.events += 1

    def _move_current(self, row: CurrentRow, seen: Observation) -> None:
        """Move what is allowed to move: where the head is, when it was seen, since when it is gone."""
        facts = seen.facts
        if facts.availability in GONE:
            if row.unavailable_since is None:
                row.unavailable_since = self.run.started_at
            elif row.gone_at is None and facts.availability == "unavailable":
                row.gone_at = self.run.started_at
            row.watch, row.row_hash = None, None
        else:
            row.unavailable_since = row.gone_at = None
            row.seen(seen, self.run.id, self._watch(seen.watch, row.watch))
        save_current(self.conn, row)

    def _watch(self, name: str, former: int | None) -> int | None:
        """The walk that watches it now; one looked at by name stays with the walk that it was in."""
        if not name:
            return former
        if name not in self._watches:
            self._watches[name] = watch_id(self.conn, name)
        return self._watches[name]

    def read(self, blob: int) -> str:
        """A stored text by its blob id."""
        return decode(self.archive.blobs.get(blob))
