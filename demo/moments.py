"""Moments: milliseconds since 1970, and how the Hub writes them."""

from __future__ import annotations

from datetime import UTC, datetime

NEVER = -1
FAR = 1 << 62


def to_ms(when: str | datetime) -> int:
    """Milliseconds since 1970 of an ISO 8601 time or day; UTC where no zone is named. Raises ValueError."""
    moment = datetime.fromisoformat(when) if isinstance(when, str) else when
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def to_text(ms: int) -> str:
    """`2026-01-05T09:00:00.000Z`, the one form in which the Hub writes times."""
    moment = datetime.fromtimestamp(ms // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"
