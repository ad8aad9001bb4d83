"""Comparison: what changed between two texts, and what it means for a reader."""

from __future__ import annotations

from licenses.comparison.claims import compare_claims
from licenses.comparison.compare import compare, same_words
from licenses.comparison.model import ClauseChange, Comparison, ParameterChange, Verdict, WordingChange

__all__ = [
    "ClauseChange", "Comparison", "ParameterChange", "Verdict", "WordingChange", "compare", "compare_claims",
    "same_words",
]  # fmt: skip
