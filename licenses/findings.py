"""Findings: what a card claims against what the texts say. Agreement is no finding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from licenses.bundle import DocumentRead, bound_clauses, for_weights
from licenses.catalogue import entry
from licenses.comparison.grants import rank_of_clauses, rank_of_license
from licenses.names import name_to_license, same_license
from licenses.openness import rules_out_open_source

Severity = Literal["high", "medium", "low"]

_VAGUE = {"other", "unknown", "custom", "proprietary"}


@dataclass(frozen=True, slots=True)
class Claims:
    """What a card says of its license, as written; `tags` are the `license:` tags of the listing."""

    license: str | None = None
    license_name: str | None = None
    license_link: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One disagreement.

    `claim` is its kind: contradiction, altered, stale, tags, unknown-license, vague, missing-text, dangling-link.
    `claimed` and `found` are ids or words as written; `evidence` is JSON: places, text hashes, offsets of quotes.
    """

    claim: str
    claimed: str | None
    found: str | None
    evidence: dict[str, Any] = field(default_factory=dict)
    severity: Severity = "medium"


def findings(claims: Claims, documents_read: Sequence[DocumentRead]) -> list[Finding]:
    """All disagreements between a card's claims and the documents of its bundle, the gravest first."""
    found = [
        *_about_the_link(claims, documents_read),
        *_about_the_tags(claims),
        *_about_the_text(claims, documents_read),
        *_about_the_name(claims, documents_read),
    ]
    order = {"high": 0, "medium": 1, "low": 2}
    return sorted(found, key=lambda finding: order[finding.severity])


def _licenses(documents: Sequence[DocumentRead]) -> list[DocumentRead]:
    return [document for document in documents if document.role in ("license", "terms") and not document.missing]


def _about_the_link(claims: Claims, documents: Sequence[DocumentRead]) -> Iterator[Finding]:
    """The card points at a text that is not there."""
    if not claims.license_link:
        return
    for document in documents:
        if document.missing and document.role in ("license", "terms"):
            severity: Severity = "medium" if _licenses(documents) else "high"
            evidence = {"place": document.place, "problem": document.problem}
            yield Finding("dangling-link", claims.license_link, None, evidence, severity)


def _about_the_tags(claims: Claims) -> Iterator[Finding]:
    """The listing's tags name another license than the card."""
    tags = [tag.removeprefix("license:") for tag in claims.tags]
    if not tags or not claims.license:
        return
    if not any(_same_name(tag, claims.license) for tag in tags):
        yield Finding("tags", claims.license, ", ".join(tags), {"tags": list(claims.tags)}, "low")


def _same_name(one: str, other: str) -> bool:
    first, second = name_to_license(one) or one, name_to_license(other) or other
    return same_license(first, second) or first.casefold() == second.casefold()


def _about_the_name(claims: Claims, documents: Sequence[DocumentRead]) -> Iterator[Finding]:
    """The claim names no license, or none that is known; or the text that it names is not there."""
    tag = (claims.license or "").strip()
    if not tag:
        if _licenses(documents):
            return
        yield Finding("missing-text", None, None, {"license": None}, "medium")
        return
    if tag.casefold() in _VAGUE:
        if not claims.license_name and not claims.license_link and not _licenses(documents):
            yield Finding("vague", tag, None, {"license": tag}, "high")
        elif not claims.license_name and not claims.license_link:
            yield Finding("vague", tag, _first_license(documents), {"license": tag}, "low")
        elif not _licenses(documents) and not any(document.missing for document in documents):
            yield Finding("missing-text", claims.license_name or tag, None, {"license": tag}, "medium")
        return
    if name_to_license(tag) is None and name_to_license(claims.license_name) is None:
        yield Finding("unknown-license", tag, _first_license(documents), {"license": tag}, "low")


def _first_license(documents: Sequence[DocumentRead]) -> str | None:
    return next((d.identity.license for d in _licenses(documents) if d.identity.license), None)


def _about_the_text(claims: Claims, documents: Sequence[DocumentRead]) -> Iterator[Finding]:
    """The text found is another license than the one claimed, or forbids what the claim grants."""
    claimed = name_to_license(claims.license) or name_to_license(claims.license_name)
    speaking = for_weights(documents, link=claims.license_link)
    if claimed is None or not speaking:
        return
    if any(same_license(claimed, name) for document in speaking for name in _names(document)):
        yield from _altered(claimed, speaking, documents)
        return
    for document in speaking:
        found = document.identity.license
        if found is not None and _tells_apart(claimed, found):
            yield _contradiction(claimed, document)
            return
    yield from _forbidden_all_the_same(claimed, documents)


def _names(document: DocumentRead) -> tuple[str, ...]:
    identity = document.identity
    return (*identity.licenses, identity.license) if identity.license else identity.licenses


def _tells_apart(claimed: str, found: str) -> bool:
    """A family (`cc`, `openrail`) claimed over one of its members is vague, not wrong."""
    one, other = entry(claimed), entry(found)
    return one is None or other is None or one.family is None or claimed.casefold() != (other.family or "").casefold()


def _contradiction(claimed: str, document: DocumentRead) -> Finding:
    found = document.identity.license
    ranks = rank_of_license(claimed), rank_of_license(found)
    if None in ranks:
        ranks = ranks[0], rank_of_clauses(clause.clause for clause in document.clauses)
    promised_more = ranks[0] is not None and ranks[1] is not None and ranks[0] < ranks[1]
    severity: Severity = "high" if promised_more else "medium" if ranks[0] == ranks[1] else "low"
    # A text that grants more than the claim: most often the text was changed and the card was forgotten.
    stale = ranks[0] is not None and ranks[1] is not None and ranks[0] > ranks[1]
    return Finding("stale" if stale else "contradiction", claimed, found, _evidence(document), severity)


def _altered(claimed: str, speaking: Sequence[DocumentRead], documents: Sequence[DocumentRead]) -> Iterator[Finding]:
    """The text bears the name that is claimed, and was changed."""
    for document in speaking:
        if document.identity.altered and same_license(claimed, document.identity.license):
            ruled_out = rules_out_open_source(document.clauses)
            open_source = (known := entry(claimed)) is not None and bool(known.open_source)
            severity: Severity = "high" if open_source and ruled_out else "medium"
            yield Finding("altered", claimed, f"{claimed}, altered", _evidence(document), severity)
            return
    yield from _forbidden_all_the_same(claimed, documents)


def _forbidden_all_the_same(claimed: str, documents: Sequence[DocumentRead]) -> Iterator[Finding]:
    """An open-source license is claimed, and another text of the bundle forbids what it grants."""
    known = entry(claimed)
    if known is None or not known.open_source:
        return
    bound = [one for one in bound_clauses(documents) if rules_out_open_source([one.clause])]
    if not bound:
        return
    first = bound[0]
    names = ", ".join(dict.fromkeys(one.clause.clause for one in bound))
    evidence = _evidence(first.document) | {"quote_start": first.clause.start, "quote_end": first.clause.end}
    yield Finding("contradiction", claimed, names, evidence, "high")


def _evidence(document: DocumentRead) -> dict[str, Any]:
    ruled_out = rules_out_open_source(document.clauses)
    first = next((clause for clause in document.clauses if clause.clause in ruled_out), None)
    found: dict[str, Any] = {"place": document.place, "text_hash": document.text_hash}
    if ruled_out:
        found["clauses"] = ruled_out
    if first is not None:
        found |= {"quote": first.quote, "quote_start": first.start, "quote_end": first.end}
    return found
