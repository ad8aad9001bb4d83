"""How the archive is doing: sizes, the last run, what still waits."""

from __future__ import annotations

from typing import Any

import orjson

from storage import runs
from storage.archive import Archive


def status(archive: Archive) -> dict[str, Any]:
    """Counts, bytes of the file, last run and last snapshot (as the views have them), failures of the last run."""
    conn = archive.conn
    subjects, versions, texts, waiting = conn.execute(
        "select (select count(*) from subject), (select count(*) from version), (select count(*) from blob),"
        " (select count(*) from current where files_behind = 1 and unavailable_since is null)"
    ).fetchone()
    by_kind = conn.execute(
        "select s.kind, count(*) from current c join subject s on s.id = c.subject"
        " where c.files_behind = 1 and c.unavailable_since is null group by s.kind order by s.kind"
    ).fetchall()
    last = runs.last(archive, snapshots=False)
    return {
        "subjects": subjects,
        "versions": versions,
        "texts": texts,
        "bytes": archive.path.stat().st_size,
        "files_waiting": waiting,
        "files_waiting_by_kind": dict(by_kind),
        "last_run": last,
        "last_snapshot": runs.last(archive),
        "failures": orjson.loads(last["failures"]) if last else [],
    }
