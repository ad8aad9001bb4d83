"""Whatever a vendor's page does: a reason in `failures`, nothing recorded as change, the other pages done."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable
from typing import Any

import pytest

from schedules.refresh_result import RefreshResult
from tests.pages.site import Answer, Route, Site, page, to

from .conftest import Desk
from .words import D1, D2, D3, D4, MORE, RULES, Declared, html, terms

SUBJECT = "terms:Heron/Terms of Service"
CAPTCHA = b"<html><title>Just a moment...</title><body>Verify you are human</body></html>"
BLOCKED = b"<html><title>Access denied</title><body><h1>Access denied</h1>Error reference number 1020</body></html>"
SHORT = {"timeout_seconds": 0.3, "deadline_seconds": 0.6}


def robots(text: str) -> Answer:
    return page(text.encode(), Content_Type="text/plain")


def endless(handler: Any) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    while True:
        handler.wfile.write(b"<p>You may not " * 1000)


def slow(handler: Any) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    never = threading.Event()
    try:
        for _ in range(200):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            never.wait(0.05)
    except OSError:
        pass
    handler.close_connection = True


def half(handler: Any) -> None:
    whole = html([*RULES, MORE]).encode()
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.send_header("Content-Length", str(len(whole)))
    handler.end_headers()
    handler.wfile.write(whole[:900])
    handler.close_connection = True


def refresh_to(url: str) -> Answer:
    return page(f'<html><head><meta http-equiv="refresh" content="0; url={url}"></head></html>'.encode())


TROUBLES: dict[str, tuple[dict[str, Route], str, dict[str, Any]]] = {
    "robots disallow": ({"/robots.txt": robots("User-agent: *\nDisallow: /terms")}, "robots.txt forbids it", {}),
    "429 in seconds": ({"/terms": page(b"slow", 429, Retry_After="7")}, "answered 429 Too Many Requests", {}),
    "429 until a date": (
        {"/terms": page(b"slow", 429, Retry_After="Wed, 01 Jan 2200 00:00:00 GMT")},
        "answered 429 Too Many Requests, asks to wait ",
        {},
    ),
    "403 block page": ({"/terms": page(BLOCKED, 403)}, "answered 403 Forbidden", {}),
    "200 block page": ({"/terms": page(BLOCKED)}, "a block page instead of the terms", {}),
    "200 captcha": ({"/terms": page(CAPTCHA)}, "a captcha instead of the terms", {}),
    "not found": ({"/terms": page(b"no", 404)}, "answered 404 Not Found", {}),
    "server error": ({"/terms": page(b"no", 503)}, "answered 503 Service Unavailable", {}),
    "redirects in a circle": ({"/terms": to("/b"), "/b": to("/terms")}, "more than 10 redirects", {}),
    "redirect to nowhere": ({"/terms": to("")}, "named no target", {}),
    "redirect to a private address": ({"/terms": to("http://10.0.0.1/terms")}, "not a public address", {}),
    "redirect to the cloud's secrets": ({"/terms": to("http://169.254.169.254/")}, "not a public address", {}),
    "redirect to a file": ({"/terms": to("file:///etc/passwd")}, "only http and https", {}),
    "meta refresh to a private address": ({"/terms": refresh_to("http://10.0.0.1/")}, "not a public address", {}),
    "endless body": ({"/terms": endless}, "too large: more than 200,000 bytes", {"max_page_bytes": 200_000}),
    "gzip bomb": (
        {"/terms": page(gzip.compress(b"\0" * 50_000_000), Content_Encoding="gzip")},
        "too large: more than 20,000,000 bytes unpacked",
        {},
    ),
    "slow body": ({"/terms": slow}, "not done within 0.6 s", SHORT),
    "half a body": ({"/terms": half}, "broke off", {}),
    "picture": ({"/terms": page(b"\x89PNG", Content_Type="image/png")}, "is image/png: no text", {}),
    "empty answer": ({"/terms": page(b" ")}, "empty answer", {}),
    "half a page": ({"/terms": terms(RULES[:1])}, "", {}),
    "bytes of no charset": ({"/terms": page(bytes(range(128, 256)) * 40)}, "", {}),
    "broken HTML without words": ({"/terms": page(b"<p><div><table></p>&#xZZ;<<<" + b"<b>" * 20_000)}, "", {}),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_trouble_with_a_known_page(desk: Desk, site: Site, name: str) -> None:
    routes, says, network = TROUBLES[name]
    assert desk.at(D1).status == "complete"
    desk.declare(Declared(f"{site.url}/terms"), Declared(f"{site.url}/calm", "Calm"), **network)
    site.routes.update({"/calm": terms([*RULES, MORE]), **routes})
    second = desk.at(D2)
    assert says in the_one_failure(second, f"{site.url}/terms")
    assert (second.status, [event["subject"] for event in second.events]) == ("partial", ["terms:Heron/Calm"])
    assert (desk.versions(), desk.versions("Calm")) == (1, 2)
    assert desk.lab.catalog(SUBJECT)["last_seen"] == D1
    # When the trouble is over, the page is what it was.
    for path in routes:
        del site.routes[path]
    site.routes["/terms"] = terms(RULES)
    third = desk.at(D3)
    assert (third.status, third.events, desk.versions()) == ("complete", [], 1)
    assert desk.lab.catalog(SUBJECT)["last_seen"] == D3
    desk.lab.sound()


@pytest.mark.parametrize("name", [name for name in TROUBLES if name != "half a page"])
def test_trouble_at_first_sight(desk: Desk, site: Site, name: str) -> None:
    routes, says, network = TROUBLES[name]
    desk.declare(Declared(f"{site.url}/terms"), Declared(f"{site.url}/calm", "Calm"), **network)
    site.routes.update(routes)
    first = desk.at(D1)
    assert says in the_one_failure(first, f"{site.url}/terms")
    assert (first.status, first.events, desk.versions(), desk.versions("Calm")) == ("partial", [], 0, 1)


def the_one_failure(result: RefreshResult, url: str) -> str:
    (failure,) = result.failures
    assert failure.subject == SUBJECT
    assert failure.reason.startswith(url)
    assert "\n" not in failure.reason and len(failure.reason) <= 500
    return failure.reason


def test_a_name_of_a_private_address(desk: Desk, site: Site) -> None:
    desk.names["terms.example.org"] = "127.0.0.1"
    declared = Declared(f"http://terms.example.org:{site.port}/terms")
    desk.declare(declared, Declared(f"{site.url}/calm", "Calm"))
    first = desk.at(D1)
    assert "terms.example.org stands for 127.0.0.1" in the_one_failure(first, declared.url)
    assert (desk.versions(), desk.versions("Calm")) == (0, 1)
    assert {headers["Host"] for _, headers in site.seen} == {f"127.0.0.1:{site.port}"}


def test_a_name_that_no_longer_resolves_to_a_public_address(desk: Desk, site: Site) -> None:
    desk.names["terms.example.org"] = "127.0.0.1"
    declared = Declared(f"http://terms.example.org:{site.port}/terms")
    desk.declare(declared, Declared(f"{site.url}/calm", "Calm"), allow=("terms.example.org",))
    assert desk.at(D1).status == "complete"
    desk.declare(declared, Declared(f"{site.url}/calm", "Calm"))
    site.routes["/terms"] = terms([*RULES, MORE])
    second = desk.at(D2)
    assert "not a public address" in the_one_failure(second, declared.url)
    assert (second.events, desk.versions()) == ([], 1)


@pytest.mark.parametrize("selector", ["#legal", "main > h2, main > p"])
def test_a_selector_that_is_gone(desk: Desk, site: Site, selector: str) -> None:
    declared = Declared(f"{site.url}/terms", more=f'select = ["{selector}"]')
    desk.declare(declared, Declared(f"{site.url}/calm", "Calm"))
    assert desk.at(D1).status == "complete"
    remade = html([*RULES, MORE]).replace("<main id='legal'>", "<div><div>").replace("</main>", "</div></div>")
    site.routes["/terms"] = page(remade.encode())
    second = desk.at(D2)
    assert selector in the_one_failure(second, declared.url)
    assert (second.events, desk.versions()) == ([], 1)
    assert [row["subject"] for row in desk.rejected()] == [SUBJECT]


def test_a_crawl_delay_is_kept(desk: Desk, site: Site) -> None:
    site.routes["/robots.txt"] = robots("User-agent: *\nCrawl-delay: 20")
    first = desk.at(D1)
    assert (first.status, desk.versions(), desk.versions("Calm")) == ("complete", 1, 1)
    # robots.txt itself is followed at once: before it was read, nobody had asked for a pause.
    assert len(desk.sleeps) == 1 and 19 < desk.sleeps[0] <= 25


def test_a_crawl_delay_beyond_patience(desk: Desk, site: Site, new_site: Callable[..., Site]) -> None:
    other = new_site("127.0.0.2")
    other.routes["/calm"] = terms(RULES)
    desk.declare(Declared(f"{site.url}/terms"), Declared(f"{other.url}/calm", "Calm"))
    assert desk.at(D1).status == "complete"
    site.routes.update({"/robots.txt": robots("User-agent: *\nCrawl-delay: 86400"), "/terms": terms([*RULES, MORE])})
    second = desk.at(D2)
    assert "robots.txt asks for 86400 s" in the_one_failure(second, f"{site.url}/terms")
    assert (second.events, desk.versions(), desk.sleeps) == ([], 1, [])
    assert desk.lab.catalog("terms:Heron/Calm")["last_seen"] == D2


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_429_that_is_waited_out_is_no_failure(desk: Desk, site: Site, form: str) -> None:
    until = {"seconds": "7", "date": "Wed, 01 Jan 2025 00:00:07 GMT"}[form]

    def busy(handler: Any) -> Answer:
        site.routes["/terms"] = terms([*RULES, MORE])
        handler.date_time_string = lambda *_: "Wed, 01 Jan 2025 00:00:00 GMT"
        return page(b"slow down", 429, Retry_After=until)

    desk.at(D1)
    site.routes["/terms"] = busy
    second = desk.at(D2)
    assert (second.status, len(second.events), desk.versions()) == ("complete", 1, 2)
    assert [round(pause) for pause in desk.sleeps if pause > 1] == [7]


def test_304_moves_last_seen_and_nothing_else(desk: Desk, site: Site) -> None:
    def answer(handler: Any) -> Answer:
        if handler.headers.get("If-None-Match") == '"v1"':
            return 304, {"ETag": '"v1"'}, b""
        return terms(RULES, ETag='"v1"', Last_Modified="Thu, 01 Jan 2026 00:00:00 GMT")

    site.routes["/terms"] = answer
    desk.at(D1)
    site.seen.clear()
    second = desk.at(D2)
    asked = dict(site.seen)["/terms"]
    assert (asked["If-None-Match"], asked["If-Modified-Since"]) == ('"v1"', "Thu, 01 Jan 2026 00:00:00 GMT")
    assert (second.status, second.changed, second.events, desk.versions()) == ("complete", 0, [], 1)
    assert desk.lab.catalog(SUBJECT)["last_seen"] == D2


def test_304_to_a_request_without_conditions_is_a_failure(desk: Desk, site: Site) -> None:
    desk.at(D1)  # without validators
    site.routes["/terms"] = (304, {}, b"")
    second = desk.at(D2)
    assert "answered 304" in the_one_failure(second, f"{site.url}/terms")


def test_304_of_another_page_than_the_one_that_gave_the_validators(desk: Desk, site: Site) -> None:
    site.routes.update({"/terms": to("/v1"), "/v1": terms(RULES, ETag='"1"')})
    desk.at(D1)
    site.routes.update({"/terms": to("/v2"), "/v2": (304, {}, b"")})
    second = desk.at(D2)
    assert "answered 304" in the_one_failure(second, f"{site.url}/terms")


def test_a_selector_that_misses_a_shared_page_is_no_304_the_day_after(desk: Desk, site: Site) -> None:
    """Two documents on one page: what one of them could not read must not count as unchanged later."""

    def serve(text: str, tag: str) -> Callable[[Any], Answer]:
        def answer(handler: Any) -> Answer:
            same = handler.headers.get("If-None-Match") == tag
            return (304, {"ETag": tag}, b"") if same else page(text.encode(), ETag=tag)

        return answer

    site.routes["/terms"] = serve(html(RULES), '"1"')
    desk.declare(
        Declared(f"{site.url}/terms", more='select = ["#legal"]'),
        Declared(f"{site.url}/terms", "Whole", 'select = ["body"]'),
    )
    assert desk.at(D1).status == "complete"
    site.routes["/terms"] = serve(html([*RULES, MORE]).replace("legal", "law"), '"2"')
    for day in (D2, D3):
        assert "#legal" in the_one_failure(desk.at(day), f"{site.url}/terms")
    assert (desk.versions(), desk.versions("Whole")) == (1, 2)
    # A document that is declared later sees the page as well.
    desk.declare(Declared(f"{site.url}/terms", "Whole", 'select = ["body"]'), Declared(f"{site.url}/terms", "New"))
    assert desk.at(D4).status == "complete"
    assert desk.versions("New") == 1
