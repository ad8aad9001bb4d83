"""Clause ids in a few words, for people."""

from __future__ import annotations

WORDS = {
    "mau-threshold": "limit of monthly users",
    "dau-threshold": "limit of daily users",
    "revenue-threshold": "limit of revenue",
    "royalty": "a fee or royalty is due",
    "registration-required": "registration required",
    "non-commercial": "no commercial use",
    "research-only": "research only",
    "acceptable-use-policy": "a use policy binds",
    "use-restrictions": "prohibited uses",
    "no-model-improvement": "no training of other models",
    "no-competing-models": "no competing models",
    "no-derivatives": "no derivatives",
    "no-redistribution": "no redistribution",
    "territory-exclusion": "excluded territories",
    "excluded-users": "excluded users",
    "no-military": "no military use",
}


def in_words(clause: str) -> str:
    """The clause in a few words; an id that has none is told as it is."""
    return WORDS.get(clause, clause.replace("-", " "))
