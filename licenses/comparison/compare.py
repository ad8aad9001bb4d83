"""Two texts side by side."""

from __future__ import annotations

from licenses.comparison.alignment import mark_passages, passages
from licenses.comparison.model import Comparison
from licenses.comparison.words import words
from licenses.reading import read


def same_words(before: str, after: str) -> bool:
    """Whether both texts say the same words in the same order: case, white space, marks and link targets apart."""
    return before == after or [w.text for w in words(before)] == [w.text for w in words(after)]


def compare(before: str, after: str, *, role: str | None = None) -> Comparison:
    """What changed from `before` to `after` (stored texts). Pure; never raises for what the texts say."""
    old, new = read(before), read(after)
    left, right = words(before), words(after)
    if [w.text for w in left] == [w.text for w in right]:
        return Comparison(
            False, "neutral", old.identity.license, new.identity.license, passages=mark_passages(before, after)
        )
    added = [c.clause for c in new.clauses if c.clause not in {x.clause for x in old.clauses}]
    removed = [c.clause for c in old.clauses if c.clause not in {x.clause for x in new.clauses}]
    return Comparison(
        True, "neutral", old.identity.license, new.identity.license, tuple(added), tuple(removed),
        passages=passages(before, after, left, right),
    )  # fmt: skip
