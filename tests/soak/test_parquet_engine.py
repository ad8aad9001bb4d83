"""Reading again from the exported Parquet, without the archive: the answers are those that the archive has."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from storage.archive import Archive
from tests.corpus_world import AUTHOR, corpus_world
from tests.refresh.lab import Lab, laboratory
from tests.shared_corpus import CORPUS, needs_corpus

pytest.importorskip("pyarrow", reason="needs the extra [parquet]")

import pyarrow.parquet as pq

from schedules import reinterpret_parquet as module

NOW = "2024-06-30T12:00:00Z"
CLAUSES = "text_hash, clause, quote, quote_start, quote_end, section, parameters, rules_version"
ANALYSES = (
    "select lower(hex(b.sha256)), a.license, a.spdx, a.edition, a.similarity, a.altered, a.licenses, a.nearest,"
    " r.version from analysis a join blob b on b.id = a.text join rules r on r.id = a.rules"
    " where a.text in (select text from document where role <> 'card')"
)


def exported(lab: Lab) -> Path:
    """The archive as Parquet, in several row groups."""
    from storage.export import export

    with Archive.read(lab.database) as archive:
        export(archive, lab.folder / "parquet", progress=lambda *_: None)
    return lab.folder / "parquet"


def answers(target: Path) -> tuple[list[Any], list[Any]]:
    """(clauses, analyses) in the folder, in any order."""
    found = []
    for name in ("clauses", "analyses"):
        rows = [row for path in (target / name).glob("*.parquet") for row in pq.ParquetFile(path).read().to_pylist()]
        found.append(sorted(rows, key=lambda row: json.dumps(row, sort_keys=True)))
    return found[0], found[1]


def archives(lab: Lab, version: str) -> tuple[list[Any], list[Any]]:
    """The same of the archive, by these rules."""
    clauses = lab.rows(f"select {CLAUSES} from clauses where rules_version = ?", version)
    with lab.archive() as archive:
        names = ("text_hash", "license", "spdx", "edition", "similarity", "altered", "licenses", "nearest",
                 "rules_version")  # fmt: skip
        rows = [dict(zip(names, row, strict=True)) for row in archive.conn.execute(ANALYSES)]
    analyses = [row | {"altered": bool(row["altered"])} for row in rows if row["rules_version"] == version]
    return (
        sorted(clauses, key=lambda row: json.dumps(row, sort_keys=True)),
        sorted(analyses, key=lambda row: json.dumps(row, sort_keys=True)),
    )


def again(folder: Path, **options: Any) -> tuple[int, Path]:
    """Read the exported texts again."""
    return module.reinterpret_parquet(folder, progress=lambda *_: None, **options)


@needs_corpus
@pytest.mark.timeout(600)
def test_parquet_sqlite_and_dask_give_the_same_answers_on_the_corpus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every fourth history and text of the corpus."""
    from schedules.configuration import load
    from schedules.reinterpret import reinterpret

    monkeypatch.setattr(module, "ROW_GROUPS", 1)
    world, _ = corpus_world(CORPUS, stepwise=False)
    names = world.names("models", NOW)[::4]
    with laboratory(tmp_path, world, NOW) as lab:
        lab.watch(models=names).at(NOW)
        reinterpret(load(str(lab.config)), lab.database, progress=lambda *_: None)
        folder = exported(lab)
        # The archive is not needed, and not there.
        lab.database.rename(tmp_path / "elsewhere.db")
        count, target = again(folder)
        assert not lab.database.exists()
        (tmp_path / "elsewhere.db").rename(lab.database)
        wanted = archives(lab, target.name.partition("=")[2])
        assert count == len(wanted[1]) > 30
        assert answers(target) == wanted
        assert again(folder)[0] == 0, "what was read is not read again"
        distributed = pytest.importorskip("distributed", reason="the extra [distributed] is not installed")
        shutil.rmtree(target)
        options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
        with distributed.LocalCluster(**options) as cluster:
            again(folder, scheduler=cluster.scheduler_address)
        assert answers(target) == wanted
    assert AUTHOR in names[0]


def test_what_was_stopped_goes_on_with_the_units_that_are_missing(tmp_path: Path) -> None:
    from demo.world import World

    world = World()
    text = b"Wren License %d\n\nYou may use, copy and change it for any purpose. You may not sell it.\n"
    for number in range(6):
        world.put("models", f"wren/m{number}", date="2024-01-01", files={"LICENSE": text % number})
    with laboratory(tmp_path, world, NOW) as lab:
        lab.watch(authors=["wren"]).at(NOW)
        folder = exported(lab)
        count, target = again(folder)
        assert count == 6
        wanted = answers(target)
        (unit,) = (target / "analyses").glob("*.parquet")
        unit.unlink()
        assert again(folder)[0] == 6
        assert answers(target) == wanted


def test_a_folder_without_texts_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(module.NoExport) as told:
        again(tmp_path)
    assert "\n" not in str(told.value)
