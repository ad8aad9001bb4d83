"""Which subjects a walk has seen: one bit each, so that millions of them take little memory and little room."""

from __future__ import annotations


class Seen:
    """A set of subject ids, as bits."""

    def __init__(self, bits: bytearray | None = None) -> None:
        self._bits = bytearray() if bits is None else bits
        self.count = sum(byte.bit_count() for byte in self._bits)

    def bits(self) -> bytearray:
        """The bits, to be kept."""
        return self._bits

    def add(self, subject: int) -> None:
        """Remember a subject by its id."""
        place, bit = divmod(subject, 8)
        if place >= len(self._bits):
            self._bits.extend(bytes(place + 4096 - len(self._bits)))
        self.count += not self._bits[place] >> bit & 1
        self._bits[place] |= 1 << bit

    def __contains__(self, subject: int) -> bool:
        place, bit = divmod(subject, 8)
        return place < len(self._bits) and bool(self._bits[place] >> bit & 1)
