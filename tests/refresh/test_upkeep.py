"""What keeps an archive in order loses nothing; status tells how long what waits will take."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from licensedrift import door
from schedules.configuration import load
from schedules.queue_forecast import forecast
from schedules.upkeep import upkeep
from storage.archive import Archive
from storage.backup import backup
from storage.verify import verify
from tests.hub_cases.bench import D1, D2, flock
from tests.refresh.lab import Lab, laboratory
from tests.refresh.test_killed import content

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)


@pytest.fixture
def lab(tmp_path: Path):
    with laboratory(tmp_path, flock(), D1) as lab:
        yield lab.watch(all_models=True, models_more="files_per_refresh = 2")


def with_copies(lab: Lab, keep: int) -> None:
    lab.config.write_text(lab.config.read_text() + f'[schedule]\nbackup_folder = "copies"\nkeep_backups = {keep}\n')


def test_upkeep_loses_nothing_but_old_captures_and_surplus_copies(lab: Lab) -> None:
    lab.at(D1)
    lab.at(D2)
    with Archive.open(lab.database) as archive, archive.writing():
        for at in ("2025-01-01T00:00:00Z", "2026-02-01T00:00:00Z"):
            archive.conn.execute(
                "insert into rejected (subject, url, run, fetched_at, reason, size, data) values"
                " ('terms:X/Y', 'https://x.example', 1, ?, 'a wall', 0, x'')", (at,),
            )  # fmt: skip
    before = content(lab)
    with_copies(lab, keep=2)
    for hour in ("09", "10", "11"):
        os.environ["LICENSEDRIFT_NOW"] = f"2026-03-10T{hour}:00:00Z"
        upkeep(load(str(lab.config)), lab.database)
    assert content(lab) == before
    lab.sound()
    with lab.archive() as archive:
        left = [row[0][:4] for row in archive.conn.execute("select fetched_at from rejected")]
    assert left == ["2026"]
    copies = sorted((lab.folder / "copies").iterdir())
    assert [copy.name[24:26] for copy in copies] == ["10", "11"]
    with Archive.read(copies[-1]) as archive:
        assert verify(archive)["damaged"] == []


def test_statistics_are_of_all_rows_and_not_of_the_first(lab: Lab) -> None:
    """What is guessed from the first rows of an index made SQLite read all versions of millions for one question."""
    lab.at(D1)
    with Archive.open(lab.database) as archive, archive.writing():
        names = ["aaa/the-same"] * 4000 + [f"b/{number}" for number in range(4000)]
        archive.conn.executemany("insert into subject (kind, name) values ('model', ?)", [(name,) for name in names])
    upkeep(load(str(lab.config)), lab.database)
    with lab.archive() as archive:
        (found,) = archive.conn.execute("select stat from sqlite_stat1 where idx = 'subject_name'").fetchone()
        (rows,) = archive.conn.execute("select count(*) from subject").fetchone()
    assert found.split()[:2] == [str(rows), "2"]  # rows, and how many have the same name on average


def test_a_backup_says_how_far_it_is(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.at(D1)
    monkeypatch.setattr("storage.backup.EVERY", 0)
    told: list[tuple[str, int, int | None]] = []
    with lab.archive() as archive:
        size = backup(archive, lab.folder / "copy.db", lambda *said: told.append(said))
    copied = [(done, of) for what, done, of in told if what == "bytes copied"]
    assert copied and all(of is not None and 0 <= done <= of and size <= of for done, of in copied)
    assert any("checking" in what for what, _, _ in told)


def test_a_file_of_somebody_else_is_not_taken_for_a_surplus_copy(lab: Lab) -> None:
    lab.at(D1)
    with_copies(lab, keep=1)
    (lab.folder / "copies").mkdir()
    mine = lab.folder / "copies" / "licensedrift-2026.db"
    mine.write_text("mine")
    upkeep(load(str(lab.config)), lab.database)
    assert mine.read_text() == "mine"


def test_the_command_does_it_once_and_ends(lab: Lab) -> None:
    lab.at(D1)
    done = CliRunner().invoke(door, ["schedule", "--upkeep", "--config", str(lab.config)])
    assert (done.exit_code, "in order" in done.output) == (0, True)


def test_status_says_how_much_waits_and_until_when(lab: Lab) -> None:
    lab.at(D1)
    said = CliRunner().invoke(door, ["status", "--config", str(lab.config)]).output
    assert "6 repositories" in said and "3 more refreshes" in said and "done on 2026-01-13" in said
    lab.again()
    lab.again()
    lab.again()
    assert "wait" not in CliRunner().invoke(door, ["status", "--config", str(lab.config)]).output


@pytest.mark.parametrize(("waiting", "refreshes", "done"), [
    (1, 1, "2026-03-11"), (2000, 1, "2026-03-11"), (2001, 2, "2026-03-12"), (3_000_000, 1500, "2030-04-18"),
])  # fmt: skip
def test_the_forecast_is_by_schedule(lab: Lab, waiting: int, refreshes: int, done: str) -> None:
    lab.watch(all_models=True)
    told = forecast(load(str(lab.config)), {"model": waiting}, NOW)
    assert (told["refreshes"], str(told["done"])[:10]) == (refreshes, done)


def test_what_no_refresh_reads_has_no_date(lab: Lab) -> None:
    lab.watch(all_models=True, models_more="files_per_refresh = 0")
    assert forecast(load(str(lab.config)), {"model": 5}, NOW)["refreshes"] is None
