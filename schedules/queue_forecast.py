"""How long the files that wait will take: by the schedule, and by what one refresh reads of each kind."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime

from schedules.clock import stamp
from schedules.configuration import Config
from schedules.cron import next_after
from schedules.hub_watch import KINDS

# API requests that one waiting repository takes: its row, and its files' names in git (docs/scale.md).
REQUESTS = 2
FAR = 100_000  # refreshes: nobody needs the date


def forecast(config: Config, waiting: Mapping[str, int], now: datetime) -> dict[str, object]:
    """`{"refreshes": n, "done": date or None, "requests": a refresh's API requests}`; None where it never ends.

    `waiting` says how many repositories of each kind wait. A refresh is taken to last less than the time to the next.
    """
    nights, requests = 0, 0
    for kind, count in waiting.items():
        watch = getattr(config.watch, KINDS[kind])  # type: ignore[index]  # kinds of repositories alone have files
        most = watch.files_per_refresh
        if not watch.all or most == 0:
            return {"refreshes": None, "done": None, "requests": requests}
        nights = max(nights, math.ceil(count / most))
        requests += REQUESTS * min(count, most)
    return {"refreshes": nights, "done": _date(config, nights, now), "requests": requests}


def _date(config: Config, nights: int, now: datetime) -> str | None:
    """When the last of so many refreshes begins: the first ones are counted, many are reckoned."""
    first = next_after(config.schedule.refresh, now)
    if first is None or nights == 0 or nights > FAR:
        return None
    later, counted = first, 0
    while counted < min(nights - 1, 60):
        following = next_after(config.schedule.refresh, later)
        if following is None:
            return None
        later, counted = following, counted + 1
    rest = nights - 1 - counted
    return stamp(later + rest * (later - first) / counted if rest else later)
