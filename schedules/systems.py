"""The view `systems`: names that people use, each with its type, its license and restrictions, by evidence.

Rebuilt at the end of each refresh from the current state of the subjects that the configuration names.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

import orjson

from licenses.openness import Type, rules_out_open_source
from schedules.configuration import System
from schedules.session import Session
from schedules.words import in_words
from storage.state import load_documents
from storage.understanding import Analysis

MOST_RESTRICTIONS = 8
BINDING = ("license", "policy", "gate", "terms")
_SUBJECT = (
    "select s.kind, s.name, c.license_found, c.openness, v.license_claimed, v.availability, c.version"
    " from subject s join current c on c.subject = s.id join version v on v.id = c.version"
    " where s.kind = ? and s.name = ? order by c.unavailable_since is not null, s.id desc limit 1"
)


@dataclass(frozen=True)
class _Part:
    """One subject of a system, as the archive has it."""

    subject: str
    license: str | None
    openness: Type
    available: bool
    texts: list[tuple[str, str, Analysis]]  # place, text hash, what the rules say


def rebuild(session: Session) -> None:
    """Write the table `system` anew. Runs inside the transaction that records the snapshot."""
    conn = session.archive.conn
    conn.execute("delete from system")
    for position, system in enumerate(session.config.systems):
        conn.execute(
            "insert into system (name, position, developer, modality, subjects, type, license, restrictions, evidence,"
            " reason) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (system.name, position, system.developer, system.modality, orjson.dumps(system.subjects).decode(),
             *_told(session, system)),
        )  # fmt: skip


def _told(session: Session, system: System) -> tuple[Any, ...]:
    """Type, license, restrictions, evidence (JSON), and the reason where the type is unknown."""
    parts = [part for subject in system.subjects if (part := _part(session, subject)) is not None]
    there = [part for part in parts if part.available] or parts
    if not there:
        return "unknown", None, None, None, _why_nothing(session, system)
    kind: Type = _strictest(part.openness for part in there)
    restrictions = _restrictions(there)
    licenses = list(dict.fromkeys(part.license for part in there if part.license))
    return (
        kind,
        ", ".join(licenses) or None,
        ", ".join(in_words(name) for name in list(restrictions)[:MOST_RESTRICTIONS]) or None,
        orjson.dumps(_evidence(there, restrictions)).decode(),
        None if kind != "unknown" else _why_unknown(there),
    )


def _part(session: Session, subject: str) -> _Part | None:
    kind, _, name = subject.partition(":")
    conn: sqlite3.Connection = session.archive.conn
    row = conn.execute(_SUBJECT, (kind, name)).fetchone()
    if row is None:
        return None
    texts = []
    for document in load_documents(conn, row[6]):
        if document.role in BINDING:
            digest = session.archive.blobs.digest(document.text).hex()
            texts.append((document.place, digest, session.understanding.of(document.text)))
    return _Part(subject, row[2], row[3], row[5] not in ("unavailable", "disabled"), texts)


def _strictest(kinds: Any) -> Type:
    """A system is as open as the least open of its subjects; one that is unknown leaves it unknown."""
    order: list[Type] = ["unknown", "proprietary", "open", "open-source"]
    return min(kinds, key=order.index)


def _restrictions(parts: list[_Part]) -> dict[str, dict[str, Any]]:
    """What rules out open source, each with the first quotation that proves it."""
    found: dict[str, dict[str, Any]] = {}
    for part in parts:
        for place, digest, analysis in part.texts:
            wanted = rules_out_open_source(analysis.clauses)
            for clause in analysis.clauses:
                if clause.clause in wanted and clause.clause not in found:
                    found[clause.clause] = {
                        "clause": clause.clause, "quote": clause.quote[:600], "start": clause.start,
                        "end": clause.end, "parameters": clause.parameters, "subject": part.subject, "place": place,
                        "text_hash": digest,
                    }  # fmt: skip
    return found


def _evidence(parts: list[_Part], restrictions: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    texts = [
        {"subject": part.subject, "place": place, "text_hash": digest, "license": analysis.license}
        for part in parts
        for place, digest, analysis in part.texts
    ]
    return [*texts, *restrictions.values()]


def _why_unknown(parts: list[_Part]) -> str:
    if not any(part.available for part in parts):
        return "none of its subjects is to be had any more"
    if not any(part.texts for part in parts):
        return "no license text was found; a tag alone proves nothing"
    return "the texts found are no license that is known, or depart from it"


def _why_nothing(session: Session, system: System) -> str:
    reasons = [
        f"{failure.subject}: {failure.reason}" for failure in session.failures if failure.subject in system.subjects
    ]
    return "; ".join(reasons)[:500] or "nothing of it was ever fetched"
