"""A subject's history as a bar: every version a stretch of time, every event a mark above it. Drawn as SVG.

Positions are percentages of the width, so text keeps its size on every screen. All that a reader needs is also told
in words: each stretch and each mark has a title, the drawing a description. Colours and patterns are the style
sheet's (`licensedrift_charts.css`); states differ by pattern, directions by sign.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from markupsafe import Markup, escape

from explorer.visible import shortened
from explorer.wording import SIGN

Row = Mapping[str, Any]

MOST_VERSIONS = 400  # drawn; the oldest ones are left out
MOST_MARKS = 400
_HEIGHT = 92  # pixels
_BAR_TOP, _BAR_HEIGHT = 34, 26
_LEAST_WIDTH = 0.35  # percent; a version of minutes is still a line that one sees
_MOST_TICKS = 7
_AVAILABILITY = {"available": "open", "unavailable": "gone", "disabled": "gone", "private": "gone"}


def time_bar(rows: Sequence[Row], *, now: str | None = None, href: Callable[[Row], str | None] | None = None) -> Markup:
    """The bar of a subject as SVG markup, safe to put into a page; empty without versions.

    `rows` are versions as storage.queries.history gives them, oldest first, each with its `events` (dicts with `at`,
    `direction`, `substantive`, `id`) if there are any. `now` is the right end (ISO 8601; else the clock, or the last
    thing that happened if that is later). `href` says where a version leads.
    """
    dropped = max(0, len(rows) - MOST_VERSIONS)
    rows = list(rows)[-MOST_VERSIONS:]
    spans = _spans(rows, now)
    if not spans:
        return Markup("")
    scale = Scale(min(start for start, _ in spans), max(end for _, end in spans))
    marks = _marks(rows)
    parts = [
        Markup('<svg class="ld-bar" width="100%" height="{}" role="group" aria-label="{}">').format(
            _HEIGHT, _description(rows, marks, dropped)
        ),
        _PATTERNS,
        *axis(scale, _BAR_TOP + _BAR_HEIGHT),
        *(_version(row, span, scale, href) for row, span in zip(rows, spans, strict=True)),
        *_drawn_marks(marks, scale),
        Markup("</svg>"),
    ]
    return Markup("").join(parts)


# A pattern of its own for each state, so that they differ without colour.
_PATTERNS = Markup(
    '<defs><pattern id="ld-bar-gone" width="6" height="6" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><rect class="ld-bar-ground" width="6" height="6"/>'
    '<rect class="ld-bar-stroke" width="2" height="6"/></pattern>'
    '<pattern id="ld-bar-gated" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect class="ld-bar-ground" width="6" height="6"/><circle class="ld-bar-stroke" cx="3" cy="3" r="1.4"/>'
    "</pattern></defs>"
)

# Ends the class and fills by attribute: a style sheet of another address cannot name a pattern of this drawing.
_FILL = {
    "open": Markup(" ld-bar-open"),
    "gone": Markup('" fill="url(#ld-bar-gone)'),
    "gated": Markup('" fill="url(#ld-bar-gated)'),
}


class Scale:
    """Turns moments into percentages of the width."""

    def __init__(self, start: datetime, end: datetime) -> None:
        self.start, self.end = start, end
        self._seconds = max(1.0, (end - start).total_seconds())

    def percent(self, moment: datetime) -> float:
        """Where a moment stands, 0 to 100."""
        return min(100.0, max(0.0, 100 * (moment - self.start).total_seconds() / self._seconds))


def moment_of(text: Any) -> datetime | None:
    """A time as the archive writes it (ISO 8601; UTC where it names no zone), None for anything else."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _spans(rows: Sequence[Row], now: str | None) -> list[tuple[datetime, datetime]]:
    """When each version was so. What has no beginning begins with its end, or with the version before it."""
    end = moment_of(now) if now else datetime.now(UTC)
    known = [moment for row in rows for key in ("since", "until") if (moment := moment_of(row.get(key)))]
    if end is None or not known:
        return []
    # What was first seen just now fills the bar, too.
    end = max(end, *known, min(known) + timedelta(days=1))
    spans: list[tuple[datetime, datetime]] = []
    for row in rows:
        start = moment_of(row.get("since")) or (spans[-1][1] if spans else min(known))
        until = moment_of(row.get("until")) or end
        spans.append((start, max(start, until)))
    return spans


