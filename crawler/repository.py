"""A repository as a row of the Hub tells of it: raw rows in, the few fields that matter out.

Rows are read by hand, since one bad row must not kill a page (hub-protocol.md 5.4): whatever is odd is kept as far
as it can be, and noted in `problems`; a row without identity is a BadRow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from crawler.license_files import CARD, role_of

_WEIGHTS = re.compile(
    r"\.(safetensors|bin|pt|pth|ckpt|gguf|ggml|onnx|h5|msgpack|pb|tflite|npz|nemo|mlmodel|pkl|model)$", re.IGNORECASE
)
_NOT_WEIGHTS = re.compile(r"(tokenizer|spiece|sentencepiece|training_args|optimizer|scheduler)[^/]*$", re.IGNORECASE)
_DATE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00:00)$", re.ASCII)
_HUB_ID = re.compile(r"[0-9a-f]{24}")
_SHA = re.compile(r"[0-9a-f]{40}")
MOST_SIBLINGS = 500
MOST_BASE_MODELS = 100
MAX_PATH = 4096  # characters; no system has longer ones


class BadRow(Exception):
    """A row that names no repository; the text says why."""


class Repository(msgspec.Struct, frozen=True, gc=False):
    """One repository. Times are ISO 8601 in UTC, to the second; `siblings` are only the files that may bind a user.

    `siblings`, `has_weights` and `has_license_files` (card and notices apart) are None when the row had no files.
    """

    kind: str
    hub_id: str
    name: str
    sha: str | None
    last_modified: str | None
    created_at: str | None
    gated: str
    private: bool
    disabled: bool
    tags: tuple[str, ...]
    card_data: Any
    siblings: tuple[str, ...] | None
    base_models: tuple[str, ...]
    pipeline_tag: str | None
    parameters: int | None
    downloads: int | None
    has_weights: bool | None
    has_license_files: bool | None
    problems: tuple[str, ...] = ()


def from_row(kind: str, row: Any, patterns: Sequence[str] = ()) -> Repository:
    """Read a row of a list or an info. `patterns` are more names of license files. Raises BadRow."""
    if not isinstance(row, dict):
        raise BadRow(f"a row that is {_type(row)}")
    name, hub_id = row.get("id") or row.get("modelId"), row.get("_id")
    if not isinstance(name, str) or not name or len(name) > 1024:
        raise BadRow("a row without id")
    name = _storable(name)
    if not isinstance(hub_id, str) or not as_hub_id(hub_id):
        raise BadRow(f"{name[:100]}: a row without _id")
    problems: list[str] = []
    siblings, has_weights, has_license_files = _siblings(row.get("siblings"), patterns)
    sha = row.get("sha")
    return Repository(
        kind=kind,
        hub_id=hub_id,
        name=name,
        sha=as_sha(sha) if isinstance(sha, str) else None,
        last_modified=_time(row.get("lastModified"), "lastModified", problems),
        created_at=_time(row.get("createdAt"), "createdAt", problems),
        gated=as_gated(row.get("gated")),
        private=row.get("private") is True,
        disabled=row.get("disabled") is True,
        tags=tuple(_storable(tag) for tag in _list(row.get("tags")) if isinstance(tag, str)),
        card_data=row.get("cardData"),
        siblings=siblings,
        base_models=_base_models(row),
        pipeline_tag=_text(row.get("pipeline_tag") or row.get("sdk")),
        parameters=_parameters(row),
        downloads=as_count(row.get("downloads")),
        has_weights=has_weights,
        has_license_files=has_license_files,
        problems=tuple(problems),
    )


def _type(value: Any) -> str:
    return "null" if value is None else f"a {type(value).__name__}"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return _storable(value) if isinstance(value, str) else None


def _storable(text: str) -> str:
    """The text as it can be stored: no lone surrogates, no NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def as_hub_id(value: str) -> str | None:
    """An `_id` of the Hub, or None for what is none."""
    return value if _HUB_ID.fullmatch(value) else None


def as_sha(value: str | None) -> str | None:
    """The name of a commit, or None for what is none."""
    return value if value is not None and _SHA.fullmatch(value) else None


def as_count(value: Any) -> int | None:
    """A number that can be stored and counts something, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**62 else None


def _time(value: Any, field: str, problems: list[str]) -> str | None:
    """To the second: the Hub's milliseconds tell nothing that the commit's date does not."""
    if value is None:
        return None
    time = time_of(value)
    if time is None:
        problems.append(f"{field} is {str(value)[:40]!r}")
    return time


def time_of(value: Any) -> str | None:
    """A time as the Hub writes it, to the second (ISO 8601, UTC); None for anything else."""
    found = _DATE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    try:
        datetime.fromisoformat(found[1])
    except ValueError:
        return None  # digits in the right places that are no time
    return found[1] + "Z"


def as_gated(value: Any) -> str:
    """`false`, `true`, or the word that the Hub has for the gate (`auto`, `manual`)."""
    if isinstance(value, str):
        return _storable(value)
    return "true" if value is True else "false"


def _siblings(value: Any, patterns: Sequence[str]) -> tuple[tuple[str, ...] | None, bool | None, bool | None]:
    if not isinstance(value, list):
        return None, None, None
    names = [item.get("rfilename") for item in value if isinstance(item, dict)]
    return kept_files([name for name in names if isinstance(name, str)], patterns)


def kept_files(names: Sequence[str], patterns: Sequence[str]) -> tuple[tuple[str, ...], bool, bool]:
    """The files that may bind a user (50,000 names are trimmed to these); are there weights, and licenses?"""
    patterns = tuple(patterns)
    kept, has_weights, has_license_files = [], False, False
    for name in names:
        binds, weighs, licenses = _of_name(name, patterns)
        has_weights = has_weights or weighs
        if binds:
            kept.append(name)
            has_license_files = has_license_files or licenses
    return tuple(kept[:MOST_SIBLINGS]), has_weights, has_license_files


@lru_cache(maxsize=65536)
def _of_name(name: str, patterns: tuple[str, ...]) -> tuple[bool, bool, bool]:
    """Whether a file of this name may bind a user, has weights, is a license or policy. Git knows no odd names."""
    if not name or len(name) > MAX_PATH or name != _storable(name):
        return False, False, False
    weighs = bool(_WEIGHTS.search(name)) and not _NOT_WEIGHTS.search(name)
    role = role_of(name, patterns)
    return name == CARD or role is not None, weighs, role in ("license", "policy")


def _base_models(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Ids of the base models: the server's structured form, else the card's. Names only; nothing is followed."""
    structured = row.get("baseModels")
    named: list[Any] = []
    if isinstance(structured, dict):
        models = _list(structured.get("models"))
        named = [item.get("id") if isinstance(item, dict) else item for item in models]
    elif isinstance(structured, list):
        for item in structured:
            named += [item.get("id")] if isinstance(item, dict) else [item]
    if not named:
        card = row.get("cardData")
        value = card.get("base_model") if isinstance(card, dict) else None
        named = [value] if isinstance(value, str) else _list(value)
    return base_models_of(named)


def base_models_of(named: Sequence[Any]) -> tuple[str, ...]:
    """Names of base models, each once."""
    names = [_storable(name) for name in named if isinstance(name, str) and name]
    return tuple(dict.fromkeys(names))[:MOST_BASE_MODELS]


def _parameters(row: Mapping[str, Any]) -> int | None:
    for key in ("safetensors", "gguf"):
        value = row.get(key)
        total = as_count(value.get("total")) if isinstance(value, dict) else None
        if total:
            return total
    return None
