"""Records subjects that no refresh has seen before and of which only a list row is known: by the thousand.

A first sweep of a whole kind is nothing but these: one row each in subject, version and current, and no event. Some may
have a past that was imported (`import-hub`), which ends where we begin to see for ourselves.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from storage import known, lineage
from storage.current import COLUMNS, flag
from storage.records import Observation
from storage.runs import Run
from storage.state import TRACKED, list_hash, packed
from storage.versions import as_json

_CHUNK = 500
_VERSION = ("id", "subject", "valid_from", "since", "sha", "bundle_hash", *TRACKED, "card_error", "files_read")
_CURRENT = (
    "subject", "version", "first_run", "changed_run", "watch", "seen_in", "row_hash", "sha", "files_behind",
    "last_modified", "created_at", "modality", "parameters", "downloads", "has_weights",
    "has_license_files",
)  # fmt: skip
assert set(_CURRENT) <= set(COLUMNS)


def is_plain(seen: Observation) -> bool:
    """Whether an observation is of a list row alone."""
    return seen.documents is None and seen.hub_id is not None and seen.facts.availability not in ("unavailable",)


class _New(NamedTuple):
    """A subject that is recorded for the first time."""

    subject: int
    version: int
    seen: Observation
    sha: bytes | None


class _Met(NamedTuple):
    """A subject that is in the archive, and whether a refresh has seen it."""

    subject: int
    name: str
    seen: bool


class FirstSight:
    """Adds new subjects in bulk. `watch_id` gives the id of a walk."""

    def __init__(self, conn: sqlite3.Connection, run: Run, watch_id: Callable[[str], int | None]) -> None:
        self.conn, self.run, self._watch_id = conn, run, watch_id
        self._met: dict[str, bool] = {}  # of each kind, whether any of it was known when this run began to record
        # Names that are watched though nobody had them: whoever has one now is not simply new.
        self._placeholders = {row[0] for row in conn.execute("select name from subject where hub_id is null")}
        self._subject = self._last("subject")
        self._version = self._last("version")

    def add(self, observations: Sequence[Observation]) -> list[Observation]:
        """Record those that are new; returns the others, in their order."""
        identities = [packed(one.hub_id) for one in observations]
        met = self._known(observations, identities)
        self._subject, self._version = self._last("subject"), self._last("version")
        fresh: list[_New] = []
        subjects, past, others = [], [], []
        for one, identity in zip(observations, identities, strict=True):
            imported = met.get((one.kind, identity))
            if not is_plain(one) or (imported is None and one.name in self._placeholders):
                others.append(one)
            elif imported is None:
                self._subject += 1
                subjects.append((self._subject, one.kind, identity, one.name))
                fresh.append(self._new(self._subject, one))
            elif not imported.seen and imported.name == one.name:
                past.append((self._since(one), imported.subject))
                fresh.append(self._new(imported.subject, one))
            else:
                others.append(one)
        self._insert("subject", ("id", "kind", "hub_id", "name"), subjects)
        self.conn.executemany(
            "update version set until = max(?, since) where subject = ? and origin <> 'refresh' and until is null", past
        )
        self._insert("version", _VERSION, list(map(self._version_row, fresh)))
        lineage.add(self.conn, ((new.version, new.seen.facts.base_model) for new in fresh))
        self._insert("current", _CURRENT, list(map(self._current_row, fresh)))
        return others

    def _new(self, subject: int, seen: Observation) -> _New:
        self._version += 1
        return _New(subject, self._version, seen, packed(seen.facts.sha))

    def _last(self, table: str) -> int:
        return int(self.conn.execute(f"select ifnull(max(id), 0) from {table}").fetchone()[0])

    def _insert(self, table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
        marks = ", ".join("?" * len(columns))
        self.conn.executemany(f"insert into {table} ({', '.join(columns)}) values ({marks})", rows)

    def _known(
        self, observations: Sequence[Observation], identities: Sequence[bytes | None]
    ) -> dict[tuple[str, bytes | None], _Met]:
        found: dict[tuple[str, bytes | None], _Met] = {}
        for kind in {one.kind for one in observations}:
            # What is put aside holds each subject once: of a kind that is all new there is nothing to look for.
            if kind not in self._met:
                self._met[kind] = known.knows_any(self.conn, kind)
            if not self._met[kind]:
                continue
            names = [name for one, name in zip(observations, identities, strict=True) if one.kind == kind]
            for start in range(0, len(names), _CHUNK):
                part = names[start : start + _CHUNK]
                marks = ", ".join("?" * len(part))
                query = (
                    "select s.hub_id, s.id, s.name, c.subject from subject s left join current c on c.subject = s.id"
                    f" where s.kind = ? and s.hub_id in ({marks})"
                )
                for identity, subject, name, seen in self.conn.execute(query, (kind, *part)):
                    found[kind, identity] = _Met(subject, name, seen is not None)
        return found

    def _version_row(self, new: _New) -> tuple[Any, ...]:
        said = new.seen.facts
        return (
            new.version, new.subject, self.run.id, self._since(new.seen),
            new.sha, list_hash(said), said.availability, said.gated, said.license_claimed, said.license_name,
            said.license_link, as_json(said.license_tags), as_json(said.base_model), said.card_error, 0,
        )  # fmt: skip

    def _since(self, one: Observation) -> str:
        """A commit is dated by its author; what is here was made before now."""
        return min(one.since or self.run.started_at, self.run.started_at)

    def _current_row(self, new: _New) -> tuple[Any, ...]:
        one, said = new.seen, new.seen.facts
        return (
            new.subject, new.version, self.run.id, self.run.id, self._watch_id(one.watch),
            self.run.id, one.row_hash, new.sha, int(one.files_behind), said.last_modified, said.created_at,
            said.modality, said.parameters, said.downloads,
            flag(said.has_weights), flag(said.has_license_files),
        )  # fmt: skip
