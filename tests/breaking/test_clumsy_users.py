"""Slips of a user's hand: each is told in one line, with the exit status of docs/commands.md."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from demo.world import World
from licensedrift import door
from tests.breaking.test_wrong_archives import call, refused
from tests.refresh.lab import laboratory


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an archive with two snapshots."""
    folder = tmp_path_factory.mktemp("made")
    world = World()
    world.put("models", "wren/one", date="2026-01-01", files={"README.md": b"---\nlicense: mit\n---\n"})
    world.put("models", "wren/one", date="2026-02-01", files={"README.md": b"---\nlicense: cc-by-nc-4.0\n---\n"})
    with laboratory(folder, world, "2026-01-02T00:00:00Z") as lab:
        lab.watch(models=["wren/one"])
        lab.at("2026-01-02T00:00:00Z")
        lab.at("2026-02-02T00:00:00Z")
    return folder


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("diff", "9" * 30), "no such snapshot"),
        (("show", "wren/one", "--at", "9" * 30), "no such snapshot"),
        (("diff", "²"), "neither a snapshot's number nor a time"),
        (("diff", "2", "1"), "later"),
        (("diff", "2026-02-02", "2026-01-02"), "later"),
        (("show", os.fsdecode(b"na\xefve")), "no such subject"),
        (("diff", "--subject", os.fsdecode(b"model:\xff/x")), "no such subject"),
    ],
)
def test_a_question_that_has_no_answer(made: Path, arguments: tuple[str, ...], said: str) -> None:
    assert said in refused(call(made, made / "archive.db", *arguments), 2)


def test_the_same_snapshot_twice_differs_in_nothing(made: Path) -> None:
    result = call(made, made / "archive.db", "diff", "2", "2")
    assert (result.exit_code, "nothing changed" in result.stdout) == (0, True)


def test_a_file_whose_name_is_no_utf8_is_identified(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/na\xefve.txt")
    Path(path).write_text("You may not use it for commercial purposes.\n")
    for options in ([], ["--json"]):
        result = CliRunner().invoke(door, [*options, "identify", path])
        assert result.exit_code == 0, result.exception
        assert "non-commercial" in result.stdout
    (row,) = json.loads(result.stdout)
    assert row["file"].endswith("/na\ufffdve.txt")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a = " + "[" * 5_000 + "]" * 5_000, "nested too deeply"),
        ('include = [""]', "include: "),
        ('include = ["nothing-*.toml"]', "names no file"),
        ("nosuch = 1", "nosuch"),
        ("database = 5", "database"),
    ],
)
def test_a_configuration_that_cannot_be_read_is_named(tmp_path: Path, content: str, said: str) -> None:
    config = tmp_path / "config.toml"
    config.write_text(content)
    line = refused(CliRunner().invoke(door, ["refresh", "--config", str(config)]), 2)
    assert said in line
    assert "config.toml" in line


def test_the_daemon_does_not_wait_for_the_night_to_refuse_its_database(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('database = "here"\n')
    (tmp_path / "here").mkdir()
    assert "this is a folder" in refused(CliRunner().invoke(door, ["schedule", "--config", str(config)]), 2)
