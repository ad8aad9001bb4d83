"""The rules as the files of `rules/` state them, made ready to run.

A rule is data: see docs/extending-clauses.md for what each key means. Every pattern is RE2 (linear time),
written for plain, lower-case sentences; `{name}` stands for an entry of `rules/words/words.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from licenses.clauses.patterns import Pattern
from licenses.clauses.vocabulary import rule_files

_CLASS = re.compile(r"\[\^([^\]]+)\]")
_WORD = re.compile(r"\{([a-z_]+)\}")
_BOUNDED = re.compile(r"\{\d+,\d*\}\??")
_WORD_FILES = ("words.toml", "acts.toml", "moods.toml")  # a later one may use the words of an earlier one


@dataclass(frozen=True, slots=True)
class Find:
    """One way in which a sentence states a clause: `says` matches it, and the rest agrees.

    `scan` matches wherever `says` does, and elsewhere, at less cost.
    `mood` are those that the place where `says` begins may have (see moods.py); if empty, any will do.
    `unless_there` rules it out only where that mood holds, so that what else the sentence says does not matter;
    `but_not` passes over a place whose very words it matches; `unless_service` rules out only sentences that do not
    speak of the licensed work: what terms of services say of accounts, content and fees.
    """

    says: Pattern
    scan: Pattern
    also: tuple[Pattern, ...]
    unless: Pattern | None
    under: Pattern | None
    not_under: Pattern | None
    above: Pattern | None
    defining: str
    explaining: bool
    alone: tuple[str, ...]
    over: tuple[str, ...]
    mood: frozenset[str]
    unless_there: Pattern | None
    but_not: Pattern | None
    unless_service: Pattern | None


@dataclass(frozen=True, slots=True)
class Value:
    """How one parameter is read: which reader, and the patterns that guide it (see parameters.py).

    `beside` is another parameter without which this one says nothing; `any_value` matches where one of `values` does.
    """

    reads: str
    unit: Pattern | None
    after: Pattern | None
    yes: Pattern | None
    no: Pattern | None
    where: str
    otherwise: bool | str | None
    beside: str | None
    values: tuple[tuple[str, Pattern], ...]
    any_value: Pattern | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A clause and how it is found.

    `values` describes its parameters, each as in the file; `unless_found` are clauses beside which this one is not
    reported, `follows_from` those that together imply it; `unless_text` rules out a whole text. `legal` tells what
    lawyers put into any text.
    """

    clause: str
    legal: bool
    finds: tuple[Find, ...]
    unless_found: tuple[str, ...]
    follows_from: tuple[str, ...]
    unless_text: Pattern | None
    values: Mapping[str, Value]


@cache
def words() -> Mapping[str, str]:
    """The named groups of words that patterns share, each expanded."""
    folder = resources.files("licenses.clauses").joinpath("rules", "words")
    ready: dict[str, str] = {}
    for file in _WORD_FILES:
        entries: dict[str, list[str]] = tomllib.loads(folder.joinpath(file).read_text(encoding="utf-8"))
        for name, entry in entries.items():
            ready[name] = _expanded("(?:" + "|".join(map(_whole_word, entry)) + ")", ready)
    return MappingProxyType(ready)


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, in the order of the ids. Raises KeyError when a file is not well written."""
    return tuple(_rule(name, entry) for name, entry in rule_files().items())


def pattern(source: str) -> Pattern:
    """A compiled pattern; `{name}` is replaced by its words, and `^` and `$` hold at the ends of a sentence."""
    # No class of characters reaches over the end of a sentence either.
    return Pattern("(?m)" + _CLASS.sub(r"[^\1\\n]", _expanded(source, words())))


def _whole_word(entry: str) -> str:
    """The entry, not in the midst of a longer word: "nor" is not found in "northern"."""
    opens = r"\b" if entry[:1].isalnum() or entry.startswith("(?:") else ""
    closes = r"\b" if entry[-1:].isalnum() or entry.endswith((")", "?", "*", "+")) else ""
    closes = "" if entry.endswith("$)") else closes
    return f"{opens}(?:{entry}){closes}"


def _expanded(source: str, entries: Mapping[str, str]) -> str:
    return _WORD.sub(lambda match: entries[match.group(1)], source)


def _rule(name: str, entry: dict[str, Any]) -> Rule:
    finds = entry.get("finds", [])
    return Rule(
        name,
        entry["kind"] == "legal",
        tuple(_find(find) for find in finds),
        tuple(entry.get("unless_found", ())),
        tuple(entry.get("follows_from", ())),
        _optional(entry.get("unless_text")),
        MappingProxyType({key: _value(value) for key, value in entry.get("parameters", {}).items()}),
    )


def _value(entry: dict[str, Any]) -> Value:
    return Value(
        entry.get("reads", ""),
        _optional(entry.get("unit")),
        _optional(entry.get("after")),
        _optional(entry.get("yes")),
        _optional(entry.get("no")),
        entry.get("where", "sentence"),
        entry.get("otherwise"),
        entry.get("with"),
        tuple((name, pattern(_joined(source))) for name, source in entry.get("values", {}).items()),
        _optional([_joined(source) for source in entry.get("values", {}).values()]),
    )


def _find(find: dict[str, Any]) -> Find:
    also = find.get("also", [])
    return Find(
        pattern(_joined(find["says"])),
        # At any distance: counting it takes RE2 a great many states.
        pattern(_BOUNDED.sub("*", _expanded(_joined(find["says"]), words()))),
        tuple(pattern(source) for source in ([also] if isinstance(also, str) else also)),
        _optional(find.get("unless")),
        _optional(find.get("under")),
        _optional(find.get("not_under")),
        _optional(find.get("above")),
        find.get("definitions", "skip"),
        bool(find.get("preambles", False)),
        tuple(find.get("alone", ())),
        tuple(find.get("over", ())),
        frozenset([mood] if isinstance(mood := find.get("mood", ()), str) else mood),
        _optional(find.get("unless_there")),
        _optional(find.get("but_not")),
        _optional(find.get("unless_service")),
    )


def _optional(source: str | list[str] | None) -> Pattern | None:
    return pattern(_joined(source)) if source else None


def _joined(source: str | list[str]) -> str:
    """A list of patterns is any of them."""
    return source if isinstance(source, str) else "|".join(f"(?:{part})" for part in source)
