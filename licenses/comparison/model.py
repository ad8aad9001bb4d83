"""What a comparison of two texts, or of two claims, says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from licenses.clauses import Clause

Direction = Literal["tighter", "looser", "mixed", "neutral"]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ParameterChange:
    """A typed value of a clause that changed."""

    clause: str
    parameter: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """One clause that was added (no `before`), removed (no `after`), or reads differently, with its direction."""

    clause: str
    direction: Direction
    substantive: bool
    before: Clause | None
    after: Clause | None


@dataclass(frozen=True, slots=True)
class WordingChange:
    """A clause that is there before and after, in other words."""

    clause: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from one text to another.

    `passages` are pairs of spans (characters, before and after) whose words differ, in the order of the text; an
    empty span means that the words are only on the other side. `changes` has one entry a clause that differs.
    """

    substantive: bool
    direction: Direction
    license_before: str | None = None
    license_after: str | None = None
    clauses_added: tuple[str, ...] = ()
    clauses_removed: tuple[str, ...] = ()
    parameters_changed: tuple[ParameterChange, ...] = ()
    wording_changed: tuple[WordingChange, ...] = ()
    changes: tuple[ClauseChange, ...] = ()
    passages: tuple[tuple[Span, Span], ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Direction and weight of a changed claim."""

    direction: Direction
    substantive: bool
