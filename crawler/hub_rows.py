"""Pages of rows decoded straight into the fields that matter: what all but odd pages are read by.

The types are strict, so that a page that does not fit them, be it by one field of one row, is decoded as it is
(crawler/hub_json.py) and its rows are read by hand (crawler/repository.py). Both ways say the same of the same row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from crawler.hub_answers import Answer
from crawler.hub_json import array
from crawler.repository import Repository, as_count, as_gated, as_sha, base_models_of, kept_files, time_of

Words = str | list[str] | None
_GATE = (
    "extra_gated_heading", "extra_gated_description", "extra_gated_prompt", "extra_gated_button_content",
    "extra_gated_fields",
)  # fmt: skip


class _Card(msgspec.Struct, gc=False):
    license: Words = None
    license_name: Words = None
    license_link: Words = None
    base_model: Words = None
    extra_gated_heading: str | None = None
    extra_gated_description: str | None = None
    extra_gated_prompt: str | None = None
    extra_gated_button_content: str | None = None
    extra_gated_fields: Any = None


class _File(msgspec.Struct, gc=False):
    rfilename: str = ""


class _BaseModel(msgspec.Struct, gc=False):
    id: str = ""


class _BaseModels(msgspec.Struct, gc=False):
    models: list[_BaseModel] | None = None


class _Weights(msgspec.Struct, gc=False):
    total: int | None = None


class Row(msgspec.Struct, gc=False):
    """One row as the Hub sends it when nothing is odd; fields that are not here are skipped, not decoded."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]
    hub_id: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{24}\Z")] = msgspec.field(name="_id")
    sha: str | None = None
    lastModified: str | None = None
    createdAt: str | None = None
    gated: bool | str | None = None
    private: bool | None = None
    disabled: bool | None = None
    tags: list[str] | None = None
    cardData: _Card | None = None
    siblings: list[_File] | UnsetType | None = UNSET
    baseModels: _BaseModels | None = None
    pipeline_tag: str | None = None
    sdk: str | None = None
    safetensors: _Weights | None = None
    gguf: _Weights | None = None
    downloads: int | None = None


_rows = msgspec.json.Decoder(list[Row])


def rows(answer: Answer) -> list[Row] | list[Any]:
    """The rows of a list answer: all of them typed, or all as they are. Raises what `hub_json.array` raises."""
    # A NUL is in no name, but in an odd page: those are read by hand.
    if answer.whole and b"\\u0000" not in answer.content:
        try:
            return _rows.decode(answer.content)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            pass
    return array(answer)


def repository_of(kind: str, row: Row, patterns: Sequence[str]) -> Repository:
    """What `crawler.repository.from_row` would make of the same row."""
    siblings = row.siblings
    kept, has_weights, has_license_files = (None, None, None) if siblings is UNSET or siblings is None else kept_files(
        [file.rfilename for file in siblings], patterns
    )  # fmt: skip
    card = row.cardData
    return Repository(
        kind,
        row.hub_id,
        row.id,
        as_sha(row.sha),
        time_of(row.lastModified),
        time_of(row.createdAt),
        as_gated(row.gated),
        row.private is True,
        row.disabled is True,
        tuple(row.tags or ()),
        None if card is None else _card_data(card),
        kept,
        _base_models(row),
        row.pipeline_tag or row.sdk,
        _parameters(row),
        as_count(row.downloads),
        has_weights,
        has_license_files,
    )


def _card_data(card: _Card) -> dict[str, Any]:
    found: dict[str, Any] = {
        "license": card.license,
        "license_name": card.license_name,
        "license_link": card.license_link,
    }
    for name in _GATE:
        value = getattr(card, name)
        if value is not None:
            found[name] = value
    return found


def _base_models(row: Row) -> tuple[str, ...]:
    structured, card = row.baseModels, row.cardData
    if structured is not None and structured.models:
        return base_models_of([model.id for model in structured.models])
    value = None if card is None else card.base_model
    if value is None:
        return ()
    return base_models_of([value] if isinstance(value, str) else value)


def _parameters(row: Row) -> int | None:
    for weights in (row.safetensors, row.gguf):
        total = None if weights is None else as_count(weights.total)
        if total:
            return total
    return None
