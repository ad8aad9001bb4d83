"""A backup that is stopped, or cannot be written, leaves nothing behind and says what it was."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.world import World
from storage.backup import backup
from tests.refresh.lab import Lab, laboratory

NOON = "2026-01-02T00:00:00Z"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    world = World()
    for number in range(30):
        world.put("models", f"wren/m{number}", date="2026-01-01", files={"README.md": os.urandom(9_000)})
    with laboratory(tmp_path / "ours", world, NOON) as lab:
        lab.watch(authors=["wren"]).at(NOON)
        yield lab


@pytest.mark.parametrize("stopped_in", ["bytes copied", "checking the copy, bytes"])
@pytest.mark.parametrize("stop", [KeyboardInterrupt(), SystemExit(143)])
def test_a_signal_stops_it_at_once_and_leaves_nothing(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped_in: str, stop: BaseException
) -> None:
    """A signal is raised wherever Python runs meanwhile: where it is told how far the backup is."""
    monkeypatch.setattr("storage.backup.EVERY", 0)

    def progress(what: str, _done: int, _of: int | None) -> None:
        if what == stopped_in:
            raise stop

    (tmp_path / "copies").mkdir()
    with lab.archive() as archive, pytest.raises(type(stop)):
        backup(archive, tmp_path / "copies" / "copy.db", progress)
    assert list((tmp_path / "copies").iterdir()) == []
    with lab.archive() as archive:
        assert backup(archive, tmp_path / "copies" / "copy.db") > 0


@pytest.mark.parametrize("command", [["backup", "FILE/copy.db"], ["import-hub", "EXPORT", "--db", "FILE/again.db"]])
def test_a_place_below_a_file_is_one_line_with_status_1(lab: Lab, tmp_path: Path, command: list[str]) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / "file").write_text("no folder")
    words = [word.replace("FILE", str(tmp_path / "file")).replace("EXPORT", str(tmp_path / "pq")) for word in command]
    ours = [sys.executable, "-m", "licensedrift", "--config", str(lab.config)]
    subprocess.run([*ours, "export", str(tmp_path / "pq")], check=True, capture_output=True, timeout=60)
    ended = subprocess.run([*ours, *words], capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, len(ended.stderr.splitlines())) == (1, 1), ended.stderr


def test_a_full_disk_leaves_nothing(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "copies").mkdir()
    line = f"ulimit -f 20; exec '{sys.executable}' -m licensedrift --config '{lab.config}' backup \"$1\""
    ended = subprocess.run(
        ["bash", "-c", line, "backup", str(tmp_path / "copies" / "copy.db")],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (ended.returncode, len(ended.stderr.splitlines())) == (1, 1), ended.stderr
    assert list((tmp_path / "copies").iterdir()) == []
