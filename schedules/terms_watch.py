"""Looks at vendors' pages: every [[terms]] of the configuration."""

from __future__ import annotations

from collections.abc import Sequence

from schedules.session import Session


def look_at_all(session: Session, only: Sequence[str]) -> None:
    """Look at every declared document, or at `only` of them (`terms:Service/Type`)."""
