"""The page on degrees of openness: a grid of systems by dimensions, and the three types over time. Drawn as SVG.

Query: `over=all` draws the areas for everything watched and not only for the systems; `page` leafs through systems.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from explorer.openness_evidence import DIMENSIONS, Cell, SubjectFacts, cells, together
from explorer.openness_facts import (
    MOST_SUBJECTS,
    RawFacts,
    System,
    TextReader,
    best_known,
    open_datasets,
    raw_facts,
    systems,
    with_card,
)
from explorer.openness_history import TYPES, Point, Series, series
from explorer.page import Page, TooLong, open_page
from explorer.time_bar import Scale, axis, moment_of

SYSTEMS_A_PAGE = 30
_MODELS_INSTEAD = 30
_KEPT_SERIES = 16
_HEIGHT, _TOP, _BOTTOM = 236, 8, 208  # pixels

# What changes with everything that the series is made of: a run that ends, a version, a text read, a system named.
_STATE = (
    "select (select max(id) from run), (select count(*) from run where finished_at is null),"
    " (select max(id) from version), (select max(rowid) from clause), (select max(id) from rules),"
    " (select group_concat(subjects) from system)"
)
_series: dict[tuple[object, ...], Series] = {}

TYPE_NAMES = {
    "open-source": "open source",
    "open": "open, with restrictions",
    "proprietary": "proprietary",
    "unknown": "unknown",
}
SIGNS = {"open": "●", "partial": "◐", "closed": "○", "unknown": "?"}


@dataclass(frozen=True, slots=True)
class GridRow:
    """A system with its cells, in the order of DIMENSIONS."""

    system: System
    cells: tuple[tuple[str, str, Cell], ...]


async def openness_page(datasette: Any, request: Any) -> Any:
    """The grid and the areas."""
    page = await open_page(datasette, request)
    number = max(1, page.number("page") or 1)
    shown, total, raw = await page.read(lambda conn: _gather(conn, (number - 1) * SYSTEMS_A_PAGE))
    facts = await asyncio.get_running_loop().run_in_executor(None, _with_cards, raw)
    named = [name for one in facts.values() for name in (one.card.datasets if one.card else ())]
    free = await page.read(lambda conn: open_datasets(conn, named)) if named else frozenset()
    over_all = page.argument("over") == "all" or not total
    found = await _series_of(page, over_all)
    return await page.render(
        "licensedrift_openness.html",
        {
            "dimensions": DIMENSIONS,
            "rows": [_row(system, facts, free) for system in shown],
            "signs": SIGNS,
            "symbols": SYMBOLS,
            "type_names": TYPE_NAMES,
            "types": TYPES,
            "total": total,
            "number": number,
            "more": total > number * SYSTEMS_A_PAGE,
            "over_all": over_all,
            "series": found,
            "areas": areas(found),
            "swatch": swatch,
            "told": told(found.points),
            "link_of": lambda cell: _link(page, cell),
        },
        title="Degrees of openness",
    )


def _gather(conn: sqlite3.Connection, start: int) -> tuple[list[System], int, dict[str, RawFacts]]:
    shown, total = systems(conn, start, SYSTEMS_A_PAGE)
    if not total:
        shown = best_known(conn, _MODELS_INSTEAD)
    raw: dict[str, RawFacts] = {}
    reader = TextReader(conn)
    for name in dict.fromkeys(name for system in shown for name in system.subjects[:MOST_SUBJECTS]):
        facts = raw_facts(conn, name, reader)
        if facts is not None:
            raw[name] = facts
    return shown, total, raw


def _with_cards(raw: dict[str, RawFacts]) -> dict[str, SubjectFacts]:
    return {name: with_card(one) for name, one in raw.items()}


def _row(system: System, facts: dict[str, SubjectFacts], free: frozenset[str]) -> GridRow:
    found = [facts[name] for name in system.subjects[:MOST_SUBJECTS] if name in facts]
    # A subject that is gone speaks for its system only if none is left.
    there = [one for one in found if not one.is_gone] or found
    parts = [cells(replace(one, open_datasets=free)) for one in there]
    return GridRow(system, tuple((key, title, together([part[key] for part in parts])) for key, title, _ in DIMENSIONS))


def _link(page: Page, cell: Cell) -> str | None:
    if cell.text_hash:
        return page.links.text(cell.text_hash, cell.start, cell.end)
    return page.links.subject(cell.subject) if cell.subject else None


async def _series_of(page: Page, over_all: bool) -> Series:
    """The series, kept in memory until something is recorded or read anew."""
    state = await page.read(lambda conn: conn.execute(_STATE).fetchone())
    key = page.db.path, over_all, tuple(state)
    if key not in _series:
        try:
            found = await page.read(lambda conn: series(conn, None if over_all else _subjects(conn)))
        except TooLong:
            return Series((), "", too_many=True)
        while len(_series) >= _KEPT_SERIES:
            del _series[next(iter(_series))]
        _series[key] = found
    return _series[key]


def _subjects(conn: sqlite3.Connection) -> list[str]:
    shown, _ = systems(conn, 0, 10_000)
    return [name for system in shown for name in system.subjects]


# Shapes before colours: full, half, empty, a question.
SYMBOLS = Markup(
    '<svg class="ld-hidden" aria-hidden="true" width="0" height="0"><defs>'
    '<symbol id="ld-grid-open" viewBox="0 0 20 20"><circle class="ld-grid-full" cx="10" cy="10" r="8"/></symbol>'
    '<symbol id="ld-grid-partial" viewBox="0 0 20 20"><circle class="ld-grid-ring" cx="10" cy="10" r="8"/>'
    '<path class="ld-grid-full" d="M10 2a8 8 0 0 0 0 16z"/></symbol>'
    '<symbol id="ld-grid-closed" viewBox="0 0 20 20"><circle class="ld-grid-ring" cx="10" cy="10" r="8"/></symbol>'
    '<symbol id="ld-grid-unknown" viewBox="0 0 20 20"><circle class="ld-grid-dots" cx="10" cy="10" r="8"/></symbol>'
    "</defs></svg>"
)
_PATTERNS = Markup(
    '<defs><pattern id="ld-area-open" width="8" height="8" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><rect class="ld-area-ground-open" width="8" height="8"/>'
    '<rect class="ld-area-stroke-open" width="3" height="8"/></pattern>'
    '<pattern id="ld-area-proprietary" width="8" height="8" patternUnits="userSpaceOnUse">'
    '<rect class="ld-area-ground-proprietary" width="8" height="8"/>'
    '<circle class="ld-area-stroke-proprietary" cx="4" cy="4" r="2"/></pattern></defs>'
)
_FILL = {
    "open-source": Markup('class="ld-area-open-source"'),
    "open": Markup('fill="url(#ld-area-open)"'),
    "proprietary": Markup('fill="url(#ld-area-proprietary)"'),
    "unknown": Markup('class="ld-area-unknown"'),
}


def swatch(kind: str) -> Markup:
    """A piece of an area, for the legend."""
    box = '<svg class="ld-area-swatch" width="28" height="16" aria-hidden="true"><rect width="28" height="16" {}/>'
    return Markup(box + "</svg>").format(_FILL[kind])


def areas(found: Series) -> Markup:
    """The types over time as stacked areas; empty if there is nothing to draw.

    Steps, not slopes: between two days on which something changed nothing did. Positions are percentages of the
    width, so that text and patterns keep their size on every screen.
    """
    first = moment_of(found.points[0].day) if found.points else None
    last = moment_of(found.last_day)
    most = max((sum(point.counts) for point in found.points), default=0)
    if first is None or last is None or not most:
        return Markup("")
    scale = Scale(first, max(last, moment_of(found.points[-1].day) or last))
    parts = [
        Markup('<svg class="ld-area" width="100%" height="{}" role="img" aria-label="{}">').format(
            _HEIGHT, _description(found)
        ),
        _PATTERNS,
        *_steps(found, scale, most),
        *_levels(most),
        *axis(scale, _BOTTOM),
        Markup("</svg>"),
    ]
    return Markup("").join(parts)


def _steps(found: Series, scale: Scale, most: int) -> Iterator[Markup]:
    for number, point in enumerate(found.points):
        left = _percent(scale, point)
        right = _percent(scale, found.points[number + 1]) if number + 1 < len(found.points) else 100.0
        if number + 1 == len(found.points):
            # What happened on the last day is still to be seen.
            left = min(left, 99.0)
        base = 0
        for kind, count in zip(TYPES, point.counts, strict=True):
            if count <= 0 or right <= left:
                continue
            base += count
            yield Markup('<rect {} x="{:.3f}%" y="{:.2f}" width="{:.3f}%" height="{:.2f}"/>').format(
                _FILL[kind], left, _BOTTOM - _pixels(base, most), right - left, _pixels(count, most)
            )


def _percent(scale: Scale, point: Point) -> float:
    moment = moment_of(point.day)
    return scale.percent(moment) if moment else 0.0


def _pixels(count: int, most: int) -> float:
    return (_BOTTOM - _TOP) * count / most


def _levels(most: int) -> Iterator[Markup]:
    """Lines at the height of the most and of half of it."""
    for count in sorted({most, most // 2} - {0}):
        height = _BOTTOM - _pixels(count, most)
        yield Markup('<line class="ld-area-level" x1="0" x2="100%" y1="{0:.1f}" y2="{0:.1f}"/>').format(height)
        yield Markup('<text class="ld-area-count" x="4" y="{:.1f}">{:,}</text>').format(height + 13, count)


def _description(found: Series) -> str:
    first, last = found.points[0], found.points[-1]
    return f"Types over time. {_counted(first)} on {first.day}; {_counted(last)} on {found.last_day}."


def _counted(point: Point) -> str:
    return ", ".join(f"{count} {TYPE_NAMES[kind]}" for kind, count in zip(TYPES, point.counts, strict=True))


def told(points: Sequence[Point], most: int = 40) -> list[Point]:
    """The points for the table beneath the drawing, newest first."""
    return list(points)[::-1][:most]
