"""Clauses: what a text binds its reader to, with the words that prove it."""

from __future__ import annotations

from licenses.clauses.clause import Clause
from licenses.clauses.finding import found_in
from licenses.clauses.vocabulary import Parameter, Term, vocabulary

__all__ = ["Clause", "Parameter", "Term", "find_clauses", "vocabulary"]


def find_clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of a text, in its order. Pure; never raises for what the text says."""
    return found_in(text)
