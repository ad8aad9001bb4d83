"""Which of two licenses lets its readers do more: the grant as a whole, coarse on purpose (contract.md, direction)."""

from __future__ import annotations

from collections.abc import Iterable

from licenses.catalogue import entry
from licenses.clauses import vocabulary
from licenses.comparison.model import Direction

# The wider the grant, the lower the rank; None is not known. 5 is "all rights reserved".
_RANKS = {
    "public-domain": 0, "permissive": 0, "copyleft": 1, "source-available-restricted": 2, "non-commercial": 3,
    "no-derivatives": 3, "research-only": 4,
}  # fmt: skip
ALL_RIGHTS_RESERVED = 5
CLOSED = 3  # from here on commerce, or change, is closed to readers
_GRANTING = {"commercial-use", "modification", "distribution"}


def rank_of_license(license_id: str | None) -> int | None:
    """The rank of a license by its id; None where nothing is known of its grant."""
    known = entry(license_id)
    return _RANKS.get(known.grant) if known else None


def rank_of_clauses(clauses: Iterable[str]) -> int | None:
    """The rank that the clauses of a text themselves speak for; None where they tell nothing."""
    found = set(clauses)
    if not found:
        return None
    if "research-only" in found:
        return ALL_RIGHTS_RESERVED if "no-redistribution" in found and not found & _GRANTING else 4
    if found & {"non-commercial", "no-derivatives"}:
        return 3
    terms = vocabulary()
    if any(terms[clause].kind == "restriction" for clause in found if clause in terms):
        return 2
    if found & {"share-alike", "disclose-source"}:
        return 1
    return 0 if found & _GRANTING else None


def between(before: int | None, after: int | None) -> Direction:
    """The direction from one rank to another; neutral where one is not known."""
    if before is None or after is None or before == after:
        return "neutral"
    return "tighter" if after > before else "looser"


def together(directions: Iterable[Direction]) -> Direction:
    """Both ways is mixed; neutral ones do not count."""
    seen = set(directions) - {"neutral"}
    if not seen:
        return "neutral"
    return seen.pop() if len(seen) == 1 else "mixed"


def opposite(direction: Direction) -> Direction:
    """The direction of the way back."""
    return {"tighter": "looser", "looser": "tighter"}.get(direction, direction)  # type: ignore[return-value]
