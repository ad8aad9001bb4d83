"""Importing dumps of the Hub's lists (Parquet): CPU a row of the first dump and of the later ones, memory, bytes.

    python -m benchmarks.dumps [--rows 300000] [--dates 3] [--folder /tmp] [--all-columns]

The dumps are made up after those of the data sets `cfahlgren1/hub-stats` and `hfmlsoc/hub_weekly_snapshots` of the Hub
(the latter: `models/<date>/models.parquet`, weekly since 2024-07-24). What is known of their columns is from code that
reads them, not from the files: `cardData` is JSON in a string and there since about October 2024, `tags` a list of
strings, `siblings` a list of structs, `baseModels` a struct; the models of 2026 have no `gated`, `private` and `sha`
(`--all-columns` adds those, as earlier ones and the data sets have them). Sizes of cards and lists of files are
guesses. Rows come in no order of their identities. Between two dates 1 % change (nine in ten their license, the others
another license link), 0.5 % are new, 0.2 % gone.

The import runs by the command's own function, the floor (reading the same columns, one `executemany` a batch of name
and tags) beside it, each in a process of its own. Versions and events must be as many as were made.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.measured import measured

FIRST = datetime(2025, 1, 1, tzinfo=UTC)
LICENSES = ("apache-2.0", "mit", "cc-by-4.0", "openrail", "cc-by-nc-4.0", "gpl-3.0")
STRIDE = 2_750_159  # a prime: rows come in another order than their identities
ROW_GROUP = 20_000
NEEDED = ["id", "_id", "sha", "gated", "private", "disabled", "tags", "cardData", "baseModels"]


@dataclass(frozen=True)
class World:
    """What is in which dump: all of it follows from the number of a repository and of a date."""

    rows: int

    def count(self, date: int) -> int:
        """How many repositories were ever made."""
        return self.rows + date * self.rows // 200

    def here(self, number: int, date: int) -> bool:
        """Whether it is there: it was made, and is not gone."""
        return all(_chance(number, made, 1) % 500 for made in range(1, date + 1))

    def moves(self, number: int, date: int) -> int:
        """How often its claim has changed until then."""
        return sum(
            _chance(number, later, 2) % 100 == 0 for later in range(1, date + 1) if number < self.count(later - 1)
        )

    def numbers(self, date: int) -> Iterator[int]:
        """Repositories in a dump, in its order."""
        count = self.count(date)
        assert count % STRIDE
        return (n for n in (place * STRIDE % count for place in range(count)) if self.here(n, date))


def _chance(number: int, date: int, salt: int) -> int:
    mixed = (number * 0x9E3779B97F4A7C15 + date * 0xBF58476D1CE4E5B9 + salt * 0x94D049BB133111EB) & (2**64 - 1)
    mixed ^= mixed >> 29
    return (mixed * 0xBF58476D1CE4E5B9 & (2**64 - 1)) >> 32


def schema(all_columns: bool) -> Any:
    """The columns of a dump of models."""
    import pyarrow as pa

    text, moment = pa.string(), pa.timestamp("ms", tz="UTC")
    base = pa.struct([("models", pa.list_(pa.struct([("_id", text), ("id", text)]))), ("relation", text)])
    columns = [
        ("_id", text), ("id", text), ("author", text), ("lastModified", moment), ("createdAt", moment),
        ("disabled", pa.bool_()), ("tags", pa.list_(text)), ("cardData", text), ("baseModels", base),
        ("siblings", pa.list_(pa.struct([("rfilename", text)]))), ("downloads", pa.int64()),
        ("downloadsAllTime", pa.int64()), ("likes", pa.int64()), ("trendingScore", pa.float64()),
        ("pipeline_tag", text), ("library_name", text), ("config", text),
    ]  # fmt: skip
    if all_columns:
        columns += [("sha", text), ("gated", text), ("private", pa.bool_())]
    return pa.schema(columns)


def _card(number: int, license: str, link: int) -> dict[str, Any]:
    card: dict[str, Any] = {"language": ["en"], "license": license, "tags": ["made-up", f"t{number % 50}"]}
    if number % 10 == 0:
        card |= {"license_name": f"heron-{number % 7}", "license_link": f"https://example.org/license/{link}"}
    if number % 3 == 0:
        card["base_model"] = f"author-{number % 97}/base-{number % 1000}"
    if number % 4 == 0:
        metrics = [{"type": f"m{place}", "value": place / 7, "name": "a metric"} for place in range(8)]
        task = {"type": "text-generation", "name": "Text Generation"}
        results = [{"task": task, "dataset": {"name": f"d{place}"}, "metrics": metrics} for place in range(3)]
        card["model-index"] = [{"name": f"model-{number}", "results": results}]
    return card


def row(number: int, moves: int) -> dict[str, Any]:
    """One repository whose claim has changed `moves` times."""
    by_link = number % 10 == 0
    license = LICENSES[(number + (0 if by_link else moves)) % len(LICENSES)]
    author, bare = f"author-{number % 5000}", number % 2 and number % 10
    tags = ["transformers", "safetensors", "text-generation", "en", f"arxiv:{number % 9000}", f"license:{license}",
            "autotrain_compatible", "endpoints_compatible", f"t{number % 50}", "region:us"]  # fmt: skip
    made = FIRST - timedelta(minutes=number % 500_000)
    based = [{"_id": f"{number % 1000:024x}", "id": f"author-{number % 97}/base-{number % 1000}"}]
    return {
        "_id": f"{number + 1:024x}", "id": f"{author}/model-{number}", "author": author, "lastModified": made,
        "createdAt": made, "disabled": False, "tags": tags,
        "cardData": None if bare else json.dumps(_card(number, license, moves if by_link else 0)),
        "baseModels": {"models": based, "relation": "finetune"} if number % 3 == 0 else None,
        "siblings": [{"rfilename": f"part-{place}-of-{number}.safetensors"} for place in range(number % 16)],
        "downloads": number % 977, "downloadsAllTime": number % 9770, "likes": number % 13,
        "trendingScore": number % 5 / 2, "pipeline_tag": "text-generation", "library_name": "transformers",
        "config": '{"architectures":["Heron"],"model_type":"heron"}',
        "sha": f"{number * 1000 + moves + 1:040x}", "gated": "auto" if number % 50 == 0 else "False",
        "private": False,
    }  # fmt: skip


def write(folder: Path, rows: int, dates: int, all_columns: bool) -> dict[str, Any]:
    """Write the dumps; what is in them: files, rows of each, versions and events that an import must make."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    world, columns = World(rows), schema(all_columns)
    made: dict[str, Any] = {"files": [], "rows": [], "versions": 0, "events": 0}
    for date in range(dates):
        path = folder / f"models-{FIRST + timedelta(weeks=date):%Y-%m-%d}.parquet"
        count = 0
        with pq.ParquetWriter(path, columns, compression="zstd") as writer:
            for part in _parts(world.numbers(date), ROW_GROUP):
                found = []
                for number in part:
                    moves = world.moves(number, date)
                    found.append(row(number, moves))
                    new = date == 0 or number >= world.count(date - 1)
                    moved = not new and moves > world.moves(number, date - 1)
                    made["versions"] += new or moved
                    made["events"] += moved
                count += len(found)
                writer.write_table(pa.Table.from_pylist(found, schema=columns))
        made["files"].append(str(path))
        made["rows"].append(count)
    return made


