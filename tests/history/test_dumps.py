"""Dumps by the batch and by the column say what they say row by row, whatever is in them; killed, they go on."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from licensedrift import door
from storage import runs
from storage.archive import Archive
from storage.current import COLUMNS as COLUMNS_OF_CURRENT
from storage.recording import Recorder
from storage.records import Facts, Observation
from storage.understanding import Understanding
from storage.verify import verify

pa = pytest.importorskip("pyarrow", reason="needs the extra [parquet]")
pq = pytest.importorskip("pyarrow.parquet")

ROOT = Path(__file__).parents[2]
TABLES = {
    "subject": "select kind, hex(hub_id), name from subject",
    "version": (
        "select s.name, hex(s.hub_id), since, until, origin, hex(sha), hex(bundle_hash), availability, gated,"
        " license_claimed, license_name, license_link, license_tags, base_model, card_error, files_read,"
        " (select group_concat(base) from (select base from lineage where version = v.id order by base))"
        " from version v join subject s on s.id = v.subject"
    ),
    "event": (
        "select s.name, hex(s.hub_id), at, e.kind, role, direction, before, after, e.run, v.since"
        " from event e join subject s on s.id = e.subject left join version v on v.id = e.version"
    ),
    "former_name": "select f.name, s.name, hex(s.hub_id), until from former_name f join subject s on s.id = f.subject",
    "state": "select name, value from state where name like 'dump:%'",
}
COLUMNS = {
    "_id": pa.string(), "id": pa.string(), "sha": pa.string(), "gated": pa.string(), "private": pa.bool_(),
    "tags": pa.list_(pa.string()), "cardData": pa.string(), "downloads": pa.int64(),
    "baseModels": pa.struct([("models", pa.list_(pa.struct([("_id", pa.string()), ("id", pa.string())])))]),
}  # fmt: skip
CARDS = (
    None, "{}", "[]", "no JSON", '{"license": "mit"}', '{"license": ["mit", "gpl-3.0"]}', '{"license": NaN}',
    '{"license": "other", "license_name": "heron", "license_link": "LICENSE"}', '{"license": "m\\u0000it"}',
    '{"license": "\\ud800"}', '{"license": 3, "license_name": 2.0}', '{"license": "mit", "base_model": ["a/b", "c/d"]}',
    '{"base_model": "a/b", "model-index": [{"x": [1, 2]}]}', '{"license": "lizenz-\u00fc"}', "[" * 5000,
)  # fmt: skip
ROWS = st.fixed_dictionaries({
    "_id": st.sampled_from([None, "", "no id", *(digit * 24 for digit in "12345")]),
    "id": st.sampled_from([None, "", "a/one", "a/two", "b/three", "b/four", "b/f\u00fcnf", "c/s\0x"]),
    "sha": st.sampled_from([None, "a" * 40, "short"]),
    "gated": st.sampled_from([None, "False", "auto", "manual"]),
    "private": st.sampled_from([None, False, True]),
    "tags": st.sampled_from([None, [], ["en", None], ["license:mit"], ["x", "license:gpl-3.0", "license:mit"],
                             ["license:\u00fc"], ["license:a\0b"]]),
    "cardData": st.sampled_from(CARDS),
    "downloads": st.just(1),
    "baseModels": st.sampled_from([None, {"models": None}, {"models": []}, {"models": [{"_id": "x", "id": "a/b"}]},
                                   {"models": [{"_id": "x", "id": None}]}]),
})  # fmt: skip
DATES = ("2025-01-01", "2025-02-01", "2025-03-01", "2026-06-01")


def write(path: Path, rows: Sequence[dict[str, Any]], without: Sequence[str] = ()) -> Path:
    schema = pa.schema([(name, kind) for name, kind in COLUMNS.items() if name not in without])
    pq.write_table(pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in rows], schema), path)
    return path


def written(folder: Path, dumps: Sequence[tuple[str, Sequence[dict[str, Any]], Sequence[str]]]) -> list[Path]:
    """Dumps as (date, rows, columns left out), each in a folder of its own: two may be of one date."""
    places = []
    for number, (date, rows, without) in enumerate(dumps):
        (folder / str(number)).mkdir()
        places.append(write(folder / str(number) / f"models-{date}.parquet", rows, without))
    return places


def take(database: Path, *dumps: Path) -> Any:
    from schedules.import_hub import import_hub

    return import_hub(database, dumps, date=None, kind=None, progress=lambda *_: None)


def refreshed(database: Path, at: str, seen: Sequence[Observation]) -> None:
    with Archive.open(database) as archive:
        run = runs.begin(archive, started_at=at, scope="all", tool_version="test", rules_version="test")
        with archive.writing():
            Recorder(archive, run, Understanding(archive)).record_all(seen, lambda _done: None)
            runs.close(
                archive, run, status="complete", finished_at=at, subjects=0, changed=0, events=0,
                requests={}, received=0, failures=[],
            )  # fmt: skip


def tables(database: Path) -> dict[str, list[str]]:
    with Archive.read(database) as archive:
        assert verify(archive)["damaged"] == []
        return {name: sorted(map(repr, archive.conn.execute(query))) for name, query in TABLES.items()}


SEEN = st.lists(
    st.builds(
        lambda digit, name, license, since: Observation(
            "model", digit and digit * 24, name, Facts(license_claimed=license), since=since, files_behind=True
        ),
        st.sampled_from(["1", "2", "3", None]), st.sampled_from(["a/one", "a/two", "z/now"]),
        st.sampled_from(["mit", "gpl-3.0"]), st.sampled_from([None, "2024-12-01T00:00:00Z", "2025-02-15T00:00:00Z"]),
    ),
    max_size=3, unique_by=(lambda one: one.hub_id, lambda one: one.name),
)  # fmt: skip
DUMPS = st.lists(
    st.tuples(
        st.sampled_from(DATES), st.lists(ROWS, max_size=9),
        st.lists(st.sampled_from(["_id", "gated", "private", "tags", "cardData", "baseModels"]), max_size=3),
    ),
    min_size=1, max_size=4,
)  # fmt: skip


@settings(
    max_examples=int(os.environ.get("DUMP_EXAMPLES", "40")), deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(seen=SEEN, dumps=DUMPS, size=st.sampled_from([1, 3, 5000]))
def test_by_the_batch_is_as_row_by_row(seen: list[Observation], dumps: list[Any], size: int) -> None:
    from schedules import hub_dump
    from storage.dated_states import DatedStates

    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        patched.setenv("LICENSEDRIFT_NOW", "2026-11-01T00:00:00Z")
        patched.setattr(hub_dump, "ROWS", size)
        places = written(Path(folder), dumps)
        counts = []
        for way in ("quick.db", "singly.db"):
            database = Path(folder) / way
            refreshed(database, "2026-01-10T00:00:00Z", seen)
            if way == "singly.db":
                patched.setattr(DatedStates, "take", DatedStates.take_singly)
                patched.setattr(
                    hub_dump, "_rows",
                    lambda dump, batch: [hub_dump.by_hand(dump.kind, batch, n) for n in range(batch.num_rows)],
                )  # fmt: skip
            counts.append([take(database, place) for place in places])
        assert tables(Path(folder) / "quick.db") == tables(Path(folder) / "singly.db")
        assert counts[0] == counts[1]


@settings(
    max_examples=int(os.environ.get("DUMP_EXAMPLES", "40")), deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(dumps=DUMPS, first=SEEN, later=SEEN, size=st.sampled_from([1, 2, 1000]))
@example(
    dumps=[("2025-01-01", [{"_id": "1" * 24, "id": "a/one"}], [])], later=[], size=1000,
    first=[Observation("model", "1" * 24, "a/one", Facts(), since="2025-02-15T00:00:00Z")],
)  # fmt: skip
def test_the_first_sweeps_after_an_import_are_by_the_thousand_as_one_by_one(
    dumps: list[Any], first: list[Observation], later: list[Observation], size: int
) -> None:
    from storage import first_sight, recording

    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        patched.setenv("LICENSEDRIFT_NOW", "2026-11-01T00:00:00Z")
        patched.setattr(recording, "BATCH", size)
        places = written(Path(folder), dumps)
        for way in ("by_the_thousand.db", "singly.db"):
            if way == "singly.db":
                patched.setattr(first_sight, "is_plain", lambda _seen: False)
            for place in places:
                take(Path(folder) / way, place)
            refreshed(Path(folder) / way, "2026-01-10T00:00:00Z", first)
            refreshed(Path(folder) / way, "2026-01-11T00:00:00Z", later)
        quick, singly = (tables(Path(folder) / way) for way in ("by_the_thousand.db", "singly.db"))
        assert quick == singly
        told = ", ".join(f"c.{name}" for name in COLUMNS_OF_CURRENT if name not in ("subject", "version"))
        current = (
            f"select s.name, hex(s.hub_id), v.since, v.valid_from, {told} from current c"
            " join subject s on s.id = c.subject join version v on v.id = c.version order by 1, 2"
        )
        assert rows_of(Path(folder) / "by_the_thousand.db", current) == rows_of(Path(folder) / "singly.db", current)


def rows_of(database: Path, query: str) -> list[tuple[Any, ...]]:
    with Archive.read(database) as archive:
        return [tuple(row) for row in archive.conn.execute(query)]


def one(name: str, license: str = "mit", **more: Any) -> dict[str, Any]:
    return {"_id": "1" * 24, "id": name, "tags": [f"license:{license}"], **more}


def dump(folder: Path, date: str, *rows: dict[str, Any], without: Sequence[str] = ()) -> Path:
    return write(folder / f"models-{date}.parquet", rows, without)


DRIFT = "select at, kind, role, before, after from drift order by at, id"


def test_a_rename_between_dumps_is_told_once_however_often_they_are_imported(tmp_path: Path) -> None:
    database = tmp_path / "archive.db"
    dumps = [dump(tmp_path, f"2025-0{month}-01", one(name)) for month, name in ((1, "a/x"), (2, "a/y"), (3, "a/z"))]
    wanted = [
        ("2025-02-01T00:00:00Z", "renamed", None, "a/x", "a/y"),
        ("2025-03-01T00:00:00Z", "renamed", None, "a/y", "a/z"),
    ]
    for _ in range(2):
        take(database, *dumps)
        assert rows_of(database, DRIFT) == wanted
        assert rows_of(database, "select name from subject") == [("a/z",)]


@pytest.mark.parametrize(("commit", "ends"), [
    ("2025-02-15T00:00:00Z", "2025-02-15T00:00:00Z"), (None, "2026-01-10T00:00:00Z"),
    # What was so in the dump was so since that commit: of the time before it knows nothing.
    ("2024-12-01T00:00:00Z", "2025-01-01T00:00:00Z"),
])  # fmt: skip
@pytest.mark.parametrize("documents", [None, ()])
def test_the_imported_past_ends_where_refreshes_begin_and_never_before_its_own_begin(
    tmp_path: Path, commit: str | None, ends: str, documents: tuple[()] | None
) -> None:
    database = tmp_path / "archive.db"
    take(database, dump(tmp_path, "2025-01-01", one("a/one", _id="1" * 24)))
    seen = Observation("model", "1" * 24, "a/one", Facts(license_claimed="mit"), since=commit, documents=documents)
    refreshed(database, "2026-01-10T00:00:00Z", [seen])
    found = rows_of(database, "select origin, since, until from version order by id")
    assert found == [
        ("import", "2025-01-01T00:00:00Z", ends), ("refresh", commit or "2026-01-10T00:00:00Z", None),
    ]  # fmt: skip


def test_the_past_renames_nobody_whom_refreshes_know(tmp_path: Path) -> None:
    from storage.subjects import lookup

    database = tmp_path / "archive.db"
    refreshed(database, "2026-01-10T00:00:00Z", [Observation("model", "1" * 24, "a/now", Facts(license_claimed="mit"))])
    take(database, dump(tmp_path, "2025-01-01", one("a/then")))
    assert rows_of(database, "select name from subject") == [("a/now",)]
    with Archive.read(database) as archive:
        assert lookup(archive.conn, "a/then") == (1, "model:a/now")


def test_what_a_refresh_has_seen_by_then_is_left_to_it(tmp_path: Path) -> None:
    database = tmp_path / "archive.db"
    known = Observation("model", "1" * 24, "a/one", Facts(license_claimed="mit"), since="2024-06-01T00:00:00Z")
    refreshed(database, "2026-01-10T00:00:00Z", [known])
    done = take(
        database,
        dump(tmp_path, "2025-01-01", one("a/one", "gpl-3.0")),
        dump(tmp_path, "2026-03-01", one("a/one", "apache-2.0")),
    )
    assert (done.rows, done.versions, done.seen) == (2, 1, 1)
    past = rows_of(database, "select since, until from version where origin = 'import'")
    assert past == [("2025-01-01T00:00:00Z", "2026-01-10T00:00:00Z")]


def test_a_column_that_a_dump_lacks_makes_no_drift(tmp_path: Path) -> None:
    database = tmp_path / "archive.db"
    card = {"license": "other", "license_name": "heron", "base_model": "a/base"}
    full = {"cardData": json.dumps(card), "gated": "auto", "private": False}
    named = {"cardData": json.dumps({**card, "license_name": "egret"}), "gated": "manual"}
    take(database, dump(tmp_path, "2025-01-01", one("a/one", "other"), without=["cardData", "gated", "baseModels"]))
    take(database, dump(tmp_path, "2025-02-01", one("a/one", "other", **full)))
    take(database, dump(tmp_path, "2025-03-01", one("a/one", "other"), without=["cardData", "gated", "baseModels"]))
    take(database, dump(tmp_path, "2025-04-01", one("a/one", "other", **full)))
    assert rows_of(database, DRIFT) == []
    assert rows_of(database, "select gated, license_name from version order by id") == [
        ("false", None),
        ("auto", "heron"),
    ]
    take(database, dump(tmp_path, "2025-05-01", one("a/one", "other", **named)))
    assert rows_of(database, DRIFT) == [
        ("2025-05-01T00:00:00Z", "gate", None, "auto", "manual"),
        ("2025-05-01T00:00:00Z", "claim", "license_name", "heron", "egret"),
    ]
    take(database, dump(tmp_path, "2025-06-01", one("a/one", "mit"), without=["cardData", "gated"]))
    assert ("2025-06-01T00:00:00Z", "claim", "license", "other", "mit") in rows_of(database, DRIFT)


def test_who_was_known_by_name_alone_is_found_by_identity_later(tmp_path: Path) -> None:
    database = tmp_path / "archive.db"
    take(database, dump(tmp_path, "2025-01-01", one("a/one"), without=["_id"]))
    take(database, dump(tmp_path, "2025-02-01", one("a/one", "gpl-3.0")))
    assert rows_of(database, "select name, hex(hub_id) from subject") == [("a/one", "1" * 24)]
    assert rows_of(database, DRIFT) == [("2025-02-01T00:00:00Z", "claim", "license", "mit", "gpl-3.0")]


def test_an_older_dump_is_not_put_between_newer_ones(tmp_path: Path) -> None:
    database = tmp_path / "archive.db"
    take(database, dump(tmp_path, "2025-03-01", one("a/one")))
    done = take(database, dump(tmp_path, "2025-02-01", one("a/one", "gpl-3.0"), one("a/two", _id="2" * 24)))
    assert (done.versions, done.older) == (1, 1)


def test_a_gate_that_is_none_is_none_in_a_column_of_texts_too(tmp_path: Path) -> None:
    take(tmp_path / "archive.db", dump(tmp_path, "2025-03-01", one("a/one", gated="False")))
    assert rows_of(tmp_path / "archive.db", "select gated from version") == [("false",)]


def test_the_public_archives_folders_tell_kind_and_date(tmp_path: Path) -> None:
    database, told = tmp_path / "archive.db", []
    for place in (
        "models/2025-01-01/models.parquet",
        "datasets/2025-01-08/0000.parquet",
        "datasets/2025-01-08/1.parquet",
    ):
        path = tmp_path / "weekly" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, [one(f"a/{path.stem}", _id=path.stem[0].encode().hex() * 12)])
    from schedules.import_hub import import_hub

    import_hub(database, [tmp_path / "weekly"], date=None, kind=None, progress=lambda *said: told.append(said))
    subjects = rows_of(database, "select subject, since from versions order by 1")
    assert subjects == [
        ("dataset:a/0000", "2025-01-08T00:00:00Z"),
        ("dataset:a/1", "2025-01-08T00:00:00Z"),
        ("model:a/models", "2025-01-01T00:00:00Z"),
    ]
    assert told[0] == ("models of 2025-01-01 (models.parquet)", 1, 1)


def test_odd_types_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    path = tmp_path / "models-2025-01-01.parquet"
    row = {"_id": "1" * 24, "id": "a/one", "tags": '["license:mit"]', "cardData": {"license": "mit", "extra": None}}
    pq.write_table(pa.Table.from_pylist([row]), path)
    texts = pa.Array.from_buffers(pa.string(), 2, pa.array([b"a/\xff", b"b/good"]).buffers())
    other = tmp_path / "models-2025-02-01.parquet"
    pq.write_table(pa.table({"_id": ["2" * 24, "3" * 24], "id": texts}), other)
    done = take(tmp_path / "archive.db", path, other)
    assert (done.rows, done.versions, done.bad) == (3, 2, 1)
    assert rows_of(tmp_path / "archive.db", "select name, license_claimed from version join subject s on s.id = subject"
                   " order by s.id") == [("a/one", "mit"), ("b/good", None)]  # fmt: skip


def test_what_is_no_dump_is_told_in_one_line_and_nothing_is_imported(tmp_path: Path) -> None:
    from schedules.import_hub import DumpError

    good = dump(tmp_path, "2025-01-01", one("a/one"))
    whole = good.read_bytes()
    files = {
        "models-2025-01-02.parquet": (b"no Parquet", "cannot be read as Parquet"),
        "models-2025-01-03.parquet": (whole[:-20], "cannot be read as Parquet"),
        "models-2025-02-30.parquet": (whole, "say it with --date"),
        "models.parquet": (whole, "say it with --date"),
        "models-2099-01-01.parquet": (whole, "still to come"),
    }
    for name, (content, said) in files.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DumpError, match=said) as told:
            take(tmp_path / "archive.db", good, tmp_path / name)
        assert name in str(told.value) and "\n" not in str(told.value)
    pq.write_table(pa.table({"name": ["a/one"]}), tmp_path / "models-2025-01-04.parquet")
    with pytest.raises(DumpError, match="no column `id`"):
        take(tmp_path / "archive.db", good, tmp_path / "models-2025-01-04.parquet")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DumpError, match=r"\*\.parquet"):
        take(tmp_path / "archive.db", tmp_path / "empty")
    assert not (tmp_path / "archive.db").exists()


def test_a_file_that_breaks_off_in_the_middle_is_told_in_one_line(tmp_path: Path) -> None:
    from schedules.import_hub import DumpError

    path = tmp_path / "models-2025-01-01.parquet"
    table = pa.table({"id": [f"a/{number}" for number in range(5000)]})
    pq.write_table(table, path, row_group_size=1000, compression="zstd", use_dictionary=False)
    damaged = bytearray(path.read_bytes())
    middle = pq.ParquetFile(path).metadata.row_group(3).column(0).data_page_offset
    damaged[middle : middle + 500] = b"\xff" * 500
    path.write_bytes(damaged)
    with pytest.raises(DumpError) as told:
        take(tmp_path / "archive.db", path)
    assert "\n" not in str(told.value)


@dataclass(frozen=True)
class Importing:
    folder: Path
    dumps: Sequence[Path]

    def start(self, database: Path) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "licensedrift", "import-hub", "--db", str(database), *map(str, self.dumps)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip

    def killed(self, database: Path, moment: float) -> bool:
        """Whether it was still at work so many seconds after its archive appeared."""
        process = self.start(database)
        while process.poll() is None and not database.with_name(f"{database.name}-wal").exists():
            time.sleep(0.002)
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        return process.wait() == -signal.SIGKILL


def kills(folder: Path, count: int) -> int:
    numbers = range(1, 12_001)
    dumps = []
    for month in (1, 2, 3):
        rows = [
            one(f"a/{n}", "mit" if (n + month) % 40 else "gpl-3.0", _id=f"{n:024x}") for n in numbers if n % 50 != month
        ]
        dumps.append(dump(folder, f"2025-0{month}-01", *rows))
    work, chance = Importing(folder, dumps), random.Random(5)
    began = time.monotonic()
    assert work.start(folder / "undisturbed.db").wait() == 0
    lasted = time.monotonic() - began
    wanted, interrupted = tables(folder / "undisturbed.db"), 0
    assert len(wanted["event"]) > 500
    for number in range(count):
        database = folder / f"{number}.db"
        interrupted += work.killed(database, chance.random() * max(lasted - 0.7, 0.2))
        assert work.start(database).wait() == 0
        assert tables(database) == wanted
    return interrupted


def test_killed_and_begun_again_it_leaves_what_an_undisturbed_import_leaves(tmp_path: Path) -> None:
    kills(tmp_path, 2)


@pytest.mark.soak
def test_killed_at_thirty_moments(tmp_path: Path) -> None:
    assert kills(tmp_path, 30) >= 10


def test_the_command_takes_a_folder_of_dumps_and_says_what_it_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "2025-01-01"
    folder.mkdir(parents=True)
    write(folder / "0000.parquet", [one("a/one", license="mit", _id="1" * 24)])
    arguments = ["import-hub", str(tmp_path / "models"), "--db", str(tmp_path / "archive.db")]
    first = CliRunner().invoke(door, arguments)
    assert first.exit_code == 0 and "1 versions" in first.output, first.output
    again = CliRunner().invoke(door, arguments)
    assert "0 versions" in again.output and "1 rows left out" in again.output, again.output
    empty = tmp_path / "empty-2025-01-01"
    empty.mkdir()
    none = CliRunner().invoke(door, ["import-hub", str(empty), "--db", str(tmp_path / "archive.db")])
    assert none.exit_code == 2 and "*.parquet" in none.output
