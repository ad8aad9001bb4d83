"""What changed among the documents of one subject: added, removed, moved, and texts that read differently."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from rapidfuzz import fuzz

from licenses.clauses import Clause
from licenses.comparison import Comparison, compare, compare_claims, same_words
from licenses.comparison.model import Direction
from licenses.openness import rules_out_open_source
from licenses.reading import read as reading
from storage.changes import Change
from storage.records import Facts
from storage.state import State, StoredDocument

Read = Callable[[int], str]

# Below this share of common words a removed and an added file are two files, not one that moved and was edited.
MOVED_SIMILARITY = 85.0
# Enough to quote in an alert; the whole text is in the archive.
QUOTE_LIMIT = 600


def file_changes(before: State, after: State, read: Read) -> Iterator[Change]:
    """Changes of documents. `read` gives the stored text by blob id."""
    old, new = before.by_place(), after.by_place()
    for key, document in new.items():
        former = old.get(key)
        if former is not None and former.content != document.content:
            yield text_change(former, document, read)
    removed = [d for key, d in old.items() if key not in new]
    added = [d for key, d in new.items() if key not in old]
    for former, document in _moves(removed, added, read):
        removed.remove(former)
        added.remove(document)
        yield from _moved(former, document, read)
    # Which pages make a vendor's document is said by our configuration: no doing of theirs.
    yield from (_removed(document, read) for document in removed if document.role != "terms")
    yield from (_added(document, before.facts, read) for document in added if document.role != "terms")


def text_change(former: StoredDocument, document: StoredDocument, read: Read) -> Change:
    """One document whose bytes changed: judged by its words, with its clauses beneath."""
    if former.text == document.text:
        return _text_row(former, document, None, (), read)
    comparison = compare(read(former.text), read(document.text), role=document.role)
    children = tuple(_clause_changes(former, document, comparison))
    return _text_row(former, document, comparison, children, read)


def _text_row(
    former: StoredDocument,
    document: StoredDocument,
    comparison: Comparison | None,
    children: tuple[Change, ...],
    read: Read,
) -> Change:
    quotes = _headline(comparison, read(former.text), read(document.text)) if comparison else (None, None)
    return Change(
        "text",
        comparison.direction if comparison else "neutral",
        comparison.substantive if comparison else False,
        role=document.role,
        before=quotes[0],
        after=quotes[1],
        before_text=former.text,
        after_text=document.text,
        evidence_before=evidence(former, *_first_span(comparison, 0)),
        evidence_after=evidence(document, *_first_span(comparison, 1)),
        at=document.committed_at,
        children=children,
    )


def _headline(comparison: Comparison, before: str, after: str) -> tuple[str | None, str | None]:
    """From what, to what: the licenses when one replaced another, else the first words that differ."""
    if comparison.license_before != comparison.license_after and comparison.substantive:
        return comparison.license_before, comparison.license_after
    spans = _first_span(comparison, 0), _first_span(comparison, 1)
    return tuple(_cut(text, span) for text, span in zip((before, after), spans, strict=True))  # type: ignore[return-value]


def _first_span(comparison: Comparison | None, side: int) -> tuple[int | None, int | None]:
    if comparison is None or not comparison.passages:
        return None, None
    start, end = comparison.passages[0][side]
    return start, end


def _cut(text: str, span: tuple[int | None, int | None]) -> str | None:
    start, end = span
    if start is None or end is None or end <= start:
        return None
    return text[start : min(end, start + QUOTE_LIMIT)]


def _clause_changes(former: StoredDocument, document: StoredDocument, comparison: Comparison) -> Iterator[Change]:
    """One row a clause that came, went, or says something else, each with its quotation."""
    for change in comparison.changes:
        yield Change(
            "clause",
            change.direction,
            change.substantive,
            role=document.role,
            clause=change.clause,
            before=change.before.quote if change.before else None,
            after=change.after.quote if change.after else None,
            before_text=former.text,
            after_text=document.text,
            evidence_before=_clause_evidence(former, change.before),
            evidence_after=_clause_evidence(document, change.after),
            at=document.committed_at,
        )


def _clause_evidence(document: StoredDocument, clause: Clause | None) -> dict[str, Any] | None:
    if clause is None:
        return None
    found = evidence(document, clause.start, clause.end)
    return found | {"section": clause.section, "parameters": clause.parameters}


def evidence(document: StoredDocument, start: int | None = None, end: int | None = None) -> dict[str, Any]:
    """Where a quotation stands: place, commit, when fetched, offsets in the stored text (blob id `text`)."""
    found: dict[str, Any] = {
        "place": document.place,
        "revision": document.revision.hex() if document.revision else None,
        "fetched_at": document.fetched_at,
        "text": document.text,
    }
    if start is not None:
        found |= {"start": start, "end": end}
    return found


def _moves(
    removed: list[StoredDocument], added: list[StoredDocument], read: Read
) -> list[tuple[StoredDocument, StoredDocument]]:
    """Pairs of a removed and an added document that are one text: the same bytes first, then alike."""
    pairs: list[tuple[StoredDocument, StoredDocument]] = []
    left, right = list(removed), list(added)
    for same in (_same_bytes, _same_words, _alike):
        for former in list(left):
            match = next((d for d in right if d.role == former.role and same(former, d, read)), None)
            if match is not None:
                pairs.append((former, match))
                left.remove(former)
                right.remove(match)
    return pairs


def _same_bytes(former: StoredDocument, document: StoredDocument, _read: Read) -> bool:
    return former.content == document.content


def _same_words(former: StoredDocument, document: StoredDocument, read: Read) -> bool:
    return former.text == document.text or same_words(read(former.text), read(document.text))


def _alike(former: StoredDocument, document: StoredDocument, read: Read) -> bool:
    before, after = read(former.text), read(document.text)
    if not before or not after or not 0.5 < len(before) / len(after) < 2:
        return False
    return fuzz.ratio(before[:20_000], after[:20_000], score_cutoff=MOVED_SIMILARITY) > 0


def _moved(former: StoredDocument, document: StoredDocument, read: Read) -> Iterator[Change]:
    yield Change(
        "file-moved",
        role=document.role,
        before=former.place,
        after=document.place,
        before_text=former.text,
        after_text=document.text,
        evidence_before=evidence(former),
        evidence_after=evidence(document),
        at=document.committed_at,
    )
    if former.content != document.content:
        yield text_change(former, document, read)


def _removed(document: StoredDocument, read: Read) -> Change:
    direction: Direction = "looser" if _binds(document, read) else "neutral"
    return Change(
        "file-removed",
        direction,
        direction != "neutral",
        role=document.role,
        before=document.place,
        before_text=document.text,
        evidence_before=evidence(document),
    )


def _added(document: StoredDocument, facts: Facts, read: Read) -> Change:
    direction, substantive = _added_means(document, facts, read)
    return Change(
        "file-added",
        direction,
        substantive,
        role=document.role,
        after=document.place,
        after_text=document.text,
        evidence_after=evidence(document),
        at=document.committed_at,
    )


def _binds(document: StoredDocument, text: Read) -> bool:
    """Whether a policy or a gate restricts its reader on its own."""
    return document.role in ("policy", "gate") and bool(rules_out_open_source(reading(text(document.text)).clauses))


def _added_means(document: StoredDocument, facts: Facts, text: Read) -> tuple[Direction, bool]:
    """A license that appears is judged against the claim that stood before; one that says the same changes nothing."""
    if document.role != "license":
        return ("tighter", True) if _binds(document, text) else ("neutral", False)
    found = reading(text(document.text)).identity.license
    verdict = compare_claims((facts.license_claimed, facts.license_name, None), (found, None, None))
    return verdict.direction, verdict.substantive and facts.license_claimed is not None
