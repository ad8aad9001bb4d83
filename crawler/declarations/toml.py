"""[[terms]] written as TOML, for config.toml or a file that it includes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from crawler.declarations.terms import Terms


def to_toml(declared: Iterable[Terms]) -> str:
    """The declarations as TOML, one table each, what is default left out."""
    return "\n".join(_table(terms) for terms in declared)


def _table(terms: Terms) -> str:
    values: dict[str, Any] = msgspec.to_builtins(terms)
    pages = values.pop("pages", [])
    lines = ["[[terms]]", *(f"{key} = {_value(value)}" for key, value in values.items())]
    for page in pages:
        lines += ["", "[[terms.pages]]", *(f"{key} = {_value(value)}" for key, value in page.items())]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(inner)}" for key, inner in value.items()) + " }"
    # JSON's escapes are TOML's too; only DEL has to be escaped in addition.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
