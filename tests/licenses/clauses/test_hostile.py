"""Texts meant to harm are read to the caps, and no further, in time that grows with their length only."""

from __future__ import annotations

import time

import pytest

from licenses.clauses import find_clauses
from licenses.clauses.sentences import LARGEST_TEXT, MOST_SENTENCES, sentences

TEN_MEGABYTES = 10_000_000
GRANT = "You may use, modify and distribute the Software for any purpose.\n\n"


def repeated(piece: str, length: int) -> str:
    return (piece * (length // len(piece) + 1))[:length]


HOSTILE = {
    "one letter": "a",
    "quotes": '"',
    "open brackets": "(",
    "colons and items": "you may not: (a) ",
    "items": "\n1. a",
    "nested leads": "\n1. you may not:\n(a) use:\n(i) it:\n- to:",
    "negations": "you may not may not use for any purpose ",
    "numbers": "1,000,000 ",
    "digits": "9",
    "users": "more than 9 million monthly active users license ",
    "stops": ". A",
    "semicolons": "; ",
    "entities": "&amp;",
    "open tags": "<a",
    "tags": "<b>",
    "stars": "*",
    "blank lines": "\n\n \n",
    "blanks": " ",
    "invisible": "\u200b",
    "Han": "您不得使用模型",
    "nulls": "\x00",
    "headings": "# Section\n\n",
    "grants": "grants you the right to ",
    "surrogates": "\ud800 ",
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_is_survived(piece: str) -> None:
    text = GRANT + repeated(piece, 300_000)
    found = find_clauses(text)
    assert all(text[hit.start : hit.end] == hit.quote for hit in found)


def test_ten_megabytes_are_read_to_the_cap() -> None:
    text = GRANT + repeated("You may not use the Software to harm minors or for military purposes. ", TEN_MEGABYTES)
    found = find_clauses(text)
    assert "modification" in {hit.clause for hit in found}
    assert all(hit.end <= LARGEST_TEXT for hit in found)
    assert len(sentences(text)) <= MOST_SENTENCES


@pytest.mark.parametrize("piece", ["you may not: (a) ", "\n1. you may not:\n(a) use:", '"', "(", "<a", ". A", "&a;"])
def test_time_grows_with_length_only(piece: str) -> None:
    find_clauses(repeated(piece, 1_000))
    spent = []
    for length in (50_000, 200_000):
        text = repeated(piece, length)
        begun = time.process_time()
        find_clauses(text)
        spent.append(time.process_time() - begun)
    # Four times the text: a quadratic reader would take sixteen times as long. Floor for noise.
    assert spent[1] < 10 * max(spent[0], 0.02)


def test_a_half_of_a_character_is_quoted_as_it_stands() -> None:
    text = "You may not use the Model \ud800 for military purposes."
    (found,) = find_clauses(text)
    assert (found.clause, text[found.start : found.end]) == ("use-restrictions", found.quote)
