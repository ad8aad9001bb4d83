"""Manners: robots.txt, pauses, one request at a time a host, many hosts side by side."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

import pytest

from crawler.pages import Ask

from .site import in_turn, page, to


def robots(text: str, status: int = 200, **headers: str):
    return page(text.encode(), status, Content_Type="text/plain", **headers)


def test_robots_disallow(site, fetcher) -> None:
    site.routes["/robots.txt"] = robots("User-agent: *\nDisallow: /terms\nAllow: /terms/public$\n")
    site.routes.update({"/terms/private": page(), "/terms/public": page(), "/other": page()})
    web = fetcher()
    refused = web.fetch(site.url + "/terms/private")
    assert (refused.status, refused.reason) == ("failed", "robots.txt forbids it")
    assert web.fetch(site.url + "/terms/public").status == "ok"
    assert web.fetch(site.url + "/other").status == "ok"
    assert site.paths() == ["/terms/public", "/other"]
    assert len(site.seen) == 3  # robots.txt was asked for once


def test_robots_that_names_us(site, fetcher) -> None:
    site.routes["/robots.txt"] = robots("User-agent: *\nDisallow:\n\nUser-agent: LicenseDrift\nDisallow: /\n")
    site.routes["/terms"] = page()
    assert fetcher().fetch(site.url + "/terms").status == "failed"


@pytest.mark.parametrize(
    ("answer", "allowed"),
    [
        (robots("no", 404), True),
        (robots("no", 401), True),
        (robots("no", 403), True),
        (robots("no", 410), True),
        (robots("no", 500), False),
        (robots("no", 503), False),
        (robots("no", 429), False),
        (robots(""), True),
        (robots("\ufeffUser-agent: *\r\nDisallow: /\r\n"), False),
        (page(b"<html>Welcome</html>"), True),
        (to("/robots-2.txt", 301), False),
        (to("/robots.txt", 302), True),
    ],
)
def test_what_an_answer_for_robots_means(site, fetcher, answer: Any, allowed: bool) -> None:
    site.routes.update({"/robots.txt": answer, "/robots-2.txt": robots("User-agent: *\nDisallow: /")})
    site.routes["/terms"] = page()
    found = fetcher().fetch(site.url + "/terms")
    assert (found.status == "ok") is allowed, found.reason
    if not allowed:
        assert "robots.txt" in found.reason and "/terms" not in site.paths()


def test_robots_behind_a_redirect_is_guarded_too(site, fetcher) -> None:
    site.routes.update({"/robots.txt": to(f"http://127.0.0.2:{site.port}/robots.txt"), "/terms": page()})
    found = fetcher().fetch(site.url + "/terms")
    assert found.status == "failed" and "not a public address" in found.reason


def test_robots_of_a_redirects_target_counts(site, new_site, fetcher) -> None:
    other = new_site("127.0.0.2")
    site.routes["/terms"] = to(other.url + "/terms")
    other.routes.update({"/robots.txt": robots("User-agent: *\nDisallow: /"), "/terms": page()})
    found = fetcher(allow=("127.0.0.1", "127.0.0.2")).fetch(site.url + "/terms")
    assert (found.reason, other.paths()) == ("robots.txt forbids it", [])


def test_crawl_delay_and_its_cap(site, fetcher, sleeps) -> None:
    site.routes.update({"/robots.txt": robots("User-agent: *\nCrawl-delay: 20\n"), "/a": page(), "/b": page()})
    web = fetcher(delay_seconds=3)
    web.fetch(site.url + "/a")
    web.fetch(site.url + "/b")
    assert len(sleeps) == 2
    assert 2.5 <= sleeps[0] <= 4.0  # after robots.txt itself
    assert 19 <= sleeps[1] <= 25.5  # then as it asks, with jitter
    site.routes["/robots.txt"] = robots("User-agent: *\nCrawl-delay: 100000\n")
    assert "too long to wait" in fetcher().fetch(site.url + "/a").reason


def test_the_pause_between_two_requests_is_real(site, fetcher) -> None:
    site.routes.update({f"/{number}": page() for number in range(3)})
    web = fetcher(delay_seconds=0.2)
    web.hosts._sleep = time.sleep
    for number in range(3):
        web.fetch(f"{site.url}/{number}")
    starts = [start for start, _ in sorted(site.times)]
    ends = [end for _, end in sorted(site.times)]
    assert len(starts) == 4
    assert all(start - end >= 0.15 for start, end in zip(starts[1:], ends, strict=False))


def test_forty_pages_one_at_a_time_a_host_and_hosts_side_by_side(new_site, fetcher) -> None:
    sites = [new_site(f"127.0.0.{number}") for number in range(1, 9)]
    meeting = threading.Barrier(len(sites))  # passed only when every host has a request in hand at once
    asks = []
    for each in sites:
        for number in range(5):
            each.routes[f"/{number}"] = lambda handler: time.sleep(0.05) or page()
            asks.append(Ask(f"{each.url}/{number}"))
        each.routes["/0"] = lambda handler: meeting.wait(timeout=20) is None or page()
    web = fetcher(allow=tuple(each.address for each in sites))
    found = dict(web.fetch_all(asks))
    assert len(found) == 40 and {result.status for result in found.values()} == {"ok"}
    assert [each.most_at_once for each in sites] == [1] * 8
    assert web.requests == 48


def test_a_dead_host_costs_its_own_timeout_only(new_site, fetcher) -> None:
    with socket.create_server(("127.0.0.3", 0)) as listener:
        dead = f"http://127.0.0.3:{listener.getsockname()[1]}"
    alive = new_site("127.0.0.2")
    alive.routes["/terms"] = page()
    web = fetcher(allow=("127.0.0.2", "127.0.0.3"))
    asks = [Ask(f"{dead}/{number}") for number in range(20)] + [Ask(alive.url + "/terms")]
    found = dict(web.fetch_all(asks))
    assert found[asks[-1]].status == "ok"
    assert all(found[ask].status == "failed" and found[ask].reason for ask in asks[:-1])
    assert web.requests - len(alive.seen) <= 5  # the tries of one robots.txt, not of twenty pages


def test_one_page_that_fails_stops_no_other(site, fetcher) -> None:
    def hang_up(handler: Any) -> None:
        handler.close_connection = True

    site.routes.update({"/bad": page(b"no", 403), "/worse": hang_up, "/good": page()})
    asks = [Ask(site.url + path) for path in ("/bad", "/worse", "/good")] + [Ask("file:///etc/passwd")]
    found = {ask.url.rpartition("/")[2]: result.status for ask, result in fetcher().fetch_all(asks)}
    assert found == {"bad": "failed", "worse": "failed", "good": "ok", "passwd": "failed"}


def test_robots_is_kept_for_its_validity(site, fetcher, monkeypatch) -> None:
    site.routes["/robots.txt"] = in_turn(
        robots("User-agent: *\nDisallow:", Cache_Control="max-age=3600"), robots("User-agent: *\nDisallow: /")
    )
    site.routes["/terms"] = page()
    web = fetcher()
    clock = time.monotonic
    assert web.fetch(site.url + "/terms").status == "ok"
    monkeypatch.setattr("crawler.robots.time.monotonic", lambda: clock() + 3500)
    assert web.fetch(site.url + "/terms").status == "ok"
    monkeypatch.setattr("crawler.robots.time.monotonic", lambda: clock() + 3700)
    assert web.fetch(site.url + "/terms").status == "failed"
