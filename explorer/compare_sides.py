"""The two texts that a comparison is asked for, each with what is known of where it came from.

A side is named by a text's SHA-256 (or the beginning of it), by a subject, by a subject and one of its versions, or
by a license id; a subject with two of its versions names both.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from explorer.page import WrongRequest
from licenses.clauses import Clause
from licenses.reading import RULES_VERSION, read
from licenses.text import decode
from storage.blobs import BlobStore
from storage.state import unpacked
from storage.subjects import UnknownSubject, lookup
from storage.understanding import load_clauses

NOTHING = "nothing"
MOST_VERSIONS = 200  # of a subject, in the lists to choose from
MOST_CARRIERS = 1_000  # counted up to here
_MOST_READ = 400_000  # characters; a longer text that no refresh has read yet is shown without its clauses
_HASH = re.compile(r"[0-9a-f]{8,64}")
_AT_VERSION = re.compile(r"(.+)@(\d{1,15})")
# The document that is meant when a subject is named and nothing else.
_ROLES = ("license", "terms", "policy", "notice", "gate", "card")
_KINDS = ("model", "dataset", "space", "terms")

_SOURCE = (
    "select d.id, d.subject, s.kind || ':' || s.name, d.role, d.place, lower(hex(c.sha256)), d.size, d.revision,"
    " d.etag, d.fetched_at, d.committed_at, d.problem from document d join subject s on s.id = d.subject"
    " join blob c on c.id = d.content"
)
_SPAN = (
    "select min(v.since), max(ifnull(v.until, '9')), min(v.valid_from) from version_document vd"
    " join version v on v.id = vd.version where vd.document = ?"
)


class NotThere(Exception):
    """What was asked for is not in this archive; the text says what."""


@dataclass(frozen=True, slots=True)
class Source:
    """One document that has the text: where it lay and when. Times are ISO 8601; `until` is None while it is so."""

    document: int
    subject_id: int
    subject: str
    role: str
    place: str
    content_hash: str
    size: int
    revision: str | None
    etag: str | None
    fetched_at: str | None
    committed_at: str | None
    problem: str | None
    since: str | None = None
    until: str | None = None
    snapshot: int | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """One text to compare. `text_hash` is empty where there is nothing on this side.

    `clauses` is None where the text was too long to be read now; `carriers` counts subjects that have it.
    """

    text_hash: str
    text: str
    source: Source | None = None
    license: str | None = None
    edition: str | None = None
    altered: bool = False
    clauses: tuple[Clause, ...] | None = ()
    carriers: int = 0

    @property
    def name(self) -> str:
        """What to call it in a heading."""
        if not self.text_hash:
            return NOTHING
        if self.source is None:
            return self.license or f"text {self.text_hash[:12]}"
        return f"{self.source.subject} {self.source.place}"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Two texts by their blob ids (None: nothing there), and the documents that were meant, where one was."""

    left: int | None
    right: int | None
    left_document: int | None = None
    right_document: int | None = None


def find_text(conn: sqlite3.Connection, spec: str, role: str | None = None) -> tuple[int | None, int | None]:
    """The text that a person means: (blob id, document id). Raises NotThere, WrongRequest."""
    spec = spec.strip()
    if spec == NOTHING:
        return None, None
    if _HASH.fullmatch(spec.lower()):
        return _by_hash(conn, spec.lower()), None
    named = _AT_VERSION.fullmatch(spec)
    if named or "/" in spec or spec.partition(":")[0] in _KINDS:
        return _of_subject(conn, named[1] if named else spec, int(named[2]) if named else None, role)
    return _of_license(conn, spec), None


def _by_hash(conn: sqlite3.Connection, name: str) -> int:
    bounds = bytes.fromhex(name.ljust(64, "0")), bytes.fromhex(name.ljust(64, "f"))
    rows = conn.execute("select id from blob where sha256 between ? and ? limit 2", bounds).fetchall()
    if not rows:
        raise NotThere(f"No text with the SHA-256 {name} is in this archive.")
    if len(rows) > 1:
        raise WrongRequest(f"More than one text has a SHA-256 that begins with {name}.")
    return int(rows[0][0])


def _of_subject(conn: sqlite3.Connection, name: str, version: int | None, role: str | None) -> tuple[int, int]:
    try:
        subject, full_name = lookup(conn, name)
    except UnknownSubject as error:
        raise NotThere(str(error)) from error
    if version is None:
        row = conn.execute("select version from current where subject = ?", (subject,)).fetchone()
        version = int(row[0]) if row else -1
    found = [d for d in documents_of(conn, subject, version) if role in (None, d.role)]
    if not found:
        raise NotThere(f"{full_name} has no {role or 'document'} in that version.")
    return found[0].text, found[0].document


def _of_license(conn: sqlite3.Connection, name: str) -> int:
    rows = conn.execute(
        "select text, altered, similarity from analysis where license = ? collate nocase"
        " and rules = (select max(rules) from analysis) order by altered, similarity desc limit 12", (name,)
    ).fetchall()  # fmt: skip
    if not rows:
        raise NotThere(f"{name}: neither a text, a subject, nor a license that was found in this archive.")
    # Of the texts that are this license, the one that most repositories carry.
    return max((int(row[0]) for row in rows if row[1] == rows[0][1]), key=lambda text: _carriers(conn, text))


