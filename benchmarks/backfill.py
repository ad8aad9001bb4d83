"""Backfill of repositories with many commits from the demo Hub: requests against the least that tell the same.

    python -m benchmarks.backfill [--repositories 200] [--commits 20]

Every fourth commit changes the license, every second the card, the others something that binds nobody. The least: one
request for the repository, one for its commits, one a commit for its files' names in git, and one a text that is new.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from demo.hub import DemoHub
from demo.world import World

NOW = "2026-11-01T03:00:00Z"
FIRST = date(2024, 1, 1)


def world(repositories: int, commits: int) -> tuple[World, int, int]:
    """The world, how many versions there are in it, and how many different texts."""
    made, versions, contents = World(), 0, set[bytes]()
    for number in range(repositories):
        for commit in range(commits):
            files = {"config.json": b'{"step": %d}' % commit}
            if commit % 4 == 0:
                files["LICENSE"] = b"Wren License %d.%d\n\nYou may use it for %d purposes.\n" % (number, commit, commit)
            if commit % 2 == 0:
                files["README.md"] = b"---\nlicense: other\n---\n# Model %d\n\nStep %d.\n" % (number, commit)
            versions += len(files) > 1
            contents.update(data for path, data in files.items() if path != "config.json")
            day = FIRST + timedelta(days=7 * commit)
            made.put("models", f"wren/m{number:04}", date=str(day), files=files)
    return made, versions, len(contents)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repositories", type=int, default=200)
    parser.add_argument("--commits", type=int, default=20)
    options = parser.parse_args()
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    from schedules.backfill import backfill
    from schedules.configuration import load

    made, versions, contents = world(options.repositories, options.commits)
    with tempfile.TemporaryDirectory() as name, DemoHub(made, now=NOW) as hub:
        os.environ |= {"HF_ENDPOINT": hub.url, "LICENSEDRIFT_NOW": NOW, "HF_TOKEN": ""}
        config = Path(name) / "config.toml"
        config.write_text('database = "rows.db"\n[network]\nallow = ["127.0.0.1"]\ndelay_seconds = 0\n')
        names = [f"model:{one}" for one in made.names("models", NOW)]
        began, spent = time.perf_counter(), time.process_time()
        done = backfill(load(str(config)), Path(name) / "rows.db", names, progress=lambda *_: None)
        wall, cpu = time.perf_counter() - began, time.process_time() - spent
        again = backfill(load(str(config)), Path(name) / "rows.db", names, progress=lambda *_: None)
    least = options.repositories * (2 + options.commits)
    found = {
        "repositories": done.subjects, "versions": done.versions, "versions_there_are": versions,
        "again": again.versions, "requests": done.requests, "least_api": least, "texts": contents,
        "wall": round(wall, 1), "cpu_with_the_hub": round(cpu, 1), "failures": len(done.failures),
    }  # fmt: skip
    print(json.dumps(found))


if __name__ == "__main__":
    main()
