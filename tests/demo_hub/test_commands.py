"""The commands that show a Hub: `python -m demo.serve` and `python -m demo`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from demo.serve import SAMPLE
from demo.world import World

ROOT = Path(__file__).parents[2]
ENV = {**os.environ, "PYTHONPATH": str(ROOT)}


def test_a_served_hub_moves_as_it_is_told() -> None:
    command = [sys.executable, "-m", "demo.serve", "--control", "--at", "2026-01-15", "--quota", "api=2/300"]
    with subprocess.Popen(command, env=ENV, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert requests.get(f"{url}/api/models/sparrowlab/wren", timeout=10).json()["id"] == "sparrowlab/wren"
        for line, answer in (("2026-03-25", "now 2026-03-25"), ("tomorrow", "error")):
            process.stdin.write(line + "\n")
            process.stdin.flush()
            assert process.stdout.readline().startswith(answer)
        moved = requests.get(f"{url}/api/models/sparrowlab/wren", timeout=10, allow_redirects=False)
        assert moved.headers["Location"] == "/api/models/sparrow-research/wren"
        assert requests.get(f"{url}/api/models", timeout=10).status_code == 429
        process.stdin.close()
        assert process.wait(10) == 0


def test_a_folder_that_holds_no_world_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "demo.serve", str(tmp_path)]
    done = subprocess.run(command, env=ENV, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert "dated folders" in done.stderr


def test_the_sample_shows_what_it_is_for() -> None:
    world = World.from_folder(SAMPLE)
    first, last = world.names("models", "2026-01-15"), world.names("models", "2026-03-25")
    assert set(first) - set(last) == {"sparrowlab/wren", "oldfield/sorrel-2b"}
    assert set(last) - set(first) == {"sparrow-research/wren"}


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("demonstration")
    done = subprocess.run(
        [sys.executable, "-m", "demo"], cwd=folder, env=ENV, capture_output=True, text=True, timeout=250
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout


def test_the_demo_tells_what_drifted(demonstration: tuple[Path, str]) -> None:
    told = " ".join(demonstration[1].split())
    first, second = told.split("between snapshots 1 and 2")[1].split("between snapshots 2 and 3")
    for words in (
        "basalt/obsidian-70b",
        "tidewater/harbor-13b",
        " 50 ",
        "LICENSE → LICENSE.txt",
        "quillworks/finch-3b",
    ):
        assert words in first
    for words in ("northlight/aurora-7b", "oldfield/sorrel-2b", "sparrow-research/wren", "cc-by-nc-4.0"):
        assert words in second


def test_the_demo_leaves_an_archive_to_look_at_and_can_be_run_again(demonstration: tuple[Path, str]) -> None:
    folder, _ = demonstration
    database = str(folder / "demo-archive" / "licensedrift.db")
    for command in (["verify"], ["snapshots"], ["diff", "1", "3"], ["show", "model:quillworks/finch-3b"]):
        done = subprocess.run(
            [sys.executable, "-m", "licensedrift", "--db", database, *command],
            env=ENV, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stdout
    again = subprocess.run(
        [sys.executable, "-m", "demo", "--at", "2026-01-15"], cwd=folder, env=ENV, capture_output=True, timeout=120
    )
    assert again.returncode == 0


def test_the_demo_touches_no_folder_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "demo-archive").mkdir()
    (tmp_path / "demo-archive" / "licensedrift.db").write_text("precious")
    done = subprocess.run([sys.executable, "-m", "demo"], cwd=tmp_path, env=ENV, capture_output=True, timeout=60)
    assert done.returncode == 1
    assert (tmp_path / "demo-archive" / "licensedrift.db").read_text() == "precious"
