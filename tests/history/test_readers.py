"""What readers of a large archive rely on: drift is told one by one, the same in every form."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pyarrow.parquet
import pytest
from click.testing import CliRunner

from benchmarks.snapshots import fill, row, snapshot
from licensedrift import door
from storage import events, queries
from storage.archive import Archive
from storage.changes import Change
from storage.export import export
from storage.import_export import restore
from storage.runs import Run
from storage.understanding import Understanding


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Five snapshots of 300 subjects, and in the last one a text of which two clauses changed."""
    path = tmp_path / "some.db"
    fill(path, 300, 5, 60)
    with Archive.open(path) as archive, archive.writing():
        below = [
            Change("clause", "tighter", True, role="license", clause="no-military", after='not "war"', at="2026-01-05"),
            Change("clause", "neutral", False, role="license", clause="as-is", before="old\x1b", at="2026-01-05"),
        ]
        change = Change(
            "text", "tighter", True, role="license", children=tuple(below),
            evidence_after={"place": "LICENSE", "start": 3, "parameters": {"users": 7}}, at="2026-01-05",
        )  # fmt: skip
        run = Run(5, "2026-01-05", "all", "bench")
        events.write(archive.conn, Change("file-moved", before="LICENSE.md"), subject=9, version=9, run=run)
        events.write(archive.conn, change, subject=7, version=7, run=run)
    return path


def test_drift_as_json_is_what_the_view_has(database: Path) -> None:
    told = json.loads(_run("diff", "--db", str(database), "--json", "1", "5"))
    with sqlite3.connect(database) as conn:
        conn.row_factory = sqlite3.Row
        rows = [dict(one) for one in conn.execute("select * from drift where snapshot > 1 order by id")]
    assert (told["from"], told["to"]) == (1, 5)
    assert [one["id"] for one in told["events"]] == [one["id"] for one in rows if one["parent"] is None]
    last = told["events"][-1]
    assert [one["clause"] for one in last["clauses"]] == ["no-military", "as-is"]
    assert last["evidence_after"] == {"place": "LICENSE", "start": 3, "parameters": {"users": 7}}
    flat = {one["id"]: one for event in told["events"] for one in (event, *event["clauses"])}
    for one in rows:
        for key in ("snapshot", "at", "subject", "kind", "direction", "before", "after", "before_hash"):
            assert flat[one["id"]][key] == one[key]
        assert flat[one["id"]]["substantive"] is bool(one["substantive"])
    with Archive.read(database) as archive:
        listed = queries.events(archive.conn, after=1, until=5)
    assert [{**one, "clauses": [clause | {"clauses": []} for clause in one["clauses"]]} for one in listed] == [
        {**one, "clauses": [clause | {"clauses": []} for clause in one["clauses"]]} for one in told["events"]
    ]


def test_drift_of_one_subject_is_all_in_one_place(database: Path) -> None:
    shown = _run("diff", "--db", str(database), "1", "5")
    told = json.loads(_run("diff", "--db", str(database), "--json", "1", "5"))["events"]
    loud = [event for event in told if event["substantive"]]
    headings = [line for line in shown.split("Recorded,")[0].splitlines() if line.startswith("model:")]
    assert sorted(headings) == sorted({event["subject"] for event in loud})
    assert f"{len(loud)} to read" in shown.splitlines()[0]
    assert f"{len(told) - len(loud)} without effect" in shown.splitlines()[0]
    quiet = shown.split("Recorded, no right or duty changed:\n")[1].splitlines()
    assert len(quiet) == len(told) - len(loud)


def test_snapshots_between_which_nothing_happened_have_no_events(database: Path) -> None:
    assert json.loads(_run("diff", "--db", str(database), "--json", "5", "5")) == {"from": 5, "to": 5, "events": []}
    assert "nothing changed" in _run("diff", "--db", str(database), "5", "5")


def test_status_counts_who_waits_for_their_files_and_can_be_read(database: Path) -> None:
    with sqlite3.connect(database) as conn:
        conn.execute("update current set files_behind = 0 where subject <= 20")
        conn.execute("update current set unavailable_since = '2026-01-02' where subject between 11 and 50")
        conn.execute("update subject set kind = 'space' where id > 290")
    told = json.loads(_run("status", "--db", str(database), "--json"))
    assert told["files_waiting_by_kind"] == {"model": 240, "space": 10}
    assert told["files_waiting"] == 250


def test_an_export_of_an_archive_that_nobody_wrote_to_leaves_all_files_as_they_are(
    database: Path, tmp_path: Path
) -> None:
    folder, told = tmp_path / "parquet", []
    with Archive.read(database) as archive:
        first = export(archive, folder, progress=lambda *said: told.append(said))
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    with Archive.read(database) as archive:
        again = export(archive, folder, progress=lambda *_: None)
    assert again == dict.fromkeys(first, 0)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()} == before
    assert ("catalog", 300, 300) in told and ("versions", first["versions"], first["versions"]) in told


def test_a_correction_without_a_snapshot_is_exported(database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "parquet"
    with Archive.read(database) as archive:
        export(archive, folder, progress=lambda *_: None)
    with Archive.open(database) as archive, archive.writing():
        archive.conn.execute("update current set license_found = 'mit' where subject = 3")
    with Archive.read(database) as archive:
        export(archive, folder, progress=lambda *_: None)
    catalog = pyarrow.parquet.read_table(folder / "catalog", columns=["subject", "license_found"]).to_pylist()
    assert len(catalog) == 300
    assert [one["subject"] for one in catalog if one["license_found"] == "mit"] == ["model:author-2/model-2"]


def test_nights_keep_their_catalogs_but_only_the_newest_identities(database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "parquet"
    with Archive.read(database) as archive:
        export(archive, folder, progress=lambda *_: None)
    with Archive.open(database) as archive:
        moved = row(7, "gpl-3.0", "manual", 9)
        snapshot(archive, Understanding(archive), 9, iter([moved]))
        written = export(archive, folder, progress=lambda *_: None)
    assert (written["catalog"], written["versions"], written["subjects"]) == (300, 1, 300)
    dates = ["snapshot_date=2026-01-05", "snapshot_date=2026-01-10"]
    assert sorted(path.name for path in (folder / "catalog").iterdir()) == dates
    assert [path.name for path in (folder / "subjects").iterdir()] == dates[1:]
    with Archive.open(tmp_path / "again.db") as archive:
        restore(archive, folder, progress=lambda *_: None)
        assert archive.conn.execute("select count(*) from catalog where gated = 'manual'").fetchone() == (1,)


def _run(*arguments: str) -> str:
    result = CliRunner().invoke(door, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout
