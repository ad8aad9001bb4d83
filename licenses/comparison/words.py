"""The words of a text, each with its place: what stays when white space, case, quotes, bullets and markup go."""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from typing import Literal, NamedTuple

from licenses.comparison.special_words import specials

Kind = Literal["word", "number", "link", "date"]

LARGEST_TEXT = 1_000_000  # characters; what lies beyond is compared as a whole, not word by word

_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3041-\u3096\u30a1-\u30fc\u3105-\u312f\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af"
_UNSEEN = "\u200b-\u200f\u2060-\u2064\ufeff\xad\u202a-\u202e\u2066-\u2069\ufe0e\ufe0f"
_TOKEN = re.compile(
    rf"(?P<han>[{_HAN}])"
    r"|(?P<mark>\([cC]\)(?=\s{0,3}(?:19|20)\d\d|\s{0,3}\[?yyyy))"
    r"|(?P<number>\d{1,3}(?:,\d{3}){1,5}(?!\d)|\d{1,18}(?:\.\d{1,9}){0,4}(?![^\W_]))"
    rf"|(?P<word>[^\W_{_HAN}]+(?:(?:[{_UNSEEN}]|\*{{2}})+[^\W_{_HAN}]+)*)"
)
# What stands for another character, or for none: entities, UTF-8 that was read as Windows-1252, unseen characters
# before a letter or within a word, number or address.
_STAND_IN = re.compile(
    rf"&(?:[a-zA-Z]{{2,8}}|#\d{{1,6}}|#[xX][0-9a-fA-F]{{1,5}});|(?<![{_UNSEEN}])[{_UNSEEN}]++(?=[^\W_])"
    r"|[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc"
    r"\u2013-\u203a\u20ac\u2122]{1,3}"
)
# For patterns that look at what stands between words: as long as the text itself.
_BLANKED = dict.fromkeys(
    [*range(0x200B, 0x2010), *range(0x2060, 0x2065), 0xFEFF, 0xAD, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], " "
)
_INNER = re.compile(rf"[{_UNSEEN}*]")


class Word(NamedTuple):
    """One word as it is compared (`text`, folded) and where it stands: `source[start:end]`, in characters.

    A link is one word (without scheme, `www.` and closing slash); a date reads `2025-09-15` however it is written;
    Chinese, Japanese and Korean are read character by character, for no blank parts their words.
    """

    text: str
    start: int
    end: int
    kind: Kind = "word"


def blanked(text: str) -> str:
    """The text with its unseen characters as blanks, letter for letter."""
    return text if text.isascii() else text.translate(_BLANKED)


def words(text: str) -> list[Word]:
    """The words of a text in its order. What lies beyond the cap is one word."""
    if len(text) > LARGEST_TEXT:
        return [*words(text[:LARGEST_TEXT]), Word(text[LARGEST_TEXT:], LARGEST_TEXT, len(text))]
    if _STAND_IN.search(text) is None:
        return _words(text)
    read, places = _without_stand_ins(text)
    return [
        Word(word.text, _source(places, word.start), _source(places, word.end - 1) + 1, word.kind)
        for word in _words(read)
    ]


def _words(text: str) -> list[Word]:
    found: list[Word] = []
    position = 0
    for special in specials(text):
        _add_words(found, text, position, special.start)
        if special.kind != "hidden":
            found.append(Word(special.text, special.start, special.end, special.kind))
        position = special.end
    _add_words(found, text, position, len(text))
    return found


def _add_words(found: list[Word], text: str, start: int, end: int) -> None:
    for match in _TOKEN.finditer(text, start, end):
        kind = match.lastgroup
        if kind == "word":
            found.append(Word(_folded(match.group()), *match.span()))
        elif kind == "han":
            found.append(Word(unicodedata.normalize("NFKC", match.group()), *match.span()))
        elif kind == "number":
            found.append(Word(match.group().replace(",", ""), *match.span(), "number"))


def _without_stand_ins(text: str) -> tuple[str, tuple[list[int], list[int]]]:
    """The text as it was meant, and where its pieces begin: in it, and in the source."""
    pieces: list[str] = []
    here, source = [0], [0]
    length = position = 0
    for match in _STAND_IN.finditer(text):
        whole = match.group()
        meant = _meant(whole)
        if meant == whole:
            continue
        pieces += [text[position : match.start()], meant]
        length += match.start() - position
        here.append(length)
        source.append(match.start())
        length += len(meant)
        position = match.end()
        here.append(length)
        source.append(position)
    pieces.append(text[position:])
    return "".join(pieces), (here, source)


def _meant(whole: str) -> str:
    if whole.startswith("&"):
        return html.unescape(whole)
    return "" if _INNER.match(whole) else _repaired(whole)


def _source(places: tuple[list[int], list[int]], position: int) -> int:
    here, source = places
    piece = bisect_right(here, position) - 1
    place = source[piece] + position - here[piece]
    return min(place, source[piece + 1] - 1) if piece + 1 < len(source) else place


def _folded(word: str) -> str:
    if word.isascii():
        return word.lower().replace("*", "")
    return unicodedata.normalize("NFKC", _INNER.sub("", word)).casefold()


@lru_cache(maxsize=4096)
def _repaired(damaged: str) -> str:
    try:
        # Windows-1252 as browsers read it: its five holes stand for themselves.
        return b"".join(bytes([ord(c)]) if ord(c) < 256 else c.encode("cp1252") for c in damaged).decode()
    except UnicodeError:
        return damaged
