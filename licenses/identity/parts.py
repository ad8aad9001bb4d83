"""The licenses that one file holds one after another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from licenses.identity.evidence import difference
from licenses.identity.reference import Overlap
from licenses.names import same_license

# A license is part of a text if this much of it is there, and it has at least so many shingles: it is no phrase.
CONTAINED, SHORTEST = 0.9, 150
# Of a further license this much stands where no other one does; so twins are not taken for two.
APART = 0.85
# No file is searched for more licenses than this.
MOST = 12


@dataclass(frozen=True, slots=True)
class Part:
    """A license within a text, and the position of its first word there."""

    overlap: Overlap
    start: int


def parts(words: list[str], runs: list[int], found: Iterable[Overlap]) -> list[Part]:
    """The different licenses among `found` that the text holds nearly whole, in its order."""
    left = set(runs)
    held: list[Part] = []
    fitting = [one for one in found if one.contained >= CONTAINED and one.reference.size >= SHORTEST]
    for one in sorted(fitting, key=lambda o: (-o.shared * o.contained, o.reference.license)):
        reference = one.reference
        if any(same_license(reference.license, other.overlap.reference.license) for other in held):
            continue
        if len(left.intersection(reference.shingles)) < APART * reference.size:
            continue
        left.difference_update(reference.shingles)
        held.append(Part(one, difference(words, runs, reference.shingles).start))
        if len(held) == MOST:
            break
    return sorted(held, key=lambda part: part.start)


def shingles_of(held: Iterable[Part]) -> frozenset[int]:
    """The shingles of these licenses together."""
    return frozenset(one for part in held for one in part.overlap.reference.shingles)
