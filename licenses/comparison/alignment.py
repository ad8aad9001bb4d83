"""Two lists of words laid side by side: by sentences first, by words inside the sentences that differ.

Never word by word over a whole text: that takes a minute where this takes milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from licenses.comparison.model import Span
from licenses.comparison.words import Word, blanked

# Beyond these a stretch counts as replaced as a whole (a sentence or a word more would not make it clearer).
_MOST_UNITS = 6_000
_MOST_WORD_PAIRS = 600_000

# A row of stops ("......" in a table of contents) is looked at from its first alone.
_ENDS = re.compile(
    r"(?<![.;!?:])[.;!?:]++[\"'\u201d\u2019)\]*_]{0,6}\s|[\u3002\uff1b\uff01\uff1f]|\uff1a\s|\n[ \t>]*\n"
)


@dataclass(frozen=True, slots=True)
class Unit:
    """Words that belong together, about one sentence; `key` is what it says."""

    words: tuple[Word, ...]
    key: str

    @property
    def span(self) -> Span:
        """Where it stands in the source."""
        return self.words[0].start, self.words[-1].end


def units(text: str, words: Sequence[Word], cuts: Container[int] = ()) -> list[Unit]:
    """The words of `text` cut where sentences, items and paragraphs end; also before the words numbered in `cuts`."""
    text = blanked(text)
    found: list[Unit] = []
    current: list[Word] = []
    for number, word in enumerate(words):
        if current and (number in cuts or _ENDS.search(text, current[-1].end, word.start)):
            found.append(_unit(current))
            current = []
        current.append(word)
    if current:
        found.append(_unit(current))
    return found


def _unit(words: list[Word]) -> Unit:
    return Unit(tuple(words), " ".join(word.text for word in words))


def opcodes(old: list[str], new: list[str]) -> list[tuple[int, int, int, int]]:
    """The stretches that differ, as (old start, old end, new start, new end)."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    left, right = old[head : len(old) - tail], new[head : len(new) - tail]
    if not left and not right:
        return []
    if not left or not right or max(len(left), len(right)) > _MOST_UNITS:
        return [(head, head + len(left), head, head + len(right))]
    if left > right:
        # The same stretches whichever text comes first; difflib alone does not promise that.
        turned = opcodes(right, left)
        return [(head + a, head + b, head + c, head + d) for c, d, a, b in turned]
    # Words and sentences that stand there very often are no anchors: they would make this cubic.
    matcher = SequenceMatcher(None, left, right, autojunk=max(len(left), len(right)) > 400)
    return [(head + a, head + b, head + c, head + d) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]


def word_changes(old: Sequence[Word], new: Sequence[Word]) -> list[tuple[int, int, int, int]]:
    """The stretches of words that differ; one for all when there are too many to tell apart."""
    if len(old) * len(new) > _MOST_WORD_PAIRS:
        return [(0, len(old), 0, len(new))]
    return opcodes([word.text for word in old], [word.text for word in new])


def passages(old_text: str, new_text: str, old: Sequence[Word], new: Sequence[Word]) -> tuple[tuple[Span, Span], ...]:
    """The spans (before, after) whose words differ, in order; an empty span where words are on one side only."""
    found: list[tuple[Span, Span]] = []
    left, right = units(old_text, old), units(new_text, new)
    starts = _starts(left), _starts(right)
    for a, b, c, d in opcodes([unit.key for unit in left], [unit.key for unit in right]):
        first, last = (starts[0][a], starts[0][b]), (starts[1][c], starts[1][d])
        for e, f, g, h in word_changes(old[first[0] : first[1]], new[last[0] : last[1]]):
            found.append(
                (_span(old, first[0] + e, first[0] + f, old_text), _span(new, last[0] + g, last[0] + h, new_text))
            )
    return tuple(found)


def _starts(found: Sequence[Unit]) -> list[int]:
    places = [0]
    for unit in found:
        places.append(places[-1] + len(unit.words))
    return places


def _span(words: Sequence[Word], first: int, last: int, text: str) -> Span:
    if first < last:
        return words[first].start, words[last - 1].end
    place = words[first].start if first < len(words) else len(text)
    return place, place


def mark_passages(before: str, after: str) -> tuple[tuple[Span, Span], ...]:
    """The lines that differ in their marks, for texts whose words are the same. White space does not count."""
    old, new = list(_lines(before)), list(_lines(after))
    found = opcodes([key for key, _ in old], [key for key, _ in new])
    kept = []
    for a, b, c, d in found:
        if "".join(key for key, _ in old[a:b]) != "".join(key for key, _ in new[c:d]):
            kept.append((_line_span(old, a, b, before), _line_span(new, c, d, after)))
    return tuple(kept)


def _lines(text: str) -> Iterator[tuple[str, Span]]:
    for match in re.finditer(r"[^\n]+", text):
        key = "".join(match.group().split())
        if key:
            yield key, match.span()


def _line_span(lines: Sequence[tuple[str, Span]], first: int, last: int, text: str) -> Span:
    if first < last:
        return lines[first][1][0], lines[last - 1][1][1]
    place = lines[first][1][0] if first < len(lines) else len(text)
    return place, place
