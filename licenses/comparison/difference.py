"""Which sentences two texts do not have in common, wherever they stand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from licenses.clauses.sentences import Sentence, sentences
from licenses.comparison.alignment import Unit, word_changes
from licenses.comparison.model import Span
from licenses.comparison.telling import telling_units
from licenses.comparison.words import Word, blanked

# Two sentences that are alike to this degree (percent) are one sentence, reworded.
_REWORDED = 55.0
# More unmatched sentences than this a side: the text was rewritten, and single sentences prove nothing.
MOST_UNMATCHED = 250
_LONGEST_KEY = 2_000
# The same for a sentence beside one that stands in both texts; looked for only where few are left.
_TRIMMED = 75.0
_MOST_TRIMMED = 60
# In a text longer than this (characters), sentences are read part by part, each with so much before it as may hold
# the introduction of its list.
_LONG = 60_000
_PART = 8_000
_SURROUNDINGS = 16_000


class Side:
    """One of the two texts, with what is asked of it again and again; only what begins in `within`, if given."""

    def __init__(self, text: str, words: Sequence[Word] | None = None, within: Sequence[Span] | None = None) -> None:
        self.text = text
        self.units = telling_units(text, words)
        if within is not None:
            self.units = [unit for unit in self.units if any(a <= unit.span[0] < b for a, b in within)]
        self._read: dict[int, tuple[int, tuple[Sentence, ...], list[int]]] = {}
        self.keys = {unit.key for unit in self.units}
        self.stream = f" {' '.join(unit.key for unit in self.units)} "

    def sentence(self, position: int) -> Sentence | None:
        """The sentence at a place of the text, if there is one; its own offsets are those of the part that was read."""
        part = position // _PART if len(self.text) > _LONG else 0
        if part not in self._read:
            start = self._beginning(max(0, part * _PART - _SURROUNDINGS))
            end = (part + 1) * _PART + _PART if len(self.text) > _LONG else len(self.text)
            found = sentences(blanked(self.text[start:end]))
            self._read[part] = (start, found, [sentence.start for sentence in found])
        start, found, starts = self._read[part]
        number = bisect_right(starts, position - start) - 1
        return found[number] if number >= 0 and found[number].end + start >= position else None

    def _beginning(self, position: int) -> int:
        """Where the paragraph after this place begins."""
        blank = self.text.find("\n\n", position) if position else 0
        return blank if 0 <= blank < position + _PART else position

    def says(self, key: str) -> bool:
        """Whether these words stand in it, one after another."""
        return key in self.keys or f" {key} " in self.stream

    def missing(self, other: Side) -> list[Unit]:
        """The sentences of this text that the other does not have anywhere; each once."""
        candidates = {unit.key: unit for unit in self.units if unit.key not in other.keys}
        if len(candidates) > MOST_UNMATCHED:
            return list(candidates.values())
        return [unit for key, unit in candidates.items() if not other.says(key)]


@dataclass(frozen=True, slots=True)
class Difference:
    """What two texts say differently: sentences on one side only, and pairs of reworded ones."""

    lost: tuple[Unit, ...]
    gained: tuple[Unit, ...]
    reworded: tuple[tuple[Unit, Unit], ...]


def difference(old: Side, new: Side) -> Difference:
    """The sentences that differ, wherever they stand: a sentence that moved, or stands there twice, is the same."""
    lost, gained = old.missing(new), new.missing(old)
    if len(lost) > MOST_UNMATCHED or len(gained) > MOST_UNMATCHED:
        return Difference(tuple(lost), tuple(gained), ())
    pairs = _pairs(lost, gained, _REWORDED)
    lost = [unit for unit in lost if unit not in {one for one, _ in pairs}]
    gained = [unit for unit in gained if unit not in {other for _, other in pairs}]
    # A sentence that was cut short, or went on: what is left of it says nothing that the other text does not.
    if len(lost) + len(gained) <= _MOST_TRIMMED:
        shortened, lengthened = _best(lost, new.units), _best(gained, old.units)
        pairs += list(shortened.items()) + [(former, unit) for unit, former in lengthened.items()]
        lost = [unit for unit in lost if unit not in shortened]
        gained = [unit for unit in gained if unit not in lengthened]
    return Difference(tuple(lost), tuple(gained), tuple(pairs))


def _pairs(lost: Sequence[Unit], gained: Sequence[Unit], cutoff: float) -> list[tuple[Unit, Unit]]:
    """The most alike of both sides, each once, in the order of the old text."""
    scored = sorted(
        (
            (score, a, b)
            for a, one in enumerate(lost)
            for b, other in enumerate(gained)
            if (score := fuzz.ratio(one.key[:_LONGEST_KEY], other.key[:_LONGEST_KEY], score_cutoff=cutoff))
        ),
        # The same pairs whichever text comes first.
        key=lambda item: (-item[0], *sorted((lost[item[1]].key, gained[item[2]].key)), item[1], item[2]),
    )
    pairs: dict[int, int] = {}
    for _, a, b in scored:
        if a not in pairs and b not in pairs.values():
            pairs[a] = b
    return [(lost[a], gained[b]) for a, b in sorted(pairs.items())]


def _best(units: Sequence[Unit], among: Sequence[Unit]) -> dict[Unit, Unit]:
    """For each of these the sentence of the other text that is most like it, if one is."""
    keys = [unit.key[:_LONGEST_KEY] for unit in among]
    found = {}
    for unit in units:
        best = process.extractOne(unit.key[:_LONGEST_KEY], keys, scorer=fuzz.ratio, score_cutoff=_TRIMMED)
        if best is not None and len(unit.words) > 5 and _goes_on(unit, among[best[2]]):
            found[unit] = among[best[2]]
        elif (part := _begun_or_ended(unit, among)) is not None:
            found[unit] = part
    return found


def _goes_on(unit: Unit, other: Unit) -> bool:
    """Whether the one sentence is the other with words more, or fewer; else it is a sentence of its own kind."""
    return all(a == b or c == d for a, b, c, d in word_changes(unit.words, other.words))


def _begun_or_ended(unit: Unit, among: Sequence[Unit]) -> Unit | None:
    """The longest sentence of the other text with which this one begins or ends."""
    parts = [
        one
        for one in among
        if 2 < len(one.words) < len(unit.words)
        and (unit.key.startswith(f"{one.key} ") or unit.key.endswith(f" {one.key}"))
    ]
    return max(parts, key=lambda one: len(one.words), default=None)
