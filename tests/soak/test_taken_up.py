"""A sweep of a whole kind that broke off is taken up at the page where it was, and ends as if nothing had been."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import faults
from demo.world import World
from schedules import hub_watch
from schedules.configuration import load
from schedules.refresh import refresh
from schedules.refresh_result import RefreshResult
from schedules.upkeep import upkeep
from tests.hub_cases.bench import card
from tests.refresh.lab import Lab, laboratory

D1, D2, D2_LATER, D2_LATE = (
    "2026-03-01T09:00:00Z", "2026-04-01T09:00:00Z", "2026-04-01T11:00:00Z", "2026-04-01T18:00:00Z",
)  # fmt: skip
MODELS = 20
PAGE = 2


class Killed(BaseException):
    """Stands for kill -9: nothing of the run that it ends is tidied up."""


def world() -> World:
    made = World()
    for number in range(MODELS):
        files = {"README.md": card(), "LICENSE": b"Wren License %d\n" % number}
        made.put("models", f"wren/m{number:02}", date=f"2026-02-{number + 1:02}", files=files)
    for number in (1, 8, 17):
        made.put("models", f"wren/m{number:02}", date="2026-03-15", files={"README.md": card("gpl-3.0")})
    for number in (2, 16):
        made.delete("models", f"wren/m{number:02}", date="2026-03-16")
    made.rename("models", "wren/m05", "wren/moved", date="2026-03-16")
    made.set("models", "wren/m15", date="2026-03-16", gated="auto")
    made.put("models", "wren/new", date="2026-03-20", files={"README.md": card()})
    return made


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    monkeypatch.setattr(hub_watch, "PAGES_KEPT", 1)
    with laboratory(tmp_path, world(), D1, max_limit=PAGE) as lab:
        yield lab.watch(all_models=True, models_more="files_per_refresh = 100")


def killed(lab: Lab, date: str, what: str, after: int) -> None:
    """A refresh that is killed when `what` has come so far."""

    def kill(step: str, done: int, _of: int | None) -> None:
        if step == what and done >= after:
            raise Killed

    lab.hub.at(date)
    os.environ["LICENSEDRIFT_NOW"] = date
    with pytest.raises(Killed):
        refresh(load(str(lab.config)), lab.database, progress=kill)


def pages(lab: Lab) -> int:
    """How many pages of the list were asked for."""
    return sum(entry.path == "/api/models" and "limit=1&" not in f"{entry.query}&" for entry in lab.hub.log)


def recorded(lab: Lab) -> dict[str, list[object]]:
    """What is in the archive, apart from when it was last seen."""
    views = {
        "catalog": "subject, license_claimed, gated, availability, unavailable_since is null, sha",
        "versions": "subject, license_claimed, gated, availability, since, origin",
        "drift": "subject, kind, direction, before, after",
    }
    return {name: lab.rows(f"select {said} from {name} order by 1, 2, 3, 4, 5") for name, said in views.items()}


def undisturbed(folder: Path, lab: Lab, last: str) -> tuple[Lab, RefreshResult]:
    other = Lab(folder / "undisturbed", lab.hub, lab.world)
    other.config.write_bytes(lab.config.read_bytes())
    other.at(D1)
    return other, other.at(last)


@pytest.mark.parametrize("after", [PAGE, 5 * PAGE, MODELS - PAGE])
def test_a_killed_sweep_goes_on_at_its_page_and_nothing_is_lost(lab: Lab, tmp_path: Path, after: int) -> None:
    other, wanted = undisturbed(tmp_path, lab, D2_LATER)
    lab.at(D1)
    killed(lab, D2, "models/all", after)
    lab.hub.log.clear()
    result = lab.at(D2_LATER)
    # The page at which it was killed is asked for again; the ones before it are not.
    assert pages(lab) == -(-(MODELS - 1) // PAGE) - after // PAGE + 1
    assert (result.status, result.subjects, result.changed) == (wanted.status, wanted.subjects, wanted.changed)
    assert recorded(lab) == recorded(other)
    lab.sound()
    lab.hub.log.clear()
    assert lab.again().status == "complete"
    assert pages(lab) == -(-(MODELS - 1) // PAGE), "the next sweep begins at the first page"


def test_an_upkeep_in_between_loses_nothing(lab: Lab, tmp_path: Path) -> None:
    other, _ = undisturbed(tmp_path, lab, D2_LATER)
    lab.at(D1)
    killed(lab, D2, "models/all", 7 * PAGE)
    upkeep(load(str(lab.config)), lab.database)
    lab.at(D2_LATER)
    assert recorded(lab) == recorded(other)
    lab.sound()


def test_the_very_first_sweep_too(lab: Lab, tmp_path: Path) -> None:
    other = Lab(tmp_path / "undisturbed", lab.hub, lab.world)
    other.config.write_bytes(lab.config.read_bytes())
    other.at(D1)
    killed(lab, D1, "models/all", 6 * PAGE)
    killed(lab, D1, "models/all", 2 * PAGE)
    result = lab.at(D1)
    assert (result.status, result.subjects) == ("complete", MODELS)
    assert recorded(lab) == recorded(other)
    lab.sound()


def test_after_the_sweep_no_page_is_asked_for_again(lab: Lab, tmp_path: Path) -> None:
    other, _ = undisturbed(tmp_path, lab, D2_LATER)
    lab.at(D1)
    killed(lab, D2, "models: files", 3)
    lab.hub.log.clear()
    lab.at(D2_LATER)
    assert pages(lab) == 0
    assert recorded(lab) == recorded(other)
    lab.sound()


def test_what_is_too_old_is_begun_anew(lab: Lab, tmp_path: Path) -> None:
    other, _ = undisturbed(tmp_path, lab, D2_LATE)
    lab.at(D1)
    killed(lab, D2, "models/all", 5 * PAGE)
    lab.hub.log.clear()
    lab.at(D2_LATE)
    assert pages(lab) == -(-(MODELS - 1) // PAGE)
    assert recorded(lab) == recorded(other)


def test_a_refresh_of_one_subject_between_takes_nothing_up_and_leaves_nothing(lab: Lab) -> None:
    lab.at(D1)
    killed(lab, D2, "models/all", 5 * PAGE)
    assert lab.again(only=["model:wren/m08"]).subjects == 1
    lab.hub.log.clear()
    lab.at(D2_LATER)
    assert pages(lab) == -(-(MODELS - 1) // PAGE)
    lab.sound()


D3, D4 = "2026-04-02T09:00:00Z", "2026-04-03T09:00:00Z"
ALL_PAGES = -(-(MODELS - 1) // PAGE)


def broken(lab: Lab, date: str, after: int) -> RefreshResult:
    """A refresh whose sweep an error ends when it has read so many pages."""
    lab.hub.faults.add(path=r"^/api/models\?.*cursor=", nth=after, times=10**6, fault=faults.status(500))
    lab.hub.log.clear()
    return lab.at(date)


def names_looked_at(lab: Lab) -> set[str]:
    return {entry.path for entry in lab.hub.log if entry.path.startswith("/api/models/wren/")}


@pytest.mark.parametrize("after", [1, 5, ALL_PAGES - 1])
def test_a_sweep_that_an_error_ended_goes_on_the_next_night(lab: Lab, tmp_path: Path, after: int) -> None:
    other, _ = undisturbed(tmp_path, lab, D2)
    other.at(D3)
    lab.at(D1)
    first = broken(lab, D2, after)
    assert (first.status, [failure.subject for failure in first.failures]) == ("partial", ["model:*"])
    lab.hub.faults.clear()
    lab.hub.log.clear()
    assert lab.at(D3).status == "complete"
    assert pages(lab) == ALL_PAGES - after
    # What the second night saw first has its date; apart from that nothing differs.
    for name in ("catalog", "drift"):
        assert recorded(lab)[name] == recorded(other)[name]
    lab.sound()
    lab.hub.log.clear()
    assert lab.again().status == "complete"
    assert pages(lab) == ALL_PAGES, "the next sweep begins at the first page"


def test_an_upkeep_does_not_lose_its_place(lab: Lab) -> None:
    lab.at(D1)
    broken(lab, D2, 5)
    lab.hub.faults.clear()
    upkeep(load(str(lab.config)), lab.database)
    lab.hub.log.clear()
    lab.at(D3)
    assert pages(lab) == ALL_PAGES - 5


def test_who_was_new_in_a_sweep_that_an_error_ended_is_not_missing_in_its_end(lab: Lab) -> None:
    lab.watch(all_models=True, models_more="files_per_refresh = 0")
    assert (broken(lab, D1, 4).status, len(lab.rows("select 1 from catalog"))) == ("partial", 4 * PAGE)
    lab.hub.faults.clear()
    lab.hub.log.clear()
    assert (lab.at("2026-03-02T09:00:00Z").status, len(lab.rows("select 1 from catalog"))) == ("complete", MODELS)
    assert names_looked_at(lab) == set()
    assert lab.rows("select * from drift") == []


def test_a_page_that_never_answers_is_not_stood_at_for_ever(lab: Lab) -> None:
    """Who changes on the pages before it is seen again when the sweep begins anew."""
    lab.at(D1)
    broken(lab, D2, 5)
    lab.hub.log.clear()
    lab.at(D3)
    assert not any("cursor" not in entry.query for entry in lab.hub.log if entry.path == "/api/models")
    lab.hub.log.clear()
    lab.at(D4)
    assert any("cursor" not in entry.query for entry in lab.hub.log if entry.path == "/api/models")
