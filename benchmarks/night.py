"""The nights after: one in which nothing has changed, one with 1 % changed, and the sweep that finds the rest.

    python -m benchmarks.night [--models 120000]

Of a whole kind of more than 100,000, most nights ask for what was changed since the last (tags, commits, new ones);
the weekly sweep finds what no date shows (gates, flips to private, renames, deletions). A smaller kind is swept every
night. List requests are counted by the Hub, against the least that could have told the same.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import sqlite3
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.measured import measured
from demo.hub import DemoHub
from demo.world import World

PAGE = 1000
SMALL = 100_000  # schedules/whole_kind.py: up to here everything is asked for every night
FIRST, SAME, CHANGED, SWEEP, QUIET = (f"2026-11-{day:02}T03:00:00Z" for day in (1, 2, 3, 9, 10))
BETWEEN = "2026-11-02T12:00:00Z"
CONFIG = 'database = "rows.db"\n[watch.models]\nall = true\nfiles_per_refresh = 0\n'
CARD = b"---\nlicense: %s\n---\n# Changed\n"


@dataclass
class Changes:
    """What happened in one day: how many show in `lastModified`, and how many only to a sweep."""

    dated: int = 0
    undated: int = 0
    names: list[str] = field(default_factory=list)


def change(world: World, models: int, seed: int) -> Changes:
    """One percent of all: half gets another card (tags and sha), a tenth each new, gated, private, renamed, gone."""
    dice = random.Random(seed)
    share = models // 1000
    chosen = dice.sample(world.names("models", FIRST), 9 * share)
    done = Changes(names=chosen)
    for place, name in enumerate(chosen):
        part = place // share
        if part < 5:
            files = {"README.md": CARD % dice.choice((b"mit", b"openrail", b"apache-2.0"))}
            world.put("models", name, date=BETWEEN, files=files)
        elif part == 5:
            world.set("models", name, date=BETWEEN, gated="auto")
        elif part == 6:
            world.set("models", name, date=BETWEEN, private=True)
        elif part == 7:
            world.rename("models", name, name + "-moved", date=BETWEEN)
        else:
            world.delete("models", name, date=BETWEEN)
    for number in range(share):
        world.put("models", f"wren-lab/new-{number}", date=BETWEEN, files={"README.md": CARD % b"mit"})
    done.dated, done.undated = 6 * share, 4 * share
    return done


def once(folder: Path) -> dict[str, Any]:
    """One refresh, in a process of its own."""
    from schedules.configuration import load
    from schedules.refresh import refresh

    began = time.process_time()
    result = refresh(load(str(folder / "config.toml")), folder / "rows.db")
    return {
        "cpu": time.process_time() - began, "status": result.status, "changed": result.changed,
        "events": len(result.events), "failures": [failure.reason for failure in result.failures[:3]],
        "memory": _peak(),
    }  # fmt: skip


def _peak() -> int:
    """The most memory that this process held, in bytes; wait4 would add the Hub that forked it."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)


def rows_written(folder: Path) -> tuple[int, int]:
    """Rows of history (versions, documents, events) and bytes in use: pages, without the free ones."""
    conn = sqlite3.connect(folder / "rows.db")
    try:
        conn.execute("pragma wal_checkpoint(truncate)")
        history = sum(
            conn.execute(f"select count(*) from {table}").fetchone()[0] for table in ("version", "document", "event")
        )
        pages, free, size = (
            conn.execute(f"pragma {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
    finally:
        conn.close()
    return history, (pages - free) * size


def run(models: int) -> list[dict[str, Any]]:
    """The nights in turn; one row of figures each."""
    world = World.generated(models=models)
    changes = change(world, models, seed=7)
    sweeping = models <= SMALL
    found = []
    with tempfile.TemporaryDirectory() as name, DemoHub(world, now=FIRST, prerender=True) as hub:
        folder = Path(name)
        (folder / "config.toml").write_text(CONFIG)
        rows, size = 0, 0
        for what, date in (("first", FIRST), ("same", SAME), ("changed", CHANGED), ("sweep", SWEEP), ("quiet", QUIET)):
            hub.at(date)
            hub.log.clear()
            environment = {**os.environ, "HF_ENDPOINT": hub.url, "LICENSEDRIFT_NOW": date, "HF_TOKEN": ""}
            cost = measured("benchmarks.night", "--once", name, environment=environment)
            lists = sum(entry.path == "/api/models" and "limit=1&" not in f"{entry.query}&" for entry in hub.log)
            heads = sum(entry.path == "/api/models" for entry in hub.log) - lists
            there = len(world.names("models", date))
            everything = what in ("first", "sweep") or sweeping
            least = math.ceil(there / PAGE) if everything else max(1, math.ceil(_dated(what, changes) / PAGE))
            history, used = rows_written(folder)
            found.append({
                "night": what, "lists": lists, "heads": heads, "least": least, "requests": len(hub.log),
                "history_rows": history - rows, "grown": used - size,
                "wall": round(cost.wall, 1), **cost.said,
            })  # fmt: skip
            rows, size = history, used
    return found


def _dated(what: str, changes: Changes) -> int:
    return changes.dated if what == "changed" else 0


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--models", type=int, default=120_000)
    parser.add_argument("--once", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        print(json.dumps(once(options.once)))
        return
    nights = run(options.models)
    print(f"{options.models:,} models; 1 % changed between the second night and the third")
    print(
        f"{'night':<9}{'lists':>7}{'least':>7}{'all requests':>14}{'changed':>9}{'events':>8}{'rows':>9}"
        f"{'grown, bytes':>14}{'s CPU':>7}{'MB':>6}"
    )
    for one in nights:
        print(
            f"{one['night']:<9}{one['lists']:>7}{one['least']:>7}{one['requests']:>14}{one['changed']:>9,}"
            f"{one['events']:>8,}{one['history_rows']:>9,}{one['grown']:>14,}{one['cpu']:>7.1f}"
            f"{one['memory'] / 1e6:>6.0f}"
        )
        if one["status"] != "complete":
            print(f"          {one['status']}: {one['failures']}", file=sys.stderr)
    print(json.dumps({"nights": [{key: one[key] for key in ("night", "lists", "least", "cpu")} for one in nights]}))


if __name__ == "__main__":
    main()
