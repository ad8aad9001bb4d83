"""From what the crawler saw to what the archive records: the seam between two rooms that do not know each other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import msgspec

from crawler.repository import Repository
from storage.records import Availability, Facts

_encoder = msgspec.msgpack.Encoder()
MAX_CLAIM = 64 * 1024  # characters; nobody's license has a longer name


def row_hash(name: str, said: Facts) -> bytes:
    """Eight bytes over all of a listing row that can make a version or move a file; counters are left out."""
    row = (
        name, said.sha, said.gated, said.availability, said.license_claimed, said.license_name, said.license_link,
        said.license_tags, said.base_model, said.has_weights,
    )  # fmt: skip
    try:
        said_as_bytes = _encoder.encode(row)
    except UnicodeEncodeError:
        # Strangers' strings may hold what no encoding can (lone surrogates).
        said_as_bytes = repr(row).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(said_as_bytes, digest_size=8).digest()


def claim(card_data: Any) -> tuple[str | None, str | None, str | None]:
    """license, license_name, license_link as the card has them: a string as it is, anything else as JSON."""
    if not isinstance(card_data, dict):
        return None, None, None
    get = card_data.get
    return _as_written(get("license")), _as_written(get("license_name")), _as_written(get("license_link"))


def _as_written(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return _storable(value if len(value) <= MAX_CLAIM else value[:MAX_CLAIM])
    try:
        return _storable(json.dumps(value, ensure_ascii=False, default=str)[:MAX_CLAIM])
    except RecursionError:
        return "(nested too deep to keep)"


def _storable(value: str) -> str:
    # SQLite takes no lone surrogates, and NUL ends a text for half of its functions.
    if value.isascii() and "\0" not in value:
        return value
    return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def license_tags(tags: Iterable[str]) -> list[str]:
    """The licenses that the Hub derived from the card, in its order."""
    return [tag.removeprefix("license:") for tag in tags if tag.startswith("license:")]


def facts(repository: Repository, card_error: str | None = None) -> Facts:
    """What a listing row says of a repository, and what reading its card said."""
    claimed, name, link = claim(repository.card_data)
    tags = tuple(map(_storable, license_tags(repository.tags)))
    availability: Availability = "disabled" if repository.disabled else "private" if repository.private else "available"
    return Facts(
        availability=availability,
        gated=repository.gated,
        license_claimed=claimed if claimed is not None else (tags[0] if tags else None),
        license_name=name,
        license_link=link,
        license_tags=tags,
        base_model=tuple(map(_storable, repository.base_models)),
        sha=repository.sha,
        last_modified=repository.last_modified,
        created_at=repository.created_at,
        modality=repository.pipeline_tag,
        parameters=repository.parameters,
        downloads=repository.downloads,
        has_weights=repository.has_weights,
        card_error=card_error,
        has_license_files=repository.has_license_files,
    )
