"""What changed among the facts of one subject: claim, gate, lineage, availability."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from licenses.comparison import compare_claims
from storage.changes import Change
from storage.records import Facts
from storage.state import State


def availability_changes(before: Facts, after: Facts) -> Iterator[Change]:
    """Gone, private, disabled, back: a fact about access, not a change of rights."""
    if before.availability != after.availability:
        yield Change("availability", before=before.availability, after=after.availability)


def gate_changes(before: Facts, after: Facts) -> Iterator[Change]:
    """A gate asks readers to register or to apply: closing it is tighter, opening it looser."""
    if before.gated == after.gated:
        return
    strictness = {"false": 0, "auto": 1, "manual": 2}
    if before.gated in strictness and after.gated in strictness:
        tighter = strictness[after.gated] > strictness[before.gated]
        yield Change("gate", "tighter" if tighter else "looser", True, before=before.gated, after=after.gated)
    else:
        yield Change("gate", before=before.gated, after=after.gated)


def lineage_changes(before: Facts, after: Facts) -> Iterator[Change]:
    """Other base models than before."""
    if before.base_model != after.base_model:
        yield Change("lineage", before=", ".join(before.base_model) or None, after=", ".join(after.base_model) or None)


def claim_changes(before: State, after: State) -> Iterator[Change]:
    """The card's claim is one statement in three fields: it is judged whole, and told field by field."""
    old, new = before.facts, after.facts
    claimed = ("license_claimed", "license_name", "license_link")
    fields = [name for name in claimed if getattr(old, name) != getattr(new, name)]
    if not fields:
        if old.license_tags != new.license_tags:
            yield Change(
                "claim", role="license_tags", before=_listed(old.license_tags), after=_listed(new.license_tags)
            )
        return
    verdict = compare_claims(
        (old.license_claimed, old.license_name, old.license_link),
        (new.license_claimed, new.license_name, new.license_link),
    )
    evidence = _card_evidence(before), _card_evidence(after)
    for position, name in enumerate(fields):
        # The verdict belongs to the statement; it stands on the first field that changed, so it counts once.
        direction, substantive = (verdict.direction, verdict.substantive) if position == 0 else ("neutral", False)
        yield Change(
            "claim",
            direction,
            substantive,
            role={"license_claimed": "license"}.get(name, name),
            before=getattr(old, name),
            after=getattr(new, name),
            evidence_before=evidence[0],
            evidence_after=evidence[1],
        )


def _listed(values: tuple[str, ...]) -> str | None:
    return ", ".join(values) or None


def _card_evidence(state: State) -> dict[str, Any] | None:
    for document in state.documents:
        if document.role == "card":
            return {
                "place": document.place,
                "revision": document.revision.hex() if document.revision else None,
                "fetched_at": document.fetched_at,
                "text": document.text,
            }
    return None
