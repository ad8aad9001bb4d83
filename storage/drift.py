"""What changed between two states of one subject, with the words that prove it.

Facts (claims, gate, lineage, availability) are compared in `fact_drift`, documents in `file_drift`. Both sides are
read by the rules of today, so a better rule never looks like a change of theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from storage.changes import Change
from storage.fact_drift import availability_changes, claim_changes, gate_changes, lineage_changes
from storage.file_drift import file_changes
from storage.state import State

UNAVAILABLE = ("unavailable", "disabled")


def changes(before: State, after: State, *, read: Callable[[int], str], moved_at: str, seen_at: str) -> list[Change]:
    """Every aspect that differs between two neighbouring states.

    `read` gives a stored text by blob id; `moved_at` is when the repository's content moved (its last commit),
    `seen_at` when the refresh saw what has no date of its own (gates, availability).
    """
    seen = [*availability_changes(before.facts, after.facts)]
    if after.facts.availability in UNAVAILABLE:
        return [replace(change, at=seen_at) for change in seen]
    seen += gate_changes(before.facts, after.facts)
    moved = [*claim_changes(before, after), *lineage_changes(before.facts, after.facts)]
    if before.files_read:
        moved += file_changes(before, after, read)
    return [
        *(replace(change, at=seen_at) for change in seen),
        *(change if change.at else replace(change, at=moved_at) for change in moved),
    ]
