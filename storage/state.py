"""The state of one subject: its tracked facts and its documents, as recorded or as just observed."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass

import msgspec
import orjson

from storage.records import DocumentSeen, Facts, Observation

# The facts of `Facts` whose change makes a version, in the order of the version table's columns.
TRACKED = (
    "availability",
    "gated",
    "license_claimed",
    "license_name",
    "license_link",
    "license_tags",
    "base_model",
)


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document whose bytes are in the archive. `content` and `text` are blob ids; `id` is None until recorded."""

    role: str
    place: str
    content: int
    text: int
    size: int
    etag: str | None = None
    oid: bytes | None = None
    revision: bytes | None = None
    fetched_at: str | None = None
    committed_at: str | None = None
    problem: str | None = None
    headers: str | None = None
    extractor: str | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What was so of a subject between two changes."""

    facts: Facts
    documents: tuple[StoredDocument, ...]
    files_read: bool = True

    def by_place(self) -> dict[tuple[str, str], StoredDocument]:
        """Documents by role and place."""
        return {(document.role, document.place): document for document in self.documents}

    def bundle_hash(self) -> bytes:
        """SHA-256 over everything tracked: equal hashes, no new version."""
        tracked = [getattr(self.facts, name) for name in TRACKED]
        documents = sorted((d.role, d.place, d.content) for d in self.documents)
        return hashlib.sha256(orjson.dumps([tracked, documents, self.files_read])).digest()


def list_hash(facts: Facts) -> bytes:
    """`State(facts, (), False).bundle_hash()`, for those of whom only a list is known."""
    tracked = (
        facts.availability, facts.gated, facts.license_claimed, facts.license_name, facts.license_link,
        facts.license_tags, facts.base_model,
    )  # fmt: skip
    return hashlib.sha256(orjson.dumps((tracked, (), False))).digest()


def packed(name: str | None) -> bytes | None:
    """A hexadecimal name (commit, oid, `_id`) as bytes; any other text as its UTF-8."""
    if name is None:
        return None
    try:
        found = bytes.fromhex(name)
    except ValueError:
        return name.encode("utf-8", "replace")
    # Spaces and capitals are no part of such a name, and would not come back.
    return found if found.hex() == name else name.encode("utf-8", "replace")


def unpacked(name: bytes | None) -> str | None:
    """What `packed` packed: 12, 20 or 32 bytes are hexadecimal again, the rest is text."""
    if name is None:
        return None
    return name.hex() if len(name) in (12, 20, 32) else name.decode("utf-8", "replace")


def load_state(conn: sqlite3.Connection, version: int) -> State:
    """The recorded state of a version."""
    row = conn.execute(
        f"select {', '.join(TRACKED)}, sha, card_error, files_read from version where id = ?", (version,)
    ).fetchone()
    values = dict(zip(TRACKED, row, strict=False))
    for name in ("license_tags", "base_model"):
        values[name] = tuple(orjson.loads(values[name])) if values[name] else ()
    facts = Facts(**values, sha=unpacked(row[len(TRACKED)]), card_error=row[len(TRACKED) + 1])
    return State(facts, load_documents(conn, version), bool(row[len(TRACKED) + 2]))


def load_documents(conn: sqlite3.Connection, version: int) -> tuple[StoredDocument, ...]:
    """The documents of a version, in the order in which they were first recorded."""
    rows = conn.execute(
        "select d.role, d.place, d.content, ifnull(r.text, d.text), d.size, d.etag, d.oid, d.revision, d.fetched_at,"
        " d.committed_at, d.problem, d.headers, ifnull(r.extractor, d.extractor), d.id"
        " from version_document vd join document d on d.id = vd.document"
        # A text that a later extractor took from the same bytes stands for the former one.
        " left join rereading r on r.document = d.id"
        "  and r.id = (select max(id) from rereading where document = d.id)"
        " where vd.version = ? order by d.id",
        (version,),
    )
    return tuple(StoredDocument(*row) for row in rows)


def merge(conn: sqlite3.Connection, before: State | None, seen: Observation) -> State:
    """The new state: what was observed, over what was recorded where nothing is known.

    A failed or unlooked-at document stays as it was: a failed fetch is never a change or a removal.
    """
    old = before.by_place() if before else {}
    if seen.facts.availability in ("unavailable", "disabled") and before:
        # Gone from view, not from the archive: claims and texts stay as they were last seen.
        facts = msgspec.structs.replace(before.facts, availability=seen.facts.availability)
        return State(facts, before.documents, before.files_read)
    if seen.documents is None:
        return State(seen.facts, before.documents if before else (), before.files_read if before else False)
    documents = []
    for document in seen.documents:
        former = old.get((document.role, document.place))
        kept = _one(conn, document, former)
        if kept is not None:
            documents.append(kept)
    return State(seen.facts, tuple(documents))


def _one(conn: sqlite3.Connection, seen: DocumentSeen, former: StoredDocument | None) -> StoredDocument | None:
    if seen.status == "absent":
        return None
    if seen.status in ("unchanged", "failed") or seen.content_hash is None or seen.text_hash is None:
        return former
    content, text = _blob(conn, seen.content_hash), _blob(conn, seen.text_hash)
    if former is not None and (former.content == content or (seen.extractor is not None and former.text == text)):
        # The bytes of a page differ at every visit; what its reader is told does not.
        return former
    return StoredDocument(
        seen.role,
        seen.place,
        content,
        text,
        seen.size,
        seen.etag,
        packed(seen.oid),
        packed(seen.revision),
        seen.fetched_at,
        seen.committed_at,
        seen.problem,
        seen.headers,
        seen.extractor,
    )


def _blob(conn: sqlite3.Connection, digest: str) -> int:
    row = conn.execute("select id from blob where sha256 = ?", (bytes.fromhex(digest),)).fetchone()
    return int(row[0])
