"""The vocabulary: every term that a text can bind its reader to, as its rule file describes it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal

Direction = Literal["tighter", "looser", "neutral"]
Kind = Literal["permission", "condition", "limitation", "restriction", "legal"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a clause may state.

    `type` is int, number (plain, not in millions), text, bool, list (sorted texts) or choice.
    `raising` says what it means for a reader when a number grows, a list gains members, or a bool turns true.
    `loosest_to_tightest` orders the values of a choice whose values have an order (else it is empty).
    """

    name: str
    type: str
    raising: Direction = "neutral"
    loosest_to_tightest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of the vocabulary: `added` is what it means for a reader when the clause appears."""

    id: str
    kind: Kind
    added: Direction
    means: str
    parameters: Mapping[str, Parameter]


@cache
def rule_files() -> Mapping[str, dict[str, Any]]:
    """Every file of `rules/` by clause id, parsed, in the order of the ids."""
    folder = resources.files("licenses.clauses").joinpath("rules")
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return MappingProxyType({f.name.removesuffix(".toml"): tomllib.loads(f.read_text(encoding="utf-8")) for f in files})


@cache
def vocabulary() -> Mapping[str, Term]:
    """The terms by id, in the order of the ids."""
    return MappingProxyType({name: _term(name, rule) for name, rule in rule_files().items()})


def _term(name: str, rule: dict[str, Any]) -> Term:
    parameters = {
        key: Parameter(key, entry["type"], entry.get("raising", "neutral"), tuple(entry.get("loosest_to_tightest", ())))
        for key, entry in rule.get("parameters", {}).items()
    }
    return Term(name, rule["kind"], rule["added"], rule["means"], MappingProxyType(parameters))
