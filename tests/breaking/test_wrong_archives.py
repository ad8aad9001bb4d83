"""What is no archive, or no longer one: told in one line, with the status of docs/commands.md, and left as it was."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from demo.world import World
from licensedrift import door
from tests.refresh.lab import laboratory

READERS = [
    ("snapshots",),
    ("diff",),
    ("diff", "1", "2"),
    ("show", "model:wren/one"),
    ("status",),
    ("verify",),
    ("serve",),
]
WRITERS = [("refresh",), ("reinterpret",), ("backfill", "model:wren/one")]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small archive with its configuration."""
    folder = tmp_path_factory.mktemp("made")
    world = World()
    for day, license in (("2026-01-01", b"mit"), ("2026-02-01", b"cc-by-nc-4.0")):
        text = b"You may use the model for any purpose" + (b".\n" if license == b"mit" else b" but a commercial one.\n")
        world.put("models", "wren/one", date=day, files={"README.md": b"---\nlicense: %s\n---\n" % license, "LICENSE": text})  # fmt: skip # noqa: E501
    with laboratory(folder, world, "2026-01-02T00:00:00Z") as lab:
        lab.watch(models=["wren/one"])
        lab.at("2026-01-02T00:00:00Z")
        lab.at("2026-02-02T00:00:00Z")
    return folder


def call(made: Path, archive: Path, *arguments: str) -> Result:
    return CliRunner().invoke(door, ["--config", str(made / "config.toml"), "--db", str(archive), *arguments])


def refused(result: Result, status: int) -> str:
    """The one line that tells why; no other exception than an exit with that status."""
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == status, result.output
    lines = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert len(lines) == 1
    return lines[0]


@pytest.mark.parametrize("arguments", READERS + WRITERS, ids=" ".join)
def test_another_programs_database_is_refused_and_left_as_it_was(
    made: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    theirs = tmp_path / "theirs.db"
    with closing(sqlite3.connect(theirs)) as conn:
        conn.executescript("create table versions (theirs text); insert into versions values ('keep me')")
    before = theirs.read_bytes()
    said = refused(call(made, theirs, *arguments), 1 if arguments in WRITERS and arguments != ("reinterpret",) else 2)
    assert "no archive of licensedrift" in said
    assert theirs.read_bytes() == before


def test_an_archive_of_migrations_that_are_not_ours_is_another_programs(made: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.db"
    with closing(sqlite3.connect(theirs)) as conn:
        conn.executescript(
            "create table _sqlite_migrations (id integer primary key, migration_set text, name text, applied_at text);"
            "insert into _sqlite_migrations values (1, 'somebody', 'first', '2026-01-01')"
        )
    assert "no archive of licensedrift" in refused(call(made, theirs, "refresh"), 1)


@pytest.mark.parametrize("arguments", READERS + WRITERS, ids=" ".join)
def test_a_file_cut_in_half_is_damaged_and_not_wrong_usage(
    made: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    whole = (made / "archive.db").read_bytes()
    half = tmp_path / "half.db"
    half.write_bytes(whole[: len(whole) // 2])
    result = call(made, half, *arguments)
    if arguments == ("verify",):
        assert result.exit_code == 1
        assert "damaged" in result.stdout
    else:
        assert "the archive is damaged" in refused(result, 1)


@pytest.mark.parametrize("arguments", READERS, ids=" ".join)
def test_a_schema_that_is_no_text_is_damage_too(made: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    content = bytearray((made / "archive.db").read_bytes())
    for place in range(4096, len(content), 97):
        content[place] ^= 0xFF
    broken = tmp_path / "broken.db"
    broken.write_bytes(content)
    result = call(made, broken, *arguments)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)


def test_verify_answers_with_json_also_where_sqlite_gives_up(made: Path, tmp_path: Path) -> None:
    half = tmp_path / "half.db"
    half.write_bytes((made / "archive.db").read_bytes()[:40_000])
    result = call(made, half, "verify", "--json")
    assert result.exit_code == 1
    (fault,) = json.loads(result.stdout)["damaged"]
    assert "half.db" in fault


@pytest.mark.parametrize("arguments", [*READERS, ("refresh",), ("backup", "copy.db")], ids=" ".join)
def test_a_folder_is_no_archive_and_refresh_is_no_remedy(
    made: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    said = refused(call(made, tmp_path, *arguments), 1 if arguments[0] in ("refresh", "backup") else 2)
    assert "this is a folder" in said


def test_reading_again_what_is_not_there_makes_no_archive(made: Path, tmp_path: Path) -> None:
    missing = tmp_path / "typo" / "licensedrift.db"
    assert "no archive here yet" in refused(call(made, missing, "reinterpret"), 2)
    assert not missing.parent.exists()
