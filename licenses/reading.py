"""One text, read once: which license it is and which clauses it holds, under one version of the rules."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from licenses.clauses import Clause, find_clauses
from licenses.identity import Identity, Learned, identify

__all__ = ["RULES_VERSION", "Clause", "Identity", "Learned", "Reading", "read"]

# Raised with every change of rules, catalogue, fingerprints or normalization: answers are kept by it.
RULES_VERSION = "2026.11.4"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the rules say of a text."""

    identity: Identity
    clauses: tuple[Clause, ...]


# A text that changed is read when it comes and when it is compared; what it followed was read the time before.
@lru_cache(maxsize=32)
def read(text: str, learned: Learned | None = None) -> Reading:
    """Read a text. Pure: the same text, rules and learned catalogue give the same answer."""
    return Reading(identify(text, learned), find_clauses(text))
