"""Killed in the middle of a sweep, of files, of a backfill, of reading again, of an export: no trace is left."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import licenses.reading
import storage.understanding
from demo.world import World
from tests.refresh.lab import Lab, laboratory
from tests.refresh.test_killed import content

D1, D2 = "2026-03-01T09:00:00Z", "2026-04-01T09:00:00Z"
SOAK_KILLS = 30
PATIENCE = 60  # seconds that a command may take to begin
CARD = b"---\nlicense: %s\n---\n# M\n"
TERMS = "Wren License {n}\n\n1. You may use, copy and change the model number {n} for any purpose.\n"
MORE = TERMS + "2. You may not use the model number {n} to train other models.\n"
ALL = {"all_models": True, "models_more": "files_per_refresh = 0"}


def world(count: int = 30) -> World:
    made = World()
    for number in range(count):
        name = f"wren/m{number:03}"
        files = {"README.md": CARD % b"mit", "LICENSE": TERMS.format(n=number).encode()}
        made.put("models", name, date="2026-02-01", files=files)
        if number % 2:
            files = {"README.md": CARD % b"other", "LICENSE": MORE.format(n=number).encode()}
            made.put("models", name, date="2026-03-15", files=files)
    made.rename("models", "wren/m000", "wren/zero", date="2026-03-16")
    made.delete("models", "wren/m002", date="2026-03-17")
    made.set("models", "wren/m004", date="2026-03-17", gated="auto")
    return made


def exported(lab: Lab) -> dict[str, Any]:
    """The rows of all that was exported, in any order."""
    import pyarrow.parquet as pq

    found: dict[str, list[str]] = {}
    for path in sorted((lab.folder / "parquet").glob("*/*/*")):
        assert path.suffix == ".parquet"
        found.setdefault(path.parent.parent.name, []).extend(map(repr, pq.ParquetFile(path).read().to_pylist()))
    return {name: sorted(rows) for name, rows in found.items()}


@dataclass(frozen=True)
class Work:
    """A command, the archive that it begins with, and what is to be as if nothing had been."""

    command: tuple[str, ...]
    prepare: Callable[[Lab], object]
    seen: Callable[[Lab], dict[str, Any]] = content


def swept_before(lab: Lab) -> None:
    lab.watch(**ALL).at(D1)


def files_wait(lab: Lab) -> None:
    swept_before(lab)
    lab.watch(all_models=True, models_more="files_per_refresh = 100")


def read_by_other_rules(lab: Lab) -> None:
    with pytest.MonkeyPatch.context() as former:
        for place in (licenses.reading, storage.understanding):
            former.setattr(place, "RULES_VERSION", "1999.1.1")
        lab.watch(authors=["wren"]).at(D1)


def exported_before(lab: Lab) -> None:
    lab.watch(authors=["wren"]).at(D1)
    assert start(lab, WORK["export"].command).wait() == 0
    lab.at(D2)


NAMES = tuple(f"model:wren/m{number:03}" for number in range(5, 15))
WORK = {
    "sweep": Work(("refresh",), swept_before),
    "files": Work(("refresh",), files_wait),
    "backfill": Work(("backfill", *NAMES), lambda lab: lab.watch(authors=["wren"]).at(D2)),
    "reinterpret": Work(("reinterpret",), read_by_other_rules),
    "export": Work(("export", "parquet"), exported_before, exported),
}


def start(lab: Lab, command: tuple[str, ...]) -> subprocess.Popen[bytes]:
    name, *arguments = command
    return subprocess.Popen(
        [sys.executable, "-m", "licensedrift", name, "--config", str(lab.config), *arguments],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=lab.folder, start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip


def begun(lab: Lab, process: subprocess.Popen[bytes]) -> None:
    """Wait for the first request, or for the lock; exports take neither, and begin with their folder's first change."""
    folder = lab.folder / "parquet"
    before = newest(folder)
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        if len(lab.hub.log) or newest(folder) != before or lab.database.with_name("archive.db-wal").exists():
            return
        time.sleep(0.002)


def newest(folder: Path) -> int:
    return max((path.stat().st_mtime_ns for path in folder.glob("*") if path.exists()), default=0)


@contextmanager
def copies(folder: Path, work: Work) -> Iterator[Callable[[str], Lab]]:
    """Gives the archive that the work begins with, anew for each name."""
    with laboratory(folder / "first", world(), D1) as lab:
        work.prepare(lab)
        lab.hub.at(D2)
        os.environ["LICENSEDRIFT_NOW"] = D2

        def copy(name: str) -> Lab:
            shutil.copytree(lab.folder, folder / name)
            lab.hub.log.clear()
            return Lab(folder / name, lab.hub, lab.world)

        yield copy


def kills(folder: Path, work: Work, count: int, seed: int) -> None:
    chance, interrupted = random.Random(seed), 0
    with copies(folder, work) as copy:
        undisturbed = copy("undisturbed")
        process = start(undisturbed, work.command)
        begun(undisturbed, process)
        began = time.monotonic()
        assert process.wait() == 0
        lasted = time.monotonic() - began
        wanted, snapshots = work.seen(undisturbed), len(undisturbed.snapshots())
        for number in range(count):
            lab = copy(f"killed-{number}")
            process = start(lab, work.command)
            begun(lab, process)
            time.sleep(chance.uniform(0, lasted))
            interrupted += process.poll() is None
            process.kill()
            process.wait()
            # A refresh that had ended before the kill is done; one night more would make the missing gone.
            if work.command != ("refresh",) or len(lab.snapshots()) < snapshots:
                assert start(lab, work.command).wait() == 0
            assert work.seen(lab) == wanted, f"kill number {number} left a trace"
            lab.sound()
    print(f"{count} kills, {interrupted} of them before the end")
    assert interrupted or count < 10


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", WORK)
def test_two_kills_leave_no_trace(tmp_path: Path, name: str) -> None:
    if name == "export":
        pytest.importorskip("pyarrow", reason="the extra [parquet] is not installed")
    kills(tmp_path, WORK[name], 2, seed=20261125)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", WORK)
def test_thirty_kills_leave_no_trace(tmp_path: Path, name: str) -> None:
    if name == "export":
        pytest.importorskip("pyarrow", reason="the extra [parquet] is not installed")
    kills(tmp_path, WORK[name], SOAK_KILLS, seed=7)
