"""hub-protocol.md L17-L20, L25: rows as no schema foresees them, and names that are no paths."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from crawler.errors import CrawlError
from crawler.hub_lists import MOST_EMPTY_PAGES, Page
from demo import faults
from demo.world import World
from schedules.errors import NothingFetched
from tests.hub_cases.bench import D1, D2, NAMES, TEXT, Bench, ImpatientLab, bench, card, flock, impatient

FOREVER = 10_000
LISTS = r"^/api/models\?"
Row = dict[str, Any]


@pytest.fixture(params=["author", "whole kind"])
def lab(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[ImpatientLab]:
    with impatient(tmp_path, flock(), max_limit=1000) as lab:
        rows_only = {"all_models": True, "more": "files_per_refresh = 0"}
        yield lab.watch(authors=["lark"]) if request.param == "author" else lab.watch(**rows_only)


def edited(b: Bench, edit: Callable[[list[Row]], list[Any]], raw: Callable[[bytes], bytes] = bytes) -> Page:
    """The one page of a list whose rows were edited, as JSON values or as bytes."""
    b.hub.faults.add(path=LISTS, times=FOREVER, fault=faults.rewrite(
        lambda code, headers, data: (code, headers, raw(orjson.dumps(edit(orjson.loads(data)))))))  # fmt: skip
    (page,) = b.client.pages("model")
    assert page.complete
    return page


def without(row: Row, *fields: str) -> Row:
    return {key: value for key, value in row.items() if key not in fields}


ID = "6" * 24
NO_ROWS: list[Any] = [
    None, 17, "lark/x", [], {}, {"id": "lark/x"}, {"_id": ID}, {"_id": ID, "id": 5}, {"_id": ID, "id": ""},
    {"_id": "zz", "id": "lark/x"}, {"_id": ID, "id": "x" * 2000},
]  # fmt: skip


def test_l17_what_is_no_row_is_put_aside_and_the_others_are_read() -> None:
    with bench(page=1000) as b:
        page = edited(b, lambda rows: [*NO_ROWS, *rows])
        assert [row.name for row in page.rows] == NAMES[::-1]
        assert len(page.bad) == len(NO_ROWS)
        assert all("\n" not in bad.reason and len(bad.reason) < 200 for bad in page.bad)
        assert "lark/x" in {bad.name for bad in page.bad}


def test_l17_a_refresh_reports_them_and_records_the_others(lab: ImpatientLab) -> None:
    lab.at(D1)
    lab.hub.faults.add(path=LISTS, times=FOREVER, fault=faults.edit_json(lambda rows: [*NO_ROWS, *rows]))
    result = lab.at(D2)
    assert (result.status, result.subjects, result.events) == ("partial", 6, [])
    assert len(result.failures) == len(NO_ROWS)


def page_of(turn: faults.Turn) -> None:
    """Of a list without end, whose rows are of another format."""
    begin = int(turn.request.param("cursor") or 0)
    url = f"http://{turn.request.headers['host']}{turn.request.path}"
    rows = orjson.dumps([{"name": f"lark/{number}"} for number in range(begin, begin + 10)])
    faults.body(rows, {"Link": f'<{url}?cursor={begin + 10}>; rel="next"'})(turn)


def test_l18_a_list_of_another_format_ends(lab: ImpatientLab) -> None:
    lab.at(D1)
    lab.hub.faults.add(path=LISTS, times=FOREVER, fault=page_of)
    lab.hub.log.clear()
    with pytest.raises(NothingFetched):
        lab.at(D2)
    assert sum("cursor=" in entry.query for entry in lab.hub.log if entry.path == "/api/models") == MOST_EMPTY_PAGES
    (failures,) = lab.rows("select failures from runs order by id desc limit 1")
    assert "without a row that can be read: " in failures["failures"]
    assert lab.rows("select * from drift") == []


def test_l18_a_page_of_another_format_hides_nobody_behind_it(tmp_path: Path) -> None:
    with impatient(tmp_path, flock(), max_limit=2) as lab:
        lab.watch(all_models=True, more="files_per_refresh = 0")
        spoiled = faults.edit_json(lambda rows: [{"name": row["id"]} for row in rows])
        lab.hub.faults.add(path=r"^/api/models\?.*cursor=", times=1, fault=spoiled)
        result = lab.at(D1)
        assert (result.status, result.subjects, len(result.failures)) == ("partial", len(NAMES) - 2, 2)


@pytest.mark.parametrize(("value", "read"), [
    ("2026-01-06T09:00:00.000Z", "2026-01-06T09:00:00Z"), ("2026-01-06T09:00:00+00:00", "2026-01-06T09:00:00Z"),
    (1767690000, None), ("yesterday", None), ("", None), (None, None), ({}, None), ("2026-13-45T99:99:99Z", None),
])  # fmt: skip
def test_l17_odd_times_do_not_cost_the_row(value: Any, read: str | None) -> None:
    with bench(page=1000) as b:
        page = edited(b, lambda rows: [{**row, "lastModified": value} for row in rows])
        assert page.bad == [] and len(page.rows) == 6
        assert page.rows[0].last_modified == read


@pytest.mark.parametrize("value", ["+00:00", 17, None, "2026-13-45T99:99:99Z", "\x00"])
def test_l17_odd_times_do_no_harm_to_the_record(lab: ImpatientLab, value: Any) -> None:
    lab.at(D1)
    lab.hub.faults.add(path=LISTS, times=FOREVER, fault=faults.edit_json(
        lambda rows: [{**row, "lastModified": value, "createdAt": value} for row in rows]))  # fmt: skip
    lab.world.put("models", NAMES[0], date=D2, files={"README.md": card("gpl-3.0")})
    result = lab.at(D2)
    assert [event["subject"] for event in result.events if event["kind"] == "claim"] == ["model:lark/m0"]
    lab.sound()


def test_l18_unknown_and_renamed_and_null_fields_are_taken_as_they_are() -> None:
    odd = {
        "gated": "new-mode", "tags": None, "siblings": None, "cardData": None, "downloads": None, "pipeline_tag": 3,
        "baseModels": 17, "safetensors": [], "newField": {"deep": [1]}, "private": "yes", "disabled": None,
    }  # fmt: skip
    with bench(page=1000) as b:
        page = edited(b, lambda rows: [{**row, **odd} for row in rows])
        assert len(page.rows) == 6 and page.bad == []
        assert page.rows[0].gated == "new-mode"
        assert page.rows[0].siblings is None
        renamed = edited(b, lambda rows: [{**without(row, "id"), "modelId": row["id"]} for row in rows])
        assert [row.name for row in renamed.rows] == NAMES[::-1]


def test_l18_a_new_way_of_gating_is_told_as_the_hub_names_it(lab: ImpatientLab) -> None:
    lab.at(D1)
    lab.hub.faults.add(path=LISTS, times=FOREVER, fault=faults.edit_json(
        lambda rows: [{**rows[0], "gated": "new-mode"}, *rows[1:]]))  # fmt: skip
    events = lab.at(D2).events
    assert [(event["subject"], event["after"]) for event in events] == [("model:lark/m5", "new-mode")]


BYTES: dict[str, Callable[[bytes], bytes]] = {
    "NaN": lambda data: data.replace(b'"downloads":0', b'"downloads":NaN'),
    "Infinity": lambda data: data.replace(b'"downloads":0', b'"downloads":-Infinity'),
    "BOM": lambda data: b"\xef\xbb\xbf" + data,
    "surrogate in a field": lambda data: data.replace(b'"downloads":0', b'"pipeline_tag":"a\\ud800b"'),
    "30 digits": lambda data: data.replace(b'"downloads":0', b'"downloads":' + b"9" * 30),
    "400 digits": lambda data: data.replace(b'"downloads":0', b'"downloads":' + b"9" * 400),
    "5000 digits": lambda data: data.replace(b'"downloads":0', b'"downloads":' + b"9" * 5000),
    "1e999": lambda data: data.replace(b'"downloads":0', b'"downloads":1e999'),
    "twice": lambda data: data.replace(b'"downloads":0', b'"downloads":0,"gated":false,"gated":false'),
    "UTF-16": lambda data: data.decode().encode("utf-16"),
}


@pytest.mark.parametrize("what", BYTES)
def test_l19_json_beyond_the_standard_is_read(what: str) -> None:
    with bench(page=1000) as b:
        page = edited(b, lambda rows: rows, BYTES[what])
        assert [row.name for row in page.rows] == NAMES[::-1]
        assert b.waits == []


@pytest.mark.parametrize("deep", [b"[" * 100_000, b'[{"a":' * 50_000, b"[" + b"1," * 10 + b"]" * 2, b"\x00" * 100])
def test_l19_json_that_is_none_is_a_failure(deep: bytes) -> None:
    with bench(attempts=2) as b:
        b.hub.faults.add(times=FOREVER, fault=faults.body(deep))
        with pytest.raises(CrawlError, match="no JSON"):
            b.names()


SURROGATE = '"\\ud800"'


@pytest.mark.parametrize("field", ["tags", "cardData", "pipeline_tag", "gated", "baseModels", "id"])
def test_l19_lone_surrogates_in_any_field_can_be_recorded(lab: ImpatientLab, field: str) -> None:
    value = {
        "tags": f'["license:mit",{SURROGATE}]', "pipeline_tag": SURROGATE, "gated": SURROGATE,
        "cardData": f'{{"license":{SURROGATE},"license_name":[{SURROGATE}],"base_model":{SURROGATE},{SURROGATE}:1}}',
        "baseModels": f'{{"models":[{{"id":{SURROGATE}}}]}}', "id": '"lark/\\ud800"',
    }[field]  # fmt: skip

    def edit(code: int, headers: dict[str, Any], data: bytes) -> tuple[int, dict[str, Any], bytes]:
        rows = orjson.loads(data)
        rows[0][field] = "PUT HERE"
        return code, headers, orjson.dumps(rows).replace(b'"PUT HERE"', value.encode())

    lab.hub.faults.add(path=LISTS, times=FOREVER, fault=faults.rewrite(edit))
    result = lab.at(D1)
    # The renamed one cannot be asked for its files; everything else is recorded.
    assert result.subjects >= (5 if field == "id" else 6)
    assert lab.again().events == []
    lab.sound()


@pytest.mark.parametrize("value", [
    None, [], "text", 17, True, {"self": 1, "get": 2, "ignore_metadata_errors": "x", "license": "mit"},
    {"license": ["mit", "apache-2.0"]}, {"license": {"name": "mit"}}, {"license": None}, {"license": 3},
    {"license": "mit", "license_link": ["a"], "license_name": {"a": 1}}, {"license": "x" * 100_000},
    {"base_model": [1, None, {"a": "b"}], "license": "mit"}, {"extra_gated_prompt": {"a": ["b"]}},
    {"extra_gated_fields": "text", "extra_gated_prompt": 17},
])  # fmt: skip
def test_l20_no_card_data_harms_the_list_or_the_record(lab: ImpatientLab, value: Any) -> None:
    lab.hub.faults.add(path=LISTS, times=FOREVER, fault=faults.edit_json(
        lambda rows: [{**rows[0], "cardData": value}, *rows[1:]]))  # fmt: skip
    result = lab.at(D1)
    assert (result.status, result.subjects) == ("complete", 6)
    again = lab.again()
    assert (again.events, again.changed) == ([], 0)
    lab.sound()


ODD_NAMES = ["lark/méridien ü", "lark/a b", "lark/a--b", "lark/" + "x" * 200, "lark/100%25?x=1#y", "lark/Ω😀",
             "lark/a+b&c=d", "Lark/m0", "lark/M0", "lark/...", "lark/-x", "legacy"]  # fmt: skip


def test_l25_odd_names_are_quoted_asked_for_and_stored_as_they_are(tmp_path: Path) -> None:
    world = World()
    for name in [*ODD_NAMES, "lark/m0"]:
        world.put("models", name, date=D1, files={"README.md": card(), "LICENSE": TEXT + name.encode()})
    with impatient(tmp_path, world, max_limit=1000) as lab:
        lab.watch(models=[*ODD_NAMES, "lark/m0"])
        assert lab.at(D1).status == "complete"
        subjects = {row["subject"] for row in lab.state()}
        assert subjects == {f"model:{name}" for name in [*ODD_NAMES, "lark/m0"]}
        texts = lab.rows("select count(distinct content_hash) as n from documents where role = 'license'")
        assert texts == [{"n": len(ODD_NAMES) + 1}]
        # As a list shows them it is the same.
        lab.watch(all_models=True)
        again = lab.at(D2)
        assert (again.status, again.events) == ("complete", [])
        lab.sound()


@pytest.mark.parametrize("name", ["..", "../..", "lark/..", "lark/.", "./x", "../api/whoami-v2", "lark/../../x", "a//b",
                                  "/lark/m0", "lark/m0/", "lark/m0/tree/main", "http://evil.example/x"])  # fmt: skip
def test_l25_what_would_lead_to_another_path_is_never_asked_for(name: str) -> None:
    with bench() as b:
        with pytest.raises(CrawlError):
            b.client.info("model", name)
        with pytest.raises(CrawlError):
            b.client.file("model", name, None, "LICENSE")
        with pytest.raises(CrawlError):
            b.client.paths_info("model", name, "main", ["LICENSE"])
        assert b.hub.log == []


def test_l25_a_list_with_such_names_reports_them_and_goes_on(lab: ImpatientLab) -> None:
    evil = ["..", "lark/../../api/whoami-v2", "a//b", "lark/m0/tree/main"]
    lab.hub.faults.add(path=LISTS, times=FOREVER, fault=faults.edit_json(lambda rows: [
        *({**rows[0], "_id": f"{number:024x}", "id": name} for number, name in enumerate(evil)), *rows]))  # fmt: skip
    result = lab.at(D1)
    assert result.status == "partial" and result.subjects >= 6
    assert not any(".." in entry.path or "//" in entry.path for entry in lab.hub.log)
    assert sorted(failure.subject for failure in result.failures) == sorted(f"model:{name}" for name in evil)


@pytest.mark.parametrize("path", ["../../../api/whoami-v2", "a/../../x", "./LICENSE", "a//b", "/LICENSE", ""])
def test_l25_nor_does_the_path_of_a_file(path: str) -> None:
    with bench() as b:
        assert b.client.file("model", "lark/m0", None, path).status == "absent"
        assert b.hub.log == []
