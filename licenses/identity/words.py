"""A text as the words that count: case, markup, quotes, white space, addresses and spelling variants are gone."""

from __future__ import annotations

import html
import re
import unicodedata
from zlib import crc32

# What stands behind this many characters does not take part.
LONGEST_TEXT = 1_000_000
# Words in a shingle. Four tell legal prose apart; three are shared by unrelated licenses too often.
WIDTH = 4
# Shingles are kept as numbers of 24 bits: the chance of a false hit in a text of 5,000 words is 0.03 % a shingle.
MASK = 0xFFFFFF
# Large odd numbers, one for each place in a shingle: the order of the words counts. The lowest bits of a sum drop out.
_MULTIPLIERS = (2654435761, 2246822519, 3266489917, 668265263)
_DROP = 9
_LASTING = (MASK << _DROP) | ((1 << _DROP) - 1)

# Words that change what a clause means: one of them, more or less, is an alteration.
TURNING = frozenset(
    {
        "not",
        "no",
        "non",
        "never",
        "noncommercial",
        "commercial",
        "research",
        "only",
        "must",
        "except",
        "prohibited",
        "unless",
    }
)

# Zero-width and directional characters, soft hyphens, and the byte order mark.
_UNSEEN = [0xAD, 0x34F, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF]
_DROPPED = re.compile("[" + "".join(map(chr, _UNSEEN)) + "'’‘ʼ`´]+")

# The patterns below are character classes in a row: they run in linear time in any engine, and `re` finds many
# short matches faster than RE2's binding does.
_MARKUP = re.compile(r"<!--|-->|</?[a-z][^<>]{0,300}>")
_ADDRESS = re.compile(r"\bhttps?://[^\s<>\"\])]+|\bwww\.[^\s<>\"\])]+")
_MARKS = re.compile(r"([^\w\s\x00-\x7f]{16})[^\w\s\x00-\x7f]+")
# A Han, Kana or Hangul character is a word of its own.
_IDEOGRAPH = re.compile("([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])")
# A number with its points ("3.1", "1.1.1") is one word; so is "++", which tells two OpenRAIL licenses apart.
_WORD = re.compile(r"\d+(?:\.\d+)*|[^\W\d_]+|\+\+")
_SPELLING = {"licence": "license", "licences": "licenses", "licenced": "licensed", "sublicence": "sublicense"}


def visible(text: str) -> str:
    """A text without characters that cannot be seen, and with each letter in its plain form. Linear time."""
    text = text[:LONGEST_TEXT]
    if text.isascii():
        return text.replace("'", "").replace("`", "")
    # Sorting a long run of combining marks takes quadratic time.
    return _DROPPED.sub("", unicodedata.normalize("NFKC", _MARKS.sub(r"\1", text))[:LONGEST_TEXT])


def words(text: str) -> list[str]:
    """The words of a text in order. Runs in linear time; a text longer than LONGEST_TEXT is cut."""
    text = visible(text)
    if "&" in text:
        text = html.unescape(text)
    text = text.lower()
    if "<" in text:
        text = _MARKUP.sub(" ", text)
    if "://" in text or "www." in text:
        text = _ADDRESS.sub(" ", text)
    if not text.isascii():
        text = _IDEOGRAPH.sub(r" \1 ", text)
    found = _WORD.findall(text)
    if "licence" in text:
        found = [_SPELLING.get(word, word) for word in found]
    return found


def turns(found: list[str]) -> int:
    """How many words are there that turn the meaning of a sentence round."""
    return sum(map(TURNING.__contains__, found))


def shingles(found: list[str]) -> list[int]:
    """The hashed runs of WIDTH words, one for each word at which a run begins (the same on every machine)."""
    if not found:
        return []
    hashed = {word: crc32(word.encode("utf-8", "replace")) for word in set(found)}
    rows = [_column(hashed, found, multiplier)[at:] for at, multiplier in enumerate(_MULTIPLIERS)]
    return [((a + b + c + d) >> _DROP) & MASK for a, b, c, d in zip(*rows, strict=False)]


def _column(hashed: dict[str, int], found: list[str], multiplier: int) -> list[int]:
    """The numbers of the words at one place of the shingles; those of texts shorter than a shingle end with zeros."""
    # Each word once, and only the bits that last: sums of small numbers are quick.
    products = {word: number * multiplier & _LASTING for word, number in hashed.items()}
    return list(map(products.__getitem__, found)) + [0] * (WIDTH - len(found))
