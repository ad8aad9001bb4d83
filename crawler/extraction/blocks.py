"""How much text, and of what kind, stands below each element of a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bs4 import Tag

from crawler.extraction.tree import strings

BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup",
    "hr", "html", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_ENDS = (".", ";", ":", "?", "!", "”", '."', "。", "；")
PROSE_WORDS = 15  # words of a block that make it prose even without a full stop
SHORT_PROSE_WORDS = 7  # with one


@dataclass(slots=True)
class Weight:
    """Words below one element: all, those in links, and those in blocks that read like sentences."""

    words: int = 0
    linked: int = 0
    prose: int = 0

    @property
    def link_share(self) -> float:
        """The part of the words that stands in links, 0 to 1."""
        return self.linked / self.words if self.words else 0.0


class Weights:
    """The weights of all elements below one element, by one pass over its text."""

    def __init__(self, root: Tag) -> None:
        self._of: dict[int, Weight] = {id(root): Weight()}
        tags = [node for node in root.descendants if isinstance(node, Tag)]
        for tag in tags:
            self._of[id(tag)] = Weight()
        last_words: dict[int, str] = {}
        own: dict[int, Weight] = {}
        holders: dict[int, Tag] = {}
        for text in strings(root):
            count = _count(text)
            if not count:
                continue
            block, linked = _holder(text.parent, root)
            weight = own.setdefault(id(block), Weight())
            holders[id(block)] = block
            weight.words += count
            weight.linked += count if linked else 0
            last_words[id(block)] = text.rstrip()[-2:]
        for key, weight in own.items():
            if _is_prose(weight, last_words[key]):
                weight.prose = weight.words
            self._add(holders[key], weight)
        # Children come after their parents in the order of the page, so backwards each is complete when added.
        for tag in reversed(tags):
            if tag.parent is not None:
                self._add(tag.parent, self._of[id(tag)])

    def _add(self, tag: Tag, weight: Weight) -> None:
        sum_ = self._of.get(id(tag))
        if sum_ is not None:
            sum_.words += weight.words
            sum_.linked += weight.linked
            sum_.prose += weight.prose

    def __getitem__(self, tag: Tag) -> Weight:
        return self._of.get(id(tag)) or Weight()


def _count(text: str) -> int:
    # Scripts without spaces between words: two characters count as one.
    words = len(text.split())
    if words and len(text) > 12 * words:
        wide = sum(1 for c in text[:100_000] if "\u3040" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7af")
        return max(words, wide // 2)
    return words


def _holder(tag: Tag | None, root: Tag) -> tuple[Tag, bool]:
    """The nearest block around, and whether a link is passed on the way."""
    linked = False
    while tag is not None and tag is not root and tag.name not in BLOCKS:
        linked = linked or tag.name == "a"
        tag = tag.parent
    return tag if tag is not None else root, linked


def _is_prose(weight: Weight, end: str) -> bool:
    if weight.linked * 2 > weight.words:
        return False
    return weight.words >= PROSE_WORDS or (weight.words >= SHORT_PROSE_WORDS and end.endswith(_ENDS))


def ancestors(tag: Tag, root: Tag) -> Iterator[Tag]:
    """The elements around `tag`, from inside out, up to `root` (not included)."""
    parent = tag.parent
    while parent is not None and parent is not root:
        yield parent
        parent = parent.parent
