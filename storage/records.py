"""What a refresh hands to the archive: one observation a subject, with the documents that were seen.

These are plain values: they travel through the staging table as MessagePack, so a killed refresh leaves nothing
half-recorded. Times are ISO 8601 in UTC; hashes are SHA-256, hexadecimal.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["model", "dataset", "space", "terms"]
Role = Literal["card", "license", "policy", "notice", "gate", "terms"]
Availability = Literal["available", "private", "disabled", "unavailable"]
# here: its bytes are in the archive. unchanged: as recorded before, not fetched again.
# absent: looked for and surely not there. failed: nothing is known, so what was recorded stands.
DocumentStatus = Literal["here", "unchanged", "absent", "failed"]


class DocumentSeen(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One document as this refresh saw it: its role, its place (a path, or `kind:org/name/path`, or a URL)."""

    role: Role
    place: str
    status: DocumentStatus
    content_hash: str | None = None
    text_hash: str | None = None
    size: int = 0
    etag: str | None = None
    oid: str | None = None
    revision: str | None = None
    fetched_at: str | None = None
    committed_at: str | None = None
    problem: str | None = None
    headers: str | None = None
    extractor: str | None = None


class Facts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a listing says of a subject. Only the first block is tracked: a change there makes a version."""

    # tracked
    availability: Availability = "available"
    gated: str = "false"
    license_claimed: str | None = None
    license_name: str | None = None
    license_link: str | None = None
    license_tags: tuple[str, ...] = ()
    base_model: tuple[str, ...] = ()
    # current state only
    sha: str | None = None
    last_modified: str | None = None
    created_at: str | None = None
    modality: str | None = None
    parameters: int | None = None
    downloads: int | None = None
    has_weights: bool | None = None
    card_error: str | None = None
    has_license_files: bool | None = None


class Observation(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One subject as one refresh saw it.

    `hub_id` is the Hub's `_id` (for terms: `Service/Type`), None for a watched name that was never there.
    `documents` is None when the subject's files were not looked at (nothing moved, or they were put off).
    `files_behind` says that the files of `facts.sha` still wait to be read.
    """

    kind: Kind
    hub_id: str | None
    name: str
    facts: Facts
    row_hash: bytes = b""
    documents: tuple[DocumentSeen, ...] | None = None
    since: str | None = None
    files_behind: bool = False
    history_rewritten: bool = False
    watch: str = ""
    by_name: bool = False


class Failure(msgspec.Struct, frozen=True):
    """A subject that could not be looked at, and why, in one line. It keeps its last version."""

    subject: str
    reason: str
