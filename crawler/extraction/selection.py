"""What a declaration selects and removes: CSS selectors, and ranges from one element to another."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from bs4 import BeautifulSoup, PageElement, Tag
from soupsieve import SelectorSyntaxError

from crawler.extraction.model import ExtractionError


class Range(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """From one element to another, each given by a CSS selector; one start and one end (as Open Terms Archive's)."""

    startBefore: str | None = None
    startAfter: str | None = None
    endBefore: str | None = None
    endAfter: str | None = None

    def __post_init__(self) -> None:
        if (self.startBefore is None) == (self.startAfter is None):
            raise ValueError("a range needs one of startBefore and startAfter")
        if (self.endBefore is None) == (self.endAfter is None):
            raise ValueError("a range needs one of endBefore and endAfter")

    def __str__(self) -> str:
        return " ".join(f"{name} {value}" for name, value in msgspec.structs.asdict(self).items() if value)


Selector = str | Range


def selected(soup: BeautifulSoup, select: Sequence[Selector], page: str) -> list[Tag]:
    """The selected parts in the order of the page, none twice.

    Raises ExtractionError naming page and selector where one matches nothing.
    """
    found: dict[int, Tag] = {}
    for selector in select:
        tags = [_cut(soup, selector, page)] if isinstance(selector, Range) else _matches(soup, selector, page)
        if not tags:
            raise ExtractionError(f"{page}: the selector {selector!r} matches nothing")
        found.update((id(tag), tag) for tag in tags)
    outer = [tag for tag in found.values() if not any(id(up) in found for up in tag.parents)]
    if len(outer) < 2:
        return outer
    place = {id(tag): number for number, tag in enumerate(soup.find_all(True))}
    return sorted(outer, key=lambda tag: place.get(id(tag), 0))


def remove_selected(soup: BeautifulSoup, remove: Sequence[Selector], page: str) -> None:
    """Take out what `remove` names. One that matches nothing is no error: banners come and go."""
    for selector in remove:
        if isinstance(selector, Range):
            try:
                _cut(soup, selector, page)
            except ExtractionError:
                continue
        else:
            for tag in _matches(soup, selector, page):
                if not tag.decomposed:
                    tag.decompose()


def _matches(soup: BeautifulSoup, selector: str, page: str) -> list[Tag]:
    try:
        return list(soup.select(selector))
    except (SelectorSyntaxError, ValueError, NotImplementedError) as error:
        reason = str(error).splitlines()[0]
        raise ExtractionError(f"{page}: {selector!r} is no CSS selector ({reason})") from error


def _cut(soup: BeautifulSoup, wanted: Range, page: str) -> Tag:
    """Take the nodes of a range out of `soup` into a new element: whole subtrees, whose ends are both in the range."""
    start = _one(soup, wanted.startBefore or wanted.startAfter or "", page)
    end = _one(soup, wanted.endBefore or wanted.endAfter or "", page)
    inside: list[PageElement] = []
    running = False
    around_end = {id(up) for up in end.parents}
    within_start = {id(node) for node in start.descendants}
    taken: set[int] = set()
    for node in list(soup.descendants):
        if node is start:
            running = True
            if wanted.startAfter:
                continue
        if node is end and wanted.endBefore and running:
            break
        parent = node.parent
        covered = parent is not None and id(parent) in taken
        if running and covered:
            taken.add(id(node))
        elif running and id(node) not in around_end and not (wanted.startAfter and id(node) in within_start):
            inside.append(node)
            taken.add(id(node))
        if node is end and running:
            break
    if not inside:
        raise ExtractionError(f"{page}: the range {str(wanted)!r} holds nothing")
    cut = soup.new_tag("div")
    for node in inside:
        cut.append(node)
    return cut


def _one(soup: BeautifulSoup, selector: str, page: str) -> Tag:
    tags = _matches(soup, selector, page)
    if not tags:
        raise ExtractionError(f"{page}: the selector {selector!r} matches nothing")
    return tags[0]
