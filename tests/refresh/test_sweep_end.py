"""A sweep that has read its list, and is stopped while it looks at who is missing from it."""

from __future__ import annotations

from pathlib import Path

from demo import faults
from demo.world import World
from tests.hub_cases.bench import card
from tests.refresh.lab import laboratory

D1, D2, D3, D4 = (f"2026-03-0{day}T09:00:00Z" for day in (1, 2, 3, 4))
GONE = (2, 4, 6)


def test_it_goes_on_with_the_missing_and_asks_for_no_page_again(tmp_path: Path) -> None:
    made = World()
    for number in range(8):
        made.put("models", f"wren/m{number}", date=f"2026-02-0{number + 1}", files={"README.md": card()})
    with laboratory(tmp_path, made, D1, max_limit=3) as lab:
        lab.watch(all_models=True, models_more="files_per_refresh = 0").at(D1)
        for number in GONE:
            made.delete("models", f"wren/m{number}", date="2026-03-01T12:00:00Z")
        lab.hub.faults.add(
            path="^/api/models/wren/", nth=2, times=100, fault=faults.rate_limited(reset=10_000)
        )  # the quota of the day
        first = lab.at(D2)
        assert (first.status, len(first.events)) == ("partial", 1)
        lab.hub.faults.clear()
        lab.hub.log.clear()
        second = lab.at(D3)
        told = {event["subject"] for event in [*first.events, *second.events]}
        assert (second.status, told) == ("complete", {f"model:wren/m{number}" for number in GONE})
        assert not any("sort=createdAt" in entry.query for entry in lab.hub.log)
        lab.at(D4)
        assert any("sort=createdAt" in entry.query for entry in lab.hub.log), "the next sweep begins anew"
        lab.sound()
