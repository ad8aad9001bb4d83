"""A subject's legal position as of now: which license was found, how open it is, what its claims and texts disagree on.

Written beside each new version into the current state, so that no reader has to work it out.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import orjson

from licenses.bundle import DocumentRead, bound_clauses, for_weights
from licenses.findings import Claims, Finding, findings
from licenses.identity import Identity
from licenses.lineage import Ancestor, lineage_findings
from licenses.openness import openness
from storage.current import CurrentRow
from storage.runs import Run
from storage.state import State, StoredDocument, load_state
from storage.understanding import Analysis, Understanding

# What is read for clauses; a card is judged by its claim.
READ = ("license", "policy", "gate", "notice", "terms")
GONE = ("unavailable", "disabled")


def understand(read: Understanding, row: CurrentRow, state: State, run: Run, kind: str, name: str) -> None:
    """Fill the understood columns of the current row from its version, and move its findings."""
    documents = documents_read(read, state)
    speaking = for_weights(documents, link=state.facts.license_link)
    named = [document for document in speaking if document.identity.license is not None]
    candidates = named or list(speaking)
    found = candidates[0] if candidates else None
    row.license_found = found.identity.license if found else None
    row.edition = found.identity.edition if found else None
    row.similarity = round(found.identity.similarity, 4) if found else None
    row.openness = _openness(state, documents, speaking, kind)
    if state.files_read and kind != "terms":
        said = state.facts
        claims = Claims(said.license_claimed, said.license_name, said.license_link, said.license_tags)
        told = findings(claims, documents)
        if said.base_model and kind == "model":
            told += lineage_findings(name, claims, documents, said.base_model, Ancestors(read).find)
        _move_findings(read, row.subject, told, run)


def documents_read(read: Understanding, state: State) -> list[DocumentRead]:
    """The documents of a version as the rules read them; a link that leads to none of them is one that is missing."""
    documents = [_read(read, document) for document in state.documents if document.role in READ]
    link = state.facts.license_link
    if link and state.files_read and not any(_leads_to(link, d.place) for d in state.documents):
        documents.append(DocumentRead("license", link, missing=True, problem="the link leads to no text"))
    return documents


def _read(read: Understanding, document: StoredDocument) -> DocumentRead:
    analysis = read.of(document.text)
    return DocumentRead(
        document.role,
        document.place,
        identity_of(analysis),
        analysis.clauses,
        read.archive.blobs.digest(document.text).hex(),
        since=document.committed_at,
    )


class Ancestors:
    """Models that others were made from, as the archive has them now."""

    def __init__(self, read: Understanding) -> None:
        self._read = read

    def find(self, name: str) -> Ancestor | None:
        """A model by its name of today or of then; None if the archive does not know it."""
        row = self._read.conn.execute(
            "select c.version from subject s join current c on c.subject = s.id where s.kind = 'model' and s.name = ?"
            " union all select c.version from former_name f join current c on c.subject = f.subject"
            " where f.kind = 'model' and f.name = ? limit 1",
            (name, name),
        ).fetchone()
        if row is None:
            return None
        state = load_state(self._read.conn, row[0])
        return Ancestor(name, tuple(documents_read(self._read, state)), state.facts.base_model)


def identity_of(analysis: Analysis) -> Identity:
    """The identity that a stored analysis tells."""
    return Identity(
        analysis.license, analysis.spdx, analysis.edition, analysis.similarity, analysis.altered, analysis.licenses,
        analysis.nearest,
    )  # fmt: skip


def _leads_to(link: str, place: str) -> bool:
    """Whether a license_link means the document at this place (a path, `kind:org/name/path`, or an URL)."""
    target = link.partition("#")[0].partition("?")[0].rstrip("/")
    if "://" in place:
        return place.partition("#")[0].rstrip("/") in (target, link)
    kind, _, rest = place.partition(":")
    # A file of the repository itself may have a colon in its name too.
    if kind in ("model", "dataset", "space") and rest.count("/") >= 2:
        owner, name, path = rest.split("/", 2)
        return f"{owner}/{name}/" in target and target.endswith(f"/{path}")
    return target.removeprefix("./") == place or target.endswith(f"/{place}")


def _openness(state: State, documents: Sequence[DocumentRead], speaking: Sequence[DocumentRead], kind: str) -> str:
    if not state.files_read:
        return "unknown"
    # A vendor's terms are those of a service: what it runs is not to be had.
    has_weights = False if kind == "terms" else state.facts.has_weights
    return openness(
        [document.identity for document in speaking],
        [bound.clause for bound in bound_clauses(documents)],
        has_weights=has_weights,
        gated=state.facts.gated,
        available=state.facts.availability not in GONE,
    ).type


def _move_findings(read: Understanding, subject: int, now: Sequence[Finding], run: Run) -> None:
    """Close findings that no longer hold, and write those that are new: an interval each."""
    conn: sqlite3.Connection = read.conn
    open_ones = {
        (row[1], row[2], row[3], row[4]): row[0]
        for row in conn.execute(
            "select id, claim, claimed, found, severity from finding where subject = ? and valid_to is null", (subject,)
        )
    }
    wanted = {(one.claim, one.claimed, one.found, one.severity): one for one in now}
    for key, finding in open_ones.items():
        if key not in wanted:
            conn.execute("update finding set valid_to = ? where id = ?", (run.id, finding))
    conn.executemany(
        "insert into finding (subject, valid_from, claim, claimed, found, evidence, severity, rules_version)"
        " values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (subject, run.id, one.claim, one.claimed, one.found, orjson.dumps(one.evidence).decode(), one.severity,
             run.rules_version)
            for key, one in wanted.items() if key not in open_ones
        ],
    )  # fmt: skip
