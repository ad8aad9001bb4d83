"""How much text, and of what kind, stands below each element of a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bs4 import NavigableString, Tag

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

    def add(self, other: Weight) -> None:
        """Count what stands in a part of this element."""
        self.words += other.words
        self.linked += other.linked
        self.prose += other.prose


class Weights:
    """The weights of all elements below one element, by one pass over its text."""

    def __init__(self, root: Tag) -> None:
        self._of: dict[int, Weight] = {id(root): Weight()}
        # Of each element the nearest block around its text, and those where a link is passed on the way there.
        block_of: dict[int, int] = {id(root): id(root)}
        in_link: set[int] = set()
        own: dict[int, Weight] = {}
        last_words: dict[int, str] = {}
        parts: list[Weight] = []
        wholes: list[Weight] = []  # for each of the parts, that of its parent
        for node in root.descendants:
            if isinstance(node, Tag):
                key, parent = id(node), id(node.parent)
                self._of[key] = weight = Weight()
                parts.append(weight)
                wholes.append(self._of[parent])
                if node.name in BLOCKS:
                    block_of[key] = key
                    continue
                block_of[key] = block_of[parent]
                if node.name == "a" or parent in in_link:
                    in_link.add(key)
            elif isinstance(node, NavigableString) and (count := _count(node)):
                parent = id(node.parent)
                block = block_of[parent]
                weight = own.setdefault(block, Weight())
                weight.words += count
                weight.linked += count if parent in in_link else 0
                last_words[block] = node.rstrip()[-2:]
        for block, weight in own.items():
            if _is_prose(weight, last_words[block]):
                weight.prose = weight.words
            self._of[block].add(weight)
        # Children come after their parents in the order of the page, so backwards each is complete when added.
        for part, whole in zip(reversed(parts), reversed(wholes), strict=True):
            whole.add(part)

    def __getitem__(self, tag: Tag) -> Weight:
        return self._of.get(id(tag)) or Weight()


def _count(text: str) -> int:
    # Scripts without spaces between words: two characters count as one.
    words = len(text.split())
    if words and len(text) > 12 * words:
        wide = sum(1 for c in text[:100_000] if "\u3040" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7af")
        return max(words, wide // 2)
    return words


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
