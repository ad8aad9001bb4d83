"""Ten megabytes of anything are read and compared in bounded time and memory; every offset stays within the text."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licenses.comparison import compare
from licenses.reading import read
from licenses.text import decode
from tests.licenses.comparison.invented import LICENSE

ROOT = Path(__file__).resolve().parent.parent.parent.parent
TEN_MEGABYTES = 10_000_000
PIECES = {
    "a ban": "You may not use the Model to harm minors or for military purposes. ",
    "no end of a sentence": "you may not use it and ",
    "items": "\n(a) to harm (b) or not",
    "one letter": "a",
    "quotes": '"',
    "tags": "<b>",
    "Han": "您不得使用本模型，",
    "zero width": "a\u200b",
    "numbers": "1,000,000 ",
    "no UTF-8": "\udcff",
    "a license": LICENSE,
}
# What a process may take in all, interpreter and fingerprints included: bytes of addresses.
MOST_MEMORY = 2_000_000_000
READ_IT = """
import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, ({seconds}, {seconds}))
resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
from licenses.comparison import compare
from licenses.reading import read
from licenses.text import decode
content = sys.stdin.buffer.read()
text = decode(content)
found = read(text)
assert all(text[c.start:c.end] == c.quote for c in found.clauses)
changed = compare(text, text[: len(text) // 2] + " You must pay a royalty of 5% of revenue. " + text[len(text) // 2 :])
for (start, end), (first, last) in changed.passages:
    assert 0 <= start <= end <= len(text) and 0 <= first <= last <= len(text) + 60
print(len(found.clauses))
"""


def assert_bounded(piece: str, size: int, seconds: int) -> None:
    """That reading and comparing so many bytes of a piece takes so many seconds of CPU at most."""
    content = (piece * (size // len(piece) + 1)).encode("utf-8", "surrogateescape")[:size]
    done = subprocess.run(
        [sys.executable, "-c", READ_IT.format(seconds=seconds, memory=MOST_MEMORY)],
        input=content, capture_output=True, cwd=ROOT, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()[-2000:]


@pytest.mark.parametrize("name", PIECES)
def test_a_megabyte_takes_seconds(name: str) -> None:
    assert_bounded(PIECES[name], 1_000_000, 20)


def test_ten_megabytes_of_bans_are_bounded() -> None:
    assert_bounded(PIECES["a ban"], TEN_MEGABYTES, 60)


@pytest.mark.soak
@pytest.mark.parametrize("name", PIECES)
def test_ten_megabytes_are_bounded(name: str) -> None:
    assert_bounded(PIECES[name], TEN_MEGABYTES, 90)


PARTS = st.sampled_from(
    [
        *LICENSE.split(". "),
        "&amp;",
        "<br>",
        "\u200b",
        "\ufeff",
        "(a) ",
        "1. ",
        '"',
        ";",
        ":",
        "\r\n",
        "\x00",
        "您不得",
    ]
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.one_of(PARTS, st.text(st.characters(codec="utf-8"), max_size=20)), max_size=30).map(" ".join))
def test_every_offset_leads_to_the_words(text: str) -> None:
    found = read(text)
    assert all(text[clause.start : clause.end] == clause.quote and clause.quote.strip() for clause in found.clauses)
    changed = compare(text, LICENSE)
    for (start, end), (first, last) in changed.passages:
        assert 0 <= start <= end <= len(text)
        assert 0 <= first <= last <= len(LICENSE)
    for change in changed.changes:
        for side, clause in ((text, change.before), (LICENSE, change.after)):
            assert clause is None or side[clause.start : clause.end] == clause.quote


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read(content: bytes) -> None:
    text = decode(content)
    text.encode("utf-8")
    assert all(text[clause.start : clause.end] == clause.quote for clause in read(text).clauses)
