"""JSON as the Hub may send it: orjson for speed, the standard library for what orjson refuses (hub-protocol.md 5.4)."""

from __future__ import annotations

import json
from typing import Any

import orjson

from crawler.hub_answers import Answer, TooLarge, Transient


def decode(content: bytes) -> Any:
    """Decode; NaN, a byte order mark, lone surrogates and huge integers are let through. Raises Transient."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(content, parse_int=_integer)
    except (ValueError, RecursionError) as error:
        shown = content[:60].decode("utf-8", "replace")
        raise Transient(f"the answer is no JSON: {shown!r}") from error


def _integer(digits: str) -> int | float:
    # Python refuses to read integers of thousands of digits; JavaScript, whose numbers these are, has none.
    return int(digits) if len(digits) < 400 else float(digits)


def array(answer: Answer) -> list[Any]:
    """A list answer. Raises Transient when it is something else: a wall, an error page, half of it."""
    value = _whole(answer)
    if not isinstance(value, list):
        raise Transient(f"the answer is no list but {_shown(value)}")
    return value


def record(answer: Answer) -> dict[str, Any]:
    """An info answer. Raises Transient when it is something else."""
    value = _whole(answer)
    if not isinstance(value, dict):
        raise Transient(f"the answer is no object but {_shown(value)}")
    return value


def _shown(value: Any) -> str:
    try:
        return str(value)[:100]
    except RecursionError:
        return "something nested very deep"


def _whole(answer: Answer) -> Any:
    if not answer.whole:
        raise TooLarge("the answer is larger than max_list_bytes")
    return decode(answer.content)
