"""hub-protocol.md 7.6: two runs at once, the schedule, disks that refuse, other people's caches, the token.

M01 (killed runs) is tests/refresh/test_killed.py. M08 (webhooks) is not built: docs/protocol-cases.md says why.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace

import apscheduler.executors.base
import apscheduler.schedulers.base
import pytest
from apscheduler.schedulers.blocking import BlockingScheduler
from huggingface_hub import get_session

import schedules.daemon
import storage.archive
from crawler.hub import Hub
from crawler.settings import Contact, Network
from demo.faults import status
from schedules.configuration import load
from schedules.errors import RefreshError
from schedules.lock import Busy, locked
from schedules.refresh import refresh
from storage.archive import ArchiveError
from tests.hub_cases.one_model import D1, D2, D3, NAME, SUBJECT, TEXT, card, kinds, one_model, stored

FILES = {"README.md": card(), "LICENSE": TEXT}
ROOM = Path(__file__).parents[2]
TOKEN = "hf_tOkEnThAtNoBoDyMaySeE0123456789"


@pytest.fixture
def lab(tmp_path: Path):
    with one_model(tmp_path, FILES) as lab:
        yield lab


def command(lab, *arguments: str, **options) -> subprocess.CompletedProcess[str]:
    """The command line, as a person calls it."""
    call = [sys.executable, str(ROOM / "licensedrift.py"), *arguments, "--config", str(lab.config)]
    return subprocess.run(call, capture_output=True, text=True, timeout=120, cwd=ROOM, **options)


# M02


def test_m02_a_second_run_ends_with_a_status_of_its_own_and_touches_nothing(lab) -> None:
    lab.at(D1)
    lab.hub.log.clear()
    with locked(lab.database):
        ended = command(lab, "refresh")
        with pytest.raises(Busy):
            lab.again()
    assert ended.returncode == 75
    assert f"another refresh of {lab.database} runs (process {os.getpid()})" in ended.stderr
    assert lab.hub.log == []
    assert len(lab.rows("select id from runs")) == 1
    assert lab.again().status == "complete"


# M03


class Clock:
    """A time that only the test moves, in place of datetime within APScheduler."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, start: datetime) -> None:
        self.at = start
        clock = self

        class Told(datetime):
            @classmethod
            def now(cls, tz=None):
                return clock.at.astimezone(tz)

        for module in (apscheduler.schedulers.base, apscheduler.executors.base):
            monkeypatch.setattr(module, "datetime", Told)


def days(monkeypatch, lab, start: datetime, until: datetime, work: Callable[[int, Clock], object]):
    """Run the daemon from `start` to `until` without waiting. Returns when refreshes began, and what was said."""
    clock = Clock(monkeypatch, start)
    began: list[datetime] = []
    said: list[str] = []
    going_on: list[int] = []

    def told_refresh(*_args, **_options):
        assert going_on == [], "two refreshes at once"
        going_on.append(1)
        began.append(clock.at)
        try:
            work(len(began), clock)
        finally:
            going_on.clear()
        return SimpleNamespace(snapshot=len(began), status="complete", subjects=1, changed=0, failures=[])

    def main_loop(scheduler: BlockingScheduler) -> None:
        while scheduler.running:
            wait = scheduler._process_jobs()
            if wait is None or clock.at + timedelta(seconds=wait) > until:
                return
            clock.at += timedelta(seconds=wait)

    monkeypatch.setattr(schedules.daemon, "refresh", told_refresh)
    monkeypatch.setattr(BlockingScheduler, "_main_loop", main_loop)
    schedules.daemon.run(load(str(lab.config)), lab.database, at_once=False, say=said.append)
    return began, said