def _version(
    row: Row, span: tuple[datetime, datetime], scale: Scale, href: Callable[[Row], str | None] | None
) -> Markup:
    left, right = (scale.percent(moment) for moment in span)
    width = max(_LEAST_WIDTH, right - left)
    left = min(left, 100 - width)
    drawn = Markup(
        '<rect class="ld-bar-version{}" x="{:.3f}%" y="{}" width="{:.3f}%" height="{}"><title>{}</title></rect>'
    ).format(_FILL[_state(row)], left, _BAR_TOP, width, _BAR_HEIGHT, _told(row))
    target = href(row) if href else None
    if not target:
        return drawn
    return Markup('<a href="{}" aria-label="{}">{}</a>').format(target, _told(row), drawn)


def _state(row: Row) -> str:
    state = _AVAILABILITY.get(str(row.get("availability")), "open")
    return "gated" if state == "open" and row.get("gated") in ("auto", "manual") else state


def _told(row: Row) -> str:
    claim = shortened(row.get("license_claimed") or "no license claimed", 60)
    until = _day(row.get("until")) or "now"
    gate = f", access by form ({row['gated']})" if _state(row) == "gated" else ""
    there = shortened(row.get("availability") or "available", 20)
    return f"{_day(row.get('since')) or 'unknown'} to {until}: {claim}, {there}{gate}"


def _day(moment: Any) -> str:
    return str(moment)[:10] if moment else ""


def _marks(rows: Sequence[Row]) -> list[tuple[datetime, Row]]:
    found = []
    for row in rows:
        for event in row.get("events") or ():
            moment = moment_of(event.get("at"))
            if moment is not None:
                found.append((moment, event))
    return sorted(found, key=lambda mark: mark[0])[-MOST_MARKS:]


def _drawn_marks(marks: Sequence[tuple[datetime, Row]], scale: Scale) -> Iterator[Markup]:
    """Signs above the bar; what changed no right or duty is a short line."""
    for moment, event in marks:
        # Signs at the very ends would be cut in half.
        place = min(99.0, max(1.0, scale.percent(moment)))
        direction = str(event.get("direction"))
        known = direction if direction in SIGN else "neutral"
        if not event.get("substantive"):
            yield Markup(
                '<line class="ld-bar-quiet" x1="{0:.3f}%" x2="{0:.3f}%" y1="24" y2="32"><title>{1}</title></line>'
            ).format(place, f"{_day(event.get('at'))}: changed, no right or duty with it")
            continue
        yield Markup(
            '<text class="ld-bar-mark ld-{}" x="{:.3f}%" y="26" text-anchor="middle">{}<title>{}</title></text>'
        ).format(known, place, SIGN[known], f"{_day(event.get('at'))}: {known}")


def axis(scale: Scale, bottom: int) -> Iterator[Markup]:
    """Lines and words below the bar: years, or months, or days, whatever gives a handful."""
    ticks = list(_ticks(scale.start, scale.end))
    for moment, name in ticks:
        place = scale.percent(moment)
        if 0 < place < 100:
            yield Markup('<line class="ld-bar-tick" x1="{0:.3f}%" x2="{0:.3f}%" y1="{1}" y2="{2}"/>').format(
                place, bottom, bottom + 6
            )
        anchor = "start" if place < 6 else ("end" if place > 94 else "middle")
        yield Markup('<text class="ld-bar-label" x="{:.3f}%" y="{}" text-anchor="{}">{}</text>').format(
            place, bottom + 20, anchor, name
        )


def _ticks(start: datetime, end: datetime) -> Iterator[tuple[datetime, str]]:
    years = end.year - start.year
    if years >= 3:
        step = -(-years // _MOST_TICKS)
        for year in range(start.year + 1, end.year + 1, step):
            yield datetime(year, 1, 1, tzinfo=UTC), str(year)
        return
    yield start, start.strftime("%Y-%m-%d")
    if (end - start).days >= 2:
        middle = start + (end - start) / 2
        yield middle, middle.strftime("%Y-%m-%d")
    if (end - start).days >= 1:
        yield end, end.strftime("%Y-%m-%d")


def _description(rows: Sequence[Row], marks: Sequence[tuple[datetime, Row]], dropped: int) -> Markup:
    loud = [event for _, event in marks if event.get("substantive")]
    told = [f"History: {len(rows)} version{'s' * (len(rows) != 1)}"]
    if dropped:
        told.append(f"{dropped} older ones not drawn")
    for direction in ("tighter", "looser", "mixed"):
        count = sum(event.get("direction") == direction for event in loud)
        if count:
            told.append(f"{count} change{'s' * (count != 1)} {direction}")
    return escape(", ".join(told))
