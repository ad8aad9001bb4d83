"""Rows of the tables `version` and `document`: written once, by refreshes and by histories alike."""

from __future__ import annotations

import sqlite3

import orjson

from storage import lineage
from storage.state import State, StoredDocument, packed


def insert_version(
    conn: sqlite3.Connection,
    subject: int,
    state: State,
    *,
    since: str,
    valid_from: int | None = None,
    origin: str = "refresh",
) -> int:
    """Write a version; returns its id. `valid_from` is the snapshot that saw it first, None for history."""
    facts = state.facts
    cursor = conn.execute(
        "insert into version (subject, valid_from, since, origin, sha, bundle_hash, availability, gated,"
        " license_claimed, license_name, license_link, license_tags, base_model, card_error, files_read)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            subject,
            valid_from,
            since,
            origin,
            packed(facts.sha),
            state.bundle_hash(),
            facts.availability,
            facts.gated,
            facts.license_claimed,
            facts.license_name,
            facts.license_link,
            as_json(facts.license_tags),
            as_json(facts.base_model),
            facts.card_error,
            int(state.files_read),
        ),
    )
    version = int(cursor.lastrowid or 0)
    lineage.add(conn, [(version, facts.base_model)])
    return version


def insert_document(conn: sqlite3.Connection, subject: int, d: StoredDocument) -> int:
    """Write a document; returns its id."""
    cursor = conn.execute(
        "insert into document (subject, role, place, content, text, size, etag, oid, revision, fetched_at,"
        " committed_at, problem, headers, extractor) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (subject, d.role, d.place, d.content, d.text, d.size, d.etag, d.oid, d.revision, d.fetched_at,
         d.committed_at, d.problem, d.headers, d.extractor),
    )  # fmt: skip
    return int(cursor.lastrowid or 0)


def as_json(values: tuple[str, ...]) -> str | None:
    """A list as JSON; None for an empty one."""
    return orjson.dumps(values).decode() if values else None
