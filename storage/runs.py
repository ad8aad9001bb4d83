"""Runs: one row a refresh, from its first second on; a snapshot is a run that reached its end.

While a run goes on, what it saw is staged in `pending`. Only `finish` turns that into versions and events, in the
transaction that also marks the run as done: a snapshot appears whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import orjson

from storage import sweeps
from storage.archive import Archive
from storage.records import Failure, Observation
from storage.staging import Staging
from storage.sweeps import Sweep


@dataclass
class Run:
    """A refresh that is going on. `id` is the snapshot's id once it is finished."""

    id: int
    started_at: str
    scope: str
    rules_version: str
    failures: list[Failure] = field(default_factory=list)
    staging: Staging = field(default_factory=Staging)
    sweeps: dict[str, Sweep] = field(default_factory=dict)  # of the run before, to be taken up


def begin(
    archive: Archive, *, started_at: str, scope: str, tool_version: str, rules_version: str,
    take_up_since: Mapping[str, str] | None = None,
) -> Run:  # fmt: skip
    """Write the run's row. Runs that were killed before are marked `interrupted`, and what they staged is dropped.

    `take_up_since` gives a time by the status of the last run: its sweeps that had come so far since then are taken up,
    with what it staged if it was killed (`running`).
    """
    with archive.writing():
        former, since = _broken_off(archive, tool_version, take_up_since or {})
        found = sweeps.kept(archive, former) if former is not None else {}
        # One from later than now is of a clock that was wrong: it would never grow old.
        taken = {watch: one for watch, one in found.items() if since <= one.at <= started_at}
        archive.conn.execute("update run set status = 'interrupted' where status = 'running'")
        if not taken:
            archive.conn.execute("delete from pending")
        sweeps.forget(archive)
        cursor = archive.conn.execute(
            "insert into run (started_at, status, scope, tool_version, rules_version) values (?, 'running', ?, ?, ?)",
            (started_at, scope, tool_version, rules_version),
        )
        run = Run(int(cursor.lastrowid or 0), started_at, scope, rules_version, sweeps=taken)
        if taken and former is not None:
            run.staging.adopt(archive, former, run.id)
            for watch, sweep in taken.items():
                sweeps.keep(archive, watch, msgspec.structs.replace(sweep, run=run.id))
    return run


def _broken_off(archive: Archive, tool_version: str, since: Mapping[str, str]) -> tuple[int | None, str]:
    """The last run, if it was a whole one of this version with one of these statuses, and the time for that one."""
    row = archive.conn.execute("select id, status, scope, tool_version from run order by id desc limit 1").fetchone()
    if row is None or tuple(row[2:]) != ("all", tool_version) or row[1] not in since:
        return None, ""
    return int(row[0]), since[row[1]]


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
    sweeps.leave(archive, run.id)
    archive.conn.execute(
        "update run set status = ?, finished_at = ?, subjects = ?, changed = ?, events = ?, requests = ?,"
        " bytes = ?, failures = ?, size = ? where id = ?",
        (
            status,
            finished_at,
            subjects,
            changed,
            events,
            orjson.dumps(requests).decode(),
            received,
            orjson.dumps([msgspec.to_builtins(failure) for failure in failures]).decode("utf-8", "replace"),
            _size(archive),
            run.id,
        ),
    )


def _size(archive: Archive) -> int:
    """The bytes of the pages in use, those of the transaction that is open included."""
    pages, free, page = (
        archive.conn.execute(f"pragma {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * page)


def last(archive: Archive, *, snapshots: bool = True) -> dict[str, Any] | None:
    """The newest snapshot (or run), as the view has it; None when there is none."""
    view = "snapshots" if snapshots else "runs"
    rows = list(archive.db.query(f"select * from {view} order by id desc limit 1"))
    return rows[0] if rows else None
