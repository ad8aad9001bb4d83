"""All that the archive says of one subject, as the page of that subject shows it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from explorer import findings_words, timeline, wording
from licenses.bundle import DocumentRead, for_weights
from licenses.identity import Identity
from storage import queries
from storage.state import State, StoredDocument, load_state
from storage.subjects import lookup
from storage.understanding import Analysis, load_analysis

EVENTS = 20
CHILDREN = 30
_CURRENT = (
    "unavailable_since", "gone_at", "openness", "modality", "parameters", "downloads", "has_weights", "last_modified",
    "created_at",
)  # fmt: skip


def latest_analysis(conn: sqlite3.Connection, text: int) -> tuple[Analysis, str] | None:
    """What the newest rules that read this text say of it, and their version. A page reads nothing anew."""
    row = conn.execute(
        "select a.rules, r.version from analysis a join rules r on r.id = a.rules where a.text = ?"
        " order by a.rules desc limit 1",
        (text,),
    ).fetchone()
    analysis = load_analysis(conn, text, row[0]) if row else None
    return None if analysis is None else (analysis, row[1])


def facts(conn: sqlite3.Connection, name: str, at: str | None) -> dict[str, Any]:
    """The context of the subject's page. Raises UnknownSubject, UnknownSnapshot."""
    subject, full_name = lookup(conn, name)
    version = queries.version_at(conn, subject, at)
    if version is None:
        raise queries.UnknownSnapshot(f"{full_name} was not known at {at}")
    state = load_state(conn, version)
    analyses = {d.text: read for d in state.documents if (read := latest_analysis(conn, d.text))}
    hashes = _hashes(conn, state.documents)
    found = speaking(state, {text: analysis for text, (analysis, _) in analyses.items()})
    events, _ = timeline.find(conn, timeline.Filter(subject=full_name), limit=EVENTS)
    return {
        "subject": full_name,
        "kind": full_name.partition(":")[0],
        "name": full_name.partition(":")[2],
        "at": at,
        "version": version,
        "facts": state.facts,
        "current": _current(conn, subject),
        "found": found.identity if found else None,
        "found_place": found.place if found else None,
        "groups": _groups(state.documents, analyses, hashes),
        "rules": sorted({version for _, version in analyses.values()}),
        "findings": findings_words.standing(conn, subject),
        "parents": [_linked(conn, parent) for parent in state.facts.base_model],
        "children": _children(conn, full_name.partition(":")[2]),
        "documents": _documents(conn, version, state, analyses),
        "history": _history(conn, subject),
        "events": events,
        "former_names": [
            row[0] for row in conn.execute("select distinct name from former_name where subject = ?", (subject,))
        ],
    }


def speaking(state: State, analyses: Mapping[int, Analysis]) -> DocumentRead | None:
    """The document that speaks for the weights; one of a license that is known comes first. None: there is none."""
    documents = [
        DocumentRead(d.role, d.place, _identity(analyses[d.text]))
        for d in state.documents
        if d.text in analyses and d.role != "card"
    ]
    ranked = for_weights(documents, link=state.facts.license_link)
    return next((one for one in ranked if one.identity.license), ranked[0] if ranked else None)


def _identity(analysis: Analysis) -> Identity:
    return Identity(
        analysis.license, analysis.spdx, analysis.edition, analysis.similarity, analysis.altered, analysis.licenses,
        analysis.nearest,
    )  # fmt: skip


def _hashes(conn: sqlite3.Connection, documents: Sequence[StoredDocument]) -> dict[int, str]:
    found = {}
    for document in documents:
        row = conn.execute("select lower(hex(sha256)) from blob where id = ?", (document.text,)).fetchone()
        found[document.text] = str(row[0])
    return found


def _current(conn: sqlite3.Connection, subject: int) -> dict[str, Any]:
    row = conn.execute(f"select {', '.join(_CURRENT)} from current where subject = ?", (subject,)).fetchone()
    return dict(zip(_CURRENT, row or [None] * len(_CURRENT), strict=True))


def _groups(
    documents: Sequence[StoredDocument], analyses: dict[int, tuple[Analysis, str]], hashes: dict[int, str]
) -> list[tuple[str, list[dict[str, Any]]]]:
    """Clauses as (what a reader asks, [clause with its place]); cards make claims and bind to nothing."""
    groups: dict[str, list[dict[str, Any]]] = {key: [] for _, key in wording.GROUPS}
    for document in documents:
        if document.role == "card" or document.text not in analyses:
            continue
        for clause in analyses[document.text][0].clauses:
            groups[wording.group(clause.clause)].append(
                {
                    "clause": clause.clause,
                    "meaning": wording.meaning(clause.clause),
                    "quote": clause.quote,
                    "start": clause.start,
                    "end": clause.end,
                    "section": clause.section,
                    "parameters": [
                        (wording.parameter(key), wording.amount(value)) for key, value in clause.parameters.items()
                    ],
                    "place": document.place,
                    "hash": hashes[document.text],
                }
            )
    return [(label, groups[key]) for label, key in wording.GROUPS if groups[key]]


def _linked(conn: sqlite3.Connection, name: str) -> tuple[str, str | None]:
    """A repository's name, and the subject that has it, if it is in the archive."""
    row = conn.execute(
        "select kind || ':' || name from subject where name = ? and kind in ('model', 'dataset')"
        " order by kind desc limit 1",
        (name,),
    ).fetchone()
    return name, (row[0] if row else None)


def _children(conn: sqlite3.Connection, name: str) -> dict[str, Any]:
    """Subjects that now name this one as what they were made from, the newest first.

    `asked` is False in an archive of an older release, which has no table of them.
    """
    if not conn.execute("select 1 from sqlite_master where name = 'lineage'").fetchone():
        return {"asked": False, "rows": [], "more": False}
    rows = conn.execute(
        "select s.kind || ':' || s.name, v.license_claimed, c.license_found from lineage l"
        " cross join version v on v.id = l.version cross join current c on c.subject = v.subject and c.version = v.id"
        " cross join subject s on s.id = v.subject where l.base = ? order by l.version desc limit ?",
        (name, CHILDREN + 1),
    ).fetchall()
    return {"asked": True, "rows": [tuple(row) for row in rows[:CHILDREN]], "more": len(rows) > CHILDREN}


def _documents(
    conn: sqlite3.Connection, version: int, state: State, analyses: dict[int, tuple[Analysis, str]]
) -> list[dict[str, Any]]:
    rows = queries.documents(conn, version)
    found = {(d.role, d.place): analyses[d.text][0] for d in state.documents if d.text in analyses}
    return [row | {"analysis": found.get((row["role"], row["path_or_url"]))} for row in rows]


def _history(conn: sqlite3.Connection, subject: int) -> list[dict[str, Any]]:
    """Versions, oldest first, each with the events that began it."""
    versions = [version | {"events": []} for version in queries.history(conn, subject)]
    by_id = {version["id"]: version for version in versions}
    rows = conn.execute(
        "select id, at, direction, substantive, version, kind from event where subject = ? and parent is null"
        " order by at, id",
        (subject,),
    )
    for event, at, direction, substantive, version, kind in rows:
        if version in by_id:
            by_id[version]["events"].append(
                {"id": event, "at": at, "direction": direction, "substantive": bool(substantive), "kind": kind}
            )
    return versions
