"""The queue of files, and exports one after the other, when something happens between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.world import World
from storage.export import export
from tests.hub_cases.bench import card
from tests.refresh.lab import Lab, laboratory
from tests.soak.test_killed_anywhere import ALL, D1, D2, exported, files_wait, world


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with laboratory(tmp_path, world(6), D1) as lab:
        yield lab


def test_who_went_while_its_files_waited_is_gone_and_no_failure(lab: Lab) -> None:
    files_wait(lab)
    result = lab.at(D2)
    assert (result.status, result.failures) == ("complete", [])
    assert lab.catalog("model:wren/m002")["availability"] == "unavailable"
    assert lab.rows("select count(*) as n from documents where role = 'license'")[0]["n"] > 0


def test_who_is_shown_twice_counts_once_and_the_newest_counts(lab: Lab) -> None:
    from demo import faults

    lab.watch(**ALL)
    newer = {"gated": "auto", "lastModified": "2026-02-02T00:00:00.000Z"}
    older = {"gated": "manual", "lastModified": "2025-01-01T00:00:00.000Z"}
    fault = faults.edit_json(lambda rows: rows + [row | newer for row in rows[:2]] + [row | older for row in rows[2:]])
    lab.hub.faults.add(path=r"^/api/models\?.*createdAt", times=10, fault=fault)
    result = lab.at(D1)
    assert result.subjects == 6
    found = lab.rows("select gated, count(*) as n from catalog group by 1 order by 1")
    assert found == [{"gated": "auto", "n": 2}, {"gated": "false", "n": 4}]
    assert lab.rows("select count(*) as n from versions")[0]["n"] == 6


def test_what_comes_after_a_snapshot_was_exported_is_added_to_it(lab: Lab) -> None:
    pytest.importorskip("pyarrow", reason="the extra [parquet] is not installed")
    from schedules.backfill import backfill
    from schedules.configuration import load

    def write(folder: Path) -> None:
        with lab.archive() as archive:
            export(archive, folder, progress=lambda *_: None)

    lab.watch(authors=["wren"]).at(D2)
    write(lab.folder / "parquet")
    backfill(load(str(lab.config)), lab.database, ["model:wren/m003"], progress=lambda *_: None)
    write(lab.folder / "parquet")
    write(lab.folder / "parquet")
    in_steps = exported(lab)
    (lab.folder / "parquet").rename(lab.folder / "in-steps")
    write(lab.folder / "parquet")
    assert exported(lab) == in_steps
    assert len(in_steps["versions"]) == len(lab.rows("select id from versions"))
    hashes = lab.rows("select distinct text_hash from documents")
    assert len(in_steps["texts"]) == len(hashes)


def test_license_files_and_others_are_read_first_and_copies_last(tmp_path: Path) -> None:
    copy = b"---\nlicense: mit\nbase_model: wren/plain\n---\n# M\n"
    made = World()
    for name, files, downloads in (
        ("wren/copy", {"README.md": copy}, 9000),
        ("wren/plain", {"README.md": card("mit")}, 100),
        ("wren/used", {"README.md": card("mit")}, 500),
        ("wren/text", {"README.md": card("mit"), "LICENSE": b"Wren License\n"}, 1),
        ("wren/other", {"README.md": card("other")}, 2),
    ):
        made.put("models", name, date=D1, files=files)
        made.set("models", name, date=D1, downloads=downloads)
    with laboratory(tmp_path, made, D1) as lab:
        lab.watch(all_models=True, models_more="files_per_refresh = 1").at(D1)
        read = []
        for _ in range(5):
            before = {row["subject"] for row in lab.rows("select subject from documents")}
            lab.again()
            read += sorted({row["subject"] for row in lab.rows("select subject from documents")} - before)
    assert [name.removeprefix("model:wren/") for name in read] == ["other", "text", "used", "plain", "copy"]
