"""An archive that is made from its export says in its views what the first one says, and goes on from there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.world import World
from storage.archive import Archive
from tests.refresh.lab import Lab, laboratory

pytest.importorskip("pyarrow", reason="needs the extra [parquet]")

import pyarrow as pa
import pyarrow.parquet as pq

from schedules.import_hub import import_hub
from storage.export import export
from storage.import_export import NotRestored, restore

D1, D2, D3, D4 = (f"2026-0{month}-10T09:00:00Z" for month in (1, 2, 3, 4))
TEXT = b"Heron License %d\n\nYou may use, copy and change the model for any purpose.\n"
BAN = b"You may not use the model to train other models.\n"
ODD = "Lizenz für Reiher: nur zum Lesen.\n".encode("utf-16")
VIEWS = ("catalog", "snapshots", "systems", "versions", "documents", "clauses", "drift", "findings")


def card(license: str) -> bytes:
    return b"---\nlicense: %s\n---\n# M\n" % license.encode()


def life() -> World:
    """Texts that change, names that move and are taken by others, gates, deletions, a text that is not UTF-8."""
    world = World()
    for number in range(8):
        files = {"README.md": card("mit"), "LICENSE": TEXT % number}
        world.put("models", f"heron/m{number}", date="2026-01-01", files=files)
    world.put("models", "heron/m0", date="2026-02-01", files={"LICENSE": TEXT % 0 + BAN, "README.md": card("other")})
    world.put("models", "heron/m1", date="2026-02-01", files={"LICENSE": ODD})
    world.delete("models", "heron/m2", date="2026-02-02")
    world.rename("models", "heron/m3", "heron/moved", date="2026-02-03")
    world.put("models", "heron/m3", date="2026-03-01", files={"README.md": card("gpl-3.0")})
    world.set("models", "heron/m4", date="2026-02-04", gated="auto")
    world.put("models", "heron/m5", date="2026-03-05", files={"LICENSE": None})
    return world


def views(path: Path) -> dict[str, list[str]]:
    """All rows of all views, in any order."""
    with Archive.read(path) as archive:
        found = {}
        for name in VIEWS:
            rows = [json.dumps(row, sort_keys=True, default=str) for row in archive.db.query(f"select * from {name}")]
            found[name] = sorted(rows)
        return found


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """An archive of three nights, each exported."""
    system = '[[systems]]\nname = "Heron"\ndeveloper = "Heron Ltd."\nsubjects = ["model:heron/m0"]\n'
    with laboratory(tmp_path, life(), D1) as lab:
        lab.watch(authors=["heron"], more=system)
        for date in (D1, D2, D3):
            lab.at(date)
            exported(lab)
        yield lab


def exported(lab: Lab) -> Path:
    with Archive.read(lab.database) as archive:
        export(archive, lab.folder / "parquet", progress=lambda *_: None)
    return lab.folder / "parquet"


def again(lab: Lab, folder: Path) -> Lab:
    """A lab whose archive is made from the export."""
    other = Lab(folder, lab.hub, lab.world)
    other.config.write_bytes(lab.config.read_bytes())
    with Archive.open(other.database) as archive:
        restore(archive, lab.folder / "parquet", progress=lambda *_: None)
    return other


def test_an_import_of_an_export_gives_the_same_views(lab: Lab, tmp_path: Path) -> None:
    other = again(lab, tmp_path / "again")
    first, second = views(lab.database), views(other.database)
    assert {name: len(rows) for name, rows in first.items()} == {name: len(rows) for name, rows in second.items()}
    assert second == first
    assert all(first[name] for name in VIEWS if name != "findings")
    other.sound()


def test_the_imported_past_ends_in_the_export_too_and_dumps_stay_known_for_what_they_lack(
    lab: Lab, tmp_path: Path
) -> None:
    def take(at: Lab, date: str, license: str, **columns: object) -> None:
        path = at.folder / f"models-{date}.parquet"
        rows = [
            {"_id": f"{number:024x}", "id": f"wren/{number}", "tags": [f"license:{license}"], **columns}
            for number in range(3)
        ]
        pq.write_table(pa.Table.from_pylist(rows), path)
        import_hub(at.database, [path], date=None, kind=None, progress=lambda *_: None)

    take(lab, "2025-01-01", "mit")
    exported(lab)
    take(lab, "2025-02-01", "gpl-3.0")
    exported(lab)
    other = again(lab, tmp_path / "again")
    assert views(other.database) == views(lab.database)
    assert lab.rows("select until from versions where subject = 'model:wren/0' order by since") == [
        {"until": "2025-02-01T00:00:00Z"}, {"until": None},
    ]  # fmt: skip
    for one in (lab, other):
        take(one, "2025-03-01", "gpl-3.0", gated="auto")  # told for the first time, so nobody's change
    assert views(other.database) == views(lab.database)
    assert lab.rows("select * from drift where kind = 'gate' and subject like 'model:wren/%'") == []


def test_the_next_refresh_fetches_no_file_and_tells_no_drift(lab: Lab, tmp_path: Path) -> None:
    other = again(lab, tmp_path / "again")
    lab.hub.log.clear()
    result = other.at(D4)
    expected = lab.at(D4)
    assert (result.status, result.events) == (expected.status, expected.events)
    assert lab.hub.counts().get("resolvers", 0) == 0
    drop = ("last_seen",)
    caught_up: list[list[dict[str, Any]]] = []
    for one in (lab, other):
        rows = one.rows("select * from catalog order by subject, availability")
        caught_up.append([{key: value for key, value in row.items() if key not in drop} for row in rows])
    assert caught_up[0] == caught_up[1]


def test_only_a_new_archive_is_filled_and_only_from_an_export(lab: Lab, tmp_path: Path) -> None:
    with Archive.open(lab.database) as archive, pytest.raises(NotRestored, match="holds something already"):
        restore(archive, lab.folder / "parquet", progress=lambda *_: None)
    with Archive.open(tmp_path / "new.db") as archive, pytest.raises(NotRestored, match="no folder"):
        restore(archive, tmp_path, progress=lambda *_: None)


def test_a_text_with_another_hash_is_refused_and_nothing_is_left(lab: Lab, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = next((lab.folder / "parquet" / "texts").rglob("*.parquet"))
    rows = pq.ParquetFile(path).read().to_pylist()
    rows[0]["text"] += "forged"
    pq.write_table(pa.Table.from_pylist(rows), path)
    with Archive.open(tmp_path / "new.db") as archive:
        with pytest.raises(NotRestored, match="another hash"):
            restore(archive, lab.folder / "parquet", progress=lambda *_: None)
        assert archive.conn.execute("select count(*) from blob").fetchone() == (0,)
