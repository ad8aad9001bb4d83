"""An archive in a folder where its reader may not write: a share, a read-only disk, another user's home."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from demo.world import World
from storage import queries
from storage.archive import Archive, address_for_reading
from storage.backup import backup
from tests.refresh.lab import Lab, laboratory

NOON = "2026-01-02T00:00:00Z"


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    world = World()
    world.put("models", "wren/one", date="2026-01-01", files={"README.md": b"---\nlicense: mit\n---\n"})
    with laboratory(tmp_path / "theirs", world, NOON) as lab:
        lab.watch(models=["wren/one"]).at(NOON)
        # Tests may run as root, who may write everywhere.
        monkeypatch.setattr(os, "access", lambda place, mode: mode != os.W_OK or Path(place) != lab.folder)
        yield lab


def test_an_archive_at_rest_is_read_copied_and_left_alone(lab: Lab, tmp_path: Path) -> None:
    before = sorted(path.name for path in lab.folder.iterdir())
    assert "immutable" in address_for_reading(lab.database)
    with Archive.read(lab.database) as archive:
        assert len(queries.snapshots(archive.conn)) == 1
        backup(archive, tmp_path / "copy.db")
    assert sorted(path.name for path in lab.folder.iterdir()) == before
    with Archive.read(tmp_path / "copy.db") as copy:
        assert len(queries.snapshots(copy.conn)) == 1


def test_what_a_running_refresh_has_committed_is_seen_all_the_same(lab: Lab) -> None:
    with Archive.open(lab.database) as writer:
        with writer.writing():
            writer.conn.execute("update run set tool_version = 'just now'")
        with Archive.read(lab.database) as archive:
            assert archive.conn.execute("select tool_version from run").fetchone() == ("just now",)
