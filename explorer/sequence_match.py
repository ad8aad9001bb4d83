"""What two sequences have in common, in order: anchors that are unique on both sides first, the rest between them.

Anchors (as in patience diff) keep texts aligned that difflib would tear apart, and cut the work into small pieces;
between anchors rapidfuzz finds the longest common subsequence. A stretch too large for that counts as replaced.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from rapidfuzz.distance import LCSseq

_MOST_CELLS = 36_000_000  # the larger the stretch, the more memory: an eighth of a byte a cell
_MOST_DEPTH = 24  # rounds of anchors within anchors

Pairs = list[tuple[int, int]]


def matching_pairs(left: Sequence[str], right: Sequence[str]) -> Pairs:
    """The positions (left, right) that hold the same items, strictly increasing on both sides."""
    numbers: dict[str, int] = {}
    old = [numbers.setdefault(item, len(numbers)) for item in left]
    new = [numbers.setdefault(item, len(numbers)) for item in right]
    found: Pairs = []
    waiting = [(0, len(old), 0, len(new), 0)]
    while waiting:
        a, b, c, d, depth = waiting.pop()
        while a < b and c < d and old[a] == new[c]:
            found.append((a, c))
            a, c = a + 1, c + 1
        while a < b and c < d and old[b - 1] == new[d - 1]:
            b, d = b - 1, d - 1
            found.append((b, d))
        if a == b or c == d:
            continue
        anchors = _anchors(old, new, (a, b, c, d)) if depth < _MOST_DEPTH else []
        if not anchors:
            found += _between(old[a:b], new[c:d], a, c)
            continue
        found += anchors
        for one, other in [*anchors, (b, d)]:
            waiting.append((a, one, c, other, depth + 1))
            a, c = one + 1, other + 1
    found.sort()
    return found


def _anchors(old: Sequence[int], new: Sequence[int], where: tuple[int, int, int, int]) -> Pairs:
    """Items that stand exactly once on either side of a stretch, without those that moved across others."""
    a, b, c, d = where
    ours, theirs = Counter(old[a:b]), Counter(new[c:d])
    place = {item: c + offset for offset, item in enumerate(new[c:d]) if theirs[item] == 1}
    candidates = [(a + n, place[item]) for n, item in enumerate(old[a:b]) if item in place and ours[item] == 1]
    return _increasing(candidates)


def _increasing(pairs: Pairs) -> Pairs:
    """The longest run of pairs whose second members grow (their first ones do)."""
    tails: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for number, (_, other) in enumerate(pairs):
        length = bisect_left(tails, other)
        before.append(at[length - 1] if length else -1)
        if length == len(tails):
            tails.append(other)
            at.append(number)
        else:
            tails[length], at[length] = other, number
    found = []
    number = at[-1] if at else -1
    while number >= 0:
        found.append(pairs[number])
        number = before[number]
    return found[::-1]


def _between(old: Sequence[int], new: Sequence[int], a: int, c: int) -> Pairs:
    if len(old) * len(new) > _MOST_CELLS:
        return []
    return [
        (a + block.a + n, c + block.b + n)
        for block in LCSseq.opcodes(old, new).as_matching_blocks()
        for n in range(block.size)
    ]
