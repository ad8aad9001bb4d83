from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from crawler.declarations.open_terms_archive import DeclarationError, declared_at, read_declaration, read_history
from crawler.declarations.terms import Terms
from crawler.extraction import Range
from licensedrift import door

PAGE = "https://example.com/terms"


def declare(folder: Path, terms: dict[str, Any], key: str = "terms") -> Path:
    path = folder / "Example.json"
    path.write_text(json.dumps({"name": "Example", key: terms}))
    return path


@pytest.mark.parametrize("key", ["terms", "documents"])
def test_a_plain_page(tmp_path: Path, key: str) -> None:
    path = declare(tmp_path, {"Terms of Service": {"fetch": PAGE, "select": "main", "remove": [".ad", "nav"]}}, key)
    assert read_declaration(path) == [Terms("Example", "Terms of Service", [PAGE], ["main"], [".ad, nav"])]


def test_pages_that_need_scripts_need_a_browser(tmp_path: Path) -> None:
    path = declare(tmp_path, {"Terms of Service": {"fetch": PAGE, "executeClientScripts": True}})
    assert read_declaration(path)[0].fetcher == "browser"


def test_ranges(tmp_path: Path) -> None:
    path = declare(
        tmp_path, {"Privacy Policy": {"fetch": PAGE, "select": [{"startBefore": "#a", "endAfter": "#b"}, "h1"]}}
    )
    assert read_declaration(path)[0].select == ["h1", Range(startBefore="#a", endAfter="#b")]


def test_combined_pages_inherit_selectors(tmp_path: Path) -> None:
    path = declare(
        tmp_path, {"Terms of Service": {"select": "main", "combine": [{"fetch": PAGE}, {"fetch": f"{PAGE}/2"}]}}
    )
    assert read_declaration(path) == [Terms("Example", "Terms of Service", [PAGE, f"{PAGE}/2"], ["main"])]


def test_combined_pages_may_have_selectors_of_their_own(tmp_path: Path) -> None:
    pages = [{"fetch": PAGE, "select": "#one"}, {"fetch": f"{PAGE}/2"}]
    (terms,) = read_declaration(declare(tmp_path, {"Terms of Service": {"select": "main", "combine": pages}}))
    assert [(source.url, source.select) for source in terms.sources()] == [(PAGE, ["#one"]), (f"{PAGE}/2", ["main"])]


def test_history_tells_what_was_declared_at_a_time(tmp_path: Path) -> None:
    path = declare(tmp_path, {"Terms of Service": {"fetch": PAGE, "select": "main"}})
    former = [
        {"fetch": PAGE, "select": ".new", "validUntil": "2024-06-01T00:00:00Z"},
        {"fetch": PAGE, "select": ".old", "validUntil": "2023-06-01T12:00:00+02:00"},
    ]
    (tmp_path / "Example.history.json").write_text(json.dumps({"Terms of Service": former}))
    entries = read_history(path)["Terms of Service"]

    def selected(year: int) -> list[Any]:
        terms = declared_at(entries, datetime(year, 1, 1, tzinfo=UTC))
        return terms.select if terms else []

    assert [selected(year) for year in (2023, 2024, 2025)] == [[".old"], [".new"], ["main"]]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "truncated"),
        ('{"terms": {}}', "name"),
        ('{"name": "X", "terms": {"Terms of Service": {}}}', "Terms of Service.*fetch"),
        ('{"name": "X", "terms": {"T": {"fetch": "file:///etc/passwd"}}}', "http"),
        ('{"name": "X", "terms": {"T": {"fetch": "https://x.org", "select": {"startBefore": "a"}}}}', "endBefore"),
        ('{"name": "X", "terms": {"T": {"fetch": "https://x.org", "select": 7}}}', "select"),
        ('{"name": "X", "terms": {"T": {"combine": []}}}', "length"),
        ('{"name": "X", "terms": ' + "[" * 100_000, "X.json"),
    ],
)
def test_what_is_no_declaration_says_why(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "X.json"
    path.write_text(content)
    with pytest.raises(DeclarationError, match=said) as caught:
        read_declaration(path)
    assert str(path) in str(caught.value)


def test_the_command_prints_toml_that_reads_back(tmp_path: Path) -> None:
    folder = tmp_path / "declarations"
    folder.mkdir()
    pages = [
        {"fetch": PAGE, "select": {"startAfter": 'h1[title="a\\"b"]', "endBefore": "footer"}},
        {"fetch": f"{PAGE}/2"},
    ]
    path = declare(folder, {"Terms of Service": {"combine": pages}, "Imprint": {"fetch": PAGE, "filter": ["tidyUp"]}})
    answer = CliRunner().invoke(door, ["import-declarations", str(tmp_path)])
    assert answer.exit_code == 0, answer.output
    assert msgspec.convert(tomllib.loads(answer.stdout)["terms"], list[Terms]) == read_declaration(path)
    assert "tidyUp" in answer.stderr


def test_one_bad_file_does_not_spoil_the_others(tmp_path: Path) -> None:
    declare(tmp_path, {"Terms of Service": {"fetch": PAGE}})
    (tmp_path / "Bad.json").write_text("{}")
    answer = CliRunner().invoke(door, ["import-declarations", "--json", str(tmp_path)])
    assert answer.exit_code == 3
    assert [terms["type"] for terms in json.loads(answer.stdout)["terms"]] == ["Terms of Service"]
    assert "Bad.json" in answer.stderr


def test_a_filter_of_links_parameters_needs_no_program(tmp_path: Path) -> None:
    path = declare(tmp_path, {"Imprint": {"fetch": PAGE, "filter": [{"removeQueryParams": ["utm_source"]}]}})
    assert "Note" not in CliRunner().invoke(door, ["import-declarations", str(path)]).stderr
