"""Versions of the past: read from somebody's archive or from git, with their true dates and where they come from.

They have no snapshot (`valid_from` is null): nobody of ours saw them then. The last one ends where the first version
begins that a refresh has seen.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import Literal

import msgspec

from licenses.text import decode
from storage import events, flips, subjects, words
from storage.archive import Archive
from storage.changes import Change
from storage.drift import changes
from storage.records import Facts, Observation
from storage.runs import Run
from storage.state import State, StoredDocument, load_state, packed
from storage.versions import insert_document, insert_version

Origin = Literal["backfill", "import"]


class History:
    """Writes versions of the past. Use inside `archive.writing()`; versions of one subject come oldest first."""

    def __init__(self, archive: Archive, *, origin: Origin, at: str, rules_version: str) -> None:
        self.archive, self.conn, self.origin = archive, archive.conn, origin
        self._run = Run(0, at, "history", rules_version)

    def subject(self, seen: Observation) -> int:
        """The subject's id, added if it is new. One that is here keeps its name: the past renames nobody."""
        row = self.conn.execute(
            "select id from subject where kind = ? and hub_id = ?", (seen.kind, packed(seen.hub_id))
        ).fetchone()
        return int(row[0]) if row else subjects.find_or_add(self.conn, seen, 0).id

    def has(self, subject: int, revision: str, place: str) -> bool:
        """Whether this revision of a document is here already."""
        row = self.conn.execute(
            "select 1 from document d join version_document vd on vd.document = d.id"
            " join version v on v.id = vd.version"
            " where d.subject = ? and d.revision = ? and d.place = ? and v.origin = ? limit 1",
            (subject, packed(revision), place, self.origin),
        ).fetchone()
        return row is not None

    def last(self, subject: int) -> tuple[int, State, str] | None:
        """The newest version of this origin: its id, state, and since when."""
        row = self.conn.execute(
            "select id, since from version where subject = ? and origin = ? order by since desc, id desc limit 1",
            (subject, self.origin),
        ).fetchone()
        return None if row is None else (row[0], load_state(self.conn, row[0]), row[1])

    def add(
        self, subject: int, state: State, since: str, *, drift: bool = True, untold: frozenset[str] = frozenset()
    ) -> None:
        """Add the next version. `drift` is False where only somebody's reading of the page changed.

        `untold` are facts that nobody could tell of the former version: they are no drift (see `carried`).
        """
        former = self.last(subject)
        if former is not None and former[1].bundle_hash() == state.bundle_hash():
            return
        version = insert_version(self.conn, subject, state, since=since, origin=self.origin)
        for document in state.documents:
            known = document.id if document.id is not None else insert_document(self.conn, subject, document)
            self.conn.execute("insert into version_document values (?, ?)", (version, known))
            words.add_text(self.conn, self.archive.blobs, document.role, document.text)
        self.conn.execute(
            "update version set until = ? where id = ?", (self._first_seen(subject, after=since), version)
        )
        if former is None:
            return
        self.conn.execute("update version set until = ? where id = ?", (since, former[0]))
        if drift:
            before = replace(former[1], facts=carried(former[1].facts, state.facts, untold))
            self._tell(subject, version, before, state, since)

    def add_before(self, subject: int, state: State, since: str) -> int:
        """Add the next version of a past that leads up to what refreshes have seen; 1 if it was new, else 0.

        The state that the first refresh saw is there already: then only the drift that led to it is told.
        """
        first = self._first_version(subject)
        if self._was_at(subject, since):
            return 0
        if first is not None and (since > first[1] or _texts(load_state(self.conn, first[0])) == _texts(state)):
            former = self.last(subject)
            if former is not None and former[2] < since and not self._told(subject, first[0]):
                self.conn.execute("update version set until = ? where id = ?", (since, former[0]))
                self._tell(subject, first[0], former[1], state, since)
            return 0
        self.add(subject, state, since)
        return 1

    def _first_version(self, subject: int) -> tuple[int, str] | None:
        row = self.conn.execute(
            "select id, since from version where subject = ? and origin = 'refresh' order by valid_from limit 1",
            (subject,),
        ).fetchone()
        return None if row is None else (row[0], row[1])

    def _was_at(self, subject: int, since: str) -> bool:
        row = self.conn.execute(
            "select 1 from version where subject = ? and origin = ? and since = ?", (subject, self.origin, since)
        ).fetchone()
        return row is not None

    def _told(self, subject: int, version: int) -> bool:
        row = self.conn.execute(
            "select 1 from event where subject = ? and version = ? and run is null limit 1", (subject, version)
        ).fetchone()
        return row is not None

    def _tell(self, subject: int, version: int, before: State, after: State, since: str) -> None:
        for change in changes(before, after, read=self.read, moved_at=since, seen_at=since):
            told = flips.marked(self.conn, subject, replace(change, at=change.at or since), since)
            self.write(told, subject, version)

    def write(self, change: Change, subject: int, version: int | None) -> None:
        """Write an event that belongs to no snapshot."""
        events.write(self.conn, change, subject=subject, version=version, run=self._run, snapshot=False)

    def _first_seen(self, subject: int, after: str) -> str | None:
        """When what refreshes have seen begins: with a commit after that, or with the first look."""
        row = self.conn.execute(
            "select min(at) from (select since at from version where subject = ?1 and origin = 'refresh'"
            " union all select r.started_at from current c join run r on r.id = c.first_run where c.subject = ?1)"
            " where at > ?2",
            (subject, after),
        ).fetchone()
        return None if row is None else row[0]

    def read(self, blob: int) -> str:
        """A stored text by its blob id."""
        return decode(self.archive.blobs.get(blob))


_OF_CARD = ("license_claimed", "license_name", "license_link")


def carried(said: Facts, former: Facts, untold: frozenset[str]) -> Facts:
    """What is said, with what cannot be told as it was before.

    A card's claim that cannot be read stands while the Hub's own tags of it are the same, and the other way round.
    """
    kept = {name for name in untold if name != "card"} - {*_OF_CARD, "license_tags"}
    if "license_claimed" in untold:
        kept |= {*_OF_CARD, "license_tags"}
    elif "card" in untold and said.license_tags == former.license_tags:
        kept |= set(_OF_CARD)
    elif "license_tags" in untold and said.license_claimed == former.license_claimed:
        kept |= {"license_tags"}
    return msgspec.structs.replace(said, **{name: getattr(former, name) for name in kept}) if kept else said


def _texts(state: State) -> set[tuple[str, str, int]]:
    """What a repository's git can tell of a state: its files."""
    return {(d.role, d.place, d.content) for d in state.documents if d.revision is not None and d.role != "gate"}


def stored(conn: sqlite3.Connection, digest: str) -> int:
    """The blob id of bytes that are in the archive, by their SHA-256 (hex)."""
    return int(conn.execute("select id from blob where sha256 = ?", (bytes.fromhex(digest),)).fetchone()[0])


__all__ = ["History", "Origin", "StoredDocument", "carried", "stored"]
