"""A night within the Hub's anonymous quota: how much of it is used, what is earned beyond it, and how near the floor.

    python -m benchmarks.budget [--models 1200] [--api 500/300] [--resolvers 3000/300]

The Hub counts requests in fixed windows, as the real one does; time between requests is as it is, waits are virtual
(both sides read a clock that a wait moves), so that windows of the real length can be measured. The floor is the time
that the quota alone sets: all windows but the last, of the bucket that binds.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from demo.hub import DemoHub
from demo.quotas import Quotas
from demo.world import World

NOW = "2026-11-01T03:00:00Z"
CONFIG = """
database = "rows.db"
[network]
allow = ["127.0.0.1"]
max_wait_seconds = {wait}
delay_seconds = 0
[watch.models]
all = true
files_per_refresh = 1000000
"""


class Clock:
    """Seconds that pass by themselves, and those that are slept through. `marks`: requests so far at each wait."""

    def __init__(self) -> None:
        self.slept = 0.0
        self.log: list[Any] = []
        self.marks: list[Counter[str]] = []

    def __call__(self) -> float:
        return time.monotonic() + self.slept

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        if seconds > 1:
            self.marks.append(Counter(entry.bucket for entry in self.log))


def run(models: int, quotas: dict[str, tuple[int, int]]) -> dict[str, Any]:
    """The night that reads the files of all that the night before has listed. Figures by bucket."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    from crawler import hub as crawler_hub
    from schedules import session
    from schedules.configuration import load
    from schedules.refresh import refresh

    clock = Clock()

    class VirtualHub(crawler_hub.Hub):
        """The crawler's Hub, by the virtual clock."""

        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options, sleep=clock.sleep)
            self._http.budget.clock = clock

    with tempfile.TemporaryDirectory() as name, DemoHub(World.generated(models=models), now=NOW) as hub:
        os.environ |= {"HF_ENDPOINT": hub.url, "LICENSEDRIFT_NOW": NOW, "HF_TOKEN": ""}
        session.Hub = VirtualHub  # type: ignore[misc]
        config = Path(name) / "config.toml"
        config.write_text(CONFIG.format(wait=2 * max(seconds for _, seconds in quotas.values())))
        refresh(load(str(config)), Path(name) / "rows.db")
        hub.log.clear()
        hub.quotas = Quotas(quotas, clock)
        clock.log = hub.log
        began = clock()
        result = refresh(load(str(config)), Path(name) / "rows.db")
        lasted = clock() - began
        asked = Counter(entry.bucket for entry in hub.log)
        refused = sum(entry.status == 429 for entry in hub.log)
    return {
        "status": result.status, "refused": refused, "asked": dict(asked), "seconds": round(lasted, 1),
        "failures": [failure.reason for failure in result.failures[:3]], **_against(quotas, asked, clock, lasted),
    }  # fmt: skip


def _against(quotas: dict[str, tuple[int, int]], asked: Counter[str], clock: Clock, lasted: float) -> dict[str, Any]:
    """The time against the floor, and how much of the quota was used in the windows that were waited out."""
    floors = {bucket: (math.ceil(asked[bucket] / most) - 1) * seconds for bucket, (most, seconds) in quotas.items()}
    binding = max(floors, key=lambda bucket: floors[bucket])
    most, floor, windows = quotas[binding][0], floors[binding], len(clock.marks)
    return {
        "binding": binding,
        "waits": windows,
        "floor": floor,
        "used": round(clock.marks[-1][binding] / (windows * most), 4) if windows else None,
        "over_floor": round(lasted / floor - 1, 4) if floor else None,
    }


def _quota(text: str) -> tuple[int, int]:
    requests, _, seconds = text.partition("/")
    return int(requests), int(seconds)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--models", type=int, default=1200)
    parser.add_argument("--api", type=_quota, default=(500, 300), metavar="REQUESTS/SECONDS")
    parser.add_argument("--resolvers", type=_quota, default=(3000, 300), metavar="REQUESTS/SECONDS")
    options = parser.parse_args()
    found = run(options.models, {"api": options.api, "resolvers": options.resolvers})
    print(
        f"{options.models:,} models: {found['asked']} requests, {found['refused']} refused (429);"
        f" {found['binding']} binds"
    )
    print(
        f"{found['seconds']:,.0f} s against a floor of {found['floor']:,} s; {found['waits']} waits,"
        f" {found['used'] or 0:.1%} of the quota used until the last"
    )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
