"""hub-protocol.md 7.2 where it speaks of a whole refresh: L07, L08, L13, L14, L21-L24."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from crawler.hub_expand import EXPAND
from demo import faults
from demo.world import World
from schedules.refresh_result import RefreshResult
from tests.hub_cases.bench import D1, D2, D3, NAMES, TEXT, ImpatientLab, card, flock, impatient

FOREVER = 10_000
LISTS = r"^/api/models\?"


@pytest.fixture
def world() -> World:
    return flock()


@pytest.fixture(params=["author", "whole kind"])
def lab(tmp_path: Path, world: World, request: pytest.FixtureRequest) -> Iterator[ImpatientLab]:
    with impatient(tmp_path, world) as lab:
        lab.watch(authors=["lark"]) if request.param == "author" else lab.watch(all_models=True)
        yield lab


def settled(lab: ImpatientLab) -> None:
    """Everything is known, files too (those of a whole kind are read from the second refresh on)."""
    lab.at(D1)
    assert lab.again().status == "complete"


def claims(result: RefreshResult) -> list[str]:
    """Whose claim changed, the last letters of the name."""
    return sorted(event["subject"][-2:] for event in result.events if event["kind"] == "claim")


def edit(world: World, number: int, date: str = D2, license: str = "gpl-3.0") -> None:
    world.put("models", NAMES[number], date=date, files={"README.md": card(license)})


def all_there(lab: ImpatientLab) -> bool:
    return all(row["unavailable_since"] is None for row in lab.state()) and len(lab.state()) == 6


def test_l07_an_expired_cursor_loses_nothing_and_invents_nothing(lab: ImpatientLab, world: World) -> None:
    settled(lab)
    edit(world, 0)
    edit(world, 5)
    expired = faults.body('{"error":"Invalid cursor"}', code=400)
    lab.hub.faults.add(path="cursor=", nth=2, fault=expired)
    result = lab.at(D2)
    assert (result.status, claims(result)) == ("complete", ["m0", "m5"])
    assert any("cursor" in warning for warning in result.warnings)
    assert len(lab.rows("select distinct subject from versions where valid_from = 3")) == 2
    lab.hub.faults.add(path="cursor=", nth=2, times=FOREVER, fault=expired)
    assert (lab.again().status, all_there(lab)) == ("partial", True)
    lab.hub.faults.clear()
    again = lab.again()
    assert (again.status, again.events) == ("complete", [])
    lab.sound()


@pytest.mark.parametrize("trouble", [
    faults.status(504, "<html>timeout</html>"),
    faults.status(500),
    faults.body('{"error":"Invalid cursor"}', code=400),
    faults.body("<html>Log in</html>"),
    faults.status(204),
    faults.redirect("http://127.0.0.1:9/api/models"),
    faults.header("Link", '<http://evil.example/api/models>; rel="next"'),
    faults.json_cut(100),
])  # fmt: skip
def test_l08_a_sweep_that_breaks_off_deletes_nobody_and_the_next_one_makes_up_for_it(
    lab: ImpatientLab, world: World, trouble: faults.Fault
) -> None:
    settled(lab)
    edit(world, 0)
    edit(world, 5)
    world.delete("models", NAMES[3], date=D2)
    lab.hub.faults.add(path="cursor=", nth=1, times=FOREVER, fault=trouble)
    result = lab.at(D2)
    assert (result.status, claims(result)) == ("partial", ["m5"])
    assert all_there(lab)
    assert result.failures
    lab.hub.faults.clear()
    later = lab.again()
    assert (later.status, claims(later)) == ("complete", ["m0"])
    assert [event["subject"] for event in later.events if event["kind"] == "availability"] == ["model:lark/m3"]
    lab.sound()


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("is_new", [True, False])
def test_l13_a_row_that_comes_twice_is_one_row_and_the_newest_head_counts(
    lab: ImpatientLab, world: World, newest_first: bool, is_new: bool
) -> None:
    """The same repository on page 1 and on page 3, with two heads."""
    if not is_new:
        settled(lab)
    edit(world, 0, "2026-02-01T00:00:00Z", "gpl-3.0")
    older = row_of(lab, NAMES[0], "2026-02-02T00:00:00Z")
    edit(world, 0, "2026-02-05T00:00:00Z", "cc-by-nc-4.0")
    if newest_first:
        # Behind m0's own row, which is on page 3.
        lab.hub.faults.add(path=LISTS, nth=3, fault=faults.edit_json(lambda rows: [*rows, older]))
    else:
        lab.hub.faults.add(path=LISTS, nth=1, fault=faults.edit_json(lambda rows: [older, *rows]))
    result = lab.at(D2)
    assert result.status == "complete"
    assert lab.catalog("model:lark/m0")["license_claimed"] == "cc-by-nc-4.0"
    versions = lab.rows(
        "select license_claimed from versions where subject = 'model:lark/m0' and valid_from = ?", result.run
    )
    assert versions == [{"license_claimed": "cc-by-nc-4.0"}]
    lab.sound()


def row_of(lab: ImpatientLab, name: str, date: str) -> dict[str, Any]:
    """A repository's row as a list has it at a moment."""
    lab.hub.at(date)
    kept, lab.hub.max_limit = lab.hub.max_limit, 1000
    fields = ("sha", "lastModified", "createdAt", "private", "disabled", "tags", "cardData", "siblings", "gated")
    rows = requests.get(f"{lab.hub.url}/api/models", {"expand": fields}, timeout=5).json()
    lab.hub.max_limit = kept
    found: dict[str, Any] = next(row for row in rows if row["id"] == name)
    return found


