"""The commands that read an archive: `snapshots`, `diff`, `show`."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
import orjson

from explorer import position, show_screen, terminal
from licenses.text import decode
from storage import queries, subjects
from storage.archive import Archive, ArchiveError
from storage.commands import as_click_error

if TYPE_CHECKING:
    from licensedrift import Call


@contextmanager
def _open(call: Call) -> Iterator[Archive]:
    try:
        with Archive.read(call.database()) as archive:
            yield archive
    except ArchiveError as error:
        raise as_click_error(error) from error


@click.command()
@click.pass_obj
def snapshots(call: Call) -> None:
    """List the snapshots taken so far, oldest first.

    Example:  licensedrift snapshots --json
    """
    with _open(call) as archive:
        rows = queries.snapshots(archive.conn)
    call.answer(rows, terminal.snapshots(rows))


@click.command()
@click.argument("from_", metavar="[FROM]", required=False)
@click.argument("to", metavar="[TO]", required=False)
@click.option("--subject", metavar="SUBJECT", help="Only this one, as model:org/name.")
@click.option("--text", is_flag=True, help="Add the lines that differ of every changed text.")
@click.pass_obj
def diff(call: Call, from_: str | None, to: str | None, subject: str | None, text: bool) -> None:
    """Say what drifted between two snapshots: by default the last two.

    FROM and TO are snapshot numbers or times. With FROM alone, TO is the last snapshot.

    \b
    Example:  licensedrift diff
              licensedrift diff 2026-01-01 2026-06-30 --subject model:meta-llama/Llama-3.1-8B --text
    """
    with _open(call) as archive:
        try:
            first, last = _span(archive, from_, to)
            which = subjects.lookup(archive.conn, subject)[0] if subject else None
        except (queries.UnknownSnapshot, subjects.UnknownSubject) as error:
            raise click.UsageError(str(error)) from error
        if call.json:
            call.stream(_json_drift(archive, first, last, which))
        else:
            call.stream(_drift(archive, first, last, which, text=text))


def _json_drift(archive: Archive, first: int | None, last: int | None, subject: int | None) -> Iterator[str]:
    """`{"from", "to", "events"}`, an event a line: of years of a large archive there are too many to hold."""
    yield f'{{"from": {orjson.dumps(first).decode()}, "to": {orjson.dumps(last).decode()}, "events": '
    known = first is not None and last is not None
    yield from queries.json_list(
        queries.json_events(archive.conn, after=first, until=last or 0, subject=subject) if known else ()
    )
    yield "}\n"


def _drift(archive: Archive, first: int | None, last: int | None, subject: int | None, *, text: bool) -> Iterator[str]:
    rows = {row["id"]: row for row in queries.snapshots(archive.conn)}
    known = first is not None and last is not None

    def events(by_subject: bool) -> Iterator[dict[str, Any]]:
        return queries.each_event(archive.conn, after=first, until=last or 0, subject=subject, by_subject=by_subject)

    counts = queries.event_counts(archive.conn, after=first, until=last or 0, subject=subject) if known else []
    yield from terminal.drift(rows.get(first), rows.get(last), counts, events)
    if text and counts:
        yield from _text_diffs(archive, events(False))
    yield "\n"


def _span(archive: Archive, from_: str | None, to: str | None) -> tuple[int | None, int | None]:
    conn = archive.conn
    if from_ is None:
        return queries.last_two(conn)
    first = queries.resolve_snapshot(conn, from_)
    last = queries.last_two(conn)[1] if to is None else queries.resolve_snapshot(conn, to)
    if last is not None and first > last:
        raise queries.UnknownSnapshot(f"snapshot {first} is later than {last}: name the earlier one first")
    return first, last


def _text_diffs(archive: Archive, events: Iterator[dict[str, Any]]) -> Iterator[str]:
    for event in events:
        if event["kind"] == "text":
            sides = [_stored(archive, event[f"{side}_hash"]) for side in ("before", "after")]
            place = (event["evidence_after"] or {}).get("place", "")
            before, after = sides
            lines = difflib.unified_diff(
                before.splitlines(),
                after.splitlines(),
                f"{event['subject']} {place} {event['before_hash'][:12]}",
                f"{event['subject']} {place} {event['after_hash'][:12]}",
                lineterm="",
            )
            yield "\n\n" + "\n".join(map(terminal.safe, lines))


def _stored(archive: Archive, digest: str) -> str:
    return decode(archive.blobs.by_hash(bytes.fromhex(digest)) or b"")


@click.command()
@click.argument("subject")
@click.option("--at", metavar="SNAPSHOT|TIME", help="As of then, instead of now.")
@click.pass_obj
def show(call: Call, subject: str, at: str | None) -> None:
    """Show one subject's whole legal position: what is claimed, what was found, and the words.

    SUBJECT is model:org/name, dataset:org/name, space:org/name or terms:Service/Type; the kind may be left out
    where only one has the name.

    \b
    Example:  licensedrift show model:meta-llama/Llama-3.1-8B
              licensedrift show meta-llama/Llama-3.1-8B --at 2026-06-30
    """
    with _open(call) as archive:
        try:
            found = position.describe(archive, subject, at)
        except (queries.UnknownSnapshot, subjects.UnknownSubject) as error:
            raise click.UsageError(str(error)) from error
    call.answer(found, "" if call.json else show_screen.screen(found))
