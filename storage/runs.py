"""Runs: one row a refresh, from its first second on; a snapshot is a run that reached its end.

While a run goes on, what it saw is staged in `pending`. Only `finish` turns that into versions and events, in the
transaction that also marks the run as done: a snapshot appears whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import orjson

from storage.archive import Archive
from storage.records import Failure, Observation
from storage.staging import Staging


@dataclass
class Run:
    """A refresh that is going on. `id` is the snapshot's id once it is finished."""

    id: int
    started_at: str
    scope: str
    rules_version: str
    failures: list[Failure] = field(default_factory=list)
    staging: Staging = field(default_factory=Staging)


def begin(archive: Archive, *, started_at: str, scope: str, tool_version: str, rules_version: str) -> Run:
    """Write the run's row. Runs that were killed before are marked `interrupted`, and what they staged is dropped."""
    with archive.writing():
        archive.conn.execute("update run set status = 'interrupted' where status = 'running'")
        archive.conn.execute("delete from pending")
        cursor = archive.conn.execute(
            "insert into run (started_at, status, scope, tool_version, rules_version) values (?, 'running', ?, ?, ?)",
            (started_at, scope, tool_version, rules_version),
        )
    return Run(int(cursor.lastrowid or 0), started_at, scope, rules_version)


def stage(archive: Archive, run: Run, observations: Sequence[Observation]) -> None:
    """Put observations aside, in one transaction; nobody sees them before `finish`."""
    run.staging.put(archive, run.id, observations)


def count_staged(run: Run) -> int:
    """How many subjects the run has staged; exact once they were read, else one seen twice may count twice."""
    return run.staging.count


def staged(archive: Archive, run: Run) -> Iterator[Observation]:
    """What the run staged, each subject once."""
    return run.staging.read(archive, run.id)


def close(
    archive: Archive,
    run: Run,
    *,
    status: str,
    finished_at: str,
    subjects: int,
    changed: int,
    events: int,
    requests: dict[str, int],
    received: int,
    failures: Sequence[Failure],
) -> None:
    """Write how the run ended. Called inside the transaction that records its versions."""
    archive.conn.execute("delete from pending where run = ?", (run.id,))
    archive.conn.execute(
        "update run set status = ?, finished_at = ?, subjects = ?, changed = ?, events = ?, requests = ?,"
        " bytes = ?, failures = ? where id = ?",
        (
            status,
            finished_at,
            subjects,
            changed,
            events,
            orjson.dumps(requests).decode(),
            received,
            orjson.dumps([msgspec.to_builtins(failure) for failure in failures]).decode("utf-8", "replace"),
            run.id,
        ),
    )


def last(archive: Archive, *, snapshots: bool = True) -> dict[str, Any] | None:
    """The newest snapshot (or run), as the view has it; None when there is none."""
    view = "snapshots" if snapshots else "runs"
    rows = list(archive.db.query(f"select * from {view} order by id desc limit 1"))
    return rows[0] if rows else None
