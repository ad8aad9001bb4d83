"""A clock that was wrong for a night, and was put right: nothing waits until that time has come."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo import faults
from demo.world import World
from schedules import hub_watch
from tests.hub_cases.bench import card
from tests.refresh.lab import Lab, laboratory

WRONG = "2036-03-01T09:00:00Z"
D1, D2, D3, D4 = (f"2026-03-0{day}T09:00:00Z" for day in (1, 2, 3, 4))


def world() -> World:
    made = World()
    for number in range(8):
        made.put("models", f"wren/m{number}", date=f"2026-02-0{number + 1}", files={"README.md": card()})
    return made


def first_pages(lab: Lab) -> int:
    return sum(
        entry.path == "/api/models" and "sort=createdAt" in entry.query and "cursor=" not in entry.query
        for entry in lab.hub.log
    )


def test_a_sweep_of_the_future_does_not_put_off_all_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schedules.whole_kind.SMALL", 0)
    made = world()
    with laboratory(tmp_path, made, D1) as lab:
        lab.watch(all_models=True, models_more="files_per_refresh = 0")
        monkeypatch.setenv("LICENSEDRIFT_NOW", WRONG)
        lab.again()
        made.delete("models", "wren/m3", date=D2)
        assert [(e["subject"], e["kind"]) for e in lab.at(D3).events] == [("model:wren/m3", "availability")]
        lab.hub.log.clear()
        lab.at(D4)
        assert first_pages(lab) == 0, "the mark is of this time again"


def test_a_page_that_never_answers_is_left_behind_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_watch, "PAGES_KEPT", 1)
    with laboratory(tmp_path, world(), D1, max_limit=2) as lab:
        lab.watch(all_models=True, models_more="files_per_refresh = 0")
        lab.hub.faults.add(path=r"^/api/models\?.*cursor=", nth=2, times=10**6, fault=faults.status(500))
        monkeypatch.setenv("LICENSEDRIFT_NOW", WRONG)
        assert lab.again().status == "partial"
        lab.hub.log.clear()
        lab.at(D2)
        assert first_pages(lab) == 1
