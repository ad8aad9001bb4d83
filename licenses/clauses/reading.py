"""A plain copy of a stretch of text to match against, with the way back to the text itself.

Licenses come hard-wrapped, indented, in Markdown or comments, with curly quotes, entities and invisible
characters. Patterns are written for none of that: they meet single spaces, straight quotes and plain hyphens.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from dataclasses import dataclass

# What stands between the words of a sentence and says nothing: each run becomes the text that `_plain` gives it.
_NOISE = re.compile(
    r"(?P<wrap>[ \t\xa0]*(?:\r\n?|\n)[ \t\xa0]*(?:(?:[#>*|%]|//)+(?=[ \t\xa0]))?[\s\xa0]*)"
    r"|(?P<blank>[\s\xa0\u3000\u2000-\u200a\u202f\u205f]+)"
    r"|(?P<unseen>[\u200b-\u200f\u2060-\u2064\ufeff\xad\u202a-\u202e\u2066-\u2069\x00-\x08\x0e-\x1f]+)"
    r"|(?P<mark>\*{1,3}|_{2,3}|`{1,3}|\\(?=[\[\]()*_.#>~-]))"
    r"|(?P<tag></?[a-zA-Z][^<>\n]{0,200}>)"
    r"|(?P<entity>&(?:[a-zA-Z]{2,8}|#\d{1,6}|#[xX][0-9a-fA-F]{1,5});)"
)
_STRAIGHT = str.maketrans(
    {
        **dict.fromkeys("\u201c\u201d\u201e\u201f\xab\xbb\u300c\u300d\uff02\u2033", '"'),
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u0060\xb4\uff07", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u2022\u25cf\u25e6\u25aa\xb7\u2023\u25a0", "-"),
        "\uff08": "(", "\uff09": ")", "\uff1a": ":", "\uff1b": ";", "\uff0c": ",", "\uff0e": ".",
    }
)  # fmt: skip
# Lower case of the same length: str.lower() may lengthen a text, and then no offset would hold.
_LOWER = {code: chr(code).lower() for code in range(0x250) if len(chr(code).lower()) == 1}


@dataclass(frozen=True, slots=True)
class Plain:
    """`text` is plain and cased, `lower` the same in lower case; `locate` leads back to the source."""

    text: str
    lower: str
    _plain_at: tuple[int, ...]
    _source_at: tuple[int, ...]
    _end: int

    def locate(self, start: int, end: int) -> tuple[int, int]:
        """The span of the source whose plain copy is `text[start:end]` (start < end)."""
        first = self._source_of(start)
        last = self._source_of(end - 1) + 1 if end > start else first
        return first, min(max(first, last), self._end)

    def _source_of(self, position: int) -> int:
        segment = bisect_right(self._plain_at, position) - 1
        offset = self._source_at[segment] + position - self._plain_at[segment]
        if segment + 1 < len(self._source_at):
            offset = min(offset, self._source_at[segment + 1] - 1)
        return offset


def plain(source: str, start: int, end: int) -> Plain:
    """The plain copy of `source[start:end]`, without blanks at its ends."""
    pieces: list[str] = []
    plain_at: list[int] = []
    source_at: list[int] = []
    length = 0

    def add(piece: str, at: int) -> None:
        nonlocal length
        pieces.append(piece)
        plain_at.append(length)
        source_at.append(at)
        length += len(piece)

    position = start
    after_blank = True
    for match in _NOISE.finditer(source, start, end):
        if match.start() > position:
            add(source[position : match.start()], position)
            after_blank = False
        kind = match.lastgroup
        position = match.end()
        if kind == "entity":
            word = html.unescape(match.group())
            piece = word if len(word) == 1 and not word.isspace() else " "
        elif kind == "tag":
            piece = " " if match.group().lower().lstrip("</").startswith(("br", "p", "li", "div", "td")) else ""
        else:
            piece = " " if kind in {"wrap", "blank"} else ""
        if piece == " " and after_blank:
            continue
        if piece:
            add(piece, match.start())
            after_blank = piece == " "
    if position < end:
        add(source[position:end], position)
    text = "".join(pieces).translate(_STRAIGHT)
    return _trimmed(text.rstrip(), tuple(plain_at) or (0,), tuple(source_at) or (start,), end)


def _trimmed(text: str, plain_at: tuple[int, ...], source_at: tuple[int, ...], end: int) -> Plain:
    return Plain(text, lowered(text), plain_at, source_at, end)


def lowered(text: str) -> str:
    """Lower case, letter for letter: the result is as long as the text."""
    return text.lower() if text.isascii() else text.translate(_LOWER)
