"""The clauses of two texts, one row each: the same, changed, on the left only, on the right only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from explorer import wording
from licenses.clauses import Clause
from licenses.comparison.clause_changes import clause_changes, parameter_changes
from licenses.comparison.model import ClauseChange, Direction

State = Literal["changed", "left", "right", "reworded", "same"]
STATES: tuple[tuple[State, str, str], ...] = (
    ("changed", "≠", "Changed"),
    ("left", "−", "Only on the left"),
    ("right", "+", "Only on the right"),
    ("reworded", "≈", "Same, in other words"),
    ("same", "=", "The same"),
)


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter on both sides, as it is shown; an absent one is a dash. Of lists, also what only one side has."""

    name: str
    left: str
    right: str
    differs: bool
    only_left: str = ""
    only_right: str = ""


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """One clause. `direction` is what going from the left text to the right one means for a reader."""

    clause: str
    means: str
    state: State
    direction: Direction
    left: Clause | None
    right: Clause | None
    values: tuple[Value, ...]


def clause_rows(
    left: Sequence[Clause], right: Sequence[Clause], changes: Sequence[ClauseChange] = ()
) -> list[ClauseRow]:
    """Every clause of either text, what differs first.

    `changes` are those of a comparison of the same texts: what they quote shows the difference, where a clause's own
    quotation may be a sentence that is on both sides.
    """
    ours, theirs = {c.clause: c for c in left}, {c.clause: c for c in right}
    directions = {change.clause: change.direction for change in clause_changes(left, right, reworded=True)}
    for change in changes:
        one, other = ours.get(change.clause), theirs.get(change.clause)
        if one and other and change.before and change.after:
            ours[change.clause], theirs[change.clause] = _quoted_as(one, change.before), _quoted_as(other, change.after)
    rows = [
        _row(name, directions.get(name, "neutral"), ours.get(name), theirs.get(name))
        for name in dict.fromkeys([*theirs, *ours])
    ]
    order = [state for state, _, _ in STATES]
    return sorted(rows, key=lambda row: order.index(row.state))


def _quoted_as(clause: Clause, other: Clause) -> Clause:
    return replace(clause, quote=other.quote, start=other.start, end=other.end, section=other.section)


def _row(name: str, direction: Direction, left: Clause | None, right: Clause | None) -> ClauseRow:
    values = _values(left, right)
    return ClauseRow(name, wording.meaning(name), _state(left, right, values), direction, left, right, values)


def _state(left: Clause | None, right: Clause | None, values: Sequence[Value]) -> State:
    if left is None:
        return "right"
    if right is None:
        return "left"
    if any(value.differs for value in values):
        return "changed"
    return "same" if left.quote.split() == right.quote.split() else "reworded"


def _values(left: Clause | None, right: Clause | None) -> tuple[Value, ...]:
    ours, theirs = (clause.parameters if clause else {} for clause in (left, right))
    changed = {one.parameter for one in parameter_changes(left, right)} if left and right else set()
    return tuple(
        Value(
            wording.parameter(name),
            wording.amount(ours.get(name, "–")),
            wording.amount(theirs.get(name, "–")),
            name in changed,
            _only(ours.get(name), theirs.get(name)),
            _only(theirs.get(name), ours.get(name)),
        )
        for name in dict.fromkeys([*ours, *theirs])
    )


def _only(value: object, other: object) -> str:
    """The items of a list that another list does not have; nothing for what are no lists."""
    if not isinstance(value, list) or not isinstance(other, list):
        return ""
    return wording.amount([item for item in value if item not in other])
