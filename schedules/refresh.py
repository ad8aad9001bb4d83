"""One refresh: look at everything watched, put aside what was seen, record it as one snapshot.

    watch lists -> Hub and pages -> staged observations -> versions, events, current state (one transaction)

The command, the daemon and the demo all call `refresh`; nothing else writes snapshots.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from importlib.metadata import version as installed_version
from pathlib import Path

from crawler.errors import RunStopped
from licenses.reading import RULES_VERSION
from schedules import clock, hub_watch, systems, terms_watch
from schedules.collector import rare_collections
from schedules.configuration import Config
from schedules.cron import next_after
from schedules.errors import NothingFetched
from schedules.learned import understand_what_was_learned
from schedules.lineage import tell_lineage
from schedules.lock import locked
from schedules.refresh_result import RefreshResult
from schedules.session import Session
from storage import queries, runs
from storage.archive import Archive
from storage.progress import Progress
from storage.recording import Recorded, Recorder

# A sweep that broke off is taken up by a refresh that begins so soon after it came so far, by the status of its run.
# What a killed run (`running`) has put aside is in no snapshot, and soon is old news; where an error ended it, the next
# night goes on. A page that never answers is left behind by beginning anew the night after.
TAKEN_UP = {"running": timedelta(hours=6), "partial": timedelta(hours=36), "failed": timedelta(hours=36)}


class _DryRun(Exception):
    """Undoes the transaction of a dry run."""


def _quiet(_what: str, _done: int, _of: int | None) -> None:
    pass


def refresh(
    config: Config,
    database: Path,
    *,
    only: Sequence[str] = (),
    full: bool = False,
    dry_run: bool = False,
    progress: Progress = _quiet,
) -> RefreshResult:
    """Do one refresh and record its snapshot.

    `only` names subjects (the snapshot then speaks of those alone), `full` looks again at what is known,
    `dry_run` records nothing. Raises NothingFetched (no snapshot), lock.Busy, UnknownSubjects, ArchiveError.
    """
    with locked(database), rare_collections(), Archive.open(database) as archive:
        run = runs.begin(
            archive,
            started_at=clock.stamp(clock.now()),
            scope="only" if only else "all",
            tool_version=installed_version("licensedrift"),
            rules_version=RULES_VERSION,
            take_up_since=None if only or full or dry_run else _take_up_since(),
        )
        with Session(config, archive, run, full=full, progress=progress) as session:
            stopped = _look(session, only)
            return _finish(session, dry_run, stopped)


def _take_up_since() -> dict[str, str]:
    return {status: clock.stamp(clock.now() - age) for status, age in TAKEN_UP.items()}


def _look(session: Session, only: Sequence[str]) -> str | None:
    """Look at everything; returns why the Hub had to be left before the end, if it had."""
    stopped = None
    try:
        try:
            hub_watch.look_at_all(session, only)
        except RunStopped as stop:
            stopped = str(stop)
        # A Hub that ended early (its budget, say) is no reason to miss the vendors' pages; one that never answered
        # means that there is no network.
        if stopped is None or session.looked_at():
            terms_watch.look_at_all(session, only)
    finally:
        session.flush()
    return stopped


def _finish(session: Session, dry_run: bool, stopped: str | None) -> RefreshResult:
    archive, run = session.archive, session.run
    if stopped is not None:
        session.fail("", stopped)
    looked_at = session.looked_at()
    if looked_at == 0 and (session.failures or stopped):
        with archive.writing():
            _close(session, "failed", 0, Recorded())
        reason = stopped or session.failures[0].reason
        raise NothingFetched(f"nothing could be fetched, no snapshot: {reason}")
    status = "partial" if session.failures else "complete"
    recorder = Recorder(archive, run, session.understanding)
    result = RefreshResult(run.id, run.id, status, 0, 0, session.requests(), archive.path)
    try:
        with archive.writing():
            recorded = recorder.record_all(runs.staged(archive, run), session.recording)
            session.move_watches()
            understand_what_was_learned(session)
            if recorded.versions:
                tell_lineage(session)
            systems.rebuild(session)
            result.changed = recorded.changed
            result.subjects = looked_at = session.looked_at()  # who was seen twice counts once
            _close(session, status, looked_at, recorded)
            result.counts = queries.event_counts(archive.conn, after=run.id - 1, until=run.id)
            if dry_run:
                result.held = list(queries.json_events(archive.conn, after=run.id - 1, until=run.id))
                raise _DryRun
    except _DryRun:
        with archive.writing():
            archive.conn.execute("delete from pending where run = ?", (run.id,))
            archive.conn.execute("delete from run where id = ?", (run.id,))
        result.snapshot = None
    result.failures = session.failures
    result.warnings = [*session.warnings, *session.hub.warnings]
    return result


def _remember_when_next(session: Session) -> None:
    """Readers tell from it whether a snapshot is missing; they do not read config.toml."""
    due = next_after(session.config.schedule.refresh, clock.now())
    if due is not None:
        session.archive.conn.execute(
            "insert into state values ('next_refresh', ?) on conflict(name) do update set value = excluded.value",
            (clock.stamp(due),),
        )


def _close(session: Session, status: str, looked_at: int, recorded: Recorded) -> None:
    _remember_when_next(session)
    runs.close(
        session.archive,
        session.run,
        status=status,
        finished_at=clock.stamp(clock.now()),
        subjects=looked_at,
        changed=recorded.changed,
        events=recorded.events,
        requests=session.requests(),
        received=session.received(),
        failures=session.failures,
    )
