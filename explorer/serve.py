"""The command `serve`: Datasette on the archive, read-only, with the explorer's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from storage.archive import Archive, ArchiveError
from storage.commands import as_click_error

if TYPE_CHECKING:
    from licensedrift import Call


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8001, show_default=True, type=click.IntRange(0, 65535), help="The port to listen on.")
@click.pass_obj
def serve(call: Call, host: str, port: int) -> None:
    """Show the archive in a browser, until stopped. It is opened for reading only; a refresh may go on beside it.

    `datasette licensedrift.db` shows the same pages, with all of Datasette's options.

    \b
    Example:  licensedrift serve
              licensedrift serve --host 0.0.0.0 --port 8080
    """
    database = call.database()
    try:
        Archive.read(database).close()
    except ArchiveError as error:
        raise as_click_error(error) from error
    from datasette.cli import cli

    address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    # With port 0 the system chooses one, and the server says which.
    told = f"is at {address}" if port else "is being opened"
    call.answer({"url": address, "database": str(database)}, f"The archive {database} {told}")
    # Never immutable (-i): the archive is in write-ahead mode, and a refresh may write to it at any moment.
    cli.main(["serve", str(database), "--host", host, "--port", str(port)], standalone_mode=False)
