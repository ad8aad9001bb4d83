"""Commands that take a snapshot, or say how that is going: refresh, status, schedule, reinterpret."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from schedules.configuration import DEFAULT, Config
from schedules.errors import NothingFetched, RefreshError, UnknownSubjects
from schedules.lock import Busy
from schedules.parquet_extra import needs_parquet
from storage.archive import Archive, ArchiveError
from storage.commands import as_click_error
from storage.progress import terminal_progress
from storage.queries import json_list
from storage.status import status as read_status

if TYPE_CHECKING:
    from licensedrift import Call
    from schedules.refresh_result import RefreshResult

ERROR, USAGE, PARTIAL, NOTHING, BUSY = 1, 2, 3, 4, 75


class Ended(click.ClickException):
    """Ends the command with one line on standard error and its own status."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]  # click declares a class variable, and reads it off the instance


@contextmanager
def _told() -> Iterator[None]:
    """Each way a refresh can end badly, as one line and its exit status (docs/commands.md)."""
    try:
        yield
    except Busy as error:
        raise Ended(str(error), BUSY) from error
    except NothingFetched as error:
        raise Ended(str(error), NOTHING) from error
    except UnknownSubjects as error:
        raise Ended(str(error), USAGE) from error
    except (RefreshError, ArchiveError) as error:
        raise Ended(str(error), ERROR) from error


@click.command()
@click.option("--only", multiple=True, metavar="SUBJECT", help="Look at this subject alone (model:org/name, ...).")
@click.option("--full", is_flag=True, help="Ask for every file again, also where its commit is known.")
@click.option("--dry-run", is_flag=True, help="Look and tell, but record nothing.")
@click.pass_obj
def refresh(call: Call, only: tuple[str, ...], full: bool, dry_run: bool) -> None:
    """Look at everything that config.toml watches and record what changed as one snapshot.

    Exit status: 0 done; 3 done, but some subjects failed; 4 nothing could be fetched, no snapshot; 75 another
    refresh runs.

    Example:  licensedrift refresh --only model:meta-llama/Llama-3.1-8B
    """
    config = call.config()
    from schedules.refresh import refresh as do_refresh  # not of use to the other commands, and half a second

    with _told(), terminal_progress() as progress:
        result = do_refresh(config, call.database(), only=only, full=full, dry_run=dry_run, progress=progress)
    for warning in result.warnings:
        click.echo(f"warning: {warning}", err=True)
    if call.json:
        with _told():
            call.stream(_document(result))
    else:
        call.answer(None, _human(result))
    if result.status == "partial":
        sys.exit(PARTIAL)


def _document(result: RefreshResult) -> Iterator[str]:
    """One JSON object, its events one by one."""
    head = {
        "run": result.run,
        "snapshot": result.snapshot,
        "status": result.status,
        "subjects": result.subjects,
        "changed": result.changed,
        "requests": result.requests,
        "failures": result.failures,
    }
    yield msgspec.json.encode(head).decode()[:-1] + ', "events": '
    yield from json_list(result.json_events())
    yield "}\n"


def _human(result: RefreshResult) -> str:
    from explorer.terminal import safe

    asked = ", ".join(f"{count} {bucket}" for bucket, count in result.requests.items() if count) or "none"
    named = f"snapshot {result.snapshot}" if result.snapshot else "dry run, nothing recorded"
    lines = [
        f"{named}, {result.status}: {result.subjects:,} subjects, {result.changed:,} changed,"
        f" {sum(one['count'] for one in result.counts):,} events (requests: {asked})"
    ]
    lines += [f"  failed: {safe(failure.subject)}: {safe(failure.reason)}" for failure in result.failures[:20]]
    if len(result.failures) > 20:
        lines.append(f"  ... and {len(result.failures) - 20:,} more failures: see the view `runs`")
    if any(one["substantive"] for one in result.counts):
        lines.append("What drifted: licensedrift diff")
    return "\n".join(lines)


