"""Backfill: the past of a repository from the Hub's own git, with true dates, and as few requests as it takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.world import World
from schedules.backfill import backfill
from schedules.configuration import load
from tests.refresh.lab import Lab, laboratory

NOW = "2026-09-01T09:00:00Z"
TEXT = b"Heron License\n\nYou may use, copy and change the model for any purpose.\n"
BAN = b"You may not use the model to train other models.\n"


def card(license: str) -> bytes:
    return b"---\nlicense: %s\n---\n# M\n" % license.encode()


@pytest.fixture
def world() -> World:
    made = World()
    made.put("models", "heron/one", date="2025-01-01T08:00:00Z", files={"README.md": card("mit"), "LICENSE": TEXT})
    for day in range(2, 9):
        made.put("models", "heron/one", date=f"2025-01-0{day}T08:00:00Z", files={"config.json": b"{%d}" % day})
    made.put("models", "heron/one", date="2025-03-01T08:00:00Z", files={"LICENSE": TEXT + BAN})
    made.put("models", "heron/one", date="2025-04-01T08:00:00Z", files={"weights.bin": b"1"})
    made.put("models", "heron/one", date="2025-05-01T08:00:00Z", files={"README.md": card("other")})
    return made


@pytest.fixture
def lab(tmp_path: Path, world: World):
    with laboratory(tmp_path, world, NOW) as lab:
        yield lab.watch(models=["heron/one"])


def fill(lab: Lab):
    return backfill(load(str(lab.config)), lab.database, ["model:heron/one"], progress=lambda *_: None)


VERSIONS = "select since, until, origin, valid_from, license_claimed from versions order by since"
DRIFT = "select at, snapshot, kind, role, direction from drift where parent is null order by at, kind"


def test_a_past_before_any_refresh_has_its_commit_dates_and_drift(lab: Lab) -> None:
    done = fill(lab)
    assert (done.subjects, done.versions) == (1, 3)
    assert [tuple(row.values()) for row in lab.rows(VERSIONS)] == [
        ("2025-01-01T08:00:00Z", "2025-03-01T08:00:00Z", "backfill", None, "mit"),
        ("2025-03-01T08:00:00Z", "2025-05-01T08:00:00Z", "backfill", None, "mit"),
        ("2025-05-01T08:00:00Z", None, "backfill", None, "other"),
    ]
    assert [tuple(row.values())[:4] for row in lab.rows(DRIFT)] == [
        ("2025-03-01T08:00:00Z", None, "text", "license"),
        ("2025-05-01T08:00:00Z", None, "claim", "license"),
        ("2025-05-01T08:00:00Z", None, "text", "card"),
    ]
    # The info, the history, and three trees, each with the question whether a file was deleted before.
    assert done.requests["api"] <= 2 + 2 * 3
    lab.sound()


def test_twice_adds_nothing_and_fetches_no_file(lab: Lab) -> None:
    fill(lab)
    before = lab.rows("select * from versions")
    lab.hub.log.clear()
    assert fill(lab).versions == 0
    assert lab.hub.counts().get("resolvers", 0) == 0
    assert lab.rows("select * from versions") == before


def test_what_a_refresh_saw_is_the_end_of_that_past(lab: Lab) -> None:
    lab.at(NOW)
    assert fill(lab).versions == 2
    versions = lab.rows(VERSIONS)
    assert [(row["origin"], row["until"]) for row in versions] == [
        ("backfill", "2025-03-01T08:00:00Z"), ("backfill", "2025-05-01T08:00:00Z"), ("refresh", None),
    ]  # fmt: skip
    assert [row["at"][:10] for row in lab.rows(DRIFT)] == ["2025-03-01", "2025-05-01", "2025-05-01"]
    assert fill(lab).versions == 0
    assert len(lab.rows(DRIFT)) == 3
    assert lab.again().events == []


def test_a_deleted_file_is_dated_by_the_commit_that_deleted_it(lab: Lab, world: World) -> None:
    world.put("models", "heron/one", date="2025-06-01T08:00:00Z",
              files={"NOTICE": b"Based on Egret.\n", "README.md": card("gpl-3.0")})  # fmt: skip
    for day in range(2, 9):
        world.put("models", "heron/one", date=f"2025-06-0{day}T08:00:00Z", files={"config.json": b"{6%d}" % day})
    world.put("models", "heron/one", date="2025-07-01T08:00:00Z", files={"NOTICE": None})
    for day in range(2, 9):
        world.put("models", "heron/one", date=f"2025-07-0{day}T08:00:00Z", files={"config.json": b"{7%d}" % day})
    fill(lab)
    removed = [row for row in lab.rows(DRIFT) if row["kind"].startswith("file-")]
    assert [(row["at"][:10], row["kind"], row["role"]) for row in removed] == [
        ("2025-06-01", "file-added", "notice"), ("2025-07-01", "file-removed", "notice"),
    ]  # fmt: skip


def test_a_text_that_comes_back_is_dated_by_the_commit_that_brought_it_back(lab: Lab, world: World) -> None:
    world.put("models", "heron/one", date="2025-06-01T08:00:00Z", files={"LICENSE": TEXT})
    fill(lab)
    at = [row["at"][:10] for row in lab.rows(DRIFT) if (row["kind"], row["role"]) == ("text", "license")]
    assert at == ["2025-03-01", "2025-06-01"]
