"""A Bloom filter: which of millions of names was surely not met before, in the memory of a few bits each."""

from __future__ import annotations

from collections.abc import Hashable


class Filter:
    """Two bits a name in a table of 2 ** `bits`: of who was not added, a few are taken for one that was."""

    def __init__(self, bits: int) -> None:
        self._width, self._last = bits, (1 << bits) - 1
        self._table = bytearray(1 << (bits - 3))

    def add(self, name: Hashable) -> bool:
        """Remember a name; whether it was perhaps there before."""
        table, number = self._table, hash(name)
        first, second = number & self._last, number >> self._width & self._last
        one, other = 1 << (first & 7), 1 << (second & 7)
        there = bool(table[first >> 3] & one and table[second >> 3] & other)
        table[first >> 3] |= one
        table[second >> 3] |= other
        return there

    def __contains__(self, name: Hashable) -> bool:
        number = hash(name)
        first, second = number & self._last, number >> self._width & self._last
        return bool(self._table[first >> 3] >> (first & 7) & 1 and self._table[second >> 3] >> (second & 7) & 1)
