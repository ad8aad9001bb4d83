"""What the archive holds of the subjects of each system, read for the grid of openness and the areas over time."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from explorer.card_evidence import CardEvidence, card_evidence
from explorer.openness_evidence import SubjectFacts
from licenses.bundle import DocumentRead
from licenses.identity import Identity
from licenses.text import decode
from storage.blobs import BlobStore, DamagedBlob
from storage.understanding import load_analysis

MOST_SUBJECTS = 40  # of one system
_KEPT_CARDS = 2_000
_READ = ("license", "policy", "gate", "notice", "terms")
_CURRENT = (
    "select s.id, s.kind || ':' || s.name, v.availability, v.gated, c.has_weights, v.files_read, v.license_claimed,"
    " v.license_link, c.version from subject s join current c on c.subject = s.id join version v on v.id = c.version"
)

# What cards say, by the SHA-256 of their texts: the same text says the same in every archive.
_cards: OrderedDict[str, CardEvidence] = OrderedDict()


@dataclass(frozen=True, slots=True)
class System:
    """A row of the grid: a name that people use, or a subject where none are named."""

    name: str
    developer: str | None
    type: str
    license: str | None
    restrictions: str | None
    reason: str | None
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RawFacts:
    """Facts, and the card's text where nobody has read it yet (that is work, and done outside the database)."""

    facts: SubjectFacts
    card_text: str | None = None


def systems(conn: sqlite3.Connection, start: int, count: int) -> tuple[list[System], int]:
    """The systems from `start`, in the order of the configuration, and how many there are."""
    total = int(conn.execute("select count(*) from system").fetchone()[0])
    rows = conn.execute(
        "select name, developer, type, license, restrictions, reason, subjects from system order by position, name"
        " limit ? offset ?", (count, start)
    )  # fmt: skip
    return [replace(System(*row), subjects=_names(row[6])) for row in rows], total


def _names(stored: str) -> tuple[str, ...]:
    try:
        found = orjson.loads(stored)
    except orjson.JSONDecodeError:
        return ()
    return tuple(name for name in found if isinstance(name, str)) if isinstance(found, list) else ()


def best_known(conn: sqlite3.Connection, count: int) -> list[System]:
    """The models that are downloaded most, each as a row of its own: for an archive without systems."""
    rows = conn.execute(
        "select s.kind || ':' || s.name, c.openness, c.license_found from current c join subject s on s.id = c.subject"
        " where s.kind = 'model' order by ifnull(c.downloads, -1) desc, s.name limit ?", (count,)
    )  # fmt: skip
    return [System(row[0], None, row[1], row[2], None, None, (row[0],)) for row in rows]


def raw_facts(conn: sqlite3.Connection, subject: str, reader: TextReader) -> RawFacts | None:
    """The facts of a subject by its full name; None if the archive never saw it."""
    kind, _, name = subject.partition(":")
    row = conn.execute(
        _CURRENT + " where s.kind = ? and s.name = ? order by c.unavailable_since is not null, s.id desc limit 1",
        (kind, name),
    ).fetchone()
    if row is None:
        return None
    subject_id, full_name, availability, gated, weights, files_read, claimed, link, version = row
    documents = conn.execute(
        "select d.role, d.place, d.text, lower(hex(b.sha256)) from version_document vd"
        " join document d on d.id = vd.document join blob b on b.id = d.text"
        " where vd.version = ? and d.subject = ? order by d.id", (version, subject_id)
    ).fetchall()  # fmt: skip
    read = tuple(reader.document(*found) for found in documents if found[0] in _READ)
    cards = [found for found in documents if found[0] == "card"]
    facts = SubjectFacts(
        full_name, availability, gated, None if weights is None else bool(weights), bool(files_read), claimed, link,
        read, cards[0][3] if cards else None,
    )  # fmt: skip
    return RawFacts(facts, _unread_card(conn, cards[0]) if cards else None)


def _unread_card(conn: sqlite3.Connection, card: Sequence[Any]) -> str | None:
    if card[3] in _cards:
        return None
    try:
        return decode(BlobStore(conn).get(card[2]))
    except DamagedBlob:
        return None


def with_card(raw: RawFacts) -> SubjectFacts:
    """The facts with what the card says. Costs milliseconds for a card not met before."""
    digest = raw.facts.card_hash
    if digest is None:
        return raw.facts
    known = _cards.get(digest)
    if known is None and raw.card_text is not None:
        known = _cards[digest] = card_evidence(raw.card_text)
        while len(_cards) > _KEPT_CARDS:
            _cards.popitem(last=False)
    return replace(raw.facts, card=known)


def open_datasets(conn: sqlite3.Connection, names: Sequence[str]) -> frozenset[str]:
    """Of these data sets those that are watched, available, and behind no form."""
    found = set()
    for name in dict.fromkeys(names):
        row = conn.execute(
            _CURRENT + " where s.kind = 'dataset' and s.name = ? and c.unavailable_since is null limit 1", (name,)
        ).fetchone()
        if row is not None and row[2] == "available" and row[3] == "false":
            found.add(name)
    return frozenset(found)


class TextReader:
    """What the newest rules that read a text say of it; each text once."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self._known: dict[int, DocumentRead] = {}

    def document(self, role: str, place: str, text: int, text_hash: str | None) -> DocumentRead:
        """A document with the identity and the clauses of its text."""
        if text not in self._known:
            self._known[text] = self._read(text)
        return replace(self._known[text], role=role, place=place, text_hash=text_hash)

    def _read(self, text: int) -> DocumentRead:
        row = self._conn.execute("select max(rules) from analysis where text = ?", (text,)).fetchone()
        found = load_analysis(self._conn, text, row[0]) if row[0] is not None else None
        if found is None:
            return DocumentRead("license", "")
        identity = Identity(
            found.license, found.spdx, found.edition, found.similarity, found.altered, found.licenses, found.nearest
        )
        return DocumentRead("license", "", identity, found.clauses)
