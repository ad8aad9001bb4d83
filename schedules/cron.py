"""The schedule's one time expression: five fields of cron, in UTC, read by APScheduler."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from apscheduler.triggers.cron import CronTrigger


class CronError(Exception):
    """The text is no cron expression of five fields."""


def trigger(expression: str) -> CronTrigger:
    """APScheduler's trigger for the expression, in UTC. Raises CronError."""
    try:
        return CronTrigger.from_crontab(expression, timezone=UTC)
    except ValueError as error:
        raise CronError(f"{expression!r} is no cron expression of five fields: {error}") from error


def next_after(expression: str, moment: datetime | None = None) -> datetime | None:
    """When it fires next after `moment` (now, if None). Raises CronError."""
    # APScheduler's answer may be the moment itself: what began on time would be due once more.
    later = (moment or datetime.now(UTC)) + timedelta(microseconds=1)
    found: datetime | None = trigger(expression).get_next_fire_time(None, later)
    return found
