"""Imports dumps of the Hub's lists (Parquet) as dated states of the tags: years of tag drift in minutes.

A dump has a row a repository; columns that are missing are tolerated. Only what stands in it is believed: who is
missing from a dump is not gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from licenses.reading import RULES_VERSION
from schedules.clock import now, stamp
from schedules.collector import rare_collections
from schedules.hub_dump import Dump, DumpError, batches, files_of, look_at
from schedules.lock import locked
from storage.archive import Archive
from storage.dated_states import DatedStates
from storage.history import History
from storage.progress import Progress
from storage.records import Kind

BATCHES = 4  # a transaction: with fewer the pages of indexes are written more often, a third more of the work
__all__ = ["DumpError", "ImportedRows", "import_hub"]


@dataclass
class ImportedRows:
    """What an import did: rows read, versions that they made, rows that could not be read, names of the files.

    `older` are rows of which the archive has a state as new from another import; `seen` those whose repository a
    refresh had seen by then. Neither is recorded.
    """

    rows: int = 0
    versions: int = 0
    bad: int = 0
    older: int = 0
    seen: int = 0
    files: list[str] = field(default_factory=list)


def import_hub(
    database: Path, dumps: Sequence[Path], *, date: str | None, kind: Kind | None, progress: Progress
) -> ImportedRows:
    """Import dumps, oldest first; a dump that is here already adds nothing. Raises DumpError, lock.Busy, ArchiveError.

    A folder stands for all Parquet files in it. `date` (ISO 8601) and `kind` are read from a file's name, or from
    those of its folders, where they are None. All files are looked at before the first is imported.
    """
    at = stamp(now())
    found = [look_at(path, date, kind, at) for dump in dumps for path in files_of(dump)]
    found.sort(key=lambda dump: (dump.moment, dump.path))
    done = ImportedRows()
    with locked(database), Archive.open(database) as archive, rare_collections():
        history = History(archive, origin="import", at=at, rules_version=RULES_VERSION)
        for dump in found:
            _take(dump, DatedStates(history, dump.kind, dump.moment, dump.untold), archive, done, progress)
    return done


def _take(dump: Dump, states: DatedStates, archive: Archive, done: ImportedRows, progress: Progress) -> None:
    what, read = f"{dump.kind}s of {dump.moment[:10]} ({dump.path.name})", 0
    waiting, more = batches(dump), True
    while more:
        more = False
        with archive.writing():
            for rows in islice(waiting, BATCHES):
                more = True
                seen = [row for row in rows if row is not None]
                states.take(seen)
                read += len(rows)
                done.bad += len(rows) - len(seen)
                progress(what, read, dump.rows)
    done.rows += read
    done.versions += states.versions
    done.older += states.older
    done.seen += states.seen
    done.files.append(dump.path.name)
