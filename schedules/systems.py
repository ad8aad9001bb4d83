"""The view `systems`: names that people use, each with its type, its license and restrictions, by evidence.

Rebuilt at the end of each refresh from the current state of the subjects that the configuration names.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

import orjson

from licenses.bundle import DocumentRead, bound_clauses, for_weights
from licenses.openness import Openness, openness, rules_out_open_source
from schedules.configuration import System
from schedules.session import Session
from schedules.words import in_words
from storage.position import GONE, documents_read
from storage.state import load_state

MOST_RESTRICTIONS = 8
_GATES = ["false", "true", "auto", "manual"]
_SUBJECT = (
    "select s.kind, c.license_found, v.availability, v.gated, c.has_weights, c.version, v.license_link"
    " from subject s join current c on c.subject = s.id join version v on v.id = c.version"
    " where s.kind = ? and s.name = ? order by c.unavailable_since is not null, s.id desc limit 1"
)


@dataclass(frozen=True)
class _Part:
    """One subject of a system, as the archive has it."""

    subject: str
    license: str | None
    available: bool
    gated: str
    has_weights: bool | None
    link: str | None
    documents: list[DocumentRead]

    @property
    def is_terms(self) -> bool:
        return self.subject.startswith("terms:")


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
    found = _type(there)
    restrictions = _restrictions(there)
    licenses = list(dict.fromkeys(part.license for part in there if part.license))
    return (
        found.type,
        ", ".join(licenses) or None,
        ", ".join(in_words(name) for name in list(restrictions)[:MOST_RESTRICTIONS]) or None,
        orjson.dumps(_evidence(there, restrictions, found)).decode(),
        "; ".join(found.reasons) if found.type == "unknown" else None,
    )


def _part(session: Session, subject: str) -> _Part | None:
    kind, _, name = subject.partition(":")
    conn: sqlite3.Connection = session.archive.conn
    row = conn.execute(_SUBJECT, (kind, name)).fetchone()
    if row is None:
        return None
    _, license, availability, gated, has_weights, version, link = row
    documents = documents_read(session.understanding, load_state(conn, version))
    weights = None if has_weights is None else bool(has_weights)
    return _Part(subject, license, availability not in GONE, gated, weights, link, documents)


def _type(parts: list[_Part]) -> Openness:
    """By all texts together: a hosted system has no weights to be had; of repositories the least open one counts."""
    repositories = [part for part in parts if not part.is_terms]
    clauses = [bound.clause for part in parts for bound in bound_clauses(part.documents)]
    licenses = [one.identity for part in parts for one in for_weights(part.documents, link=part.link)]
    if not repositories:
        return openness(licenses, clauses, has_weights=False if licenses else None)
    weights = [part.has_weights for part in repositories]
    return openness(
        licenses,
        clauses,
        has_weights=True if True in weights else None if None in weights else False,
        gated=max((part.gated for part in repositories), key=_shut),
        available=any(part.available for part in repositories),
    )


def _shut(gated: str) -> int:
    return _GATES.index(gated) if gated in _GATES else 0


def _restrictions(parts: list[_Part]) -> dict[str, dict[str, Any]]:
    """What rules out open source, each with the first quotation that proves it."""
    found: dict[str, dict[str, Any]] = {}
    for part in parts:
        for bound in bound_clauses(part.documents):
            clause = bound.clause
            if rules_out_open_source([clause]) and clause.clause not in found:
                found[clause.clause] = {
                    "clause": clause.clause, "quote": clause.quote[:600], "start": clause.start, "end": clause.end,
                    "parameters": clause.parameters, "subject": part.subject, "place": bound.document.place,
                    "text_hash": bound.document.text_hash,
                }  # fmt: skip
    return found


def _evidence(parts: list[_Part], restrictions: dict[str, dict[str, Any]], found: Openness) -> list[dict[str, Any]]:
    texts = [
        {"subject": part.subject, "place": one.place, "text_hash": one.text_hash, "license": one.identity.license}
        for part in parts
        for one in part.documents
        if not one.missing
    ]
    return [{"type": found.type, "reasons": list(found.reasons)}, *texts, *restrictions.values()]


def _why_nothing(session: Session, system: System) -> str:
    reasons = [
        f"{failure.subject}: {failure.reason}" for failure in session.failures if failure.subject in system.subjects
    ]
    return "; ".join(reasons)[:500] or "nothing of it was ever fetched"
