"""hub-protocol.md T01-T08, T10: what is done when the Hub asks for patience."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.errors import BudgetSpent, RunStopped
from crawler.hub_http import Request
from demo import faults
from tests.hub_cases.bench import D1, D2, NAMES, TEXT, bench, card, flock, impatient

ALL = NAMES[::-1]  # as a list shows them, newest first
FOREVER = 10_000


def test_t01_a_used_up_window_is_waited_out_and_the_same_page_asked_again() -> None:
    with bench() as b:
        b.hub.faults.add(path="cursor=", fault=faults.rate_limited(reset=2))
        assert b.names() == ALL
        assert len(b.waits) == 1 and 3 <= b.waits[0] <= 3.5
        pages = [entry.query for entry in b.hub.log]
        assert len(pages) == 4 and pages[1] == pages[2]


def test_t01_an_info_waits_too() -> None:
    with bench() as b:
        b.hub.faults.add(fault=faults.rate_limited(reset=2))
        assert b.client.info("model", "lark/m0").name == "lark/m0"
        assert len(b.waits) == 1 and 3 <= b.waits[0] <= 3.5


def test_t02_a_silent_429_is_asked_again_after_growing_pauses() -> None:
    with bench(retry_wait_seconds=1.0) as b:
        b.hub.faults.add(times=3, fault=faults.status(429))
        assert b.names() == ALL
        # 1, 2, 4 s, each with up to a quarter and half a second of jitter.
        assert [least <= wait <= least * 1.25 + 0.5 for least, wait in zip((1, 2, 4), b.waits, strict=True)]
        assert b.waits == sorted(b.waits) and b.waits[2] >= 4


def test_t03_a_window_that_is_not_used_up_is_not_waited_for() -> None:
    with bench() as b:
        headers = {"RateLimit": '"api";r=400;t=250', "RateLimit-Policy": '"fixed window";"api";q=500;w=300'}
        b.hub.faults.add(fault=faults.status(429, headers=headers))
        assert b.names() == ALL
        assert len(b.waits) == 1 and b.waits[0] < 1


@pytest.mark.parametrize("code", [429, 503])
def test_t04_t10_retry_after_is_honored(code: int) -> None:
    with bench() as b:
        b.hub.faults.add(fault=faults.status(code, "<html>later</html>", {"Retry-After": "2"}))
        assert b.names() == ALL
        assert len(b.waits) == 1 and 2 <= b.waits[0] <= 2.5


DATE = "Wed, 21 Oct 2026 07:28:00 GMT"


@pytest.mark.parametrize(("until", "least", "most"), [
    ("Wed, 21 Oct 2026 07:28:07 GMT", 7, 8),
    ("Wed, 21 Oct 2026 07:20:00 GMT", 0, 1),
])  # fmt: skip
def test_t05_a_date_is_read_against_the_servers_own(until: str, least: float, most: float) -> None:
    with bench() as b:
        b.hub.faults.add(fault=faults.status(429, headers={"Retry-After": until, "Date": DATE}))
        assert b.names() == ALL
        assert len(b.waits) == 1 and least <= b.waits[0] <= most


@pytest.mark.parametrize("value", ["0", "Wed, 21 Oct 2026 07:20:00 GMT"])
def test_t05_a_moment_that_has_passed_is_no_leave_to_hammer(value: str) -> None:
    with bench(retry_wait_seconds=1.0) as b:
        b.hub.faults.add(times=3, fault=faults.status(429, headers={"Retry-After": value, "Date": DATE}))
        assert b.names() == ALL
        assert sum(b.waits) >= 7


@pytest.mark.parametrize("fault", [
    faults.rate_limited(reset=86_400),
    faults.status(429, headers={"Retry-After": "999999"}),
    faults.status(503, headers={"Retry-After": "999999"}),
    faults.status(429, headers={"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT", "Date": DATE}),
])  # fmt: skip
def test_t06_nobody_sleeps_for_a_day(fault: faults.Fault) -> None:
    with bench() as b:
        b.hub.faults.add(path="cursor=", fault=fault)
        pages = b.client.pages("model")
        assert len(next(pages).rows) == 2
        with pytest.raises(RunStopped, match="longer than max_wait_seconds"):
            next(pages)
        assert b.waits == []


def test_t06_a_run_that_would_have_to_wait_ends_in_good_order(tmp_path: Path) -> None:
    world = flock()
    with impatient(tmp_path, world) as lab:
        lab.watch(authors=["lark"]).at(D1)
        world.put("models", NAMES[5], date=D2, files={"README.md": card("apache-2.0")})
        world.put("models", NAMES[0], date=D2, files={"README.md": card("apache-2.0")})
        lab.hub.faults.add(path="cursor=", fault=faults.rate_limited(reset=86_400))
        result = lab.at(D2)
        assert result.status == "partial"
        assert [event["subject"] for event in result.events if event["kind"] == "claim"] == ["model:lark/m5"]
        assert "longer than max_wait_seconds" in result.failures[-1].reason
        lab.hub.faults.clear()
        later = lab.again()
        assert later.status == "complete"
        assert [event["subject"] for event in later.events if event["kind"] == "claim"] == ["model:lark/m0"]
        lab.sound()


ODD = [
    {"Retry-After": "\xb2"}, {"Retry-After": "1.5"}, {"Retry-After": "-1"}, {"Retry-After": "9" * 5000},
    {"Retry-After": "Wed, 21 Oct 99999 07:28:00 GMT"}, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 +99999999999"},
    {"RateLimit": "api;r=0;t=55"}, {"RateLimit": '"api";t=55;r=0'}, {"RateLimit": '"api";r=0'},
    {"RateLimit": '"api";r=0;t=-1'}, {"RateLimit": f'"api";r=0;t={"9" * 5000}'},
    {"RateLimit": f'"api";r={"9" * 5000};t=1'},
]  # fmt: skip


@pytest.mark.parametrize("headers", ODD, ids=[f"{next(iter(h))}-{i}" for i, h in enumerate(ODD)])
def test_t07_what_cannot_be_read_counts_as_absent(headers: dict[str, str]) -> None:
    with bench() as b:
        b.hub.faults.add(fault=faults.status(429, headers=headers))
        assert b.names() == ALL
        assert len(b.waits) == 1 and b.waits[0] < 1


def test_t07_a_reset_beyond_all_numbers_ends_the_run_without_a_crash() -> None:
    with bench() as b:
        b.hub.faults.add(fault=faults.status(429, headers={"RateLimit": f'"api";r=0;t={"9" * 400}'}))
        with pytest.raises(RunStopped, match="longer than"):
            b.names()


def test_t07_odd_budgets_on_good_answers_teach_nothing() -> None:
    with bench() as b:
        b.hub.faults.add(times=FOREVER, fault=faults.header("RateLimit", f'"api";r=0;t={"9" * 5000}'))
        assert b.names() == ALL
        assert b.waits == []


def test_t08_files_are_put_off_and_the_api_goes_on(tmp_path: Path) -> None:
    world = flock()
    with impatient(tmp_path, world) as lab:
        lab.watch(models=NAMES).at(D1)
        for name in NAMES:
            world.put("models", name, date=D2, files={"README.md": card("gpl-3.0"), "LICENSE": TEXT + name.encode()})
        lab.hub.faults.add(path="/resolve/", times=FOREVER, fault=faults.rate_limited("resolvers", reset=86_400))
        lab.hub.log.clear()
        result = lab.at(D2)
        assert result.status == "partial"
        # The one refused request tells enough; the claims come by the API all the same.
        assert lab.hub.counts()["resolvers"] == 1
        assert sorted(event["subject"] for event in result.events if event["kind"] == "claim") == [
            f"model:{name}" for name in NAMES
        ]
        assert "text" not in {event["kind"] for event in result.events}
        lab.hub.faults.clear()
        later = lab.again()
        assert later.status == "complete"
        licenses = lab.rows("select content_hash from documents where role = 'license' and committed_at = ?", D2)
        assert len({row["content_hash"] for row in licenses}) == 6
        assert {event["kind"] for event in later.events} <= {"text"}
        lab.sound()


def test_t08_after_five_refusals_the_bucket_is_left_alone() -> None:
    with bench() as b:
        b.hub.faults.add(path="/resolve/", times=FOREVER, fault=faults.status(429))
        for _ in range(3):
            with pytest.raises(BudgetSpent):
                b.license()
        assert b.asked("/resolve/") == 5
        assert b.names() == ALL


def test_a_small_rest_of_a_window_is_kept_to_ahead_of_time() -> None:
    with bench(reserve=1) as b:
        b.hub.quotas.limits["api"] = (3, 300)
        b.client._http.ask(Request("/api/models"))
        b.client._http.ask(Request("/api/models"))
        assert b.waits == []
        b.client._http.ask(Request("/api/models"))
        assert len(b.waits) == 1 and 300 <= b.waits[0] <= 302
        assert {entry.status for entry in b.hub.log} == {200}
