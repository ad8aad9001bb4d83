"""Commands that read and write Parquet; they need the extra `[parquet]`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from schedules.errors import RefreshError
from schedules.lock import Busy
from schedules.parquet_extra import needs_parquet
from storage.archive import Archive, ArchiveError
from storage.commands import as_click_error
from storage.export_marks import is_export
from storage.progress import terminal_progress

if TYPE_CHECKING:
    from licensedrift import Call

ERROR, BUSY = 1, 75


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.option("--upload", metavar="ORG/NAME", help="Upload the folder to this data set repository of the Hub.")
@click.pass_obj
def export(call: Call, folder: Path, upload: str | None) -> None:
    """Write the archive as Parquet to DIR, partitioned by date; a second export adds what is new.

    With --upload the folder goes to a data set repository of the Hub (the token is HF_TOKEN).

    Example:  licensedrift export ./parquet
    """
    needs_parquet("export")
    from storage.export import NothingToExport
    from storage.export import export as write

    try:
        with Archive.read(call.database()) as archive, terminal_progress() as progress:
            written = write(archive, folder, progress=progress)
    except ArchiveError as error:
        raise as_click_error(error) from error
    except NothingToExport as error:
        raise click.UsageError(str(error)) from error
    except OSError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(ERROR)
    if upload:
        _upload(folder, upload)
    lines = [f"{name}: {rows:,} rows" for name, rows in written.items()]
    call.answer({"folder": str(folder), "rows": written}, "\n".join(lines))


def _upload(folder: Path, repository: str) -> None:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

    try:
        HfApi(library_name="licensedrift").upload_folder(
            repo_id=repository, repo_type="dataset", folder_path=folder, commit_message="Add the last snapshot",
            ignore_patterns=["*.partial"],
        )  # fmt: skip
    except (HfHubHTTPError, OSError, ValueError) as error:
        click.echo(f"Error: not uploaded: {error}", err=True)
        sys.exit(ERROR)


@click.command("import-hub")
@click.argument("dumps", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="PARQUET...")
@click.option("--date", metavar="DATE", help="When the dump was taken.  [default: as its name says]")
@click.option("--kind", type=click.Choice(["model", "dataset", "space"]), help="[default: as its name says]")
@click.pass_obj
def import_hub(call: Call, dumps: tuple[Path, ...], date: str | None, kind: Any) -> None:
    """Import dumps of the Hub's lists as dated states of the tags, so that the past is there on day one.

    A folder of dumps stands for all Parquet files in it; dates and kinds are read from the names of files and folders
    (models/2025-11-03/0000.parquet). A folder that `licensedrift export` wrote becomes an archive again, with the same
    views; --db names a new one.

    \b
    Example:  licensedrift import-hub models-2025-11-01.parquet models-2025-12-01.parquet
              licensedrift import-hub ./dumps/models
              licensedrift import-hub --db again.db ./parquet
    """
    needs_parquet("import-hub")
    ours = [dump for dump in dumps if is_export(dump)]
    if ours:
        if len(dumps) > 1:
            raise click.UsageError("name dumps, or one folder that `licensedrift export` wrote")
        _restore(call, ours[0])
        return
    from schedules.import_hub import DumpError
    from schedules.import_hub import import_hub as read
    from storage.queries import UnknownSnapshot, iso_time

    try:
        moment = iso_time(date) if date else None
        with terminal_progress() as progress:
            done = read(call.database(), dumps, date=moment, kind=kind, progress=progress)
    except Busy as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(BUSY)
    except (DumpError, UnknownSnapshot, ArchiveError, RefreshError) as error:
        raise click.UsageError(str(error)) from error
    document = {
        "rows": done.rows, "versions": done.versions, "bad": done.bad, "older": done.older, "seen": done.seen,
        "files": done.files,
    }  # fmt: skip
    lines = [f"{done.rows:,} rows of {len(done.files)} dumps: {done.versions:,} versions, {done.bad:,} bad rows"]
    if done.older:
        lines.append(f"{done.older:,} rows left out: another import knows a later state of theirs, or the same")
    if done.seen:
        lines.append(f"{done.seen:,} rows left out: a refresh had seen their repositories by then")
    call.answer(document, "\n".join(lines))


def _restore(call: Call, folder: Path) -> None:
    from schedules.lock import locked
    from storage.import_export import NotRestored, restore

    try:
        with locked(call.database()), Archive.open(call.database()) as archive, terminal_progress() as progress:
            done = restore(archive, folder, progress=progress)
    except Busy as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(BUSY)
    except NotRestored as error:
        raise click.UsageError(str(error)) from error
    except ArchiveError as error:
        raise as_click_error(error) from error
    except (OSError, RefreshError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(ERROR)
    call.answer(
        {"folder": str(folder), "rows": done}, "\n".join(f"{name}: {rows:,} rows" for name, rows in done.items())
    )