def test_m03_a_refresh_a_day_at_the_same_hour_of_utc_also_when_clocks_are_changed(lab, monkeypatch) -> None:
    for zone in ("Europe/Berlin", "America/New_York", "UTC"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        try:
            # Clocks go forward on March 8 (New York) and March 29 (Berlin), 2026.
            began, _ = days(
                monkeypatch, lab, datetime(2026, 3, 5, tzinfo=UTC), datetime(2026, 4, 2, tzinfo=UTC), lambda *_: None
            )
        finally:
            monkeypatch.delenv("TZ")
            time.tzset()
        assert began == [datetime(2026, 3, 5, 2, 17, tzinfo=UTC) + timedelta(days=day) for day in range(28)]


def test_m03_a_night_of_more_than_24_hours_overlaps_nothing_and_skips_nothing(lab, monkeypatch) -> None:
    def work(number: int, clock: Clock) -> None:
        clock.at += timedelta(hours=26 if number == 1 else 1)

    first = datetime(2026, 3, 5, 2, 17, tzinfo=UTC)
    began, said = days(monkeypatch, lab, first - timedelta(hours=1), first + timedelta(days=3, hours=2), work)
    # The second begins at once when the first is done; the third is on time again.
    assert began == [first, first + timedelta(hours=26), first + timedelta(days=2), first + timedelta(days=3)]
    assert not [line for line in said if "missed" in line]


def test_m03_nights_that_were_missed_are_made_up_for_once(lab, monkeypatch) -> None:
    def work(number: int, clock: Clock) -> None:
        clock.at += timedelta(hours=100 if number == 1 else 1)

    first = datetime(2026, 3, 5, 2, 17, tzinfo=UTC)
    began, _ = days(monkeypatch, lab, first - timedelta(hours=1), first + timedelta(days=5, hours=2), work)
    assert began == [first, first + timedelta(hours=100), first + timedelta(days=5)]


def test_m03_a_skipped_run_is_said_and_is_no_failure(lab, monkeypatch) -> None:
    def busy(*_: object) -> None:
        raise Busy("another refresh of archive.db runs (process 1)")

    start = datetime(2026, 3, 5, tzinfo=UTC)
    began, said = days(monkeypatch, lab, start, start + timedelta(days=5), busy)
    assert len(began) == 5  # more than give_up_after: being busy is not failing
    assert said.count("skipped: another refresh of archive.db runs (process 1)") == 5


def test_m03_so_many_failures_in_a_row_end_the_daemon(lab, monkeypatch) -> None:
    def fails(number: int, _clock: Clock) -> None:
        if number != 2:
            raise ArchiveError("archive.db: disk I/O error")

    start = datetime(2026, 3, 5, tzinfo=UTC)
    with pytest.raises(schedules.daemon.GaveUp, match=r"3 refreshes in a row have failed, the last: archive\.db: disk"):
        days(monkeypatch, lab, start, start + timedelta(days=30), fails)


def test_m03_a_defect_counts_as_a_failure_and_is_said(lab, monkeypatch) -> None:
    def breaks(*_: object) -> None:
        raise ZeroDivisionError("a defect")

    start = datetime(2026, 3, 5, tzinfo=UTC)
    with pytest.raises(schedules.daemon.GaveUp, match="ZeroDivisionError: a defect"):
        days(monkeypatch, lab, start, start + timedelta(days=30), breaks)


def test_m03_a_signal_in_the_middle_of_a_refresh_ends_the_daemon_with_its_number(lab, monkeypatch) -> None:
    before = signal.getsignal(signal.SIGTERM)
    start = datetime(2026, 3, 5, tzinfo=UTC)
    with pytest.raises(SystemExit) as ended:
        days(monkeypatch, lab, start, start + timedelta(days=3), lambda *_: signal.raise_signal(signal.SIGTERM))
    assert ended.value.code == 128 + signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) is before


# M04


def state_of(lab) -> tuple[object, ...]:
    """What the next refresh goes by, and what readers see."""
    with lab.archive() as archive:
        marks = archive.conn.execute("select subject, version, row_hash, sha, files_behind from current").fetchall()
    return marks, lab.snapshots(), stored(lab)


