"""The history as a bar: every version has its place, every event its mark, and strangers' words stay words."""

from __future__ import annotations

import time
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from explorer.time_bar import MOST_VERSIONS, time_bar

NOW = "2026-01-01T00:00:00Z"


def version(since: str | None, until: str | None, **more: Any) -> dict[str, Any]:
    return {
        "id": 1, "since": since, "until": until, "availability": "available", "gated": "false",
        "license_claimed": "mit", **more,
    }  # fmt: skip


def event(at: str, direction: str, substantive: bool = True) -> dict[str, Any]:
    return {"id": 7, "at": at, "direction": direction, "substantive": substantive}


def drawn(rows: list[dict[str, Any]], **more: Any) -> ET.Element:
    return ET.fromstring(str(time_bar(rows, now=NOW, **more)))


def stretches(svg: ET.Element) -> list[tuple[float, float]]:
    rects = [r for r in svg.iter("rect") if "ld-bar-version" in r.get("class", "")]
    return [(float(r.get("x", "").rstrip("%")), float(r.get("width", "").rstrip("%"))) for r in rects]


TWO = [
    version("2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"),
    version("2025-01-01T00:00:00Z", None, license_claimed="other", events=[event("2025-01-01T00:00:00Z", "tighter")]),
]


def test_versions_lie_along_the_time_in_which_they_were_so() -> None:
    (first, first_width), (second, second_width) = stretches(drawn(TWO))
    assert (first, round(first_width), round(second), round(second_width)) == (0, 50, 50, 50)


def test_stretches_and_marks_say_in_words_what_they_are() -> None:
    svg = drawn(TWO)
    titles = ["".join(title.itertext()) for title in svg.iter("title")]
    assert "2024-01-01 to 2025-01-01: mit, available" in titles
    assert "2025-01-01 to now: other, available" in titles
    assert "2025-01-01: tighter" in titles
    assert svg.get("aria-label") == "History: 2 versions, 1 change tighter"


@pytest.mark.parametrize(("direction", "sign"), [("tighter", "▲"), ("looser", "▼"), ("mixed", "◆"), ("neutral", "·")])
def test_a_direction_is_a_sign_not_only_a_colour(direction: str, sign: str) -> None:
    svg = drawn([version("2024-01-01", None, events=[event("2024-06-01", direction)])])
    (mark,) = [text for text in svg.iter("text") if "ld-bar-mark" in text.get("class", "")]
    assert mark.text == sign


def test_what_changed_no_right_is_a_quiet_line() -> None:
    svg = drawn([version("2024-01-01", None, events=[event("2024-06-01", "tighter", substantive=False)])])
    assert not [text for text in svg.iter("text") if "ld-bar-mark" in text.get("class", "")]
    assert [line for line in svg.iter("line") if line.get("class") == "ld-bar-quiet"]


def test_gone_and_gated_times_have_patterns() -> None:
    svg = drawn(
        [version("2024-01-01", "2025-01-01", gated="manual"), version("2025-01-01", None, availability="unavailable")]
    )
    fills = [r.get("fill") for r in svg.iter("rect") if "ld-bar-version" in r.get("class", "")]
    assert fills == ["url(#ld-bar-gated)", "url(#ld-bar-gone)"]


def test_versions_can_lead_somewhere() -> None:
    svg = drawn(TWO, href=lambda row: f"/x?claim={row['license_claimed']}&a=1")
    assert [a.get("href") for a in svg.iter("a")] == ["/x?claim=mit&a=1", "/x?claim=other&a=1"]


def test_strange_words_and_strange_times_do_no_harm() -> None:
    evil = '"><script>alert(1)</script>\u202e'
    svg = drawn(
        [
            version(
                "2024-01-01",
                None,
                license_claimed=evil,
                gated=evil,
                availability=evil,
                events=[event(evil, evil), event("2024-02-01", evil)],
            )
        ]
    )
    assert not list(svg.iter("script"))
    assert "\u202e" not in ET.tostring(svg, encoding="unicode")
    assert time_bar([]) == ""
    assert time_bar([version(None, None)]) == ""
    assert time_bar([version("yesterday", "9")], now=NOW) == ""
    stretches_of = stretches(
        drawn([version(None, "2025-01-01"), version("2025-01-01", "2024-01-01"), version("2025-06-01", None)])
    )
    assert all(x >= 0 and width > 0 and x + width <= 100.001 for x, width in stretches_of)


def test_one_moment_only_still_draws_a_bar() -> None:
    assert stretches(drawn([version(NOW, None)])) == [(0.0, 100.0)]


def test_a_long_history_is_drawn_in_part_and_says_so() -> None:
    rows = [
        version(f"{2000 + n // 300}-01-01T00:00:00Z", None, events=[event("2020-01-01", "looser")])
        for n in range(5_000)
    ]
    begun = time.process_time()
    svg = drawn(rows)
    assert time.process_time() - begun < 3
    assert len(stretches(svg)) == MOST_VERSIONS
    assert "4600 older ones not drawn" in svg.get("aria-label", "")
