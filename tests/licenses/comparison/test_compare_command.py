"""`licensedrift compare`: JSON as the contract says, and a page that a terminal can be trusted with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from licensedrift import door
from tests.licenses.comparison.invented import LICENSE, changed

KEYS = {
    "substantive", "direction", "license_before", "license_after", "clauses_added", "clauses_removed",
    "parameters_changed", "wording_changed",
}  # fmt: skip


@pytest.fixture
def run(tmp_path: Path):
    def invoke(before: str | bytes, after: str | bytes, *options: str) -> Result:
        places = []
        for name, text in (("before.txt", before), ("after.txt", after)):
            (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
            places.append(str(tmp_path / name))
        return CliRunner().invoke(door, ["compare", *options, *places])

    return invoke


def test_json(run) -> None:
    result = run(LICENSE, changed("700 million", "100 million"), "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert set(found) == KEYS
    assert (found["substantive"], found["direction"]) == (True, "tighter")
    assert found["parameters_changed"] == [
        {"clause": "mau-threshold", "parameter": "users", "before": 700_000_000, "after": 100_000_000}
    ]
    assert {"clause", "before", "after"} == set(found["wording_changed"][0])


def test_a_page_for_people(run) -> None:
    result = run(LICENSE, changed("(b) for military purposes;", "(b) for \x1b[31mnuclear purposes;"))
    assert result.exit_code == 0
    assert "“military” -> " in result.stdout
    assert "\x1b" not in result.stdout


def test_nothing_differs_is_no_error(run) -> None:
    result = run(LICENSE, b"\xef\xbb\xbf" + LICENSE.replace("\n", "\r\n").encode())
    assert result.exit_code == 0
    assert result.stdout.startswith("neutral, no right or duty changed")


def test_bytes_that_are_no_text_are_compared(run) -> None:
    assert run(b"\xff\xfe\x00\xd8", b"\x80\x81", "--json").exit_code == 0


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    assert CliRunner().invoke(door, ["compare", str(tmp_path / "a"), str(tmp_path / "b")]).exit_code == 2
