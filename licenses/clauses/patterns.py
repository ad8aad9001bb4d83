"""Patterns that meet plain text: RE2, so that any text takes linear time, without the cost of converting offsets."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import re2


@dataclass(frozen=True, slots=True)
class Found:
    """Where a pattern matched, in characters."""

    first: int
    last: int

    def start(self) -> int:
        """The first character of the match."""
        return self.first

    def end(self) -> int:
        """The character after the match."""
        return self.last

    def span(self) -> tuple[int, int]:
        """Both ends."""
        return self.first, self.last


class Pattern:
    """A pattern, compiled when it is first asked: most of a rule's are for sentences that few texts have.

    Asking raises re2.error where the source is no pattern.
    """

    def __init__(self, source: str) -> None:
        self.source = source

    @cached_property
    def _compiled(self) -> Any:
        options = re2.Options()
        options.max_mem = 64 << 20
        options.never_capture = True  # only the whole match is asked for: then RE2 needs no slower engine
        return re2.compile(self.source, options)

    def search(self, text: str, position: int = 0) -> Found | None:
        """The first match at or behind a position, or None."""
        # RE2 reads bytes. In ASCII each is a character; else re2 must count characters for every answer.
        match = self._compiled.search(text.encode() if text.isascii() else text, position)
        return None if match is None else Found(*match.span())

    def within(self, page: bytes) -> bool:
        """Whether it matches anywhere on a page."""
        return self._compiled.search(page) is not None

    def lines(self, page: bytes, starts: Sequence[int]) -> Iterator[int]:
        """The numbers of the lines of a page in which it matches; `starts` has where each line begins (bytes)."""
        position = 0
        while (match := self._compiled.search(page, position)) is not None:
            number = bisect_right(starts, match.start()) - 1
            yield number
            if number + 1 == len(starts):
                return
            position = starts[number + 1]
