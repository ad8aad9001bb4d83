"""Pages that a `license_link` leads to: asked for under conditions, believed or not, read anew like vendors' terms."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.world import World
from tests.hub_cases.one_model import card
from tests.pages.site import Answer, Site, page, to
from tests.refresh.lab import Lab, laboratory

from .words import D1, D2, D3, D4, MORE, RULES, html, terms

CAPTCHA = b"<html><title>Just a moment...</title><body>Verify you are human</body></html>"
NAMES = ["lark/one", "lark/two"]


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site("127.0.0.3")
    site.routes["/license"] = terms(RULES)
    yield site
    site.close()


@pytest.fixture
def lab(tmp_path: Path, site: Site) -> Iterator[Lab]:
    """Two models whose licenses are one page of the web."""
    world = World()
    link = card("other", f"license_link: {json.dumps(f'{site.url}/license')}\n")
    for name in NAMES:
        world.put("models", name, date=D1, files={"README.md": link})
    with laboratory(tmp_path, world, D1) as lab:
        watch(lab, NAMES)
        yield lab


def watch(lab: Lab, names: list[str]) -> None:
    lab.watch(models=names)
    lab.config.write_text(lab.config.read_text().replace('["127.0.0.1"]', '["127.0.0.1", "127.0.0.3"]'))


def versions(lab: Lab, name: str = NAMES[0]) -> int:
    return len(lab.rows("select id from versions where subject = ?", f"model:{name}"))


def tagged(text: str, tag: str) -> Callable[[Any], Answer]:
    def answer(handler: Any) -> Answer:
        if handler.headers.get("If-None-Match") == tag:
            return 304, {"ETag": tag}, b""
        return page(text.encode(), ETag=tag)

    return answer


def test_one_page_for_two_models_is_asked_for_once_and_then_under_conditions(lab: Lab, site: Site) -> None:
    site.routes["/license"] = tagged(html(RULES), '"1"')
    assert lab.at(D1).status == "complete"
    assert site.paths() == ["/license"]
    # Other bytes, another tag, the same words: the new tag is the one to ask with.
    site.routes["/license"] = tagged(html(RULES, "2"), '"2"')
    second = lab.at(D2)
    assert (second.changed, second.events) == (0, [])
    third = lab.at(D3)
    assert (third.changed, third.events) == (0, [])
    asked = [headers.get("If-None-Match") for path, headers in site.seen if path == "/license"]
    assert asked == [None, '"1"', '"2"']
    assert (versions(lab), versions(lab, NAMES[1])) == (1, 1)


def test_a_model_that_missed_a_change_hears_of_it_later(lab: Lab, site: Site) -> None:
    site.routes["/license"] = tagged(html(RULES), '"1"')
    lab.at(D1)
    site.routes["/license"] = tagged(html([*RULES, MORE]), '"2"')
    watch(lab, NAMES[:1])
    assert [event["subject"] for event in lab.at(D2).events] == ["model:lark/one"]
    watch(lab, NAMES)
    (event,) = [event for event in lab.at(D3).events if event["kind"] == "text"]
    assert (event["subject"], event["substantive"]) == ("model:lark/two", True)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (page(CAPTCHA), "a captcha instead of the terms"),
        (page(CAPTCHA, 403), "answered 403"),
        (page(b"no", 404), "answered 404"),
        (terms(RULES[:1]), "half a page"),
        (page(b"Something went wrong. Error 500.", Content_Type="text/plain"), "an error page"),
        (to("http://10.0.0.1/"), "not a public address"),
    ],
    ids=["captcha", "403", "404", "half", "plain error", "private"],
)
def test_what_is_no_license_is_a_failure_and_kept_to_be_looked_at(
    lab: Lab, site: Site, answer: Answer, says: str
) -> None:
    lab.at(D1)
    site.routes["/license"] = answer
    second = lab.at(D2)
    assert [failure.subject for failure in second.failures] == ["model:lark/one", "model:lark/two"]
    assert all(says in failure.reason and site.url in failure.reason for failure in second.failures)
    assert (second.events, versions(lab)) == ([], 1)
    with lab.archive() as archive:
        kept = archive.conn.execute("select url, reason from rejected").fetchall()
    # One capture for both models, where there was any.
    assert [url for url, _ in kept] == ([] if "private" in says or not answer[2] else [f"{site.url}/license"])
    site.routes["/license"] = terms(RULES)
    third = lab.at(D3)
    assert (third.status, third.events, versions(lab)) == ("complete", [], 1)


def test_a_page_that_stays_another_is_believed_in_the_end(lab: Lab, site: Site) -> None:
    lab.at(D1)
    site.routes["/license"] = terms(RULES[:1])
    days = [f"2026-02-{day:02}T09:00:00Z" for day in range(1, 6)]
    seen = [(len(result.failures), len(result.events)) for result in map(lab.at, days)]
    # Three nights it is a failure of both models, whoever shares it; then it is what the page has become.
    assert seen == [(2, 0), (2, 0), (2, 0), (0, 2), (0, 0)]


def test_a_plain_text_is_compared_by_its_words_too(lab: Lab, site: Site) -> None:
    text = "\n".join(RULES)
    site.routes["/license"] = page(text.encode(), Content_Type="text/plain")
    assert lab.at(D1).status == "complete"
    site.routes["/license"] = page(text.replace("\n", "\r\n").encode(), Content_Type="text/plain")
    assert lab.at(D2).changed == 0
    site.routes["/license"] = page(f"{text}\n{MORE}\n".encode(), Content_Type="text/plain")
    assert len(lab.at(D3).events) == 2
    assert versions(lab) == 2


def test_a_later_extraction_is_no_drift(lab: Lab, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the page's address and charset are known from its answer alone."""
    rules = [*RULES, 'See <a href="more">what else</a> binds you in the café.']
    body = html(rules).encode("cp1252")
    site.routes["/legal/license"] = page(body, Content_Type="text/html; charset=windows-1252")
    site.routes["/license"] = to("/legal/license")
    lab.at(D1)
    monkeypatch.setattr("schedules.page_reading.VERSION", "later")
    for day in (D2, D3, D4):
        result = lab.at(day)
        assert (result.status, result.changed, result.events) == ("complete", 0, [])
    assert versions(lab) == 1