@click.command()
@click.pass_obj
def status(call: Call) -> None:
    """Say how the archive and its last refresh are doing, and when the next one is due.

    Of an archive by itself (--db, and no config.toml here) there is no schedule to tell.

    Example:  licensedrift status --json
    """
    config = call.config() if call.config_path or not call.db_path or Path(DEFAULT).exists() else None
    try:
        with Archive.read(call.database()) as archive:
            found = read_status(archive)
    except ArchiveError as error:
        raise as_click_error(error) from error
    from schedules.cron import next_after

    due = next_after(config.schedule.refresh) if config else None
    if found["files_waiting"] and config:
        from schedules.clock import now
        from schedules.queue_forecast import forecast

        found["files_forecast"] = forecast(config, found["files_waiting_by_kind"], now())
    found["next"] = due.strftime("%Y-%m-%dT%H:%M:%SZ") if due else None
    call.answer(found, _status_lines(found))


def _status_lines(found: dict[str, Any]) -> str:
    last = found["last_run"]
    lines = [
        f"archive: {found['subjects']:,} subjects, {found['versions']:,} versions, {found['texts']:,} texts,"
        f" {found['bytes'] / 1e6:,.1f} MB",
        f"last run: {last['id']} ({last['started_at']}), {last['status']}" if last else "last run: none yet",
    ]
    snapshot = found["last_snapshot"]
    if snapshot:
        lines.append(f"last snapshot: {snapshot['id']} ({snapshot['started_at']}), {snapshot['status']}")
    if found["files_waiting"]:
        lines.append(f"files: those of {found['files_waiting']:,} repositories still wait to be read")
        if "files_forecast" in found:
            lines.append(f"  {_forecast_line(found['files_forecast'])}")
    if found["failures"]:
        lines += [f"  failed: {failure['subject']}: {failure['reason']}" for failure in found["failures"][:20]]
    lines.append(f"next by schedule: {found['next'] or 'not known'}")
    return "\n".join(lines)


def _forecast_line(told: dict[str, Any]) -> str:
    if told["refreshes"] is None:
        return "no refresh reads them: see `all` and `files_per_refresh` of [watch.*]"
    done = f", done on {told['done'][:10]}" if told["done"] else ""
    return (
        f"that takes {told['refreshes']:,} more refreshes by the schedule{done}; each asks the Hub's API for them some"
        f" {told['requests']:,} times (anonymous: 6,000 an hour)"
    )


@click.command()
@click.option("--once", is_flag=True, help="Refresh at once, then by the schedule.")
@click.option("--upkeep", is_flag=True, help="Only put the archive in order (and copy it), at once, then end.")
@click.pass_obj
def schedule(call: Call, once: bool, upkeep: bool) -> None:
    """Refresh by the schedule of config.toml until stopped (SIGTERM, Ctrl-C).

    One refresh at a time; one that was missed is made up for once. Ends with status 1 after `give_up_after`
    failures in a row. A systemd timer or cron that calls `licensedrift refresh` is the sturdier way: see deploy/.

    Example:  licensedrift schedule --config /etc/licensedrift/config.toml
    """
    from schedules.daemon import GaveUp, run
    from schedules.upkeep import upkeep as do_upkeep

    config: Config = call.config()
    database = call.database()
    if database.exists() and not (database.is_file() and database.stat().st_size == 0):
        # Better told now than at night.
        try:
            Archive.read(database).close()
        except ArchiveError as error:
            raise as_click_error(error) from error
    if upkeep:
        with _told():
            try:
                click.echo(do_upkeep(config, database), err=True)
            except OSError as error:
                raise Ended(str(error), ERROR) from error
        return
    try:
        run(config, database, at_once=once, say=lambda line: click.echo(line, err=True))
    except GaveUp as error:
        raise Ended(str(error), ERROR) from error


