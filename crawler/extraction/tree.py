"""From characters to a tree of bounded size and depth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup, NavigableString, Tag
from bs4.element import PreformattedString

from crawler.extraction.model import ExtractionError

DEEPEST = 200  # levels; a tag nested deeper is ignored, its text stays. Real pages have 60 at most.
MOST_ELEMENTS = 100_000  # a few seconds of work; the longest terms seen have 8,000

# Never text of the terms, wherever they stand.
NEVER_TEXT = frozenset({
    "script", "style", "template", "svg", "canvas", "iframe", "object", "embed", "video", "audio", "map", "math",
    "select", "option", "datalist", "input", "textarea", "img", "picture", "source", "link", "meta", "base",
    "head", "dialog", "progress", "meter",
})  # fmt: skip


class TooManyElements(Exception):
    """The page has more elements than any page of terms."""


class _BoundedSoup(BeautifulSoup):
    """BeautifulSoup that ignores tags beyond a depth and stops at a number of elements."""

    _ignored: list[str]
    _elements: int

    def reset(self) -> None:
        self._ignored, self._elements = [], 0
        super().reset()

    def handle_starttag(self, name: str, *args: Any, **kwargs: Any) -> Tag | None:
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            raise TooManyElements
        if len(self.tagStack) > DEEPEST:
            # lxml sends an end for every start, so the ends are counted off one by one.
            self._ignored.append(name)
            return None
        tag: Tag | None = super().handle_starttag(name, *args, **kwargs)
        return tag

    def handle_endtag(self, name: str, nsprefix: str | None = None) -> None:
        if self._ignored:
            self._ignored.pop()
            return
        super().handle_endtag(name, nsprefix)


def parse(html: str, page: str) -> BeautifulSoup:
    """The tree of a page. Raises ExtractionError, naming `page`, for a page too big to be terms."""
    try:
        return _BoundedSoup(html.replace("\x00", ""), "lxml")
    except TooManyElements:
        raise ExtractionError(f"{page}: more than {MOST_ELEMENTS:,} elements, no page of terms") from None


def drop_what_is_never_text(soup: Tag) -> None:
    """Take out scripts, styles, controls and comments below `soup`. A button that unfolds a section is its heading."""
    for tag in elements(soup):
        if tag.name == "template" and tag.has_attr("shadowrootmode"):
            tag.unwrap()  # declarative shadow DOM: a browser shows what is in it
    for tag in elements(soup):
        if tag.name in NEVER_TEXT and not tag.decomposed:
            tag.decompose()
    for tag in elements(soup):
        if tag.name != "button" or tag.decomposed:
            continue
        if _is_heading(tag) or _is_in_sentence(tag):
            tag.unwrap()
        else:
            tag.decompose()
    for note in [text for text in strings(soup) if isinstance(text, PreformattedString)]:
        note.extract()
    for tag in elements(soup):
        if tag.name == "noscript" and not tag.decomposed:
            tag.decompose()


def _is_heading(button: Tag) -> bool:
    if button.find_parent(["h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary"]) is not None:
        return True
    return button.has_attr("aria-expanded") and not button.has_attr("aria-haspopup")


def _is_in_sentence(button: Tag) -> bool:
    """Whether a button stands for some words of a sentence: a term that is explained, a choice that is offered."""
    around = button.find_parent(["p", "li", "dd"])
    if around is None or not button.get_text(strip=True):
        return False
    others = len(around.get_text(" ").split()) - len(button.get_text(" ").split())
    return others >= 5


def elements(tag: Tag) -> list[Tag]:
    """The elements below `tag` as they are now, in the order of the page: `find_all(True)`, several times as fast."""
    return [node for node in tag.descendants if isinstance(node, Tag)]


def strings(tag: Tag) -> Iterator[NavigableString]:
    """The text nodes below `tag`, in the order of the page."""
    for node in tag.descendants:
        if isinstance(node, NavigableString):
            yield node