def test_l14_a_row_that_moves_while_the_list_is_read_is_found_in_the_next_run_at_the_latest(
    lab: ImpatientLab, world: World
) -> None:
    lab.at(D1)
    lab.hub.faults.add(path="cursor=", nth=2, fault=faults.first(lambda: edit(world, 5, "2026-02-09T00:00:00Z")))
    first = lab.at(D2)
    second = lab.again()
    assert claims(first) + claims(second) == ["m5"]
    assert (first.status, second.status) == ("complete", "complete")


def test_l14_a_repository_that_is_made_or_deleted_while_the_list_is_read_shifts_nobody(
    lab: ImpatientLab, world: World
) -> None:
    lab.at(D1)

    def happens() -> None:
        world.put("models", "lark/new", date="2026-02-09T00:00:00Z", files={"README.md": card(), "LICENSE": TEXT})
        world.delete("models", NAMES[4], date="2026-02-09T00:00:00Z")

    lab.hub.faults.add(path="cursor=", nth=1, fault=faults.first(happens))
    events = lab.at(D2).events + lab.again().events
    assert [(event["subject"], event["kind"]) for event in events] == [("model:lark/m4", "availability")]
    assert len(lab.state()) == 7


REFUSAL = '{{"error":"✖ Invalid option: expected one of {allowed} → at expand, received \\"{value}\\""}}'


def refusing(*values: str, names_value: bool = True) -> faults.Fault:
    """A Hub that knows some values of `expand` no more."""
    known = [value for value in EXPAND["model"] if value not in values]

    def play(turn: faults.Turn) -> None:
        bad = [value for value in turn.request.params.get("expand", []) if value in values]
        if not bad:
            turn.send(turn.normal())
            return
        allowed = "|".join(f'\\"{value}\\"' for value in known)
        said = REFUSAL.format(allowed=allowed, value=bad[0]) if names_value else (
            f'{{"error":"expand must be one of {", ".join(known)}"}}')  # fmt: skip
        faults.body(said, code=400)(turn)

    return play


@pytest.mark.parametrize("names_value", [True, False])
@pytest.mark.parametrize("values", [("downloads",), ("safetensors", "baseModels"), ("cardData",), ("gated", "sha"),
                                    ("siblings", "downloads")])  # fmt: skip
