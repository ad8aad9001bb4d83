"""Where the answer goes, and what becomes of a command whose reader, disk or terminal is not there any more."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import faults
from demo.world import World
from tests.refresh.lab import Lab, laboratory

D1 = "2026-05-01T09:00:00Z"
COMMAND = [sys.executable, "-m", "licensedrift"]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    world = World()
    world.put("models", "wren/one", date="2026-04-01", files={"README.md": b"---\nlicense: mit\n---\n"})
    with laboratory(tmp_path, world, D1) as lab:
        lab.watch(models=["wren/one"]).at(D1)
        yield lab


def in_shell(lab: Lab, line: str) -> subprocess.CompletedProcess[str]:
    """A command line of bash, in which `licensedrift` is ours."""
    ours = f"licensedrift() {{ '{sys.executable}' -m licensedrift --config '{lab.config}' \"$@\"; }}"
    script = f"set -o pipefail; {ours}; {line}"
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("command", ["snapshots", "refresh --json", "status --json"])
def test_a_reader_that_goes_away_is_no_error(lab: Lab, command: str) -> None:
    # Nobody reads from the beginning: `true` is over before the answer is there.
    ended = in_shell(lab, f"licensedrift {command} | true")
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("command", ["snapshots", "refresh --json"])
def test_a_full_disk_is_one_line(lab: Lab, command: str) -> None:
    ended = in_shell(lab, f"licensedrift {command} > /dev/full")
    assert (ended.returncode, len(ended.stderr.splitlines())) == (1, 1), ended.stderr
    assert "cannot be written" in ended.stderr


def test_without_standard_error_the_work_is_done(lab: Lab) -> None:
    ended = in_shell(lab, "licensedrift refresh 2>&-")
    assert (ended.returncode, "snapshot 2, complete" in ended.stdout) == (0, True)


def test_a_name_that_is_no_text_is_said_with_status_2(lab: Lab) -> None:
    ended = in_shell(lab, r"licensedrift refresh --only $'model:wren/\xff'")
    assert (ended.returncode, len(ended.stderr.splitlines())) == (2, 1), ended.stderr


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_refresh_with_its_status(lab: Lab, number: signal.Signals, status: int) -> None:
    lab.hub.faults.add(path="^/api/models", fault=faults.stall(), times=100)
    lab.hub.log.clear()
    process = subprocess.Popen(
        [*COMMAND, "refresh", "--config", str(lab.config)], stderr=subprocess.PIPE, text=True, env=dict(os.environ),
        # Tests that run in a shell's background inherit that Ctrl-C is ignored there.
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    )  # fmt: skip
    while not lab.hub.log and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == status
    assert "Traceback" not in said
    lab.hub.faults.clear()
    assert lab.again().status == "complete"
