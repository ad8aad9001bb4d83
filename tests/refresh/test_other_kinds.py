"""Whole kinds beside models: data sets and spaces are swept too, and not all in the same night."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.world import World
from schedules import whole_kind
from tests.hub_cases.bench import TEXT, card
from tests.refresh.lab import CONFIG, Lab, laboratory

D1, D2, D3 = "2026-03-01T03:00:00Z", "2026-03-03T03:00:00Z", "2026-03-05T03:00:00Z"
KINDS = ("models", "datasets", "spaces")


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    world = World()
    for kind in KINDS:
        for number in range(4):
            files = {"README.md": card(), "LICENSE": TEXT}
            world.put(kind, f"lark/r{number}", date=f"2026-02-0{number + 1}", files=files)
        world.put(kind, "lark/r0", date="2026-03-02", files={"README.md": card("gpl-3.0")})
        world.delete(kind, "lark/r1", date="2026-03-02")
        world.rename(kind, "lark/r2", "lark/moved", date="2026-03-02")
    world.set("datasets", "lark/r3", date="2026-03-02", gated="auto")
    with laboratory(tmp_path, world, D1) as lab:
        lab.config.write_text(CONFIG.format(watch="\n".join(f"[watch.{kind}]\nall = true" for kind in KINDS)))
        yield lab


@pytest.mark.parametrize("kind", ["dataset", "space"])
def test_a_sweep_of_another_kind_finds_changes_deletions_and_renames(lab: Lab, kind: str) -> None:
    lab.at(D1)
    lab.again()
    result = lab.at(D2)
    told = {(event["subject"], event["kind"]) for event in result.events if event["subject"].startswith(kind)}
    wanted = {(f"{kind}:lark/r0", "claim"), (f"{kind}:lark/r1", "availability"), (f"{kind}:lark/moved", "renamed")}
    if kind == "dataset":
        wanted.add(("dataset:lark/r3", "gate"))
    assert told == wanted
    text = "select count(*) as n from documents where subject = ? and role = 'license'"
    assert lab.rows(text, f"{kind}:lark/moved")[0]["n"] > 0
    assert lab.at(D3).status == "complete"
    assert lab.catalog(f"{kind}:lark/r1")["gone_at"] == D3
    lab.sound()


def test_sweeps_of_large_kinds_are_spread_over_nights(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole_kind, "SMALL", 0)

    def swept(date: str) -> list[str]:
        lab.hub.log.clear()
        lab.at(date)
        lists = [entry for entry in lab.hub.log if "sort=createdAt" in entry.query]
        return [entry.path.rpartition("/")[2] for entry in lists]

    assert swept("2026-03-01T03:00:00Z") == list(KINDS), "the first night knows nobody"
    assert [swept(f"2026-03-0{day}T03:00:00Z") for day in (2, 7)] == [[], []]
    assert [swept(f"2026-03-{day:02}T03:00:00Z") for day in (8, 9, 10, 11)] == [*([kind] for kind in KINDS), []]