def test_l21_a_field_that_the_hub_no_longer_knows_changes_no_license(
    lab: ImpatientLab, world: World, values: tuple[str, ...], names_value: bool
) -> None:
    lab.at(D1)
    before = lab.state()
    lab.hub.faults.add(path=r"[?&]expand=", times=FOREVER, fault=refusing(*values, names_value=names_value))
    result = lab.at(D2)
    assert (result.status, result.events, result.failures) == ("complete", [], [])
    assert lab.state() == before
    assert names_value is False or any(value in warning for value in values for warning in result.warnings)
    edit(world, 2, "2026-02-20T00:00:00Z")
    assert claims(lab.at(D3)) == ["m2"]


def test_l21_an_info_goes_on_without_the_field_too(tmp_path: Path, world: World) -> None:
    with impatient(tmp_path, world) as lab:
        lab.watch(models=NAMES).at(D1)
        lab.hub.faults.add(path=r"[?&]expand=", times=FOREVER, fault=refusing("safetensors", "downloads"))
        lab.hub.log.clear()
        edit(world, 2)
        result = lab.at(D2)
        assert (result.status, claims(result)) == ("complete", ["m2"])
        assert sum(entry.status == 400 for entry in lab.hub.log) == 2, "what is refused once is not asked for again"


@pytest.mark.parametrize("kind", ["models", "datasets"])
def test_l22_rows_that_ignore_expand_are_asked_for_whole(tmp_path: Path, kind: str) -> None:
    world = flock(kind=kind)
    with impatient(tmp_path, world) as lab:
        more = "" if kind == "models" else '[watch.datasets]\nauthors = ["lark"]\n'
        lab.watch(authors=["lark"] if kind == "models" else [], more=more).at(D1)
        before = lab.state()
        lab.hub.faults.add(path=rf"^/api/{kind}\?", times=FOREVER, fault=faults.asked(expand=None))
        result = lab.at(D2)
        assert (result.status, result.events) == ("complete", [])
        assert lab.state() == before
        assert any("expand" in warning for warning in result.warnings)
        world.put(kind, NAMES[2], date="2026-02-20T00:00:00Z", files={"README.md": card("gpl-3.0")})
        assert claims(lab.at(D3)) == ["m2"]


def test_l24_a_list_that_ends_too_early_without_an_error_deletes_nobody(lab: ImpatientLab) -> None:
    lab.at(D1)
    lab.hub.faults.add(path=LISTS, times=FOREVER, fault=faults.header("Link", None))
    result = lab.at(D2)
    assert [event for event in result.events if event["kind"] == "availability"] == []
    assert all_there(lab)


def test_l24_a_whole_kind_of_which_much_is_missing_is_not_believed(tmp_path: Path) -> None:
    world = flock([])
    names = [f"lark/m{number:03}" for number in range(60)]
    for number, name in enumerate(names):
        world.put("models", name, date=f"2026-01-01T00:{number:02}:00Z", files={"README.md": card()})
    with impatient(tmp_path, world, max_limit=30) as lab:
        lab.watch(all_models=True, more="files_per_refresh = 0").at(D1)
        for name in names[:25]:
            world.delete("models", name, date=D2)
        lab.hub.log.clear()
        result = lab.at(D2)
        assert (result.status, result.events) == ("partial", [])
        assert any("not believed" in failure.reason for failure in result.failures)
        assert len(lab.hub.log) <= 3, "nobody is asked for one by one"
        assert all(row["unavailable_since"] is None for row in lab.state())


def test_l24_an_empty_list_is_not_believed_either(lab: ImpatientLab) -> None:
    lab.at(D1)
    lab.hub.faults.add(path=LISTS, times=FOREVER, fault=faults.body("[]"))
    result = lab.at(D2)
    assert result.events == []
    assert all_there(lab)
