"""The README as a new user follows it: its commands work, and what it shows is what is printed."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.split("#")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder in which the demo ran, and what it printed."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "LICENSE").write_text("Do as you like.\n")
    for name in ("old", "new"):
        (folder / name).mkdir()
        (folder / name / "LICENSE").write_text(f"The {name} license.\n")
    done = _run([sys.executable, "-m", "demo"], folder)
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=240, env=environment, check=False
    )


def test_the_readme_has_commands() -> None:
    assert {"make demo", "make refresh", "make test"} <= set(COMMANDS)


@pytest.mark.parametrize("command", [line for line in COMMANDS if line.startswith("make ")])
def test_make_knows_its_targets(command: str) -> None:
    done = _run([*shlex.split(command), "--dry-run"], ROOT)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", [line for line in COMMANDS if "licensedrift " in line])
def test_every_licensedrift_command_of_the_readme_works(command: str, demo: tuple[Path, str]) -> None:
    words = shlex.split(command)
    assert words[0] == ".venv/bin/licensedrift"
    done = _run([sys.executable, "-m", "licensedrift", *words[1:]], demo[0])
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_the_drift_in_the_readme_is_what_the_demo_prints(demo: tuple[Path, str]) -> None:
    shown = re.search(r"<!-- drift -->\n```text\n(.*?)```\n<!-- /drift -->", README, re.DOTALL)
    assert shown and shown[1].strip()
    assert shown[1].strip() in demo[1]
