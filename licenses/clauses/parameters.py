"""Typed values of a clause, read from the sentence that states it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from licenses.clauses.rules import Rule
from licenses.clauses.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Context:
    """Where a clause was found: the sentences, all of them as lower-case lines, the number, and the match."""

    sentences: Sequence[Sentence]
    lines: str
    number: int
    span: tuple[int, int]


def values(rule: Rule, context: Context) -> dict[str, Any]:
    """The parameters that the text states; what it does not state is left out."""
    return {}
