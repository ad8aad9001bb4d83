"""The archive's own catalogue: texts that were met at the home of their license."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Learned:
    """Licenses learned from texts: (license id, edition or None, the text)."""

    texts: tuple[tuple[str, str | None, str], ...] = ()

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[str, str | None, str]]) -> Learned:
        """From (license, edition, text)."""
        return cls(tuple(rows))
