"""One change between two states, as the archive records it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the view `drift`, before it has an id. Texts are blob ids, evidence is plain data."""

    kind: str
    direction: str = "neutral"
    substantive: bool = False
    role: str | None = None
    clause: str | None = None
    before: str | None = None
    after: str | None = None
    before_text: int | None = None
    after_text: int | None = None
    evidence_before: dict[str, Any] | None = None
    evidence_after: dict[str, Any] | None = None
    at: str | None = None
    flip: bool = False
    children: tuple[Change, ...] = ()
