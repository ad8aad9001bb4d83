"""Reading again from the exported Parquet, without the archive: the answers are those that the archive has."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from licensedrift import door
from storage.archive import Archive
from tests.corpus_world import AUTHOR, corpus_world
from tests.refresh.lab import Lab, laboratory
from tests.shared_corpus import CORPUS, needs_corpus

pytest.importorskip("pyarrow", reason="needs the extra [parquet]")

import pyarrow as pa
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
        options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": ":0"}
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


def test_what_a_killed_worker_left_half_written_is_taken_away_the_day_after(read_elsewhere: tuple[Lab, Path]) -> None:
    _, folder = read_elsewhere
    (target,) = (folder / "reinterpreted").iterdir()
    dead, alive = (target / "clauses" / f"part.parquet.{host}.7.partial" for host in ("dead", "alive"))
    for partial in (dead, alive):
        partial.write_bytes(b"PAR1")
    yesterday = time.time() - module.LONG_DEAD - 60
    os.utime(dead, (yesterday, yesterday))
    again(folder)
    assert (dead.exists(), alive.exists()) == (False, True)


def test_a_damaged_export_is_said_in_one_line(tmp_path: Path) -> None:
    for table in ("texts", "documents"):
        part = tmp_path / table / "snapshot_date=2024-01-01" / "part-000001.parquet"
        part.parent.mkdir(parents=True)
        part.write_bytes(b"PAR1 not at all")
    told = CliRunner().invoke(door, ["reinterpret", "--parquet", str(tmp_path)])
    assert told.exit_code == 1 and len(told.output.strip().splitlines()) == 1, told.output


def test_a_folder_without_texts_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(module.NoExport) as told:
        again(tmp_path)
    assert "\n" not in str(told.value)


WREN = b"Wren License %d\n\nYou may use, copy and change it for any purpose. You may not sell it.\n"


@pytest.fixture
def read_elsewhere(tmp_path: Path) -> Iterator[tuple[Lab, Path]]:
    """An archive whose texts nobody has read by today's rules, and answers to them beside its export."""
    from demo.world import World

    world = World()
    for number in range(6):
        world.put("models", f"wren/m{number}", date="2024-01-01", files={"LICENSE": WREN % number})
    with laboratory(tmp_path, world, NOW) as lab:
        lab.watch(authors=["wren"]).at(NOW)
        folder = exported(lab)
        again(folder)
        with Archive.open(lab.database) as archive, archive.writing():
            archive.conn.execute("delete from analysis")
            archive.conn.execute("delete from clause")
        yield lab, folder


def take(lab: Lab, folder: Path, progress: Any = lambda *_: None) -> Any:
    from schedules.configuration import load
    from schedules.reinterpret import reinterpret

    return reinterpret(load(str(lab.config)), lab.database, answers=folder, progress=progress)


def everything(lab: Lab) -> dict[str, list[Any]]:
    """What the archive says of its texts and subjects."""
    with lab.archive() as archive:
        tables = {
            "analysis": "select * from analysis order by text, rules",
            "clause": "select * from clause order by text, quote_start, clause",
            "current": "select * from current order by subject",
            "finding": "select subject, claim, claimed, found, evidence, severity from finding order by 1, 2",
        }
        return {name: archive.conn.execute(query).fetchall() for name, query in tables.items()}


def test_an_archive_takes_over_what_was_read_elsewhere(read_elsewhere: tuple[Lab, Path], tmp_path: Path) -> None:
    from schedules.configuration import load
    from schedules.reinterpret import reinterpret

    lab, folder = read_elsewhere
    here = Lab(tmp_path / "here", lab.hub, lab.world)
    here.config.write_bytes(lab.config.read_bytes())
    here.database.write_bytes(lab.database.read_bytes())
    assert reinterpret(load(str(here.config)), here.database, progress=lambda *_: None).texts == 6
    done = take(lab, folder)
    assert (done.taken, done.texts) == (6, 0)
    assert everything(lab) == everything(here)
    lab.sound()
    assert take(lab, folder).taken == 0, "what is here is not taken over again"


def changed(folder: Path, name: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Rewrite the answers of a folder."""
    for path in folder.glob(f"reinterpreted/*/{name}/*.parquet"):
        table = pq.ParquetFile(path).read()
        rows = [change(row) for row in table.to_pylist()]
        pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)


LIES = {
    "a quotation that does not stand there": ("clauses", lambda row: row | {"quote": "You may sell it."}),
    "a quotation beyond the text": ("clauses", lambda row: row | {"quote_start": 10**6, "quote_end": 10**6 + 3}),
    "a clause of nobody's": ("clauses", lambda row: row | {"clause": "<script>"}),
    "values that are no JSON": ("clauses", lambda row: row | {"parameters": "{"}),
    "values that are a list": ("clauses", lambda row: row | {"parameters": "[1]"}),
    "a nearest license that is none": ("analyses", lambda row: row | {"nearest": '["x"]'}),
    "another license": ("analyses", lambda row: row | {"license": "MIT", "spdx": "MIT", "similarity": 1.0}),
    "a likeness that is no number": ("analyses", lambda row: row | {"similarity": float("nan")}),
    "licenses that are no list": ("analyses", lambda row: row | {"licenses": '"MIT"'}),
    "answers by other rules": ("clauses", lambda row: row | {"rules_version": "2020.1.1"}),
    "clauses of another text": ("clauses", lambda row: row | {"text_hash": "0" * 64}),
    "an empty quotation": ("clauses", lambda row: row | {"quote": "", "quote_end": row["quote_start"]}),
    "a hash that is none": ("analyses", lambda row: row | {"text_hash": "x"}),
}


@pytest.mark.parametrize("what", LIES)
def test_answers_that_the_texts_do_not_bear_out_are_refused_whole(
    read_elsewhere: tuple[Lab, Path], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    from schedules import take_answers as module

    monkeypatch.setattr(module, "READ_HERE", 1)
    lab, folder = read_elsewhere
    changed(folder, *LIES[what])
    before = everything(lab)
    with pytest.raises(module.AnswersRefused) as told:
        take(lab, folder)
    assert "\n" not in str(told.value)
    assert everything(lab) == before
    lab.sound()


def test_a_cut_off_file_other_rules_and_no_answers_are_said_in_one_line(read_elsewhere: tuple[Lab, Path]) -> None:
    from schedules.take_answers import AnswersRefused

    lab, folder = read_elsewhere
    (path,) = folder.glob("reinterpreted/*/analyses/*.parquet")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(AnswersRefused) as told:
        take(lab, folder)
    assert str(path) in str(told.value) and "\n" not in str(told.value)
    path.write_bytes(whole)
    (target,) = folder.glob("reinterpreted/*")
    target.rename(target.with_name("rules_version=2020.1.1"))
    with pytest.raises(AnswersRefused, match=r"2020\.1\.1.*export"):
        take(lab, folder)
    target.with_name("rules_version=2020.1.1").rename(lab.folder / "away")
    with pytest.raises(AnswersRefused, match="not there"):
        take(lab, folder)


def test_taking_over_that_was_stopped_goes_on(read_elsewhere: tuple[Lab, Path]) -> None:
    class Killed(BaseException):
        pass

    lab, folder = read_elsewhere

    def kill(what: str, *_: Any) -> None:
        if what == "files of answers":
            raise Killed

    with pytest.raises(Killed):
        take(lab, folder, kill)
    done = take(lab, folder)
    assert (done.taken, done.texts) == (0, 0), "the one file was taken over before the kill"
    lab.sound()
