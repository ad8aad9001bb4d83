"""docs/protocol-cases.md says of every case which test shows it; this shows that it speaks the truth."""

from __future__ import annotations

import re
from pathlib import Path

ROOM = Path(__file__).parents[2]
TABLE = (ROOM / "docs" / "protocol-cases.md").read_text()
CASES = {"T": 31, "L": 25, "R": 20, "F": 20, "C": 28, "M": 8}


def test_m_every_case_has_one_row() -> None:
    rows = re.findall(r"^\| ([A-Z]\d\d) \|", TABLE, re.MULTILINE)
    expected = [f"{letter}{number:02}" for letter, most in CASES.items() for number in range(1, most + 1)]
    assert sorted(row for row in rows if row[0] in CASES) == sorted(expected)


def test_m_every_row_names_tests_that_exist_or_says_why_not() -> None:
    for case, shown in re.findall(r"^\| ([A-Z]\d\d) \| (.*) \|$", TABLE, re.MULTILINE):
        named = re.findall(r"`(test_\w+\.py)`: `(test_\w+)`", shown)
        assert named or len(shown) > 40, f"{case}: neither a test nor a reason"
        for file, test in named:
            texts = [path.read_text() for path in (ROOM / "tests").rglob(file)]
            assert any(f"\ndef {test}(" in text for text in texts), f"{case}: {file} has no {test}"
