"""Imports dumps of the Hub's lists (Parquet) as dated states of the tags: years of tag drift in minutes.

A dump has a row a repository; columns that are missing are tolerated. Only what stands in it is believed: who is
missing from a dump is not gone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from crawler.repository import BadRow, Repository, from_row
from licenses.reading import RULES_VERSION
from schedules.clock import now, stamp
from schedules.lock import locked
from schedules.observing import facts
from storage.archive import Archive
from storage.history import History
from storage.records import Kind, Observation
from storage.state import State

ROWS = 2000  # a transaction
_DATE = re.compile(r"(20\d\d)[-_]?(\d\d)[-_]?(\d\d)")
_KINDS: dict[str, Kind] = {"dataset": "dataset", "space": "space"}
_IN_JSON = ("cardData", "tags", "siblings", "baseModels", "safetensors")
Progress = Callable[[str, int, int | None], None]


class DumpError(Exception):
    """A file is no dump, or nothing tells its date."""


@dataclass
class ImportedRows:
    """What an import did: rows read, versions that they made, rows that could not be read."""

    rows: int = 0
    versions: int = 0
    bad: int = 0
    files: list[str] = field(default_factory=list)


def import_hub(
    database: Path, dumps: Sequence[Path], *, date: str | None, kind: Kind | None, progress: Progress
) -> ImportedRows:
    """Import dumps, oldest first; a dump that is here already adds nothing. Raises DumpError, lock.Busy, ArchiveError.

    `date` (ISO 8601) and `kind` are read from a file's name where they are None.
    """
    dated = sorted((date or _date_of(dump), dump) for dump in dumps)
    done = ImportedRows()
    with locked(database), Archive.open(database) as archive:
        history = History(archive, origin="import", at=stamp(now()), rules_version=RULES_VERSION)
        for moment, dump in dated:
            taken = _Taking(archive, history, kind or _kind_of(dump), moment, done)
            for batch in _batches(dump):
                taken.take(batch)
                progress(dump.name, done.rows, None)
            done.files.append(dump.name)
    return done


def _date_of(dump: Path) -> str:
    found = _DATE.search(dump.name) or _DATE.search(dump.parent.name)
    if found is None:
        raise DumpError(f"{dump}: its name tells no date; say it with --date")
    return f"{found[1]}-{found[2]}-{found[3]}T00:00:00Z"


def _kind_of(dump: Path) -> Kind:
    return next((kind for word, kind in _KINDS.items() if word in dump.name.lower()), "model")


def _batches(dump: Path) -> Iterator[list[dict[str, Any]]]:
    try:
        file = pq.ParquetFile(dump)
        for batch in file.iter_batches(ROWS):
            yield batch.to_pylist()
    except (OSError, ValueError) as error:
        raise DumpError(f"{dump}: {error}") from error


class _Taking:
    def __init__(self, archive: Archive, history: History, kind: Kind, moment: str, done: ImportedRows) -> None:
        self._archive, self._history, self._kind = archive, history, kind
        self._moment, self._done = moment, done

    def take(self, rows: list[dict[str, Any]]) -> None:
        """Record one batch, in one transaction."""
        with self._archive.writing():
            for row in rows:
                self._done.rows += 1
                try:
                    repository = _repository(self._kind, row)
                except BadRow:
                    self._done.bad += 1
                    continue
                self._one(repository, with_id=bool(row.get("_id")))

    def _one(self, repository: Repository, *, with_id: bool) -> None:
        said = facts(repository)
        name = repository.name
        seen = Observation(self._kind, repository.hub_id if with_id else None, name, said)
        subject = self._history.subject(seen)
        former = self._history.last(subject)
        state = State(said, (), files_read=False)
        if former is not None and (former[2] >= self._moment or former[1].bundle_hash() == state.bundle_hash()):
            return
        self._history.add(subject, state, self._moment)
        self._done.versions += 1


def _repository(kind: Kind, row: dict[str, Any]) -> Repository:
    """A row of a dump as a row of a list: JSON in strings is read, dates become text, a missing `_id` is made up."""
    plain = {name: _plain(name, value) for name, value in row.items()}
    plain["_id"] = plain.get("_id") or "0" * 24
    return from_row(kind, plain)


def _plain(name: str, value: Any) -> Any:
    if name in _IN_JSON and isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return None
    if hasattr(value, "isoformat"):
        return value.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    if name == "cardData" and isinstance(value, dict):
        return {key: one for key, one in value.items() if one is not None}
    return value
