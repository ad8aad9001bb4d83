"""The daemon: APScheduler calls the very function that the command `refresh` calls.

UTC, one refresh at a time (and the archive's lock against others), a missed one made up for once, a clean stop on
SIGTERM. After `give_up_after` failures in a row it ends, so that its supervisor sees it.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobEvent, JobExecutionEvent
from apscheduler.executors.debug import DebugExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.blocking import BlockingScheduler

from schedules.configuration import Config
from schedules.cron import trigger
from schedules.errors import RefreshError
from schedules.lock import Busy
from schedules.ping import ping
from schedules.refresh import refresh
from schedules.upkeep import upkeep
from storage.archive import ArchiveError

# A machine that slept through the hour refreshes when it wakes; a day later the next one is due anyway.
MISFIRE_SECONDS = 20 * 3600

_JOBS = {"refresh": "a refresh", "upkeep": "an upkeep"}
Say = Callable[[str], object]


class GaveUp(Exception):
    """So many refreshes in a row have failed that a person should look."""


def run(config: Config, database: Path, *, at_once: bool, say: Say) -> None:
    """Run until a signal (SystemExit with 128 + its number; a refresh that goes on is dropped). Raises GaveUp."""
    # Jobs run in this thread: a signal ends them as it ends the command `refresh`, and two never run side by side.
    each = {"coalesce": True, "max_instances": 1, "misfire_grace_time": MISFIRE_SECONDS}
    scheduler = BlockingScheduler(timezone=UTC, executors={"default": DebugExecutor()}, job_defaults=each)
    daemon = _Daemon(config, database, say, stop=lambda: scheduler.shutdown(wait=False))
    now = {"next_run_time": datetime.now(UTC)} if at_once else {}
    scheduler.add_job(daemon.refresh, trigger(config.schedule.refresh), id="refresh", **now)
    if config.schedule.upkeep:
        scheduler.add_job(daemon.upkeep, trigger(config.schedule.upkeep), id="upkeep")
    scheduler.add_listener(lambda event: _missed(event, say), EVENT_JOB_MISSED)
    scheduler.add_listener(daemon.broke, EVENT_JOB_ERROR)
    former = {number: signal.signal(number, daemon.signalled) for number in (signal.SIGTERM, signal.SIGINT)}
    say(f"refreshing by {config.schedule.refresh!r} (UTC)")
    try:
        scheduler.start()
    except JobLookupError:
        # A job that stops the clock is gone from its store when the clock turns back to it.
        if not daemon.stopped:
            raise
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
    if daemon.signal:
        raise SystemExit(128 + daemon.signal)
    if daemon.failures >= config.schedule.give_up_after:
        raise GaveUp(f"{daemon.failures} refreshes in a row have failed, the last: {daemon.reason}")


def _missed(event: JobEvent, say: Say) -> None:
    say(f"{_JOBS[event.job_id]} was missed: it was due at {event.scheduled_run_time:%F %T}")


class _Daemon:
    def __init__(self, config: Config, database: Path, say: Say, stop: Callable[[], object]) -> None:
        self._config, self._database, self._say, self._stop = config, database, say, stop
        self.stopped = False
        self.signal = 0
        self.failures = 0
        self.reason = ""

    def signalled(self, number: int, _frame: FrameType | None) -> None:
        """A signal: stop the clock, and whatever is going on in this thread."""
        self.signal = number
        self._end()
        raise SystemExit(128 + number)

    def refresh(self) -> None:
        """One refresh; the boundary of the job: whatever fails is said and counted."""
        url = self._config.schedule.ping_url
        ping(url, "start")
        try:
            result = refresh(self._config, self._database)
        except Busy as error:
            self._say(f"skipped: {error}")
            return
        except (RefreshError, ArchiveError) as error:
            self._failed(str(error))
            ping(url, "fail")
            return
        self.failures = 0
        ping(url, "success")
        self._say(
            f"snapshot {result.snapshot}, {result.status}: {result.subjects} subjects, {result.changed} changed,"
            f" {len(result.failures)} failed"
        )

    def upkeep(self) -> None:
        """Put the archive in order and copy it. What fails is said; refreshes go on without."""
        try:
            self._say(upkeep(self._config, self._database))
        except (RefreshError, ArchiveError, OSError) as error:
            self._say(f"upkeep failed: {error}")

    def broke(self, event: JobExecutionEvent) -> None:
        """A refresh ended by an error that nobody foresaw (APScheduler logs its traceback): it counts as failed."""
        if not self.stopped and event.job_id == "refresh":
            self._failed(f"{type(event.exception).__name__}: {event.exception}")
            ping(self._config.schedule.ping_url, "fail")

    def _failed(self, reason: str) -> None:
        self.failures += 1
        self.reason = reason
        self._say(f"refresh failed ({self.failures} in a row): {reason}")
        if self.failures >= self._config.schedule.give_up_after:
            self._end()

    def _end(self) -> None:
        self.stopped = True
        self._stop()
