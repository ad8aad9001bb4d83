"""What changed among the documents of one subject: added, removed, moved, and texts that read differently."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from rapidfuzz import fuzz

from licenses.catalogue import entry
from licenses.clauses import Clause
from licenses.comparison import Comparison, compare, compare_claims, same_words
from licenses.comparison.claims import claimed_license
from licenses.comparison.clause_changes import clause_changes
from licenses.comparison.model import ClauseChange, Direction, Span
from licenses.names import name_to_license, same_license
from licenses.openness import rules_out_open_source
from licenses.reading import Reading
from licenses.reading import read as reading
from storage.changes import Change
from storage.state import State, StoredDocument

Read = Callable[[int], str]

# The roles of the texts that bind a user.
BINDING = ("license", "policy", "gate", "terms")

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
    yield from (_removed(document, after, read) for document in removed if document.role != "terms")
    yield from (_added(document, before, read) for document in added if document.role != "terms")


def text_change(former: StoredDocument, document: StoredDocument, read: Read) -> Change:
    """One document whose bytes changed: judged by its words, with its clauses beneath."""
    if former.text == document.text:
        return _text_row(former, document, None, (), read)
    comparison = compare(read(former.text), read(document.text), role=document.role)
    children = tuple(_clause_rows(former, document, comparison.changes))
    return _text_row(former, document, comparison, children, read)


def _text_row(
    former: StoredDocument,
    document: StoredDocument,
    comparison: Comparison | None,
    children: tuple[Change, ...],
    read: Read,
) -> Change:
    old, new = read(former.text), read(document.text)
    places = _first_places(comparison, old, new)
    quotes = [text[slice(*place)] if place else None for text, place in zip((old, new), places, strict=True)]
    if comparison and comparison.substantive and comparison.license_before != comparison.license_after:
        # One license in place of another says more than the first words that differ.
        quotes = [comparison.license_before, comparison.license_after]
    return Change(
        "text",
        comparison.direction if comparison else "neutral",
        comparison.substantive if comparison else False,
        role=document.role,
        before=quotes[0],
        after=quotes[1],
        before_text=former.text,
        after_text=document.text,
        evidence_before=evidence(former, places[0]),
        evidence_after=evidence(document, places[1]),
        at=document.committed_at,
        children=children,
    )


def _first_places(comparison: Comparison | None, old: str, new: str) -> tuple[Span | None, Span | None]:
    """Where the first words that differ stand, on both sides; None on a side that has none."""
    if comparison is None or not comparison.passages:
        return None, None
    before, after = comparison.passages[0]
    return _whole_lines(old, before), _whole_lines(new, after)


def _whole_lines(text: str, span: Span) -> Span | None:
    """The passage with the rest of its lines, so that it can be read; None where it is on the other side only."""
    start, end = span
    line = text.rfind("\n", 0, start) + 1
    if end <= start and not any(sign.isalnum() for sign in text[line:start]):
        # What is on the other side only stood before this line, and is no other wording of it.
        return None
    if start - line <= QUOTE_LIMIT // 2:
        start = line
    rest = text.find("\n", max(end - 1, start))
    end = min(rest if rest >= 0 else len(text), start + QUOTE_LIMIT)
    quote = text[start:end]
    start += len(quote) - len(quote.lstrip())
    end -= len(quote) - len(quote.rstrip())
    return (start, end) if end > start else None


def _clause_rows(
    former: StoredDocument | None, document: StoredDocument | None, changes: Iterable[ClauseChange]
) -> Iterator[Change]:
    """One row a clause that came, went, or says something else, each with its quotation; None where a file is not."""
    there = document or former
    for change in changes:
        yield Change(
            "clause",
            change.direction,
            change.substantive,
            role=there.role if there else None,
            clause=change.clause,
            before=change.before.quote if change.before else None,
            after=change.after.quote if change.after else None,
            before_text=former.text if former else None,
            after_text=document.text if document else None,
            evidence_before=_clause_evidence(former, change.before),
            evidence_after=_clause_evidence(document, change.after),
            at=document.committed_at if document else None,
        )


def _clause_evidence(document: StoredDocument | None, clause: Clause | None) -> dict[str, Any] | None:
    if document is None or clause is None:
        return None
    found = evidence(document, (clause.start, clause.end))
    return found | {"section": clause.section, "parameters": clause.parameters}


def evidence(document: StoredDocument, place: Span | None = None) -> dict[str, Any]:
    """Where a quotation stands: place, commit, when fetched, offsets in the stored text (blob id `text`)."""
    found: dict[str, Any] = {
        "place": document.place,
        "revision": document.revision.hex() if document.revision else None,
        "fetched_at": document.fetched_at,
        "text": document.text,
    }
    if place is not None:
        found |= {"start": place[0], "end": place[1]}
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


def _removed(document: StoredDocument, after: State, read: Read) -> Change:
    direction, substantive = _removed_means(document, after, read)
    went = clause_changes(_own_clauses(document, after, read), (), reworded=True)
    return Change(
        "file-removed",
        direction,
        substantive,
        role=document.role,
        before=document.place,
        before_text=document.text,
        evidence_before=evidence(document),
        # Where the only text went, nobody knows what holds now: no clause of it is said to have gone.
        children=tuple(_clause_rows(document, None, went)) if direction != "neutral" else (),
    )


def _removed_means(document: StoredDocument, after: State, text: Read) -> tuple[Direction, bool]:
    """What a file took with it: limits that the claim and the texts that stay do not know, or rights and duties both.

    A license that the claim or another file still names goes on as it was.
    """
    if document.role != "license":
        return ("looser", True) if _binds(document, text) else ("neutral", False)
    gone, facts = reading(text(document.text)), after.facts
    if _limits_alone(gone, after, text):
        return "looser", True
    known = gone.identity.license
    still = {claimed_license((facts.license_claimed, facts.license_name, facts.license_link))}
    still |= {other.identity.license for other in _licenses(after, text)}
    says = bool(gone.clauses) or known is not None
    return "neutral", says and not any(same_license(known, other) for other in still)


def _licenses(state: State, text: Read) -> list[Reading]:
    return [reading(text(document.text)) for document in state.documents if document.role == "license"]


def _limits_alone(read: Reading, beside: State, text: Read) -> bool:
    """Whether a license text forbids what the claim beside it grants, or what no license text beside it forbids."""
    limits = set(rules_out_open_source(read.clauses))
    claimed = entry(name_to_license(beside.facts.license_claimed))
    if claimed is not None and claimed.open_source and limits:
        return True
    others = [set(rules_out_open_source(other.clauses)) for other in _licenses(beside, text)]
    return bool(others) and not limits <= set().union(*others)


def _added(document: StoredDocument, before: State, read: Read) -> Change:
    direction, substantive = _added_means(document, before, read)
    came = clause_changes((), _own_clauses(document, before, read), reworded=True)
    return Change(
        "file-added",
        direction,
        substantive,
        role=document.role,
        after=document.place,
        after_text=document.text,
        evidence_after=evidence(document),
        at=document.committed_at,
        children=tuple(_clause_rows(None, document, came)) if substantive else (),
    )


def _own_clauses(document: StoredDocument, beside: State, text: Read) -> list[Clause]:
    """The clauses of a file that no other text of the subject states: those that come or go with it."""
    others = [one for one in beside.documents if one.role in BINDING and one.place != document.place]
    stated = {clause.clause for one in others for clause in reading(text(one.text)).clauses}
    if document.role not in BINDING:
        return []
    return [clause for clause in reading(text(document.text)).clauses if clause.clause not in stated]


def _binds(document: StoredDocument, text: Read) -> bool:
    """Whether a policy or a gate restricts its reader on its own."""
    return document.role in ("policy", "gate") and bool(rules_out_open_source(reading(text(document.text)).clauses))


def _added_means(document: StoredDocument, before: State, text: Read) -> tuple[Direction, bool]:
    """A license that appears is judged against what stood before: the claim, and the license texts beside it.

    One that says the same changes nothing.
    """
    if document.role != "license":
        return ("tighter", True) if _binds(document, text) else ("neutral", False)
    read, facts = reading(text(document.text)), before.facts
    if _limits_alone(read, before, text):
        return "tighter", True
    verdict = compare_claims((facts.license_claimed, facts.license_name, None), (read.identity.license, None, None))
    return verdict.direction, verdict.substantive and facts.license_claimed is not None
