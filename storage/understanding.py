"""What the rules say of a stored text: kept by (text, rules version), so each distinct text is read once.

An old answer stays beside the new one; a new answer to an old text is a re-interpretation, never a drift event.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field

import orjson

from licenses.clauses import Clause
from licenses.reading import RULES_VERSION, Learned, Reading, read
from licenses.text import decode
from storage.archive import Archive


@dataclass(frozen=True, slots=True)
class Analysis:
    """One text as the rules of `rules_version` read it."""

    license: str | None
    spdx: str | None
    edition: str | None
    similarity: float
    altered: bool
    licenses: tuple[str, ...] = ()
    nearest: tuple[tuple[str, float], ...] = ()
    clauses: tuple[Clause, ...] = field(default=())


def rules_version(learned: Learned | None) -> str:
    """The version that answers are kept by: that of the rules, and what the archive has learned beside them."""
    if learned is None:
        return RULES_VERSION
    said = "\0".join(f"{license}\0{edition}\0{text}" for license, edition, text in learned.texts)
    return f"{RULES_VERSION}+{hashlib.sha256(said.encode()).hexdigest()[:8]}"


def rules_id(conn: sqlite3.Connection, version: str) -> int:
    """The id of a rules version, added if it is new. Needs a connection that may write when it is."""
    row = conn.execute("select id from rules where version = ?", (version,)).fetchone()
    if row is None:
        return int(conn.execute("insert into rules (version) values (?)", (version,)).lastrowid or 0)
    return int(row[0])


def _known_rules(conn: sqlite3.Connection, version: str) -> int:
    row = conn.execute("select id from rules where version = ?", (version,)).fetchone()
    return int(row[0]) if row else -1


def _analysis(reading: Reading) -> Analysis:
    identity = reading.identity
    return Analysis(
        identity.license, identity.spdx, identity.edition, identity.similarity, identity.altered, identity.licenses,
        identity.nearest, reading.clauses,
    )  # fmt: skip


class Understanding:
    """Reads texts by the rules of today and remembers the answers in the archive."""

    def __init__(self, archive: Archive, *, reading_only: bool = False) -> None:
        self.archive = archive
        self.conn = archive.conn
        self._reading_only = reading_only
        self.learned = load_learned(archive)
        self.version = rules_version(self.learned)
        self.rules = _known_rules(self.conn, self.version) if reading_only else rules_id(self.conn, self.version)

    def of(self, text: int) -> Analysis:
        """The analysis of a stored text (blob id), made now if these rules have not read it yet."""
        known = load_analysis(self.conn, text, self.rules)
        if known is not None:
            return known
        reading = read(decode(self.archive.blobs.get(text)), self.learned)
        if self._reading_only:
            return _analysis(reading)
        with self.archive.writing():
            save_analysis(self.conn, text, self.rules, reading)
        known = load_analysis(self.conn, text, self.rules)
        assert known is not None
        return known

    def unread(self) -> Iterator[int]:
        """Texts that these rules have not read yet (blob ids): those of documents, cards apart."""
        query = (
            "select distinct d.text from document d where d.role <> 'card'"
            " and not exists (select 1 from analysis a where a.text = d.text and a.rules = ?) order by d.text"
        )
        yield from (row[0] for row in self.conn.execute(query, (self.rules,)).fetchall())


def load_analysis(conn: sqlite3.Connection, text: int, rules: int) -> Analysis | None:
    """The stored analysis of a text under these rules, or None."""
    row = conn.execute(
        "select license, spdx, edition, similarity, altered, licenses, nearest from analysis"
        " where text = ? and rules = ?",
        (text, rules),
    ).fetchone()
    if row is None:
        return None
    licenses = tuple(orjson.loads(row[5])) if row[5] else ()
    nearest = tuple((name, score) for name, score in orjson.loads(row[6])) if row[6] else ()
    license, spdx, edition, similarity, altered = row[:5]
    clauses = load_clauses(conn, text, rules)
    return Analysis(license, spdx, edition, similarity, bool(altered), licenses, nearest, clauses)


def load_clauses(conn: sqlite3.Connection, text: int, rules: int) -> tuple[Clause, ...]:
    """The clauses of a text under these rules, in the order of the text."""
    rows = conn.execute(
        "select clause, quote, quote_start, quote_end, section, parameters from clause"
        " where text = ? and rules = ? order by quote_start, clause",
        (text, rules),
    )
    return tuple(
        Clause(clause, quote, start, end, section, orjson.loads(parameters))
        for clause, quote, start, end, section, parameters in rows
    )


def save_analysis(conn: sqlite3.Connection, text: int, rules: int, reading: Reading) -> None:
    """Write a reading: one row of analysis, one row a clause."""
    identity = reading.identity
    conn.execute(
        "insert or ignore into analysis values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            text,
            rules,
            identity.license,
            identity.spdx,
            identity.edition,
            float(identity.similarity),
            int(identity.altered),
            orjson.dumps(identity.licenses).decode() if identity.licenses else None,
            orjson.dumps(identity.nearest).decode() if identity.nearest else None,
        ),
    )
    conn.executemany(
        "insert into clause values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (text, rules, c.clause, c.quote, c.start, c.end, c.section, orjson.dumps(c.parameters).decode())
            for c in reading.clauses
        ],
    )


def load_learned(archive: Archive) -> Learned | None:
    """The archive's own catalogue: texts met at the home of their license."""
    rows = archive.conn.execute("select license, edition, text from learned order by license, text").fetchall()
    texts = [(license, edition, decode(archive.blobs.get(text))) for license, edition, text in rows]
    return Learned.from_rows(texts) if texts else None
