"""No text takes for ever: short lines that once made a heading's pattern try very many ways to cut them."""

from __future__ import annotations

import pytest

from licenses.clauses.sentences import sentences
from licenses.comparison import compare
from licenses.reading import read


# Each is far below the length at which time would show if it were linear; a pattern that backtracks never ends here.
@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "line",
    ["Ab" * 200 + "!", "-".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ" * 8) + "!", "A/" * 300 + "?", "of and the " * 200 + "!"],
    ids=["camel", "dashes", "slashes", "small words"],
)
def test_a_long_word_is_no_riddle(line: str) -> None:
    assert sentences(line + "\n") is not None
    read(line)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("unit", ["A-", "Ab-", "A 1-", "许-", "É-"])
def test_a_card_of_one_long_title_is_compared_at_once(unit: str) -> None:
    said = "---\nlicense: other\n---\n# License\n" + unit * 700
    compare(said, said + " x", role="card")


@pytest.mark.timeout(20)
@pytest.mark.parametrize("unit", [".", ":", "!?"])
def test_a_row_of_stops_is_compared_at_once(unit: str) -> None:
    row = "Scope " + unit * 200_000 + " 7\nYou may use the model.\n"
    compare(row, row + "You may not sell it.\n")


@pytest.mark.timeout(30)
@pytest.mark.parametrize("unit", ["12 ", "1.1 ", "v1.0 "])
def test_a_table_of_numbers_without_a_stop_is_compared_at_once(unit: str) -> None:
    row = unit * 30_000
    compare(row, row[: len(row) // 2] + "you may not use it " + row[len(row) // 2 :])
