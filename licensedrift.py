"""The front door: the command line of licensedrift.

Each room brings its own commands; they are imported only when asked for, so that `licensedrift identify` never
waits for Datasette or the Hub client. A command takes `--config`, `--db` and `--json` before or after its name.
JSON goes to standard output as one document, all else to standard error.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from schedules.configuration import Config

# What a command ends with (docs/commands.md has the table).
DONE, ERROR, USAGE, PARTIAL, NOTHING, BUSY = 0, 1, 2, 3, 4, 75
PIECES = 1_000  # of a long answer, written at a time

# name -> (where it lives, one line for --help). The line stands here so that --help imports no room.
COMMANDS = {
    "refresh": ("schedules.commands:refresh", "Look at everything watched and record what changed."),
    "snapshots": ("explorer.commands:snapshots", "List the snapshots taken so far."),
    "diff": ("explorer.commands:diff", "Say what drifted between two snapshots."),
    "show": ("explorer.commands:show", "Show one subject's legal position."),
    "identify": ("licenses.commands:identify", "Name the license of a file, and its clauses."),
    "compare": ("licenses.commands:compare", "Say what changed between two texts."),
    "extract": ("crawler.commands:extract", "Turn a saved page into the text of its terms."),
    "verify": ("storage.commands:verify", "Check every stored byte and every version."),
    "serve": ("explorer.serve:serve", "Show the archive in a browser."),
    "status": ("schedules.commands:status", "Say how the archive and its last refresh are doing."),
    "schedule": ("schedules.commands:schedule", "Refresh by the schedule of config.toml until stopped."),
    "reinterpret": ("schedules.commands:reinterpret", "Read all stored texts again with the current rules."),
    "export": ("schedules.parquet_commands:export", "Write the archive as Parquet."),
    "import-hub": ("schedules.parquet_commands:import_hub", "Import dumps of the Hub's lists."),
    "backup": ("storage.commands:backup", "Copy the archive while anything runs, and check the copy."),
    "backfill": ("schedules.commands:backfill", "Read the past of repositories from the Hub's own git."),
    "import-declarations": (
        "crawler.commands:import_declarations",
        "Turn Open Terms Archive declarations into [[terms]].",
    ),
    "import-history": (
        "schedules.commands:import_history",
        "Read an Open Terms Archive collection into the archive.",
    ),
}


@dataclass
class Call:
    """What one invocation was given: where its configuration and archive are, and how to answer.

    A command gets it by `@click.pass_obj`.
    """

    config_path: str | None = None
    db_path: str | None = None
    json: bool = False

    def config(self) -> Config:
        """The decoded config.toml. Raises click.UsageError naming the key that is wrong."""
        from schedules.clock import now
        from schedules.configuration import ConfigError, load

        try:
            now()
            return load(self.config_path)
        except ConfigError as error:
            raise click.UsageError(str(error)) from error
        except ValueError as error:
            raise click.UsageError(f"LICENSEDRIFT_NOW: {error}") from error

    def database(self) -> Path:
        """The archive's path: --db, else LICENSEDRIFT_DB, else config.toml's `database`, beside that file."""
        if self.db_path:
            return Path(self.db_path)
        return self.config().database_path()

    def answer(self, document: Any, human: str) -> None:
        """Print `document` as JSON if --json was given, else `human`."""
        if self.json:
            import orjson

            _print(orjson.dumps(document, option=orjson.OPT_INDENT_2, default=str).decode("utf-8") + "\n")
        elif human:
            _print(human + "\n")

    def stream(self, pieces: Iterator[str]) -> None:
        """Print a long answer in pieces, many at a time."""
        while some := "".join(islice(pieces, PIECES)):
            _print(some)


class ReaderGone(Exception):
    """Whoever read our output went away (`| head`): not an error of ours. (Of a BrokenPipeError click makes one.)"""


def _print(text: str) -> None:
    """Print an answer. Raises ReaderGone, and click.ClickException where it cannot be written (a full disk)."""
    try:
        click.echo(text, nl=False)
    except BrokenPipeError as error:
        raise ReaderGone from error
    except OSError as error:
        raise click.ClickException(f"the answer cannot be written: {error.strerror}") from error


def _remember(name: str) -> Any:
    def callback(context: click.Context, _parameter: click.Parameter, value: Any) -> None:
        call = context.ensure_object(Call)
        if value:
            setattr(call, name, value)

    return callback


def _common_options() -> list[click.Option]:
    """The options that every command takes, before or after its name."""
    return [
        click.Option(
            ["--config"],
            metavar="FILE",
            envvar="LICENSEDRIFT_CONFIG",
            expose_value=False,
            callback=_remember("config_path"),
            help="The configuration.  [default: config.toml]",
        ),
        click.Option(
            ["--db"],
            metavar="FILE",
            envvar="LICENSEDRIFT_DB",
            expose_value=False,
            callback=_remember("db_path"),
            help="The archive.  [default: as config.toml says]",
        ),
        click.Option(
            ["--json"],
            is_flag=True,
            expose_value=False,
            callback=_remember("json"),
            help="Answer with one JSON document.",
        ),
    ]


class Door(click.Group):
    """A group that imports a command's room only when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of the table."""
        return list(COMMANDS)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Ctrl-C ends it with the status of that signal, where click would say 1."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise SystemExit(128 + signal.SIGINT) from None

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command and give it the options that all commands take."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        if not any(parameter.name == "json" for parameter in command.params):
            command.params.extend(_common_options())
        command.name = cmd_name
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with their one line, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(
    cls=Door,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    params=[*_common_options()],
    epilog="Example:  licensedrift refresh && licensedrift diff",
)
@click.version_option(package_name="licensedrift")
def door() -> None:
    """Watch the licenses of AI models: what they say, what they bind you to, and what changed."""


def _stopped(number: int, _frame: Any) -> NoReturn:
    raise SystemExit(128 + number)


def main() -> None:
    """Run the command line; exit with the status that docs/commands.md gives."""
    signal.signal(signal.SIGTERM, _stopped)
    try:
        door(standalone_mode=True)
    except KeyboardInterrupt:
        raise SystemExit(128 + signal.SIGINT) from None
    except ReaderGone:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(DONE) from None


if __name__ == "__main__":
    main()