@click.command()
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that read.")
@click.option("--engine", type=click.Choice(["pool", "dask"]), default="pool", show_default=True, help="Who reads.")
@click.option("--scheduler", metavar="tcp://HOST:PORT", help="Where the Dask cluster is (extra [distributed]).")
@click.option(
    "--parquet",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Read the texts exported to DIR, write the answers there; the archive is not touched.",
)
@click.option(
    "--answers",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Take over what `--parquet DIR` answered, after proving it; only what is missing there is read here.",
)
@click.pass_obj
def reinterpret(
    call: Call, workers: int, engine: str, scheduler: str | None, parquet: Path | None, answers: Path | None
) -> None:
    """Read all stored texts again with the rules and extractors of today. It never makes drift.

    Only what today's rules have not read yet is read; a run that was stopped goes on where it was.

    \b
    Example:  licensedrift reinterpret --workers 4
              licensedrift reinterpret --engine dask --scheduler tcp://10.0.0.5:8786
              licensedrift reinterpret --parquet ./parquet --engine dask --scheduler tcp://10.0.0.5:8786
              licensedrift reinterpret --answers ./parquet
    """
    from schedules.reinterpret import reinterpret as do_reinterpret

    if (engine == "dask") != (scheduler is not None):
        raise click.UsageError("--engine dask and --scheduler tcp://HOST:PORT go together")
    if parquet is not None and answers is not None:
        raise click.UsageError("first --parquet DIR, which answers, then --answers DIR, which takes over")
    if answers is not None:
        needs_parquet("--answers")
    if parquet is not None:
        _reinterpret_parquet(call, parquet, workers, scheduler)
        return
    config = call.config()
    try:
        Archive.read(call.database()).close()
    except ArchiveError as error:
        raise as_click_error(error) from error
    with _told(), terminal_progress() as progress:
        done = do_reinterpret(
            config, call.database(), workers=workers, scheduler=scheduler, answers=answers, progress=progress
        )
    said = f"read again: {done.texts:,} texts, {done.pages:,} pages; {done.subjects:,} subjects worked out anew"
    if answers is not None:
        said = f"taken over: the answers for {done.taken:,} texts\n{said}"
    call.answer({"texts": done.texts, "taken": done.taken, "pages": done.pages, "subjects": done.subjects}, said)


def _reinterpret_parquet(call: Call, folder: Path, workers: int, scheduler: str | None) -> None:
    needs_parquet("--parquet")
    import pyarrow

    from schedules.reinterpret_parquet import NoExport, reinterpret_parquet

    with _told(), terminal_progress() as progress:
        try:
            texts, target = reinterpret_parquet(folder, workers=workers, scheduler=scheduler, progress=progress)
        except NoExport as error:
            raise click.UsageError(str(error)) from error
        except (OSError, pyarrow.ArrowException) as error:
            raise Ended(str(error).splitlines()[0], ERROR) from error
    call.answer({"texts": texts, "folder": str(target)}, f"read again: {texts:,} texts, into {target}")


@click.command("import-history")
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.pass_obj
def import_history(call: Call, path: Path) -> None:
    """Read an Open Terms Archive collection (versions or snapshots, a local git clone at PATH) into the archive.

    Versions get their true dates; what is there already is not recorded twice; an import that was stopped goes on.
    Exit status 3 when some captures hold no text.

    Example:  licensedrift import-history ../genai-contrib-versions
    """
    from crawler.open_terms_history import HistoryError
    from schedules.import_history import import_history as do_import

    with _told(), terminal_progress() as progress:
        try:
            done = do_import(call.database(), path, progress=progress)
        except HistoryError as error:
            raise click.UsageError(str(error)) from error
    unread = done.unread or []
    document = {"records": done.records, "versions": done.versions, "upgrades": done.upgrades, "unread": unread}
    lines = [f"{done.records:,} records: {done.versions:,} versions, {done.upgrades:,} of them upgrades of theirs"]
    call.answer(document, "\n".join([*lines, *(f"  not read: {line}" for line in unread[:20])]))
    if unread:
        sys.exit(PARTIAL)


@click.command()
@click.argument("subjects", nargs=-1, required=True, metavar="SUBJECT...")
@click.pass_obj
def backfill(call: Call, subjects: tuple[str, ...]) -> None:
    """Read the past of repositories from the Hub's own git: versions with their commit dates, and their drift.

    What is here already is not recorded twice. Exit status 3 when some could not be read.

    Example:  licensedrift backfill model:meta-llama/Llama-3.1-8B
    """
    from schedules.backfill import backfill as do_backfill

    config = call.config()
    with _told(), terminal_progress() as progress:
        done = do_backfill(config, call.database(), subjects, progress=progress)
    document = {
        "subjects": done.subjects,
        "versions": done.versions,
        "requests": done.requests,
        "failures": [msgspec.to_builtins(failure) for failure in done.failures],
    }
    lines = [f"{done.subjects:,} repositories: {done.versions:,} versions of the past"]
    call.answer(document, "\n".join([*lines, *(f"  failed: {one.subject}: {one.reason}" for one in done.failures)]))
    if done.failures:
        sys.exit(PARTIAL)
