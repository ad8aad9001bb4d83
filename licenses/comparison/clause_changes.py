"""Clauses before and after: which came, went, or state another value, and for whom the better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from licenses.clauses import Clause, Parameter, vocabulary
from licenses.comparison.grants import opposite, together
from licenses.comparison.model import ClauseChange, Direction, ParameterChange, WordingChange
from licenses.comparison.words import words

# Names and addresses that a clause states: another one leaves the duty as it is.
_NAMING = {"text", "url", "law", "reference"}


def clause_changes(old: Sequence[Clause], new: Sequence[Clause], *, reworded: bool) -> list[ClauseChange]:
    """One entry a clause that differs, in the order of the new text, those that went at the end.

    `reworded` says whether the texts differ in meaning at all: if not, a clause in other words is not substantive.
    """
    before, after = {clause.clause: clause for clause in old}, {clause.clause: clause for clause in new}
    found: list[ClauseChange] = []
    for name, clause in after.items():
        former = before.get(name)
        if former is None:
            found.append(ClauseChange(name, direction_of(clause), True, None, clause))
        elif _said(former) != _said(clause):
            changes = parameter_changes(former, clause)
            telling = [change for change in changes if change.parameter not in _NAMING]
            direction = together(_direction(change) for change in telling)
            shown = _telling(former, clause), _telling(clause, former)
            found.append(ClauseChange(name, direction, bool(telling) and reworded, *shown))
    for name, clause in before.items():
        if name not in after:
            found.append(ClauseChange(name, opposite(direction_of(clause)), True, clause, None))
    return found


def _telling(clause: Clause, other: Clause) -> Clause:
    """The clause with the sentence that names a field of use which the other does not, if there is one."""
    own = [field for field in clause.named if field not in other.named]
    if not own or not other.named:
        return clause
    return replace(clause.named[own[0]], parameters=clause.parameters)


def _said(clause: Clause) -> tuple[list[str], dict[str, Any]]:
    return [word.text for word in words(clause.quote)], clause.parameters


def direction_of(clause: Clause) -> Direction:
    """What it means for a reader that this clause appears. An owner other than the user is tighter."""
    if clause.parameters.get("owner") == "licensor":
        return "tighter"
    term = vocabulary().get(clause.clause)
    return term.added if term else "neutral"


def is_legal(clause: str) -> bool:
    """Whether a clause is boilerplate that decides only where nothing else changed."""
    term = vocabulary().get(clause)
    return term is not None and term.kind == "legal"


def is_restriction(clause: str) -> bool:
    """Whether a clause bans a use, a user, a place or a scale."""
    term = vocabulary().get(clause)
    return term is not None and term.kind == "restriction"


def parameter_changes(before: Clause, after: Clause) -> list[ParameterChange]:
    """The typed values that differ between two clauses of one id."""
    names = dict.fromkeys([*before.parameters, *after.parameters])
    return [
        ParameterChange(before.clause, name, before.parameters.get(name), after.parameters.get(name))
        for name in names
        if not _equal(before.parameters.get(name), after.parameters.get(name))
    ]


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return [word.text for word in words(one)] == [word.text for word in words(other)]
    return bool(one == other)


def _direction(change: ParameterChange) -> Direction:
    term = vocabulary().get(change.clause)
    parameter = term.parameters.get(change.parameter) if term else None
    if parameter is None:
        return "neutral"
    before, after = change.before, change.after
    if isinstance(before, list) or isinstance(after, list):
        return _of_lists(parameter, set(before or ()), set(after or ()))
    if parameter.type == "bool":
        before, after = int(bool(before)), int(bool(after))
    elif parameter.loosest_to_tightest:
        return _of_choices(parameter, before, after)
    if before is None or after is None:
        # A threshold that is no longer named: the clause then holds at any scale.
        scale = parameter.raising == "looser" and parameter.type in {"int", "number"}
        return ("tighter" if after is None else "looser") if scale else "neutral"
    if before == after or not isinstance(before, int | float) or not isinstance(after, int | float):
        return "neutral"
    return parameter.raising if after > before else opposite(parameter.raising)


def _of_lists(parameter: Parameter, before: set[str], after: set[str]) -> Direction:
    more, fewer = bool(after - before), bool(before - after)
    if more and fewer:
        return "mixed"
    return parameter.raising if more else opposite(parameter.raising)


def _of_choices(parameter: Parameter, before: Any, after: Any) -> Direction:
    order = parameter.loosest_to_tightest
    if before not in order or after not in order or before == after:
        return "neutral"
    return "tighter" if order.index(after) > order.index(before) else "looser"


def wording_changes(found: Sequence[ClauseChange]) -> tuple[WordingChange, ...]:
    """Clauses that are there before and after, in other words."""
    return tuple(
        WordingChange(change.clause, change.before.quote, change.after.quote)
        for change in found
        if change.before is not None and change.after is not None
    )


def all_parameter_changes(found: Sequence[ClauseChange]) -> tuple[ParameterChange, ...]:
    """The typed values that differ, clause by clause."""
    return tuple(
        one
        for change in found
        if change.before is not None and change.after is not None
        for one in parameter_changes(change.before, change.after)
    )
