"""A plain copy of a stretch of text to match against, with the way back to the text itself.

Licenses come hard-wrapped, indented, in Markdown or comments, with curly quotes, entities and invisible
characters. Patterns are written for none of that: they meet single spaces, straight quotes and plain hyphens.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

# Characters that take no room, for a class of a pattern.
UNSEEN = r"\u200b-\u200f\u2060-\u2064\ufeff\xad\u202a-\u202e\u2066-\u2069"
# What stands between the words of a sentence and says nothing: each run becomes the text that `_plain` gives it.
_NOISE = re.compile(
    r"(?P<wrap>(?:\r\n?|\n)[ \t\xa0]*(?:(?:[#>*|%]|//)+(?=[ \t\xa0]))?[\s\xa0]*)"
    r"|(?P<blank> {2,}|[\t\x0b\x0c\x1c-\x1f\x85\xa0\u3000\u2000-\u200a\u2028\u2029\u202f\u205f][\s\xa0]*)"
    r"|(?P<unseen>[\u200b-\u200f\u2060-\u2064\ufeff\xad\u202a-\u202e\u2066-\u2069\x00-\x08\x0e-\x1f]+)"
    r"|(?P<mark>\*{1,3}|_{2,3}|`{1,3}|\\(?=[\[\]()*_.#>~-]))"
    r"|(?P<tag></?[a-zA-Z][^<>\n]{0,200}>)"
    r"|(?P<entity>&(?:[a-zA-Z]{2,8}|#\d{1,6}|#[xX][0-9a-fA-F]{1,5});)"
)
_STRAIGHT: dict[int, str] = str.maketrans(
    {
        **dict.fromkeys("\u201c\u201d\u201e\u201f\xab\xbb\u300c\u300d\uff02\u2033", '"'),
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u0060\xb4\uff07", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u2022\u25cf\u25e6\u25aa\xb7\u2023\u25a0", "-"),
        **dict.fromkeys(map(chr, range(0xD800, 0xE000)), "\ufffd"),  # half a character cannot be encoded
        "\uff08": "(", "\uff09": ")", "\uff1a": ":", "\uff1b": ";", "\uff0c": ",", "\uff0e": ".",
    }
)  # fmt: skip
# Tags that part words; the others stand inside one.
_BREAKING = ("br", "p", "li", "div", "td", "tr", "h", "ul", "ol")
# Lower case of the same length: str.lower() may lengthen a text, and then no offset would hold.
_LOWER = {code: chr(code).lower() for code in range(0x250) if len(chr(code).lower()) == 1}


@dataclass(frozen=True, slots=True)
class Plain:
    """`text` is plain and cased, `lower` the same in lower case; `locate` leads back to the source."""

    text: str
    lower: str
    _plain_at: Sequence[int]
    _source_at: Sequence[int]
    _base: int = 0

    def locate(self, start: int, end: int) -> tuple[int, int]:
        """The span of the source whose plain copy is `text[start:end]` (start < end)."""
        return self._source_of(start), self._source_of(end - 1) + 1

    def part(self, start: int, end: int) -> Plain:
        """The plain copy of `text[start:end]` alone."""
        text, lower = self.text[start:end], self.lower[start:end]
        return Plain(text, lower, self._plain_at, self._source_at, self._base + start)

    def _source_of(self, position: int) -> int:
        segment = bisect_right(self._plain_at, self._base + position) - 1
        return self._source_at[segment] + self._base + position - self._plain_at[segment]


def plain(source: str, start: int, end: int) -> Plain:
    """The plain copy of `source[start:end]`, without blanks at its ends."""
    pieces: list[str] = []
    plain_at: list[int] = []
    source_at: list[int] = []
    length, position = 0, start
    after_blank = True
    for match in _NOISE.finditer(source, start, end):
        first = match.start()
        if after_blank and source[position : position + 1] == " ":
            position += 1
        if first > position:
            pieces.append(source[position:first])
            plain_at.append(length)
            source_at.append(position)
            length += first - position
            after_blank = source[first - 1] == " "
        position = match.end()
        piece = _instead(match)
        if piece and not (piece == " " and after_blank):
            pieces.append(piece)
            plain_at.append(length)
            source_at.append(first)
            length += 1
            after_blank = piece == " "
    if after_blank and source[position : position + 1] == " ":
        position += 1
    if position < end:
        pieces.append(source[position:end])
        plain_at.append(length)
        source_at.append(position)
    text = "".join(pieces).translate(_STRAIGHT).rstrip()
    return Plain(text, lowered(text), plain_at or (0,), source_at or (start,))


def _instead(noise: re.Match[str]) -> str:
    """The one character, or none, that a run of noise becomes."""
    kind = noise.lastgroup
    if kind in {"wrap", "blank"}:
        return "" if _between_han(noise) else " "
    if kind == "entity":
        word = html.unescape(noise.group())
        return word if len(word) == 1 and not word.isspace() else " "
    if kind == "mark" and noise.group() == "*" and _opens_item(noise):
        return "-"
    if kind == "tag" and noise.group().lower().lstrip("</").startswith(_BREAKING):
        return " "
    return ""


def _opens_item(noise: re.Match[str]) -> bool:
    """Whether a star is a bullet: it stands alone at the beginning of a line."""
    text, start, end = noise.string, noise.start(), noise.end()
    if text[end : end + 1] not in {" ", "\t", "\xa0"}:
        return False
    before = text[max(0, start - 40) : start].rstrip(" \t\xa0>")
    return not before or before.endswith("\n")


def _between_han(noise: re.Match[str]) -> bool:
    """Chinese is written without blanks: one that a line break left between two characters is none."""
    before, after = noise.string[noise.start() - 1 : noise.start()], noise.string[noise.end() : noise.end() + 1]
    return "\u3001" <= before <= "\u9fff" and "\u3001" <= after <= "\u9fff"


def lowered(text: str) -> str:
    """Lower case, letter for letter: the result is as long as the text."""
    return text.lower() if text.isascii() else text.translate(_LOWER)
