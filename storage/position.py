"""A subject's legal position as of now: which license was found, how open it is, what its claims and texts disagree on.

Written beside each new version into the current state, so that no reader has to work it out.
"""

from __future__ import annotations

from storage.current import CurrentRow
from storage.state import State, StoredDocument
from storage.understanding import Analysis, Understanding

# What binds a user, weightiest first; a card is a claim, not a license.
BINDING = ("license", "terms")


def understand(read: Understanding, row: CurrentRow, state: State) -> None:
    """Fill the understood columns of the current row from the documents of its version."""
    licenses = [(d, read.of(d.text)) for d in state.documents if d.role in BINDING]
    found = speaker(licenses)
    row.license_found = found.license if found else None
    row.edition = found.edition if found else None
    row.similarity = found.similarity if found else None


def speaker(licenses: list[tuple[StoredDocument, Analysis]]) -> Analysis | None:
    """Of several license files the one that speaks for the weights: a known license before an unknown text."""
    ranked = sorted(licenses, key=lambda pair: (pair[1].license is None, _rank(pair[0].place), pair[0].place))
    return ranked[0][1] if ranked else None


def _rank(place: str) -> int:
    name = place.rpartition("/")[2].lower()
    if "code" in name:
        return 2
    return 0 if "model" in name or name.split(".")[0] in ("license", "licence") else 1
