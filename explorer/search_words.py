"""What a reader looks for: words and “phrases”, as a question to the full-text index and as places in a text.

The index (storage/words.py) says which texts have all the words; where they stand, and whether those of a phrase stand
together, is seen in the text itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from markupsafe import Markup

from explorer.visible import visible
from storage.words import UNSPACED, pairs

MOST_TERMS = 12
LOOKED_THROUGH = 200_000  # characters of one text
_MOST_PLACES = 2_000  # of one text
_NEAR = 320  # characters within which words count as standing together
_AROUND = 140  # characters shown before and after
_BEGINNING = 4  # letters from which a word finds longer ones that begin with it
_TERM = re.compile(r'"([^"]*)"|“([^”]*)”|(\S+)')
_WORD = re.compile(r"[^\W_]+")
_PARTS = re.compile(f"[{UNSPACED}]+|[^{UNSPACED}]+")
_UNSPACED = re.compile(f"[{UNSPACED}]")
_STOP = re.compile(r"[\n.!?:;。]")
# What may stand between the words of a phrase, and the end of a word that is longer than what was said. Both are short
# and have no character in common: no text makes the search of a phrase more than linear. (In re2 such counted classes
# of Unicode are programs of tens of thousands of steps.)
_BETWEEN = r"[\W_]{1,12}"
_REST = r"[^\W_]{0,40}"


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a text, in characters, and in it the places of the words that were looked for."""

    start: int
    end: int
    marks: tuple[tuple[int, int], ...]
    terms: int  # how many of the terms stand in it

    def shown(self, text: str) -> Markup:
        """The part, escaped and visible, its words in <mark>."""
        parts = [Markup("… ")] if self.start and not _STOP.search(text[max(0, self.start - 2) : self.start]) else []
        position = self.start
        for start, end in self.marks:
            parts.append(Markup("{}<mark>{}</mark>").format(visible(text[position:start]), visible(text[start:end])))
            position = end
        parts.append(Markup("{}").format(visible(text[position : self.end])))
        if self.end < len(text) and not _STOP.search(text[self.end - 1 : self.end + 1]):
            parts.append(Markup(" …"))
        return Markup("").join(parts)


@dataclass(frozen=True)
class Sought:
    """Terms, each one word or the words of a phrase, in the order of the search."""

    terms: tuple[tuple[str, ...], ...]

    @property
    def match(self) -> str:
        """The question to FTS5: every word, in any order; longer words that begin with one of them too."""
        return self._match(longer=True)

    @property
    def exact_match(self) -> str:
        """The same for the very words: what FTS5 answers at once however many texts have them."""
        return self._match(longer=False)

    def _match(self, *, longer: bool) -> str:
        asked = [part for term in self.terms for word in term for part in _asked(word, longer=longer)]
        return " AND ".join(dict.fromkeys(asked))

    @property
    def has_phrase(self) -> bool:
        """Whether the index alone cannot say if a text has it."""
        return any(len(term) > 1 or len(_PARTS.findall(term[0])) > 1 for term in self.terms) or any(
            len(term[0]) > 2 and _UNSPACED.match(term[0]) for term in self.terms
        )

    @cached_property
    def _patterns(self) -> list[re.Pattern[str]]:
        return [re.compile(_BETWEEN.join(_word_pattern(word) for word in term)) for term in self.terms]

    def is_in(self, text: str) -> bool:
        """Whether every term stands somewhere in the text."""
        lowered = _lowered(text)
        return all(any(_spans(pattern, lowered)) for pattern in self._patterns)

    def place(self, text: str) -> Place | None:
        """Where most of the terms stand together in the text; the first such place. None: none of them is there."""
        lowered = _lowered(text)
        found = sorted(
            (start, end, number)
            for number, pattern in enumerate(self._patterns)
            for start, end in islice(_spans(pattern, lowered), _MOST_PLACES)
        )
        return _best(text, found)


def _lowered(text: str) -> str:
    """The beginning of a text in small letters, each where it was."""
    part = text[:LOOKED_THROUGH]
    lowered = part.lower()
    if len(lowered) == len(part):
        return lowered
    return "".join(small if len(small := character.lower()) == 1 else character for character in part)


def _spans(pattern: re.Pattern[str], lowered: str) -> Iterator[tuple[int, int]]:
    """Where it matches at the beginning of a word; in a script without blanks, anywhere."""
    for match in pattern.finditer(lowered):
        start = match.start()
        # Looked at here and not by the pattern: one that begins with letters is searched for much faster.
        if not start or not lowered[start - 1].isalnum() or _UNSPACED.match(lowered[start]):
            yield match.span()


def sought(said: str) -> Sought:
    """What a search says. Never raises; signs that are no words are left out."""
    terms = []
    for quoted, curly, word in _TERM.findall(unicodedata.normalize("NFC", said)):
        words = tuple(_WORD.findall((quoted or curly or word).lower()))
        if words and words not in terms:
            terms.append(words)
    return Sought(tuple(terms[:MOST_TERMS]))


def _asked(word: str, *, longer: bool) -> list[str]:
    """A word as FTS5 is asked for it. Each word has letters and digits only, so nothing in it is a sign of FTS5's."""
    asked = []
    for part in _PARTS.findall(word):
        if _UNSPACED.match(part):
            asked += [f'"{pair}"' for pair in pairs(part)[:-1]] or [f'"{part}"*']
        else:
            asked.append(f'"{part}"*' if longer and len(part) >= _BEGINNING else f'"{part}"')
    return asked


def _word_pattern(word: str) -> str:
    # Letters and digits only: nothing to be escaped.
    if _UNSPACED.match(word[-1]):
        return word
    return f"{word}{_REST}" if len(word) >= _BEGINNING else rf"{word}\b"


def _best(text: str, found: Sequence[tuple[int, int, int]]) -> Place | None:
    """The window with most different terms, of the sorted places (start, end, term)."""
    best, first = (0, 0, 0), 0
    counts: dict[int, int] = {}
    for last, (_, end, term) in enumerate(found):
        counts[term] = counts.get(term, 0) + 1
        while end - found[first][0] > _NEAR and first < last:
            gone = found[first][2]
            counts[gone] -= 1
            if not counts[gone]:
                del counts[gone]
            first += 1
        if len(counts) > best[0]:
            best = (len(counts), first, last)
    if not best[0]:
        return None
    terms, first, last = best
    start = _begin(text, found[first][0])
    end = _end(text, max(found[first][1], found[last][1]))
    marks, position = [], start
    for mark_start, mark_end, _ in found[first:]:
        if mark_start >= position and mark_end <= end:
            marks.append((mark_start, mark_end))
            position = mark_end
    return Place(start, end, tuple(marks), terms)


def _begin(text: str, place: int) -> int:
    """The beginning of the sentence or paragraph, or of a word, not far before `place`."""
    earliest = max(0, place - _AROUND)
    before = text[earliest:place]
    stops = [before.rfind(stop) + len(stop) for stop in ("\n\n", ". ", "。") if stop in before]
    if stops:
        return earliest + max(stops)
    return earliest if not earliest else earliest + before.find(" ") + 1


def _end(text: str, place: int) -> int:
    latest = min(len(text), place + _AROUND)
    after = text[place:latest]
    stops = [after.find(stop) + len(stop.rstrip()) for stop in ("\n\n", ". ", "。") if stop in after]
    if stops:
        return place + min(stops)
    return latest if latest == len(text) or " " not in after else place + after.rfind(" ")
