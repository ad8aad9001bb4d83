"""Odd ways of sending the same words: no version, no failure."""

from __future__ import annotations

import gzip

import pytest

from tests.pages.site import Answer, Route, Site, page, to

from .conftest import Desk
from .words import D1, D2, RULES, html, terms

UTF8 = html(RULES).encode()
UNCLOSED = (
    html(RULES).replace("</p>", "").replace("</h2>", "").replace("</main>", "</div></section>").replace("</html>", "")
)
NOISE = "<!-- " + "x" * 5_000_000 + " --><script>" + "var a = 1;" * 500_000 + "</script>"
AS_BEFORE: dict[str, dict[str, Route]] = {
    "chain of redirects": {
        "/terms": to("/a", 301), "/a": to("/b", 307), "/b": to("/c?x=1", 308), "/c?x=1": to("/d", 303),
        "/d": terms(RULES, "2"),
    },
    "meta refresh": {
        "/terms": page(b'<html><head><meta http-equiv=refresh content="0;URL=/new"></head></html>'),
        "/new": terms(RULES, "2"),
    },
    "gzip": {"/terms": page(gzip.compress(UTF8), Content_Encoding="gzip")},
    "wrong charset": {"/terms": page(UTF8, Content_Type="text/html; charset=iso-8859-1")},
    "charset that is none": {"/terms": page(UTF8, Content_Type="text/html; charset=no-such")},
    "wrong charset in the page": {
        "/terms": page(html(RULES, head="<meta charset=utf-16>").encode(), Content_Type="text/html")
    },
    "another charset": {
        "/terms": page(html(RULES).encode("cp1252"), Content_Type="text/html; charset=windows-1252")
    },
    "UTF-16": {"/terms": page(html(RULES).encode("utf-16"), Content_Type="text/html")},
    "no content type": {"/terms": (200, {}, UTF8)},
    "broken HTML": {"/terms": page(UNCLOSED.encode())},
    "10 MB page": {"/terms": page(html(RULES, head=NOISE).encode())},
}  # fmt: skip


@pytest.mark.parametrize("name", AS_BEFORE)
def test_the_same_words_sent_oddly_are_no_version(desk: Desk, site: Site, name: str) -> None:
    desk.at(D1)
    site.routes.update(AS_BEFORE[name])
    second = desk.at(D2)
    assert [failure.reason for failure in second.failures] == []
    assert (second.status, second.changed, second.events, desk.versions()) == ("complete", 0, [], 1)


def test_10_mb_of_rules_are_no_harm(desk: Desk, site: Site) -> None:
    desk.at(D1)
    site.routes["/terms"] = large = terms(RULES * 20_000)
    assert len(large[2]) > 10_000_000
    second = desk.at(D2)
    assert "no page of terms" in second.failures[0].reason
    assert (second.events, desk.versions()) == ([], 1)
    assert desk.lab.catalog("terms:Heron/Calm")["last_seen"] == D2


def test_a_text_that_moved_to_another_address_is_followed_and_no_change(desk: Desk, site: Site) -> None:
    desk.at(D1)
    moved: Answer = terms(RULES)
    site.routes.update({"/terms": to("/legal/terms", 301), "/legal/terms": moved})
    assert desk.at(D2).changed == 0
