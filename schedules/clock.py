"""The clock: LICENSEDRIFT_NOW sets it, for demos and tests."""

from __future__ import annotations

import os
from datetime import UTC, datetime


def now() -> datetime:
    """The time in UTC: LICENSEDRIFT_NOW if it is set, else the system's. Raises ValueError if that is no time."""
    said = os.environ.get("LICENSEDRIFT_NOW")
    if not said:
        return datetime.now(UTC)
    moment = datetime.fromisoformat(said)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def stamp(moment: datetime) -> str:
    """As the archive writes times: `2026-11-23T09:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