def _parts(numbers: Iterator[int], size: int) -> Iterator[list[int]]:
    part: list[int] = []
    for number in numbers:
        part.append(number)
        if len(part) == size:
            yield part
            part = []
    yield part


def imported(database: Path, files: list[str]) -> dict[str, Any]:
    """Import dumps one after the other; CPU seconds of each (without the imports of modules), and what was made."""
    from schedules.import_hub import import_hub
    from storage.archive import Archive

    cpu = []
    for file in files:
        before = _cpu()
        done = import_hub(database, [Path(file)], date=None, kind=None, progress=lambda *_: None)
        cpu.append(_cpu() - before)
        assert not done.bad, done
    with Archive.read(database) as archive:
        versions, events = archive.conn.execute(
            "select (select count(*) from version), (select count(*) from event)"
        ).fetchone()
    return {"cpu": cpu, "versions": versions, "events": events, "size": database.stat().st_size}


def floor(database: Path, files: list[str]) -> dict[str, Any]:
    """Read the columns that matter, and keep name and tags of each row: the last state."""
    import sqlite3

    import pyarrow.parquet as pq

    conn = sqlite3.connect(database)
    conn.execute("pragma journal_mode = wal")
    conn.execute("create table model (id text primary key, tags text)")
    cpu = []
    for path in files:
        before = _cpu()
        file = pq.ParquetFile(path)
        names = [name for name in NEEDED if name in file.schema_arrow.names]
        for batch in file.iter_batches(10_000, columns=names):
            found = {name: batch.column(name).to_pylist() for name in names}
            with conn:
                conn.executemany(
                    "insert into model values (?, ?) on conflict(id) do update set tags = excluded.tags",
                    [(name, " ".join(tags or ())) for name, tags in zip(found["id"], found["tags"], strict=True)],
                )
        cpu.append(_cpu() - before)
    conn.close()
    return {"cpu": cpu, "size": database.stat().st_size}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def report(what: str, rows: list[int], cost: Any) -> dict[str, Any]:
    """A line of the table: microseconds of CPU a row of the first dump and of the later ones, and what it took."""
    said = cost.said
    line = {
        "what": what, "rows": rows, "wall": round(cost.wall, 1), "cpu": round(cost.cpu, 1),
        "first_us_a_row": round(said["cpu"][0] / rows[0] * 1e6, 1),
        "memory_mb": round(cost.memory / 1e6), "bytes_a_row": round(said["size"] / max(rows)),
    }  # fmt: skip
    if len(rows) > 1:
        line["later_us_a_row"] = round(sum(said["cpu"][1:]) / sum(rows[1:]) * 1e6, 1)
    return line


