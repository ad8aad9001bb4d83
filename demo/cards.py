"""What the Hub reads from a model card: the front matter as `cardData`, and the tags it derives from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import yaml

FRONT = re.compile(rb"^\s*---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|$)", re.DOTALL)
MAX_EVENTS, MAX_DEPTH = 50_000, 64


class _Yaml12(yaml.CSafeLoader):
    """The Hub's parser is of YAML 1.2: only true and false are booleans, and dates stay words."""


_Yaml12.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0].rsplit(":", 1)[1] not in ("timestamp", "bool", "merge", "value")]
    for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Yaml12.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$", re.IGNORECASE), list("tTfF"))


def _is_tame(text: str) -> bool:
    """Whether the text can be loaded without harm: few events, flat, no aliases (they can explode)."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.CSafeLoader)):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if isinstance(event, yaml.AliasEvent) or depth > MAX_DEPTH or count > MAX_EVENTS:
            return False
    return True


def _plain(value: Any) -> Any:
    """The value as JSON can say it: keys are words."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


@lru_cache(maxsize=4096)
def _load(front: bytes) -> dict[str, Any] | None:
    try:
        text = front.decode("utf-8")
        loaded = yaml.load(text, Loader=_Yaml12) if _is_tame(text) else None
    except (yaml.YAMLError, ValueError, RecursionError, TypeError):
        return None
    return _plain(loaded) if isinstance(loaded, dict) else None


def card_data(readme: bytes) -> dict[str, Any] | None:
    """The front matter of a README.md, or None where there is none that can be read."""
    match = FRONT.match(readme.removeprefix(b"\xef\xbb\xbf"))
    return _load(match[1]) if match and len(match[1]) < 1_000_000 else None


def words(value: Any) -> list[str]:
    """A field that may be one word or a list of them, as a list."""
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def derived_tags(card: Mapping[str, Any] | None, library: str | None, pipeline: str | None) -> list[str]:
    """The tags of a repository: from its card, its library and task, and where it is served."""
    card = card or {}
    tags = [*([library] if library else []), *words(card.get("tags")), *words(card.get("language"))]
    tags += [f"license:{name}" for name in words(card.get("license"))]
    tags += [f"dataset:{name}" for name in words(card.get("datasets"))]
    relation = card.get("base_model_relation", "finetune")
    for base in words(card.get("base_model")):
        tags += [f"base_model:{base}", f"base_model:{relation}:{base}"]
    tags += [*([pipeline] if pipeline else []), "region:us"]
    return list(dict.fromkeys(tags))
