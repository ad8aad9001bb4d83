"""Derivatives: what a model that was made from others claims, against what its parents' texts bind it to.

The chain is walked as far as the archive knows it; a parent that is not there says nothing, a circle is said once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from licenses.bundle import BoundClause, DocumentRead, bound_clauses
from licenses.catalogue import entry
from licenses.findings import Claims, Finding
from licenses.names import name_to_license, same_license

MOST_ANCESTORS = 40
# What a parent forbids, and no license of a child can allow.
LIMITS = ("non-commercial", "research-only", "no-derivatives", "no-redistribution", "territory-exclusion")
# What a parent demands to be handed on.
HANDED_ON = ("pass-through", "share-alike")


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A model that another was made from, as the archive knows it: its own parents by name, its documents."""

    name: str
    documents: tuple[DocumentRead, ...]
    parents: tuple[str, ...] = ()


Find = Callable[[str], Ancestor | None]


def lineage_findings(
    name: str, claims: Claims, documents: Sequence[DocumentRead], parents: Sequence[str], find: Find
) -> list[Finding]:
    """Disagreements between a model and those it was made from. `find` gives an ancestor by name, None if unknown."""
    found: dict[tuple[str, str | None, str | None], Finding] = {}
    for ancestor in _ancestors(name, parents, find):
        for one in _against(claims, documents, ancestor):
            found.setdefault((one.claim, one.claimed, one.found), one)
    if _in_a_circle(name, parents, find):
        found["lineage-circle", name, name] = Finding(
            "lineage-circle", name, name, {"base_model": list(parents)}, "low"
        )
    return list(found.values())


def _ancestors(name: str, parents: Sequence[str], find: Find) -> Iterator[Ancestor]:
    """Parents, their parents and so on, nearest first, each once."""
    seen, waiting = {name}, list(parents)
    while waiting and len(seen) <= MOST_ANCESTORS:
        parent = waiting.pop(0)
        if parent in seen:
            continue
        seen.add(parent)
        ancestor = find(parent)
        if ancestor is not None:
            yield ancestor
            waiting += ancestor.parents


def _in_a_circle(name: str, parents: Sequence[str], find: Find) -> bool:
    return name in parents or any(name in ancestor.parents for ancestor in _ancestors(name, parents, find))


def _against(claims: Claims, documents: Sequence[DocumentRead], ancestor: Ancestor) -> Iterator[Finding]:
    claimed = name_to_license(claims.license) or name_to_license(claims.license_name)
    bound = {one.clause.clause: one for one in bound_clauses(ancestor.documents)}
    own = {one.clause.clause for one in bound_clauses(documents)}
    said = entry(claimed)
    if said is not None and said.open_source:
        for limit in LIMITS:
            if limit in bound and limit not in own:
                yield _finding("lineage", claims.license, f"{ancestor.name}: {limit}", bound[limit], "high")
    licenses = [d.identity.license for d in ancestor.documents if d.role == "license" and d.identity.license]
    for duty in HANDED_ON:
        if duty in bound and claimed and licenses and not any(same_license(claimed, one) for one in licenses):
            yield _finding("lineage", claims.license, f"{ancestor.name}: {duty} ({licenses[0]})", bound[duty], "medium")


def _finding(claim: str, claimed: str | None, found: str, bound: BoundClause, severity: str) -> Finding:
    clause, document = bound.clause, bound.document
    evidence = {
        "place": document.place, "text_hash": document.text_hash, "quote": clause.quote, "quote_start": clause.start,
        "quote_end": clause.end,
    }  # fmt: skip
    return Finding(claim, claimed, found, evidence, "high" if severity == "high" else "medium")
