"""`licensedrift diff` between any two of many snapshots of a large archive: seconds a question.

    python -m benchmarks.snapshots [--subjects 300000] [--snapshots 100] [--changed 300] [--pairs 40]

The archive is made by the recorder that refreshes use, from made-up rows: a first snapshot of all, then small ones in
which claims and gates change. Asked are the neighbours, random pairs, and the first against the last (which lists
every event there is). "Answer" is the question in a process that is already there, "command" the whole command.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from storage import queries, runs
from storage.archive import Archive
from storage.recording import Recorder
from storage.records import Facts, Observation
from storage.understanding import Understanding

LICENSES = ("apache-2.0", "mit", "cc-by-4.0", "openrail", "cc-by-nc-4.0", "gpl-3.0")
FIRST = datetime(2026, 1, 1, 3, tzinfo=UTC)
WATCH = "models/all"


def row(number: int, license: str, gated: str, commit: int) -> Observation:
    """What a list shows of one model."""
    said = Facts(
        sha=f"{number * 1000 + commit + 1:040x}", gated=gated, license_claimed=license,
        license_tags=(license,), last_modified="2026-01-01T00:00:00Z",
    )  # fmt: skip
    return Observation(
        kind="model", hub_id=f"{number + 1:024x}", name=f"author-{number % 5000}/model-{number}", facts=said,
        row_hash=number.to_bytes(8, "big") + commit.to_bytes(8, "big"), files_behind=True, watch=WATCH,
    )  # fmt: skip


def snapshot(archive: Archive, understanding: Understanding, day: int, rows: Iterator[Observation]) -> int:
    """Record one snapshot; how many events it has."""
    at = f"{FIRST + timedelta(days=day):%Y-%m-%dT%H:%M:%SZ}"
    run = runs.begin(archive, started_at=at, scope="all", tool_version="bench", rules_version="bench")
    with archive.writing():
        done = Recorder(archive, run, understanding).record_all(rows, lambda _done: None)
        runs.close(
            archive, run, status="complete", finished_at=at, subjects=0, changed=done.changed, events=done.events,
            requests={}, received=0, failures=[],
        )  # fmt: skip
    return done.events


def fill(database: Path, subjects: int, snapshots: int, changed: int) -> int:
    """Make the archive; how many events there are."""
    dice = random.Random(7)
    with Archive.open(database) as archive:
        understanding = Understanding(archive)
        events = snapshot(archive, understanding, 0, (row(n, LICENSES[n % 4], "false", 0) for n in range(subjects)))
        for day in range(1, snapshots):
            chosen = sorted(dice.sample(range(subjects), changed))
            moved = (row(n, dice.choice(LICENSES), dice.choice(("false", "auto")), day) for n in chosen)
            events += snapshot(archive, understanding, day, moved)
    return events


def pairs(snapshots: int, count: int) -> list[tuple[int, int]]:
    """Which snapshots to compare: the first with the last, the last two, and random ones."""
    dice = random.Random(8)
    chosen = [(1, snapshots), (snapshots - 1, snapshots)]
    while len(chosen) < count:
        first, last = sorted(dice.sample(range(1, snapshots + 1), 2))
        chosen.append((first, last))
    return chosen


def answers(database: Path, asked: list[tuple[int, int]]) -> list[tuple[float, int]]:
    """Seconds of CPU and events of each question, in this process."""
    found = []
    with Archive.read(database) as archive:
        for first, last in asked:
            began = time.process_time()  # nothing here waits; other processes may have the cores
            events = sum(1 for _ in queries.json_events(archive.conn, after=first, until=last))
            found.append((time.process_time() - began, events))
    return found


def command(database: Path, first: int, last: int) -> tuple[float, float]:
    """Seconds of CPU and of wall of the whole command, with the start of Python and all events written as JSON."""
    began, before = time.perf_counter(), _children()
    line = [sys.executable, "-m", "licensedrift", "diff", "--db", str(database), "--json", str(first), str(last)]
    subprocess.run(line, check=True, stdout=subprocess.DEVNULL, cwd=Path(__file__).parent.parent)
    return round(_children() - before, 2), round(time.perf_counter() - began, 2)


def _children() -> float:
    used = os.times()
    return used.children_user + used.children_system


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--subjects", type=int, default=300_000)
    parser.add_argument("--snapshots", type=int, default=100)
    parser.add_argument("--changed", type=int, default=300)
    parser.add_argument("--pairs", type=int, default=40)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "rows.db"
        events = fill(database, options.subjects, options.snapshots, options.changed)
        asked = pairs(options.snapshots, options.pairs)
        took = answers(database, asked)
        found: dict[str, Any] = {
            "subjects": options.subjects, "snapshots": options.snapshots, "events": events,
            "bytes": database.stat().st_size,
            "answer_last_two": round(took[1][0], 4), "answer_all": round(took[0][0], 3),
            "events_of_all": took[0][1], "answer_median": round(median(one for one, _ in took), 4),
            "answer_worst": round(max(one for one, _ in took), 3),
            "command_last_two_cpu_wall": command(database, *asked[1]),
            "command_all_cpu_wall": command(database, *asked[0]),
            "plan": _plan(database),
        }  # fmt: skip
    print(json.dumps(found))


def _plan(database: Path) -> list[str]:
    """How SQLite finds the events: by an index, never by looking at all."""
    conn = sqlite3.connect(database)
    try:
        rows = conn.execute("explain query plan select * from event where run > 1 and run <= 2").fetchall()
    finally:
        conn.close()
    return [one[3] for one in rows]


if __name__ == "__main__":
    main()