def main() -> None:
    """Make the dumps, import them, print a line of JSON each."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--dates", type=int, default=3)
    parser.add_argument("--folder", help="where dumps and archive lie meanwhile; they are deleted afterwards")
    parser.add_argument("--all-columns", action="store_true")
    parser.add_argument("--run", nargs="+", help=argparse.SUPPRESS)
    parser.add_argument("--write", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        what, database, *files = options.run
        work = {"import": imported, "floor": floor}[what]
        print(json.dumps(work(Path(database), files)))
        return
    if options.write:
        print(json.dumps(write(Path(options.write), options.rows, options.dates, options.all_columns)))
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        # In a process of its own: what this one holds would count as the memory of those that it starts.
        made = measured("benchmarks.dumps", *sys.argv[1:], "--write", name).said
        costs = {}
        for what in ("floor", "import"):
            costs[what] = measured("benchmarks.dumps", "--run", what, str(folder / f"{what}.db"), *made["files"])
            print(json.dumps(report(what, made["rows"], costs[what])), flush=True)
        said = costs["import"].said
        found = {key: said[key] for key in ("versions", "events")}
        wanted = {key: made[key] for key in found}
        again = measured("benchmarks.dumps", "--run", "import", str(folder / "import.db"), *made["files"])
        print(json.dumps(report("imported again", made["rows"], again)), flush=True)
        print(json.dumps({"found": found, "made": wanted}), flush=True)
        if found != wanted or {key: again.said[key] for key in found} != wanted:
            sys.exit("versions and events are not those that were made")


if __name__ == "__main__":
    main()
