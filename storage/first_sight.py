"""Records subjects that were never seen before and of which only a list row is known: by the thousand.

A first sweep of a whole kind is nothing but these: one row each in subject, version and current, and no event.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

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
        fresh: list[tuple[int, Observation, bytes | None, bytes | None]] = []
        others = []
        for one, identity in zip(observations, identities, strict=True):
            if is_plain(one) and (one.kind, identity) not in met and one.name not in self._placeholders:
                fresh.append((len(fresh) + 1, one, identity, packed(one.facts.sha)))
            else:
                others.append(one)
        if not fresh:
            return others
        self._subject, self._version = self._last("subject"), self._last("version")
        self._insert(
            "subject",
            ("id", "kind", "hub_id", "name"),
            [(self._subject + place, one.kind, identity, one.name) for place, one, identity, _ in fresh],
        )
        self._insert("version", _VERSION, [self._version_row(place, one, sha) for place, one, _, sha in fresh])
        lineage.add(self.conn, ((self._version + place, one.facts.base_model) for place, one, _, _ in fresh))
        self._insert("current", _CURRENT, [self._current_row(place, one, sha) for place, one, _, sha in fresh])
        return others

    def _last(self, table: str) -> int:
        return int(self.conn.execute(f"select ifnull(max(id), 0) from {table}").fetchone()[0])

    def _insert(self, table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
        marks = ", ".join("?" * len(columns))
        self.conn.executemany(f"insert into {table} ({', '.join(columns)}) values ({marks})", rows)

    def _known(
        self, observations: Sequence[Observation], identities: Sequence[bytes | None]
    ) -> set[tuple[str, bytes | None]]:
        found: set[tuple[str, bytes | None]] = set()
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
                query = f"select hub_id from subject where kind = ? and hub_id in ({marks})"
                found.update((kind, row[0]) for row in self.conn.execute(query, (kind, *part)))
        return found

    def _version_row(self, place: int, one: Observation, sha: bytes | None) -> tuple[Any, ...]:
        said = one.facts
        return (
            self._version + place, self._subject + place, self.run.id, self._since(one),
            sha, list_hash(said), said.availability, said.gated, said.license_claimed, said.license_name,
            said.license_link, as_json(said.license_tags), as_json(said.base_model), said.card_error, 0,
        )  # fmt: skip

    def _since(self, one: Observation) -> str:
        """A commit is dated by its author; what is here was made before now."""
        return min(one.since or self.run.started_at, self.run.started_at)

    def _current_row(self, place: int, one: Observation, sha: bytes | None) -> tuple[Any, ...]:
        said = one.facts
        return (
            self._subject + place, self._version + place, self.run.id, self.run.id, self._watch_id(one.watch),
            self.run.id, one.row_hash, sha, int(one.files_behind), said.last_modified, said.created_at,
            said.modality, said.parameters, said.downloads,
            flag(said.has_weights), flag(said.has_license_files),
        )  # fmt: skip
