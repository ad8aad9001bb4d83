"""No text takes for ever: short lines that once made a heading's pattern try very many ways to cut them."""

from __future__ import annotations

import pytest

from licenses.clauses.sentences import sentences
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
