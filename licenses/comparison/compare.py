"""Two texts side by side."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from licenses.comparison.model import Comparison, Span
from licenses.reading import read

_WORD = re.compile(r"\w+", re.UNICODE)


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def same_words(before: str, after: str) -> bool:
    """Whether both texts say the same words in the same order: case, white space and marks apart."""
    return _words(before) == _words(after)


def compare(before: str, after: str, *, role: str | None = None) -> Comparison:
    """What changed from `before` to `after` (stored texts)."""
    old, new = read(before), read(after)
    added = [c.clause for c in new.clauses if c.clause not in {x.clause for x in old.clauses}]
    removed = [c.clause for c in old.clauses if c.clause not in {x.clause for x in new.clauses}]
    if same_words(before, after):
        return Comparison(False, "neutral", old.identity.license, new.identity.license)
    return Comparison(
        True, "neutral", old.identity.license, new.identity.license, tuple(added), tuple(removed),
        passages=_passages(before, after),
    )  # fmt: skip


def _passages(before: str, after: str) -> tuple[tuple[Span, Span], ...]:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = [_starts(old), _starts(new)]
    return tuple(
        ((starts[0][a], starts[0][b]), (starts[1][c], starts[1][d]))
        for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if tag != "equal"
    )


def _starts(lines: list[str]) -> list[int]:
    places = [0]
    for line in lines:
        places.append(places[-1] + len(line))
    return places
