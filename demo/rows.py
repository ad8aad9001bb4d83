"""What the Hub says about one repository, field by field: in the rows of lists and as its info."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import orjson

from demo.cards import words
from demo.git_objects import File
from demo.moments import to_text
from demo.repository import State

ABSENT = object()
LARGEST_CONFIG = 1_000_000

# The values of `expand` by kind: models as the server's error text lists them, the others as the client does.
EXPANDABLE = {
    "models": [
        "author",
        "baseModels",
        "cardData",
        "childrenModelCount",
        "config",
        "createdAt",
        "disabled",
        "downloads",
        "downloadsAllTime",
        "evalResults",
        "gated",
        "gguf",
        "inference",
        "inferenceProviderMapping",
        "lastModified",
        "library_name",
        "likes",
        "mask_token",
        "model-index",
        "pipeline_tag",
        "private",
        "resourceGroup",
        "safetensors",
        "sha",
        "siblings",
        "spaces",
        "tags",
        "transformersInfo",
        "trendingScore",
        "usedStorage",
        "widgetData",
        "xetEnabled",
    ],
    "datasets": [
        "author",
        "cardData",
        "citation",
        "createdAt",
        "description",
        "disabled",
        "downloads",
        "downloadsAllTime",
        "gated",
        "lastModified",
        "likes",
        "mainSize",
        "paperswithcode_id",
        "private",
        "resourceGroup",
        "sha",
        "siblings",
        "tags",
        "trendingScore",
        "usedStorage",
    ],
    "spaces": [
        "author",
        "cardData",
        "createdAt",
        "datasets",
        "disabled",
        "lastModified",
        "likes",
        "models",
        "private",
        "region",
        "resourceGroup",
        "runtime",
        "sdk",
        "sha",
        "siblings",
        "subdomain",
        "tags",
        "trendingScore",
        "usedStorage",
    ],
}

# A row without `full` and without `expand`, beyond `_id` and `id`.
PLAIN = {
    "models": [
        "modelId",
        "private",
        "createdAt",
        "downloads",
        "likes",
        "trendingScore",
        "tags",
        "pipeline_tag",
        "library_name",
    ],
    "datasets": [
        "key",
        "author",
        "private",
        "createdAt",
        "disabled",
        "downloads",
        "gated",
        "lastModified",
        "likes",
        "sha",
        "tags",
        "trendingScore",
        "description",
    ],
    "spaces": ["private", "createdAt", "likes", "trendingScore", "tags", "sdk", "subdomain"],
}
FULL = {
    "models": [*PLAIN["models"], "author", "gated", "lastModified", "sha", "siblings"],
    "datasets": [*PLAIN["datasets"], "cardData", "siblings"],
    "spaces": [*PLAIN["spaces"], "cardData", "author", "lastModified", "sha", "siblings"],
}
INFO = {
    "models": [
        *FULL["models"],
        *(
            [
                "disabled",
                "cardData",
                "config",
                "mask_token",
                "widgetData",
                "model-index",
                "transformersInfo",
                "safetensors",
                "spaces",
            ]
        ),
        "usedStorage",
    ],
    "datasets": [*FULL["datasets"], "usedStorage"],
    "spaces": [*FULL["spaces"], "disabled", "models", "datasets", "runtime", "usedStorage"],
}


def _or_absent(value: Any) -> Any:
    return ABSENT if value is None else value


def _setting(name: str) -> Callable[[State], Any]:
    return lambda state: state.settings[name]


def _config(state: State) -> Any:
    file = state.head.files.get("config.json") if state.head else None
    if file is None or len(file.in_git) > LARGEST_CONFIG:
        return ABSENT
    try:
        return orjson.loads(file.in_git)
    except ValueError:
        return ABSENT


def _base_models(state: State) -> Any:
    card = state.card or {}
    names = words(card.get("base_model"))
    relation = card.get("base_model_relation", "finetune")
    return {"relation": relation, "models": [{"id": name} for name in names]} if names else ABSENT


def _safetensors(state: State) -> Any:
    count = state.settings["parameters"]
    return {"parameters": {"BF16": count}, "total": count} if count else ABSENT


def _siblings(state: State) -> list[dict[str, str]]:
    return [{"rfilename": path} for path in sorted(state.head.files)] if state.head else []


def _storage(state: State) -> int:
    return sum(len(file.data) for file in state.head.files.values()) if state.head else 0


def _disabled(state: State) -> bool:
    return bool(state.settings["disabled"])


def _card_field(name: str) -> Callable[[State], Any]:
    return lambda state: words((state.card or {}).get(name))


# A field with nothing to say is left out of the row.
FIELDS: dict[str, Callable[[State], Any]] = {
    "modelId": lambda state: state.name,
    "key": lambda state: "",
    "author": lambda state: state.author or ABSENT,
    "sha": lambda state: state.head.sha if state.head else ABSENT,
    "lastModified": lambda state: to_text(state.modified),
    "createdAt": lambda state: to_text(state.created),
    "private": _setting("private"),
    "gated": _setting("gated"),
    "disabled": _disabled,
    "downloads": _setting("downloads"),
    "downloadsAllTime": _setting("downloads"),
    "likes": _setting("likes"),
    "trendingScore": _setting("trendingScore"),
    "tags": lambda state: state.tags,
    "pipeline_tag": lambda state: _or_absent(state.pipeline),
    "library_name": lambda state: _or_absent(state.library),
    "cardData": lambda state: _or_absent(state.card),
    "siblings": _siblings,
    "config": _config,
    "baseModels": _base_models,
    "safetensors": _safetensors,
    "usedStorage": _storage,
    "description": lambda state: _or_absent(state.settings["description"]),
    "sdk": lambda state: _or_absent(state.settings["sdk"] or (state.card or {}).get("sdk")),
    "subdomain": lambda state: state.name.lower().replace("/", "-").replace(".", "-"),
    "spaces": lambda state: [],
    "models": _card_field("models"),
    "datasets": _card_field("datasets"),
    "region": lambda state: "us",
    "runtime": lambda state: {"stage": "RUNNING", "hardware": {"current": "cpu-basic"}},
    "model-index": lambda state: _or_absent((state.card or {}).get("model-index")),
    "childrenModelCount": lambda state: {},
    "inferenceProviderMapping": lambda state: [],
    "xetEnabled": lambda state: True,
}


def fields(state: State, names: Iterable[str]) -> dict[str, Any]:
    """`_id`, `id` and the named fields of a repository."""
    row: dict[str, Any] = {"_id": state.hub_id, "id": state.name}
    for name in names:
        value = FIELDS[name](state) if name in FIELDS else ABSENT
        if value is not ABSENT:
            row[name] = value
    return row


def row_bytes(state: State, names: tuple[str, ...]) -> bytes:
    """The row as JSON. Kept with the state, which never changes."""
    row = state.rows.get(names)
    if row is None:
        # A copy: the buffer that orjson hands out keeps all the room it was written in.
        row = state.rows[names] = bytes(memoryview(orjson.dumps(fields(state, names))))
    return row


def lfs_facts(file: File) -> dict[str, Any]:
    """What the Hub says of a file in LFS, beside its git facts."""
    return {"sha256": file.sha256, "size": len(file.data), "pointerSize": len(file.in_git)}


def sibling_facts(state: State) -> list[dict[str, Any]]:
    """The siblings with sizes and blob ids, as `blobs=true` asks for."""
    found = []
    for path, file in sorted(state.head.files.items()) if state.head else ():
        facts: dict[str, Any] = {"rfilename": path, "blobId": file.oid, "size": len(file.data)}
        if file.lfs:
            facts["lfs"] = lfs_facts(file)
        found.append(facts)
    return found
