"""Reads the texts of an exported folder again by today's rules, into the same folder: no archive is needed.

    DIR/reinterpreted/rules_version=2026.11.1/clauses/part-000007-00000.parquet       a unit: a few row groups of texts
                                              analyses/part-000007-00000.parquet

A worker reads its unit's row groups and writes its own two files, so it needs the folder (a shared one, for workers on
other machines) and nothing else. Files appear whole; a unit whose files are there is not read again, so what was
stopped goes on, and a unit that a lost worker began is simply done by another.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from licenses.reading import RULES_VERSION, Learned, Reading, read
from schedules.engines import Engine, dask, pool
from schedules.map_documents import map_documents
from schedules.reinterpret import MOST_POOLS, OtherRules
from storage.export import SCHEMAS
from storage.progress import Progress
from storage.understanding import rules_version

FOLDER, RULES = "reinterpreted", "rules_version="
ROW_GROUPS = 4  # of 500 texts each: a unit is half a minute of work at most
LONG_DEAD = 24 * 3600  # seconds
ANALYSES = pa.schema([
    *((name, pa.string()) for name in ("text_hash", "license", "spdx", "edition")),
    ("similarity", pa.float64()), ("altered", pa.bool_()),
    ("licenses", pa.string()), ("nearest", pa.string()), ("rules_version", pa.string()),
])  # fmt: skip


class NoExport(Exception):
    """The folder holds no exported texts."""


@dataclass(frozen=True)
class Unit:
    """Row groups of one file of texts, and which of its texts are to be read."""

    path: str
    first: int
    last: int
    wanted: frozenset[str]

    def name(self) -> str:
        """Of its output files."""
        day = Path(self.path).parent.name.partition("=")[2]
        return f"{day}-{Path(self.path).stem}-{self.first:05}.parquet"


@dataclass(frozen=True)
class UnitReader:
    """Reads units; goes to other processes as it is. `version` names the rules and what was learned beside them."""

    target: str
    version: str
    learned: Learned | None
    rules: str = RULES_VERSION

    def __call__(self, unit: Unit) -> int:
        """How many texts were read. Raises schedules.reinterpret.OtherRules, OSError."""
        if self.rules != RULES_VERSION:
            raise OtherRules(f"a worker has the rules {RULES_VERSION}, not {self.rules}: install the same licensedrift")
        analyses: list[dict[str, Any]] = []
        clauses: list[dict[str, Any]] = []
        groups = pq.ParquetFile(unit.path).read_row_groups(list(range(unit.first, unit.last)), ["text_hash", "text"])
        for row in groups.to_pylist():
            if row["text_hash"] in unit.wanted:
                reading = read(row["text"], self.learned)
                analyses.append(self._analysis(row["text_hash"], reading))
                clauses += self._clauses(row["text_hash"], reading)
        # Analyses last: where they are, the unit is done.
        _write(Path(self.target) / "clauses" / unit.name(), clauses, SCHEMAS["clauses"])
        _write(Path(self.target) / "analyses" / unit.name(), analyses, ANALYSES)
        return len(analyses)

    def _analysis(self, digest: str, reading: Reading) -> dict[str, Any]:
        said = reading.identity
        return {
            "text_hash": digest, "license": said.license, "spdx": said.spdx, "edition": said.edition,
            "similarity": float(said.similarity), "altered": bool(said.altered),
            "licenses": orjson.dumps(said.licenses).decode() if said.licenses else None,
            "nearest": orjson.dumps(said.nearest).decode() if said.nearest else None,
            "rules_version": self.version,
        }  # fmt: skip

    def _clauses(self, digest: str, reading: Reading) -> Iterator[dict[str, Any]]:
        for one in reading.clauses:
            yield {
                "text_hash": digest, "clause": one.clause, "quote": one.quote, "quote_start": one.start,
                "quote_end": one.end, "section": one.section,
                "parameters": orjson.dumps(one.parameters).decode(), "rules_version": self.version,
            }  # fmt: skip


def reinterpret_parquet(
    folder: Path, *, workers: int = 1, scheduler: str | None = None, progress: Progress
) -> tuple[int, Path]:
    """Read again what is exported to `folder`; how many texts were read now, and where the answers are.

    Raises NoExport, engines.NoEngine, OtherRules, OSError.
    """
    files = sorted(folder.glob("texts/*/*.parquet"))
    if not files:
        raise NoExport(f"{folder}: holds no exported texts; `licensedrift export {folder}` writes them")
    learned = _learned(folder, files)
    version = rules_version(learned)
    # Workers elsewhere stand in another folder.
    target = folder.resolve() / FOLDER / f"{RULES}{version}"
    _tidy(target)
    reader = UnitReader(str(target), version, learned)
    done, units = 0, list(_units(files, _readable(folder)))
    for attempt in range(MOST_POOLS):
        waiting = [unit for unit in units if not (target / "analyses" / unit.name()).exists()]
        engine_of: AbstractContextManager[Engine] = dask(scheduler) if scheduler else pool(workers)
        try:
            with engine_of as engine:
                for count in map_documents(reader, waiting, engine.executor, engine.workers):
                    done += count
                    progress("texts", done, None)
            break
        except BrokenExecutor:
            # A process of the pool was killed: what is written is not read again.
            if attempt == MOST_POOLS - 1:
                raise
    return done, target


def _units(files: list[Path], wanted: frozenset[str]) -> Iterator[Unit]:
    for path in files:
        file = pq.ParquetFile(path)
        for first in range(0, file.num_row_groups, ROW_GROUPS):
            last = min(first + ROW_GROUPS, file.num_row_groups)
            here = file.read_row_groups(list(range(first, last)), ["text_hash"]).column(0).to_pylist()
            mine = wanted.intersection(here)
            if mine:
                yield Unit(str(path.resolve()), first, last, mine)


def _readable(folder: Path) -> frozenset[str]:
    """The texts that rules read: those of documents, cards apart."""
    found: set[str] = set()
    for path in folder.glob("documents/*/*.parquet"):
        for row in pq.ParquetFile(path).read(["role", "text_hash"]).to_pylist():
            if row["role"] != "card":
                found.add(row["text_hash"])
    return frozenset(found)


def _learned(folder: Path, files: list[Path]) -> Learned | None:
    """The archive's own catalogue, as of the last export."""
    parts = sorted(folder.glob("learned/*/*.parquet"))
    rows = pq.ParquetFile(parts[-1]).read().to_pylist() if parts else []
    if not rows:
        return None
    wanted = {row["text_hash"] for row in rows}
    texts: dict[str, str] = {}
    for path in files:
        for batch in pq.ParquetFile(path).iter_batches(500, columns=["text_hash", "text"]):
            texts |= {row["text_hash"]: row["text"] for row in batch.to_pylist() if row["text_hash"] in wanted}
    return Learned.from_rows([(row["license"], row["edition"], texts[row["text_hash"]]) for row in rows])


def _tidy(target: Path) -> None:
    """Take away what killed workers left half-written; writing a unit takes no `LONG_DEAD`."""
    for partial in target.glob("*/*.partial"):
        if time.time() - partial.stat().st_mtime > LONG_DEAD:
            partial.unlink(missing_ok=True)


def _write(path: Path, rows: list[dict[str, Any]], schema: pa.Schema) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two workers may do the same unit, if one was taken for lost: each writes its own, the last name stands.
    partial = path.with_name(f"{path.name}.{socket.gethostname()}.{os.getpid()}.partial")
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), partial, compression="zstd")
    partial.replace(path)