@contextmanager
def unprivileged() -> Iterator[None]:
    """Not root, whom no permission holds up."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("lock_too", [True, False], ids=["folder", "database-alone"])
def test_m04_a_read_only_archive_is_an_error_and_moves_no_mark(lab, lock_too: bool) -> None:
    lab.at(D1)
    lab.world.put("models", NAME, date=D2, files={"README.md": card("gpl-3.0")})
    before = state_of(lab)
    lab.hub.at(D3)
    config = load(str(lab.config))
    folders = [lab.folder, *lab.folder.parents[:2]]
    modes = {path: path.stat().st_mode for path in [*folders, *lab.folder.iterdir()]}
    try:
        for path in modes:
            path.chmod(0o555 if path.is_dir() else 0o444)
        if not lock_too:
            lab.database.with_name("archive.db.lock").chmod(0o666)
        with unprivileged(), pytest.raises((RefreshError, ArchiveError), match=r"archive\.db"):
            refresh(config, lab.database)
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
    assert state_of(lab) == before
    assert "claim" in kinds(lab.again())
    lab.sound()


def test_m04_a_locked_archive_is_an_error_and_moves_no_mark(lab, monkeypatch) -> None:
    monkeypatch.setattr(storage.archive, "BUSY_MILLISECONDS", 20)
    lab.at(D1)
    lab.world.put("models", NAME, date=D2, files={"README.md": card("gpl-3.0")})
    before = state_of(lab)
    other = sqlite3.connect(lab.database, isolation_level=None)
    other.execute("begin immediate")
    try:
        with pytest.raises(ArchiveError, match="database is locked"):
            lab.at(D3)
    finally:
        other.execute("rollback")
        other.close()
    assert state_of(lab) == before
    assert "claim" in kinds(lab.again())
    lab.sound()


def test_m04_a_full_disk_is_an_error_and_moves_no_mark(lab) -> None:
    lab.at(D1)
    noise = Random(1).randbytes(300_000).hex().encode()
    lab.world.put("models", NAME, date=D2, files={"README.md": card("gpl-3.0") + noise, "LICENSE": TEXT + noise[:9]})
    before = state_of(lab)
    lab.hub.at(D3)
    # No file may grow beyond this: the kernel's answer is then that of a disk without room.
    limit = lab.database.stat().st_size + 40_000

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    env = {**os.environ, "LICENSEDRIFT_NOW": D3}
    ended = command(lab, "refresh", "--json", env=env, preexec_fn=full)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr and "archive.db" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
    assert state_of(lab) == before
    result = lab.at(D3)
    assert (result.status, "claim" in kinds(result)) == ("complete", True)
    lab.sound()


def test_m04_no_room_for_a_lock_is_an_error(tmp_path: Path, monkeypatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(RefreshError, match=r"archive\.db\.lock: No space left"), locked(tmp_path / "archive.db"):
        pass
    monkeypatch.undo()
    with locked(tmp_path / "archive.db"):
        pass


# M05, M06, M07


def test_m05_a_spoiled_file_in_hf_home_does_no_harm(lab, tmp_path: Path) -> None:
    home = tmp_path / "hf"
    home.mkdir()
    (home / ".agent_harnesses.json").write_text("[]")
    env = {name: value for name, value in os.environ.items() if "TELEMETRY" not in name and name != "DO_NOT_TRACK"}
    ended = command(lab, "refresh", "--json", env={**env, "HF_HOME": str(home), "LICENSEDRIFT_NOW": D1})
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout)["status"] == "complete"
    assert [entry.path for entry in lab.hub.log if "harness" in entry.path or "telemetry" in entry.path] == []
    assert all("agent/" not in (entry.headers.get("user-agent") or "") for entry in lab.hub.log)


def test_m06_anonymous_is_anonymous_whatever_lies_about(lab, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    hub = Hub(lab.hub.url, None, Network(allow=["127.0.0.1"]), Contact())
    hub.info("model", NAME)
    hub.file("model", NAME, None, "LICENSE")
    hub.close()
    monkeypatch.delenv("HF_TOKEN")
    home = tmp_path / "hf"
    home.mkdir()
    (home / "token").write_text(TOKEN)
    env = {**os.environ, "HF_HOME": str(home), "HF_TOKEN": "", "LICENSEDRIFT_NOW": D1}
    assert command(lab, "refresh", env=env).returncode == 0
    assert lab.hub.log and all("authorization" not in entry.headers for entry in lab.hub.log)


def test_m06_who_uses_huggingface_hub_next_gets_its_own_client(lab) -> None:
    hub = Hub(lab.hub.url, TOKEN, Network(allow=["127.0.0.1"]), Contact())
    assert not get_session().follow_redirects
    hub.close()
    assert get_session().follow_redirects


def test_m07_the_token_is_in_no_output_and_no_file(tmp_path: Path) -> None:
    with one_model(tmp_path, FILES, lfs=("LICENSE",)) as lab:
        lab.hub.tokens[TOKEN] = {}
        echoed = f"<html>You sent: Authorization: Bearer {TOKEN}</html>"
        lab.hub.faults.add(path="/api/models/lark/two", times=99, fault=status(403, echoed))
        long = {"X-Error-Message": "x" * 185 + TOKEN}
        lab.hub.faults.add(path="/api/models/lark/three", times=99, fault=status(400, "", long))
        lab.hub.faults.add(path="/api/models/lark/four", times=99, fault=status(200, f"Bearer {TOKEN}"))
        lab.hub.faults.add(
            path="/api/models/lark/five", times=99, fault=status(302, "", {"Location": f"http://[{TOKEN}"})
        )
        lab.watch(models=[NAME, "lark/two", "lark/three", "lark/four", "lark/five"])
        env = {**os.environ, "HF_TOKEN": TOKEN, "HF_DEBUG": "1", "LICENSEDRIFT_NOW": D1}
        ended = command(lab, "refresh", "--json", env=env)
        assert ended.returncode == 3, ended.stderr[-500:]
        assert "Send: curl" in ended.stderr
        assert len(json.loads(ended.stdout)["failures"]) == 4
        assert TOKEN[:12] not in ended.stdout + ended.stderr
        assert lab.catalog(SUBJECT)["license_claimed"] == "mit"
        by_token = [entry for entry in lab.hub.log if entry.bucket != "cdn"]
        assert all(entry.headers.get("authorization") == f"Bearer {TOKEN}" for entry in by_token)
        for path in tmp_path.rglob("*"):
            assert TOKEN[:12].encode() not in path.read_bytes(), path


def test_m07_a_refused_token_is_said_without_it(lab) -> None:
    env = {**os.environ, "HF_TOKEN": TOKEN, "LICENSEDRIFT_NOW": D1}
    ended = command(lab, "refresh", env=env)
    assert ended.returncode == 4
    assert "the Hub refuses the token of HF_TOKEN" in ended.stderr
    assert TOKEN[:12] not in ended.stdout + ended.stderr
