"""An archive is made from its export in a time that grows with what is in it, not with the square of that."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("pyarrow")

from demo.world import World
from storage.archive import Archive
from storage.export import export
from storage.import_export import restore
from tests.refresh.lab import laboratory

D1 = "2026-03-01T09:00:00Z"
STEP = 1_000  # instructions of SQLite's


def instructions(folder: Path, models: int) -> int:
    """How many thousand instructions SQLite needs to make an archive of so many models from its export."""
    told = 0

    def count() -> None:
        nonlocal told
        told += 1

    with laboratory(folder, World.generated(models=models, authors=3), D1) as lab:
        lab.watch(all_models=True, models_more="files_per_refresh = 0").at(D1)
        with lab.archive() as archive:
            export(archive, folder / "parquet", progress=lambda *_: None)
        with Archive.open(folder / "again.db") as archive:
            archive.conn.set_progress_handler(count, STEP)
            restored = restore(archive, folder / "parquet", progress=lambda *_: None)
            archive.conn.set_progress_handler(None, STEP)
    assert restored["subjects"] == restored["versions"] == models
    return told


def test_four_times_as_much_takes_some_four_times_as_long(tmp_path: Path) -> None:
    assert instructions(tmp_path / "larger", 4_000) < 6 * instructions(tmp_path / "small", 1_000)
