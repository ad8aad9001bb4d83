"""Three million models and the nights after, from a Hub whose rows are made up as they are asked for.

    python -m benchmarks.millions [--models 3000000] [--contenders licensedrift,floor] [--folder /tmp]

No memory bounds the world (benchmarks/made_up_hub.py). licensedrift records everything in its first night; then come a
night in which nothing has changed, one after 1 % has, the weekly sweep that finds what no date shows (gates, flips to
private, renames, deletions), and a quiet one. Each night is a process of its own, asks the Hub that counts, and must
have written exactly the events of the models that were changed: else this ends with an error. Then comes `licensedrift
verify`. The other contenders (benchmarks/listing_contenders.py) only list, and keep the last state.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.made_up_hub import NOW, Changes, MadeUpHub, identity, made_up_hub
from benchmarks.measured import measured
from schedules.whole_kind import SMALL

ROOT = Path(__file__).parent.parent
PAGE = 1000
CONFIG = 'database = "rows.db"\n[watch.models]\nall = true\nfiles_per_refresh = 0\n'
OURS = "licensedrift"
CHANGED, SWEEP = "1 % changed", "weekly sweep"


Events = dict[str, set[str]]  # the `_id`s of those that have an event, by its kind


@dataclass(frozen=True)
class Night:
    """One night: the fewest list requests, how many models are new to it, and the events that it must and may find."""

    name: str
    date: str
    least: int
    new: int = 0
    must: Events = field(default_factory=dict)
    may: Events = field(default_factory=dict)


def nights(changes: Changes) -> list[Night]:
    """The five nights; what is asked of them follows from what was changed."""
    claims = {"claim": _identities(changes.numbers("license"))}
    undated = {
        "gate": _identities(changes.numbers("gated")),
        "availability": _identities(changes.numbers("private", "deleted")),
        "renamed": _identities(changes.numbers("renamed")),
    }
    return [
        Night("first", NOW, _pages(changes.models), new=changes.models),
        Night("nothing changed", "2026-11-02T00:00:00Z", 1),
        # Who stands beside the changed ones in the list shows what no date tells a few days early.
        Night(CHANGED, "2026-11-03T00:00:00Z", _pages(len(changes.dated)), changes.share, claims, undated),
        Night(SWEEP, "2026-11-09T00:00:00Z", _pages(changes.there), must=undated),
        Night("nothing changed", "2026-11-10T00:00:00Z", 1),
    ]


def _pages(rows: int) -> int:
    return max(1, math.ceil(rows / PAGE))


def _identities(numbers: set[int]) -> set[str]:
    return set(map(identity, numbers))


def once(folder: Path) -> dict[str, Any]:
    """One refresh; the process is there for nothing else."""
    began = time.process_time()
    from schedules.configuration import load
    from schedules.refresh import refresh

    result = refresh(load(str(folder / "config.toml")), folder / "rows.db")
    return {
        "cpu": round(time.process_time() - began, 1), "status": result.status, "subjects": result.subjects,
        "changed": result.changed, "failures": [failure.reason for failure in result.failures[:3]],
    }  # fmt: skip


def run_nights(hub: MadeUpHub, changes: Changes, folder: Path) -> Iterator[dict[str, Any]]:
    """The nights in turn; the figures of each. Raises AssertionError for one that has lost or invented something."""
    (folder / "config.toml").write_text(CONFIG)
    database = folder / "rows.db"
    history, size = {"version": 0, "document": 0, "event": 0}, 0
    told: set[tuple[str, str]] = set()
    for night in nights(changes):
        if night.name == CHANGED:
            hub.change()
        hub.requests()
        environment = _environment(hub) | {"LICENSEDRIFT_NOW": night.date}
        cost = measured("benchmarks.millions", "--once", str(folder), environment=environment)
        asked, before, used = hub.requests(), history, size
        history, size = _rows(database), _bytes_in_use(database)
        written = {table: count - before[table] for table, count in history.items()}
        told |= _checked(_events(database), night, cost.said, written, told)
        yield {
            "night": night.name, "lists": asked["lists"], "least": night.least, "requests": sum(asked.values()),
            "changed": cost.said["changed"], "events": written["event"], "history": sum(written.values()),
            "grown": size - used, "cpu": cost.said["cpu"], "wall": round(cost.wall, 1), "memory": cost.memory,
            "asked": dict(asked),
        }  # fmt: skip
    with _opened(database) as conn:
        (subjects,) = conn.execute("select count(*) from subject").fetchone()
        (there,) = conn.execute("select count(*) from current where unavailable_since is null").fetchone()
    assert (subjects, there) == (changes.models + changes.share, changes.there), (subjects, there)


def _checked(
    found: Events, night: Night, said: dict[str, Any], written: dict[str, int], told: set[tuple[str, str]]
) -> set[tuple[str, str]]:
    """The events of a night, which wrote what it must, of whom it must, once, and nothing else: else AssertionError."""
    assert said["status"] == "complete", (night.name, said)
    for kind in night.must.keys() | night.may.keys() | found.keys():
        who = {identity for identity in night.must.get(kind, ()) if (kind, identity) not in told}
        there = found.get(kind, set())
        assert who <= there <= who | night.may.get(kind, set()), (night.name, kind, len(who), len(there))
    # A rename is an event, but no version: what binds is as it was.
    changed = sum(len(who) for kind, who in found.items() if kind != "renamed")
    assert said["changed"] == changed, (night.name, said)
    events = {(kind, identity) for kind, who in found.items() for identity in who}
    assert not events & told, night.name
    must = {"version": night.new + changed, "document": 0, "event": len(events)}
    assert written == must, (night.name, written, must)
    return events


def _events(database: Path) -> Events:
    """Who has an event of the last run."""
    query = (
        "select e.kind, s.hub_id from event e join subject s on s.id = e.subject"
        " where e.run = (select max(id) from run)"
    )
    found: Events = {}
    with _opened(database) as conn:
        for kind, hub_id in conn.execute(query):
            found.setdefault(kind, set()).add(hub_id.hex())
    return found


def _rows(database: Path) -> dict[str, int]:
    with _opened(database) as conn:
        return {
            table: int(conn.execute(f"select count(*) from {table}").fetchone()[0])
            for table in ("version", "document", "event")
        }


def _bytes_in_use(database: Path) -> int:
    """Pages, without the free ones; what lies in the write-ahead log is folded in first."""
    with _opened(database) as conn:
        conn.execute("pragma wal_checkpoint(truncate)")
        pages, free, size = (
            conn.execute(f"pragma {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
    return int((pages - free) * size)


class _opened:
    """A connection that is closed in the end (sqlite3's own `with` only ends a transaction)."""

    def __init__(self, database: Path) -> None:
        self._conn = sqlite3.connect(database)

    def __enter__(self) -> sqlite3.Connection:
        return self._conn

    def __exit__(self, *_: object) -> None:
        self._conn.close()


def _environment(hub: MadeUpHub) -> dict[str, str]:
    return {
        "HF_ENDPOINT": hub.url, "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
        "HF_TOKEN": "", "LICENSEDRIFT_NOW": NOW,
    }  # fmt: skip


def _verify(database: Path) -> dict[str, Any]:
    before = os.times().children_user
    line = [sys.executable, "-m", "licensedrift", "verify", "--json", "--db", str(database)]
    done = subprocess.run(line, check=True, stdout=subprocess.PIPE, cwd=ROOT)
    found: dict[str, Any] = json.loads(done.stdout)
    return found | {"cpu": round(os.times().children_user - before, 1)}


def _ours(hub: MadeUpHub, changes: Changes, folder: Path) -> float:
    """licensedrift's nights, printed as a table and as JSON lines; the CPU seconds of the first."""
    print(
        f"{'night':<17}{'lists':>6}{'least':>7}{'requests':>9}{'changed':>9}{'events':>8}{'history':>11}"
        f"{'grown, bytes':>15}{'s CPU':>7}{'s wall':>8}{'MB':>5}"
    )
    found = []
    for one in run_nights(hub, changes, folder):
        found.append(one)
        print(
            f"{one['night']:<17}{one['lists']:>6,}{one['least']:>7,}{one['requests']:>9,}{one['changed']:>9,}"
            f"{one['events']:>8,}{one['history']:>11,}{one['grown']:>15,}{one['cpu']:>7.1f}{one['wall']:>8.1f}"
            f"{one['memory'] / 1e6:>5.0f}",
            flush=True,
        )
    for one in found:
        print(json.dumps(one))
    first, changed = found[0], found[2]
    of_all = 10 * changes.share
    print(json.dumps({
        "contender": OURS, "models": changes.models, "cpu": first["cpu"], "memory": first["memory"],
        "bytes_a_model": round(first["grown"] / changes.models),
        "lists_over_least": round(sum(one["lists"] for one in found) / sum(one["least"] for one in found) - 1, 4),
        "bytes_a_changed_one": round((changed["grown"] + found[3]["grown"]) / of_all),
    }))  # fmt: skip
    print(json.dumps({"verify": _verify(folder / "rows.db")}), flush=True)
    return float(first["cpu"])


def _other(name: str, hub: MadeUpHub, models: int, folder: Path) -> float:
    """A contender that only lists; its CPU seconds."""
    cost = measured("benchmarks.listing_contenders", name, str(folder), environment=_environment(hub))
    assert cost.said["rows"] == models, cost.said
    found = {"contender": name, "models": models} | {key: round(value, 1) for key, value in cost.said.items()}
    print(json.dumps(found | {"bytes_a_model": round(cost.said["size"] / models)}), flush=True)
    return float(cost.said["cpu"])


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--models", type=int, default=3_000_000)
    parser.add_argument("--contenders", default="floor,licensedrift", help="also: list_models_upsert")
    parser.add_argument("--folder", help="where the archive lies meanwhile; it is deleted afterwards")
    parser.add_argument("--once", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        print(json.dumps(once(options.once)))
        return
    if options.models <= SMALL:
        parser.error(f"a kind of {SMALL:,} or fewer is swept every night: say more")
    changes, cpu = Changes.among(options.models), {}
    for name in options.contenders.split(","):
        with tempfile.TemporaryDirectory(dir=options.folder) as folder, made_up_hub(options.models) as hub:
            place = Path(folder)
            cpu[name] = _ours(hub, changes, place) if name == OURS else _other(name, hub, options.models, place)
    if OURS in cpu:
        others = [name for name in cpu if name != OURS]
        print(json.dumps({f"cpu_of_{name}_in_ours": round(cpu[OURS] / cpu[name], 2) for name in others}))


if __name__ == "__main__":
    main()
