"""The front matter of a model card, read so that no card can do harm (hub-protocol.md 4.4).

The bytes are kept whatever happens here: a card that cannot be read has a `card_error` beside them. Scalars stay
strings (`no` is Norwegian, `1.0` a version, `2024-01-01` a text); aliases, deep nesting and floods of tags are refused
before anything is built from them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from licenses.text import decode

MAX_FRONT_MATTER = 256 * 1024  # characters
MAX_DEPTH = 64
MAX_EVENTS = 50_000
_FRONT = re.compile(r"\A(\s*---[ \t]*\n)(.*?)(\n---[ \t]*(?:\n|\Z))", re.DOTALL)
_OPENING = re.compile(r"\A\s*---")


class CardError(Exception):
    """The front matter cannot be read; the text says why, in one line."""


@dataclass(frozen=True, slots=True)
class Card:
    """A card: `data` from its front matter ({} if it has none), `error` if that is broken, where the `body` starts.

    `duplicates` are keys that stand there twice; the last one counts, as on the Hub.
    """

    data: dict[str, Any] = field(default_factory=dict)
    error: str | None = None
    body: int = 0
    duplicates: tuple[str, ...] = ()


class _Plain(yaml.CSafeLoader):
    """Safe YAML whose scalars stay as they are written; null stays None."""

    duplicates: list[str]


_KEPT_AS_TEXT = {f"tag:yaml.org,2002:{name}" for name in ("timestamp", "int", "float", "bool", "merge", "value")}
_Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if tag not in _KEPT_AS_TEXT]
    for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def _mapping(loader: _Plain, node: yaml.MappingNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        name = key if isinstance(key, str) else str(key)
        if name in found:
            loader.duplicates.append(name)
        found[name] = loader.construct_object(value_node, deep=True)
    return found


_Plain.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_card(content: bytes) -> Card:
    """Read the bytes of a README.md. Never raises."""
    text = decode(content)
    if not _OPENING.match(text):
        return Card()
    found = _FRONT.match(text[: MAX_FRONT_MATTER + 16])
    if found is None:
        if len(text) > MAX_FRONT_MATTER:
            return Card(error=f"the front matter is longer than {MAX_FRONT_MATTER:,} characters, or does not end")
        first = text.lstrip().partition("\n")[0].rstrip()
        # A rule (`---`) opens many a text that has no front matter; one that is never closed is broken only if it
        # looks like one.
        broken = first == "---" and re.match(r"\A\s*---[ \t]*\n\s*[\w-]+[ \t]*:", text) is not None
        return Card(error="the front matter is not closed by a line of ---" if broken else None)
    try:
        data, duplicates = _load(found[2])
    except CardError as error:
        return Card(error=str(error), body=found.end())
    problem = f"keys that stand there twice: {', '.join(duplicates)}" if duplicates else None
    return Card(data, problem, found.end(), tuple(duplicates))


def _load(front: str) -> tuple[dict[str, Any], list[str]]:
    try:
        _guard(front)
        loader = _Plain(front)
        loader.duplicates = []
        try:
            data = loader.get_single_data()
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise CardError(_one_line(error)) from error
    except (ValueError, RecursionError, TypeError) as error:
        raise CardError(f"YAML: {error}"[:300]) from error
    if data is None:
        return {}, []
    if not isinstance(data, dict):
        raise CardError("the front matter is no mapping")
    return _storable(data), list(dict.fromkeys(loader.duplicates))


def _guard(text: str) -> None:
    """Look at the events first: an alias, too deep or too many, and nothing is built (CSafeLoader crashes on depth)."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.CSafeLoader)):
        if isinstance(event, yaml.AliasEvent):
            raise CardError("YAML: aliases are refused")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise CardError(f"YAML: nested deeper than {MAX_DEPTH}")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if count > MAX_EVENTS:
            raise CardError(f"YAML: more than {MAX_EVENTS:,} items")


def _storable(value: Any) -> Any:
    """Lone surrogates and NUL can be in no SQLite text: they become U+FFFD."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_storable(item) for item in value]
    return value


def _one_line(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f" in line {mark.line + 1}" if mark is not None else ""
    problem = getattr(error, "problem", None) or str(error)
    return " ".join(f"YAML{where}: {problem}".split())[:300]
