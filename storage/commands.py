"""The command that checks an archive: `verify`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from storage.archive import Archive, ArchiveError
from storage.verify import verify as check

if TYPE_CHECKING:
    from licensedrift import Call


@click.command()
@click.pass_obj
def verify(call: Call) -> None:
    """Check every stored byte against its hash, every version, every quotation. Exit status 1 on damage.

    Example:  licensedrift verify --db licensedrift.db
    """
    try:
        with Archive.read(call.database()) as archive:
            found = check(archive)
    except ArchiveError as error:
        raise click.UsageError(str(error)) from error
    lines = [f"{found['texts']} texts, {found['versions']} versions: " + ("damaged" if found["damaged"] else "sound")]
    call.answer(found, "\n".join([*lines, *found["damaged"]]))
    if found["damaged"]:
        sys.exit(1)
