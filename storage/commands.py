"""Commands on the archive itself: `verify` and `backup`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from storage.archive import Archive, ArchiveError, DamagedArchive
from storage.backup import backup as copy_archive
from storage.progress import terminal_progress
from storage.verify import verify as check

if TYPE_CHECKING:
    from licensedrift import Call


def as_click_error(error: ArchiveError) -> click.ClickException:
    """One line for a user: exit status 1 for a damaged archive, 2 for a wrong one."""
    return click.ClickException(str(error)) if isinstance(error, DamagedArchive) else click.UsageError(str(error))


@click.command()
@click.pass_obj
def verify(call: Call) -> None:
    """Check every stored byte against its hash, every version, every quotation. Exit status 1 on damage.

    Example:  licensedrift verify --db licensedrift.db
    """
    try:
        with Archive.read(call.database()) as archive, terminal_progress() as progress:
            found = check(archive, progress)
    except DamagedArchive as error:
        found = {"texts": 0, "versions": 0, "damaged": [str(error)]}
    except ArchiveError as error:
        raise as_click_error(error) from error
    lines = [f"{found['texts']} texts, {found['versions']} versions: " + ("damaged" if found["damaged"] else "sound")]
    call.answer(found, "\n".join([*lines, *found["damaged"]]))
    if found["damaged"]:
        sys.exit(1)


@click.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE")
@click.pass_obj
def backup(call: Call, target: Path) -> None:
    """Copy the archive to FILE while anything runs, and check the copy. Never overwrites.

    Example:  licensedrift backup /backup/licensedrift-2026-11-25.db
    """
    try:
        with Archive.read(call.database()) as archive, terminal_progress() as progress:
            size = copy_archive(archive, target, progress)
    except ArchiveError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
    call.answer({"file": str(target), "bytes": size}, f"{target}: {size:,} bytes, sound")
