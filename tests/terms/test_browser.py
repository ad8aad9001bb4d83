"""`fetcher = "browser"`: terms that scripts write, rendered with the same manners; off without the extra."""

from __future__ import annotations

import importlib.util
import json
import sys
from typing import Any

import pytest

from crawler.browser import chromium
from tests.hub_cases.one_model import forbidden_server
from tests.pages.site import Answer, Site, page, to

from .conftest import Desk
from .test_trouble import robots, the_one_failure
from .words import D1, D2, D3, MORE, RULES, Declared, html, terms

needs_browser = pytest.mark.skipif(
    importlib.util.find_spec("playwright") is None or chromium() is None,
    reason="there is no Chromium, or the extra `browser` is not installed",
)
BROWSER = 'fetcher = "browser"'
WRITE = "fetch('/api/terms').then(a => a.json()).then(t => { document.querySelector('#app').innerHTML = t.html })"


def shell(script: str = WRITE, **headers: str) -> Answer:
    """A page without words, whose script writes them."""
    body = f"<html><head><title>Heron</title></head><body><div id='app'></div><script>{script}</script></body></html>"
    return page(body.encode(), **headers)


def words(rules: list[str]) -> Answer:
    inner = html(rules).partition("<body>")[2].partition("</body>")[0]
    return page(json.dumps({"html": inner}).encode(), Content_Type="application/json")


@pytest.fixture
def scripted(desk: Desk, site: Site) -> Desk:
    """The terms are written by a script; the other document is fetched without a browser."""
    site.routes.update({"/terms": shell(), "/api/terms": words(RULES)})
    declare(desk, site, deadline_seconds=60)  # a busy machine takes its time to start Chromium
    return desk


def declare(desk: Desk, site: Site, **network: Any) -> None:
    desk.declare(Declared(f"{site.url}/terms", more=BROWSER), Declared(f"{site.url}/calm", "Calm"), **network)


def text(desk: Desk) -> str:
    with desk.lab.archive() as archive:
        row = archive.conn.execute(
            "select text_hash from documents where subject = 'terms:Heron/Terms of Service' order by version desc"
        ).fetchone()
        return (archive.blobs.by_hash(bytes.fromhex(row[0])) or b"").decode()


@pytest.mark.parametrize("lacking", ["extra", "Chromium"])
def test_without_a_browser_it_is_a_failure_that_says_what_to_install(
    scripted: Desk, site: Site, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    if lacking == "extra":
        monkeypatch.setitem(sys.modules, "playwright.async_api", None)
    else:
        pytest.importorskip("playwright", reason="the extra `browser` is not installed")
        monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    reason = the_one_failure(scripted.at(D1), f"{site.url}/terms")
    assert "needs a browser" in reason and ("licensedrift[browser]" in reason or "CHROMIUM" in reason)
    assert site.paths() == ["/calm"]
    assert (scripted.versions(), scripted.versions("Calm")) == (0, 1)


def test_without_asking_for_a_browser_none_is_used(desk: Desk, site: Site) -> None:
    site.routes.update({"/terms": shell(), "/api/terms": words(RULES)})
    assert "JavaScript" in the_one_failure(desk.at(D1), f"{site.url}/terms")
    assert "/api/terms" not in site.paths()


@needs_browser
def test_what_a_script_writes_is_the_text(scripted: Desk, site: Site) -> None:
    site.routes["/terms"] = shell(ETag='"shell"')
    first = scripted.at(D1)
    assert [failure.reason for failure in first.failures] == []
    assert all(rule in text(scripted) for rule in RULES)
    assert {headers["User-Agent"].partition("/")[0] for _, headers in site.seen} == {"licensedrift"}
    assert site.most_at_once == 1
    assert site.seen[0][0] == "/robots.txt"
    assert sorted(site.paths()) == ["/api/terms", "/calm", "/terms"]
    # The same page around other words: its validators would say that nothing has changed.
    site.routes["/api/terms"] = words([*RULES, MORE])
    (event,) = scripted.at(D2).events
    assert (event["kind"], event["substantive"]) == ("text", True)
    assert "If-None-Match" not in dict(site.seen)["/terms"]
    third = scripted.at(D3)
    assert (third.changed, third.events, scripted.versions()) == (0, [], 2)


@needs_browser
def test_no_script_gets_anywhere_that_a_page_may_not(scripted: Desk, site: Site) -> None:
    with forbidden_server("127.0.0.99") as (url, came):
        socket_url = url.replace("http:", "ws:")
        tries = [
            f"fetch('{url}/a').catch(() => 0)", f"new Image().src = '{url}/b'", f"new WebSocket('{socket_url}/c')",
            f"navigator.sendBeacon('{url}/d', 'x')", f"fetch('{url}/e', {{method: 'POST', body: 'x'}}).catch(() => 0)",
            f"document.write('<iframe src={url}/f></iframe><link rel=preconnect href={url}>')",
            "fetch('/inside').catch(() => 0)", f"window.open('{url}/g')", f"import('{url}/h.js').catch(() => 0)",
            f"new EventSource('{url}/i')", f"new Worker('data:text/javascript,fetch(\"{url}/j\")')",
        ]  # fmt: skip
        site.routes["/inside"] = to(f"{url}/k")
        site.routes["/terms"] = shell(";".join(f"try {{ {one} }} catch (e) {{}}" for one in [*tries, WRITE]))
        first = scripted.at(D1)
        assert [failure.reason for failure in first.failures] == []
        assert RULES[0] in text(scripted)
        site.routes["/terms"] = shell(f"location.href = '{url}/l'")
        second = scripted.at(D2)
        assert the_one_failure(second, f"{site.url}/terms")
        assert (second.events, scripted.versions()) == ([], 1)
    assert came == []


@needs_browser
def test_robots_holds_for_what_a_page_loads(scripted: Desk, site: Site) -> None:
    site.routes["/robots.txt"] = robots("User-agent: *\nDisallow: /api/")
    assert "JavaScript" in the_one_failure(scripted.at(D1), f"{site.url}/terms")
    assert "/api/terms" not in site.paths()


@needs_browser
def test_a_script_without_end_ends_with_the_deadline(scripted: Desk, site: Site) -> None:
    scripted.at(D1)
    declare(scripted, site, deadline_seconds=5)
    site.routes["/terms"] = shell("while (true) {}")
    second = scripted.at(D2)
    assert "not rendered" in the_one_failure(second, f"{site.url}/terms")
    assert (second.events, scripted.versions()) == ([], 1)


@needs_browser
def test_a_script_that_leads_elsewhere_is_followed(scripted: Desk, site: Site) -> None:
    site.routes.update({"/terms": shell("location.href = '/moved'"), "/moved": to("/new"), "/new": terms(RULES)})
    assert scripted.at(D1).failures == []
    assert RULES[0] in text(scripted)


@needs_browser
@pytest.mark.parametrize(("status", "says"), [(403, "answered 403"), (503, "answered 503")])
def test_an_error_is_not_rendered(scripted: Desk, site: Site, status: int, says: str) -> None:
    site.routes["/terms"] = page(shell()[2], status)
    assert says in the_one_failure(scripted.at(D1), f"{site.url}/terms")
    assert "/api/terms" not in site.paths()
