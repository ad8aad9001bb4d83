"""How the archive is doing: sizes, the last run, what still waits."""

from __future__ import annotations

from typing import Any

import orjson

from storage import runs
from storage.archive import Archive

REPOSITORIES = ("dataset", "model", "space")  # what has files


def status(archive: Archive) -> dict[str, Any]:
    """Counts, bytes of the file, last run and last snapshot (as the views have them), failures of the last run."""
    conn = archive.conn
    subjects, versions, texts = conn.execute(
        "select (select count(*) from subject), (select count(*) from version), (select count(*) from blob)"
    ).fetchone()
    by_kind = _waiting(archive)
    last = runs.last(archive, snapshots=False)
    return {
        "subjects": subjects,
        "versions": versions,
        "texts": texts,
        "bytes": archive.path.stat().st_size,
        "files_waiting": sum(by_kind.values()),
        "files_waiting_by_kind": by_kind,
        "last_run": last,
        "last_snapshot": runs.last(archive),
        "failures": orjson.loads(last["failures"]) if last else [],
    }


def _waiting(archive: Archive) -> dict[str, int]:
    """How many repositories of each kind wait for their files; kinds of which none does are left out.

    Two questions that an index answers: all who wait, less the few who are not there at present. One that looks at
    both in each row takes seconds on millions.
    """
    counts = ", ".join("count(*) filter (where s.kind = ?)" for _ in REPOSITORIES)
    all_of_them, not_there = (
        archive.conn.execute(
            f"select {counts} from current c indexed by {index} cross join subject s on s.id = c.subject where {which}",
            REPOSITORIES,
        ).fetchone()
        for index, which in (
            ("current_behind", "c.files_behind = 1"),
            ("current_unavailable", "c.unavailable_since is not null and c.files_behind = 1"),
        )
    )
    waiting = zip(REPOSITORIES, all_of_them, not_there, strict=True)
    return {kind: count - gone for kind, count, gone in waiting if count > gone}
