"""Says which patterns may match a page, by the words that each of them cannot do without, all looked for in one pass.

RE2 works these words out itself (FilteredRE2): most patterns need one that a short text does not have, and are not
asked. Of long texts it costs what it saves.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import re2

from licenses.clauses.patterns import Pattern

LONG = 6_000  # bytes: a third of the time is saved at a third of this, nothing at twice as much
# Put behind every page: if its own pattern is not found, RE2 gave up for want of memory, and says so in no other way.
_PROOF = b"qjxzqjxzqjxz"


class Prefilter:
    """Patterns that are asked of the same pages."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._patterns = tuple(dict.fromkeys(patterns))
        self._all = frozenset(self._patterns)

    @cached_property
    def _filter(self) -> Any:
        made = re2.Filter()
        options = re2.Options()
        options.never_capture = True
        for pattern in self._patterns:
            made.Add(pattern.source, options)
        made.Add(_PROOF, options)
        made.Compile()
        return made

    def possible(self, page: bytes) -> frozenset[Pattern]:
        """The patterns that may match somewhere on a page (UTF-8); surely none of the others does."""
        if len(page) > LONG:
            return self._all
        found = self._filter.Match(page + b"\n" + _PROOF, True) or ()
        if len(self._patterns) not in found:
            return self._all
        return frozenset(self._patterns[at] for at in found if at < len(self._patterns))
