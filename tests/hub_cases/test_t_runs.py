"""hub-protocol.md T24-T27: trouble that is about us and not about repositories, seen by a whole refresh."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import faults
from demo.world import World
from schedules.errors import NothingFetched
from schedules.refresh_result import RefreshResult
from tests.hub_cases.bench import D1, D2, D3, NAMES, ImpatientLab, card, flock, impatient

FOREVER = 10_000
INVALID = {"X-Error-Message": "Invalid credentials in Authorization header", "Content-Type": "application/json"}
REVOKED = faults.status(401, '{"error":"Invalid credentials in Authorization header"}', INVALID)
CAPTCHA = "<html><title>Human Verification</title></html>"


@pytest.fixture
def world() -> World:
    return flock()


@pytest.fixture
def lab(tmp_path: Path, world: World) -> Iterator[ImpatientLab]:
    with impatient(tmp_path, world) as lab:
        yield lab.watch(models=NAMES)


def undisturbed(folder: Path, world: World, *dates: str) -> list[dict[str, object]]:
    """What an archive of the same world holds that never saw trouble."""
    with impatient(folder / "undisturbed", world) as calm:
        calm.watch(models=NAMES)
        for date in dates:
            calm.at(date)
        return calm.state()


def edited(world: World) -> None:
    world.put("models", NAMES[0], date=D2, files={"README.md": card("gpl-3.0")})
    world.put("models", NAMES[5], date=D2, files={"README.md": card("cc-by-nc-4.0")})


def claims(result: RefreshResult) -> list[str]:
    """Whose claim changed."""
    return sorted(event["subject"] for event in result.events if event["kind"] == "claim")


def nothing_happened(lab: ImpatientLab, reason: str) -> None:
    """A refresh brings no snapshot and says why in one line; what is recorded stays as it was."""
    before = (lab.state(), lab.versions(), lab.kinds())
    with pytest.raises(NothingFetched, match=reason) as told:
        lab.again()
    assert "\n" not in str(told.value)
    assert (lab.state(), lab.versions(), lab.kinds()) == before
    assert lab.rows("select status from runs order by id desc limit 1") == [{"status": "failed"}]


@pytest.mark.parametrize("endpoint", [
    "http://hub.invalid",  # no such name
    "http://127.0.0.1:9",  # nobody listens
    "https://127.0.0.1:{port}",  # no TLS spoken there
])  # fmt: skip
def test_t24_a_hub_that_cannot_be_reached_is_no_deletion(lab: ImpatientLab, endpoint: str) -> None:
    lab.at(D1)
    right = os.environ["HF_ENDPOINT"]
    os.environ["HF_ENDPOINT"] = endpoint.format(port=lab.hub.port)
    nothing_happened(lab, "cannot be reached")
    os.environ["HF_ENDPOINT"] = right
    result = lab.again()
    assert (result.status, result.events) == ("complete", [])


def test_t24_a_line_that_drops_in_the_middle_keeps_what_was_fetched(
    lab: ImpatientLab, world: World, tmp_path: Path
) -> None:
    lab.at(D1)
    edited(world)
    lab.hub.faults.add(path="/api/models/lark/m1", times=FOREVER, fault=faults.first(
        lambda: lab.hub.faults.refuse(FOREVER), faults.reset()))  # fmt: skip
    result = lab.at(D2)
    assert result.status == "partial"
    assert claims(result) == ["model:lark/m0"]
    assert {event["subject"] for event in result.events} == {"model:lark/m0"}
    lab.hub.faults.clear()
    later = lab.at(D2)
    assert (later.status, claims(later)) == ("complete", ["model:lark/m5"])
    assert lab.state() == undisturbed(tmp_path, world, D1, D2)
    lab.sound()


def test_t25_a_token_revoked_in_the_middle_ends_the_run_and_deletes_nobody(
    lab: ImpatientLab, world: World, tmp_path: Path
) -> None:
    os.environ["HF_TOKEN"] = "hf_known"
    lab.hub.tokens["hf_known"] = {}
    lab.at(D1)
    edited(world)
    lab.hub.faults.add(path="/lark/m[1-5]", times=FOREVER, fault=REVOKED)
    lab.hub.log.clear()
    result = lab.at(D2)
    assert (result.status, claims(result)) == ("partial", ["model:lark/m0"])
    assert "HF_TOKEN" in result.failures[-1].reason and "hf_known" not in result.failures[-1].reason
    assert "availability" not in lab.kinds()
    assert sum(entry.status == 401 for entry in lab.hub.log) == 1
    lab.hub.faults.clear()
    del os.environ["HF_TOKEN"]
    later = lab.again()
    assert (later.status, claims(later)) == ("complete", ["model:lark/m5"])
    assert lab.state() == undisturbed(tmp_path, world, D1, D2)


def test_t25_a_token_that_was_never_good_ends_the_run_at_once(lab: ImpatientLab) -> None:
    lab.at(D1)
    os.environ["HF_TOKEN"] = "hf_unknown"
    lab.hub.log.clear()
    nothing_happened(lab, "HF_TOKEN")
    assert len(lab.hub.log) == 1


@pytest.mark.parametrize(("code", "page"), [
    (403, "<html>Your IP has been blocked</html>"), (405, CAPTCHA), (451, ""), (410, "Gone"), (401, CAPTCHA),
    (407, ""), (418, ""), (402, ""),
])  # fmt: skip
def test_t26_a_wall_before_everything_is_no_deletion(lab: ImpatientLab, code: int, page: str) -> None:
    lab.at(D1)
    lab.hub.log.clear()
    lab.hub.faults.add(times=FOREVER, fault=faults.status(code, page))
    nothing_happened(lab, str(code))
    assert len(lab.hub.log) <= 5, "goes on asking although it is refused"
    lab.hub.faults.clear()
    result = lab.again()
    assert (result.status, result.events) == ("complete", [])


LOGIN = {"X-Error-Message": "Invalid username or password.", "Content-Type": "application/json"}
NOBODY = faults.status(401, '{"error":"Invalid username or password."}', LOGIN)  # what a missing one gets, too


def test_t26_a_hub_that_wants_everybody_to_log_in_has_deleted_nobody(lab: ImpatientLab, world: World) -> None:
    lab.at(D1)
    lab.hub.faults.add(times=FOREVER, fault=NOBODY)
    nothing_happened(lab, "401 to everything")
    lab.hub.faults.clear()
    edited(world)
    lab.hub.faults.add(path=r"/lark/m[1-5]|/api/models\?", times=FOREVER, fault=NOBODY)
    result = lab.at(D2)
    assert (result.status, claims(result), lab.kinds().count("availability")) == ("partial", ["model:lark/m0"], 0)
    lab.hub.faults.clear()
    assert claims(lab.again()) == ["model:lark/m5"]


def test_t26_where_others_are_shown_a_401_is_believed_at_the_cost_of_few_requests(
    lab: ImpatientLab, world: World
) -> None:
    lab.at(D1)
    for name in NAMES:
        world.delete("models", name, date=D2)
    lab.hub.log.clear()
    assert [event["kind"] for event in lab.at(D2).events] == ["availability"] * 6
    assert len(lab.hub.log) == 6 + 3


@pytest.mark.parametrize("code", [400, 404])
def test_t26_a_proxy_that_finds_nothing_is_no_deletion(lab: ImpatientLab, code: int) -> None:
    lab.at(D1)
    lab.hub.faults.add(times=FOREVER, fault=faults.status(code, "<html>nginx</html>"))
    nothing_happened(lab, str(code))


@pytest.mark.parametrize("code", [403, 410, 451])
def test_t26_one_repository_that_is_refused_is_a_failure_and_the_others_go_on(lab: ImpatientLab, code: int) -> None:
    lab.at(D1)
    lab.hub.faults.add(path="/lark/m2", times=FOREVER, fault=faults.status(code, "Unavailable for legal reasons"))
    result = lab.at(D2)
    assert (result.status, result.subjects, result.events) == ("partial", 5, [])
    assert [failure.subject for failure in result.failures] == ["model:lark/m2"]
    assert lab.catalog("model:lark/m2")["unavailable_since"] is None


def test_t26_a_wall_in_the_middle_stops_a_list_without_deletions(lab: ImpatientLab) -> None:
    lab.watch(authors=["lark"]).at(D1)
    lab.hub.faults.add(path="cursor=", times=FOREVER, fault=faults.status(403, CAPTCHA))
    result = lab.at(D2)
    assert (result.status, result.events) == ("partial", [])
    assert all(row["unavailable_since"] is None for row in lab.state())


@pytest.mark.parametrize("date", ["Sat, 10 Jan 2026 11:00:00 GMT", "Sat, 10 Jan 2026 07:00:00 GMT", "no date"])
def test_t27_a_hub_whose_clock_is_wrong_is_watched_as_ever(lab: ImpatientLab, world: World, date: str) -> None:
    lab.watch(authors=["lark"])
    lab.hub.faults.add(times=FOREVER, fault=faults.header("Date", date))
    assert lab.at(D1).status == "complete"
    edited(world)
    assert claims(lab.at(D2)) == ["model:lark/m0", "model:lark/m5"]


def test_t27_a_row_from_the_future_hides_no_later_change(lab: ImpatientLab, world: World) -> None:
    lab.watch(authors=["lark"])
    lab.hub.faults.add(path=r"^/api/models\?", times=FOREVER, fault=faults.edit_json(
        lambda rows: [{**row, "lastModified": "2099-01-01T00:00:00.000Z"} for row in rows]))  # fmt: skip
    lab.at(D1)
    edited(world)
    assert claims(lab.at(D2)) == ["model:lark/m0", "model:lark/m5"]
    lab.hub.faults.clear()
    world.put("models", NAMES[0], date=D3, files={"README.md": card("mit")})
    assert claims(lab.at(D3)) == ["model:lark/m0"]
    lab.sound()
