"""Listing and recording a whole kind: licensedrift, `HfApi.list_models` + `sqlite_utils.upsert_all`, and the floor.

    python -m benchmarks.listing [--models 100000] [--rounds 3]

One run, one machine, the same pages from the same loopback Hub (pre-rendered, in a process of its own). The rivals
keep only the last state; licensedrift keeps history. Each contender runs in a fresh process on a fresh file.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.measured import Cost, measured

CONTENDERS = ("list_models_upsert", "licensedrift", "floor")


@contextmanager
def hub(models: int) -> Iterator[str]:
    """A Hub of so many models in a process of its own, its pages rendered beforehand."""
    process = subprocess.Popen(
        [sys.executable, "-m", "demo.serve", "--models", str(models), "--prerender", "--at", "2026-11-01T00:00:00Z"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        url = next(word for line in process.stdout for word in line.split() if word.startswith("http://127"))
        yield url.rstrip(".,/")
    finally:
        process.terminate()
        process.wait()


def run(models: int, rounds: int) -> list[tuple[str, Cost]]:
    """Each contender `rounds` times, in turn; the best wall of each counts."""
    best: dict[str, Cost] = {}
    with hub(models) as url:
        environment = {
            "HF_ENDPOINT": url,
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
            "LICENSEDRIFT_NOW": "2026-11-01T00:00:00Z",
        }
        # The first walk renders the pages; it is nobody's.
        with tempfile.TemporaryDirectory() as folder:
            measured("benchmarks.listing_contenders", "floor", folder, environment=environment)
        for _ in range(rounds):
            for name in CONTENDERS:
                with tempfile.TemporaryDirectory() as folder:
                    cost = measured("benchmarks.listing_contenders", name, folder, environment=environment)
                assert cost.said["rows"] == models, (name, cost.said)
                if name not in best or cost.wall < best[name].wall:
                    best[name] = cost
    return [(name, best[name]) for name in CONTENDERS]


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--models", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    found = run(options.models, options.rounds)
    print(f"{options.models:,} models, best of {options.rounds}")
    print(f"{'':<22}{'wall s':>8}{'CPU s':>8}{'memory MB':>11}{'bytes a model':>15}{'night, s CPU':>14}")
    for name, cost in found:
        night = cost.said.get("night_cpu")
        print(
            f"{name:<22}{cost.wall:>8.1f}{cost.said['cpu']:>8.1f}{cost.memory / 1e6:>11.0f}"
            f"{cost.said['size'] / options.models:>15.0f}{'' if night is None else f'{night:>14.1f}'}"
        )
    costs = dict(found)
    rival, ours, floor = (costs[name] for name in CONTENDERS)
    ratios = {
        "wall_rival_over_ours": round(rival.said["wall"] / ours.said["wall"], 2),
        "cpu_rival_over_ours": round(rival.said["cpu"] / ours.said["cpu"], 2),
        "cpu_ours_over_floor": round(ours.said["cpu"] / floor.said["cpu"], 2),
    }
    print(json.dumps(ratios))


if __name__ == "__main__":
    main()