def _carriers(conn: sqlite3.Connection, text: int) -> int:
    counted = f"select distinct subject from document where text = ? limit {MOST_CARRIERS}"
    return int(conn.execute(f"select count(*) from ({counted})", (text,)).fetchone()[0])


@dataclass(frozen=True, slots=True)
class DocumentOf:
    """A document of a version: its id, and the blob id of its text."""

    document: int
    role: str
    place: str
    text: int


def documents_of(conn: sqlite3.Connection, subject: int, version: int) -> list[DocumentOf]:
    """The documents of a subject's version, license texts first; empty if the version is not the subject's."""
    rows = conn.execute(
        "select d.id, d.role, d.place, d.text from version_document vd join document d on d.id = vd.document"
        " where vd.version = ? and d.subject = ? order by d.id", (version, subject)
    )  # fmt: skip
    found = [DocumentOf(*row) for row in rows]
    return sorted(found, key=lambda d: _ROLES.index(d.role) if d.role in _ROLES else len(_ROLES))


@dataclass(frozen=True, slots=True)
class Pair:
    """A document before and after, matched by role and place, or by role where it moved."""

    role: str
    place: str
    left: DocumentOf | None
    right: DocumentOf | None

    @property
    def differs(self) -> bool:
        """Whether the texts are not the same."""
        return self.left is None or self.right is None or self.left.text != self.right.text


def pairs_of(left: Sequence[DocumentOf], right: Sequence[DocumentOf]) -> list[Pair]:
    """The documents of two versions, side by side."""
    there = {(d.role, d.place): d for d in right}
    found = [Pair(d.role, d.place, d, there.pop((d.role, d.place), None)) for d in left]
    for number, pair in enumerate(found):
        moved = next((d for d in there.values() if d.role == pair.role), None)
        if pair.right is None and moved is not None:
            found[number] = Pair(pair.role, moved.place, pair.left, there.pop((moved.role, moved.place)))
    return found + [Pair(d.role, d.place, None, d) for d in there.values()]


def versions_of(conn: sqlite3.Connection, subject: int) -> list[dict[str, Any]]:
    """The versions to choose from, oldest first: id, since, until, license_claimed, availability."""
    keys = ("id", "since", "until", "license_claimed", "availability")
    rows = conn.execute(
        f"select {', '.join(keys)} from version where subject = ? order by ifnull(since, '') desc, id desc"
        f" limit {MOST_VERSIONS}", (subject,)
    )  # fmt: skip
    return [dict(zip(keys, row, strict=True)) for row in rows][::-1]


def load_side(conn: sqlite3.Connection, text: int | None, subject: int | None, document: int | None) -> Side:
    """A text with its source: the document meant, else one of the subject's, else the first that had it."""
    if text is None:
        return Side("", "")
    text_hash = conn.execute("select lower(hex(sha256)) from blob where id = ?", (text,)).fetchone()[0]
    content = decode(BlobStore(conn).get(text))
    license, edition, altered, clauses = _read(conn, text, content)
    source = _source(conn, text, subject, document)
    return Side(text_hash, content, source, license, edition, altered, clauses, _carriers(conn, text))


def _source(conn: sqlite3.Connection, text: int, subject: int | None, document: int | None) -> Source | None:
    asked: list[tuple[str, tuple[int, ...]]] = []
    if document is not None:
        asked.append((" where d.id = ?", (document,)))
    if subject is not None:
        asked.append((" where d.text = ? and d.subject = ? order by d.id desc limit 1", (text, subject)))
    asked.append((" where d.text = ? order by d.id limit 1", (text,)))
    for where, values in asked:
        row = conn.execute(_SOURCE + where, values).fetchone()
        if row is None:
            continue
        since, until, snapshot = conn.execute(_SPAN, (row[0],)).fetchone()
        still = until is None or until.startswith("9")
        return replace(
            Source(*row),
            revision=unpacked(row[7]),
            since=since,
            until=None if still else until,
            snapshot=snapshot,
        )
    return None


def _read(
    conn: sqlite3.Connection, text: int, content: str
) -> tuple[str | None, str | None, bool, tuple[Clause, ...] | None]:
    """License, edition, altered and clauses, by today's rules where possible so that both sides are read alike."""
    license, edition, altered, clauses = _by_the_rules(conn, text, content)
    # What the archive learned from a text later names it, too.
    learned = conn.execute("select license, edition from learned where text = ? order by license", (text,)).fetchone()
    if learned is not None:
        (license, edition), altered = learned, False
    return license, edition, altered, clauses


def _by_the_rules(
    conn: sqlite3.Connection, text: int, content: str
) -> tuple[str | None, str | None, bool, tuple[Clause, ...] | None]:
    row = conn.execute(
        "select a.license, a.edition, a.altered, a.rules from analysis a join rules r on r.id = a.rules"
        " where a.text = ? and (r.version = ? or r.version like ? || '+%') order by a.rules desc limit 1",
        (text, RULES_VERSION, RULES_VERSION),
    ).fetchone()
    if row is not None:
        return row[0], row[1], bool(row[2]), load_clauses(conn, text, row[3])
    if len(content) > _MOST_READ:
        return None, None, False, None
    found = read(content)
    identity = found.identity
    return identity.license, identity.edition, identity.altered, found.clauses
