"""Parquet out and in: a night writes a night's files, they say what the views say, and dumps become history."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from demo.world import World
from storage.archive import Archive
from tests.refresh.lab import Lab, laboratory

pa = pytest.importorskip("pyarrow", reason="needs the extra [parquet]")
pq = pytest.importorskip("pyarrow.parquet")

D1, D2 = "2026-01-10T09:00:00Z", "2026-02-10T09:00:00Z"
TEXT = b"Heron License\n\nYou may use, copy and change the model for any purpose.\n"


def card(license: str) -> bytes:
    return b"---\nlicense: %s\n---\n# M\n" % license.encode()


@pytest.fixture
def lab(tmp_path: Path):
    world = World()
    world.put("models", "heron/one", date=D1, files={"README.md": card("mit"), "LICENSE": TEXT})
    world.put("models", "heron/one", date="2026-02-01", files={"LICENSE": TEXT + b"You may not train other models.\n"})
    with laboratory(tmp_path, world, D1) as lab:
        lab.watch(models=["heron/one"]).at(D1)
        yield lab


def export(lab: Lab) -> dict[str, int]:
    from storage.export import export as write

    with Archive.read(lab.database) as archive:
        return write(archive, lab.folder / "parquet", progress=lambda *_: None)


def table(lab: Lab, name: str) -> list[dict[str, Any]]:
    rows = []
    for part in sorted((lab.folder / "parquet" / name).rglob("*.parquet")):
        rows += pq.ParquetFile(part).read().to_pylist()
    return rows


def test_a_night_writes_a_nights_files_and_together_they_say_what_the_views_say(lab: Lab) -> None:
    first = export(lab)
    assert first["versions"] == 1
    lab.at(D2)
    second = export(lab)
    assert (second["versions"], second["version_ends"], second["texts"]) == (1, 1, 1)
    folders = sorted(path.name for path in (lab.folder / "parquet" / "versions").iterdir())
    assert folders == ["snapshot_date=2026-01-10", "snapshot_date=2026-02-10"]
    ends = {row["id"]: row for row in table(lab, "version_ends")}
    versions = [
        row | {key: ends[row["id"]][key] for key in ("valid_to", "until") if row["id"] in ends}
        for row in table(lab, "versions")
    ]
    assert sorted(versions, key=lambda row: row["id"]) == [
        {key: row[key] for key in versions[0]} for row in lab.rows("select * from versions order by id")
    ]
    drift = sorted(table(lab, "drift"), key=lambda row: row["id"])
    assert drift == [{key: row[key] for key in drift[0]} for row in lab.rows("select * from drift order by id")]
    hashes = {row["text_hash"] for row in lab.rows("select text_hash from documents")}
    assert {row["text_hash"] for row in table(lab, "texts")} == hashes
    card_text = (lab.folder / "parquet" / "README.md").read_text()
    assert "license: cc0-1.0" in card_text
    configs = yaml.safe_load(card_text.split("---")[1])["configs"]
    for config in configs:
        assert list((lab.folder / "parquet").glob(config["data_files"])), config


def test_an_export_that_has_nothing_new_writes_no_rows_of_it(lab: Lab) -> None:
    export(lab)
    again = export(lab)
    assert again["versions"] == again["documents"] == again["drift"] == again["texts"] == 0


def dump(folder: Path, date: str, rows: list[dict[str, Any]]) -> Path:
    path = folder / f"models-{date}.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def row(name: str, license: str | None, **more: Any) -> dict[str, Any]:
    tags = ["en", *([f"license:{license}"] if license else [])]
    return {"id": name, "sha": "a" * 40, "lastModified": "2025-01-01T00:00:00.000Z", "tags": tags, **more}


def test_dumps_become_dated_states_of_the_tags_and_their_drift(lab: Lab, tmp_path: Path) -> None:
    from schedules.import_hub import import_hub

    dumps = [
        dump(tmp_path, "2025-02-01", [row("heron/one", "mit", _id="1" * 24), row("egret/two", "apache-2.0")]),
        dump(
            tmp_path,
            "2025-03-01",
            [row("heron/one", "cc-by-nc-4.0", _id="1" * 24, cardData=json.dumps({"license": "cc-by-nc-4.0"}))],
        ),
    ]
    done = import_hub(lab.database, dumps, date=None, kind=None, progress=lambda *_: None)
    assert (done.rows, done.versions, done.bad) == (3, 3, 0)
    versions = lab.rows(
        "select subject, since, until, license_claimed from versions where origin = 'import' order by subject, since"
    )
    assert [tuple(one.values()) for one in versions] == [
        ("model:egret/two", "2025-02-01T00:00:00Z", None, "apache-2.0"),
        ("model:heron/one", "2025-02-01T00:00:00Z", "2025-03-01T00:00:00Z", "mit"),
        ("model:heron/one", "2025-03-01T00:00:00Z", None, "cc-by-nc-4.0"),
    ]
    drift = lab.rows("select at, kind, before, after, direction from drift where snapshot is null")
    assert [tuple(one.values()) for one in drift] == [
        ("2025-03-01T00:00:00Z", "claim", "mit", "cc-by-nc-4.0", "tighter")
    ]
    again = import_hub(lab.database, dumps, date=None, kind=None, progress=lambda *_: None)
    assert again.versions == 0
    lab.sound()
