"""hub-protocol.md T07, T28, L04: no header of whatever form does more than teach nothing."""

from __future__ import annotations

import math
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.budget import Budget
from crawler.errors import CrawlError, Disabled, RunStopped, Unavailable
from crawler.hub_answers import Answer, Refusals, Transient, meaning
from crawler.hub_files import plain_etag
from crawler.hub_lists import next_page

latin = st.text(st.characters(max_codepoint=255, blacklist_characters="\r\n\0"), max_size=60)
numbers = st.one_of(st.integers(-5, 10**30).map(str), st.sampled_from(["9" * 5000, "1e9", "", "\xb2", "٣", "-0"]))
rate_limits = st.one_of(
    latin,
    st.builds('"{}";r={};t={}'.format, st.sampled_from(["api", "resolvers", "x"]), numbers, numbers),
    st.builds('"api";r={};t={}, "resolvers";r=0;t=1'.format, numbers, numbers),
)
dates = st.builds(
    "{}, {:02} {} {} {:02}:{:02}:{:02} {}".format,
    st.sampled_from(["Wed", "Xyz", ""]), st.integers(0, 40), st.sampled_from(["Oct", "Foo"]),
    st.integers(-1, 10**6), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99),
    st.sampled_from(["GMT", "+0000", "-9999", "+999999999999", ""]),
)  # fmt: skip


@settings(deadline=None)
@given(rate_limits, latin, st.one_of(latin, numbers, dates), st.one_of(latin, dates))
def test_t07_whatever_a_budget_says_a_pause_is_a_number_or_none(limit: str, policy: str, after: str, date: str) -> None:
    headers = {"ratelimit": limit, "ratelimit-policy": policy, "retry-after": after, "date": date}
    headers |= {"Retry-After": after, "Date": date}
    slept: list[float] = []
    budget = Budget(max_wait=600, sleep=slept.append)
    budget.learn("api", headers)
    asked = budget.pause_for_429(headers)
    assert asked is None or (asked > 0 and math.isfinite(asked))
    with suppress(RunStopped):
        budget.take("api")
    assert all(0 < seconds <= 602 for seconds in slept)


links = st.one_of(latin, st.lists(st.sampled_from(
    ["<", ">", ";", ",", '"', "rel", "=", "next", " ", "http://hub/api/models?c=1", "//evil/", "?c=2", "a"]),
    max_size=25).map("".join))  # fmt: skip


@settings(deadline=None)
@given(links)
def test_l04_whatever_a_link_says_it_leads_to_the_same_list_or_nowhere(link: str) -> None:
    answer = Answer("http://hub/api/models?x=1", 200, {"link": link}, b"")
    with suppress(CrawlError):
        onward = next_page(answer)
        assert onward is None or onward.split("?")[0] == "http://hub/api/models"


@settings(deadline=None)
@given(st.integers(200, 599), latin, latin, st.binary(max_size=100), latin)
def test_t26_whatever_a_refusal_says_nobody_is_deleted_by_chance(
    status: int, code: str, message: str, content: bytes, kind: str
) -> None:
    answer = Answer("http://hub/x", status, {"x-error-code": code, "x-error-message": message, "content-type": kind},
                    content)  # fmt: skip
    try:
        meaning(answer, Refusals())
    except (Transient, RunStopped):
        pass
    except CrawlError as error:
        assert "\n" not in str(error)
        gone = isinstance(error, Unavailable | Disabled)
        assert not gone or status in (401, 403) or code == "RepoNotFound"


@given(st.one_of(st.none(), latin))
def test_t28_whatever_an_etag_is_it_can_be_sent_back(value: str | None) -> None:
    plain = plain_etag(value)
    assert plain is None or (plain and "," not in plain)
