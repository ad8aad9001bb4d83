"""References: what is kept of a known text, and finding those that a new text resembles.

Of a text we keep hashed word shingles only (words.py): enough to tell how much of it another text holds, nothing to
read. An inverted index over a part of them finds candidates; the full sets then give exact figures.
"""

from __future__ import annotations

import re
import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain

import zstandard

from licenses.identity.words import shingles, turns, words

# Shingles that divide by this are in the index; of a reference with fewer than SMALL shingles, all even ones.
SPARSE, SMALL = 16, 400
# So many texts of one license are compared.
VARIANTS = 3
# A part is looked for only if this much of it seems to be there; a whole, if it seems this near to the nearest.
LEAST_PART, LEAST_WHOLE = 0.7, 0.5

# A line that says whose the copyright is: it differs from copy to copy.
_COPYRIGHT = re.compile(
    r"(?im)^[^\w\n(©]{0,12}(?:copyright[^\w\n]{0,4}(?:\(c\)|©|\d{4}|[\[<{])|\(c\)\s{0,3}\d{4}|©)[^\n]{0,200}$"
)


@dataclass(frozen=True)
class Reference:
    """One text of a license.

    `title` is its heading in words, empty if it has none; `size` the number of different shingles; `turns` that of
    words that turn a meaning round ("not"); `packed` the sorted differences of the shingles as 32-bit little-endian
    numbers under zstd.
    """

    license: str
    edition: str | None
    title: tuple[str, ...]
    size: int
    turns: int
    packed: bytes

    @cached_property
    def shingles(self) -> frozenset[int]:
        """The shingles."""
        steps = array("I")
        steps.frombytes(zstandard.ZstdDecompressor().decompress(self.packed))
        if sys.byteorder == "big":
            steps.byteswap()
        return frozenset(accumulate(steps))


def make_reference(license_id: str, edition: str | None, title: str, text: str) -> Reference:
    """The reference of a text. Lines of copyright do not take part: what stands before and after them does."""
    kept: set[int] = set()
    turning = 0
    for part in _COPYRIGHT.split(text):
        found = words(part)
        if len(found) >= 4:
            kept.update(shingles(found))
        turning += turns(found)
    ordered = sorted(kept)
    steps = array("I", (one - before for before, one in zip([0, *ordered], ordered, strict=False)))
    if sys.byteorder == "big":
        steps.byteswap()
    packed = zstandard.ZstdCompressor(level=19).compress(steps.tobytes())
    return Reference(license_id, edition, tuple(words(title)), len(ordered), turning, packed)


def index_keys(ordered: Iterable[int], size: int) -> list[int]:
    """Which of a reference's shingles are in the index."""
    step = 2 if size < SMALL else SPARSE
    return [one for one in ordered if one % step == 0]


@dataclass(frozen=True, slots=True)
class Overlap:
    """How a text and a reference overlap, in different shingles."""

    reference: Reference
    shared: int
    text_size: int

    @property
    def similarity(self) -> float:
        """Dice's coefficient: 1 for the same words."""
        return 2 * self.shared / (self.text_size + self.reference.size)

    @property
    def contained(self) -> float:
        """How much of the reference is in the text."""
        return self.shared / self.reference.size

    @property
    def explained(self) -> float:
        """How much of the text is in the reference."""
        return self.shared / self.text_size


class Library:
    """References with their index: shingle -> positions of the references that hold it."""

    def __init__(self, references: Sequence[Reference], index: dict[int, Sequence[int]]) -> None:
        self.references = references
        self._index = index
        self._indexed = Counter(chain.from_iterable(index.values()))

    @classmethod
    def of(cls, references: Sequence[Reference]) -> Library:
        """Index the references."""
        index: dict[int, list[int]] = {}
        for at, reference in enumerate(references):
            for key in index_keys(reference.shingles, reference.size):
                index.setdefault(key, []).append(at)
        return cls(references, {key: tuple(held) for key, held in index.items()})

    def candidates(self, text: frozenset[int], most: int = 6) -> list[Reference]:
        """The references that overlap most, by estimate.

        Of the `most` licenses that are most like the text as a whole, VARIANTS each; and of twice as many licenses
        that are most nearly a part of it, one each.
        """
        hits = Counter(chain.from_iterable(filter(None, map(self._index.get, text))))
        whole, part = [], []
        for at, count in hits.items():
            contained = count / self._indexed[at]
            size = self.references[at].size
            whole.append((2 * contained * size / (len(text) + size), at))
            if contained > LEAST_PART:
                # Of licenses that are there as nearly, the longest comes first: it may hold the others.
                part.append((contained + size * 1e-5, at))
        least = LEAST_WHOLE * max(whole, default=(0.0, 0))[0]
        whole = [one for one in whole if one[0] >= least]
        picked = dict.fromkeys([*self._first_of_each(whole, most, VARIANTS), *self._first_of_each(part, 2 * most, 1)])
        return [self.references[at] for at in picked]

    def _first_of_each(self, scored: list[tuple[float, int]], most: int, variants: int) -> list[int]:
        """The positions with the best scores: `variants` of each license at most, and `most` licenses."""
        taken: Counter[str] = Counter()
        picked = []
        for _, at in sorted(scored, reverse=True):
            license_id = self.references[at].license
            if taken[license_id] == variants or (license_id not in taken and len(taken) == most):
                continue
            taken[license_id] += 1
            picked.append(at)
        return picked


def overlap(text: frozenset[int], reference: Reference) -> Overlap:
    """The exact overlap of a text's shingles with a reference."""
    return Overlap(reference, len(text.intersection(reference.shingles)), len(text))
