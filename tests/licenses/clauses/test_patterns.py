"""Patterns are compiled when they are asked: each is asked once here, so that a broken one shows before a text does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
import re2

from licenses.clauses.patterns import Pattern
from licenses.clauses.ruleset import Rule, rules


def patterns(held: Any) -> Iterator[Pattern]:
    """All patterns within a rule."""
    if isinstance(held, Pattern):
        yield held
    elif is_dataclass(held):
        for field in fields(held):
            yield from patterns(getattr(held, field.name))
    elif isinstance(held, Mapping):
        yield from patterns(tuple(held.values()))
    elif isinstance(held, tuple):
        for one in held:
            yield from patterns(one)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.clause)
def test_every_pattern_is_one(rule: Rule) -> None:
    found = list(patterns(rule))
    assert found
    for one in found:
        one.search("")


def test_one_that_is_none_says_so() -> None:
    with pytest.raises(re2.error):
        Pattern("(unclosed").search("")
