"""Texts made to hurt: compared in bounded time, never with an error."""

from __future__ import annotations

import pytest

from licenses.comparison import compare, same_words
from licenses.comparison.alignment import opcodes
from licenses.comparison.words import LARGEST_TEXT, words
from tests.licenses.comparison.invented import LICENSE

# Repeated to hundreds of kilobytes: whatever grows faster than its text would run into the suite's timeout.
PIECES = {
    "one word": "a",
    "many words": "you may not ",
    "many sentences": "You may not use it. ",
    "brackets": "](",
    "open tags": "<a",
    "entities": "&amp;",
    "links": "http://a/",
    "mails": "a@a.",
    "dots": "a.",
    "numbers": "1,111",
    "labels": "(a) ",
    "newlines": "\n",
    "damage": "â€",
    "unseen": "a\u200b",
    "Chinese": "不得",
    "copyright": "copyright (c) ",
    "front matter": "---\nlicense: ",
    "fences": "```\n# License\n",
}


@pytest.mark.parametrize("piece", PIECES.values(), ids=PIECES.keys())
def test_much_of_anything(piece: str) -> None:
    text = piece * (250_000 // len(piece))
    assert not same_words(text, LICENSE)
    assert len(words(text)) <= len(text)


def test_what_lies_beyond_the_cap_is_seen_too() -> None:
    text = "You may use it. " * (LARGEST_TEXT // 16 + 10)
    assert same_words(text, text.replace("\n", "\r"))
    assert not same_words(text, text[:-3] + "not it")


@pytest.mark.parametrize("piece", ["You may not use it. ", "](", "不得", "a\n\n", "1. You must. \n"])
def test_large_texts_are_compared(piece: str) -> None:
    before = piece * (200_000 // len(piece))
    after = before[:100_000] + " except here " + before[100_000:]
    found = compare(before, after)
    assert found.direction in {"tighter", "looser", "mixed", "neutral"}
    assert all(start <= end for passage in found.passages for start, end in passage)


def test_sequences_without_anchors_are_bounded() -> None:
    old, new = ["a", "b"] * 20_000, ["b", "a", "a"] * 15_000
    assert opcodes(old, new)
    assert opcodes(["x"] * 3_000, ["x", "y"] * 1_500)


def test_a_changed_word_in_a_long_text_is_found() -> None:
    before = "\n\n".join(f"{number}. You may use part {number} of the model." for number in range(1, 4_000))
    after = before.replace("You may use part 2000 of", "You may not use part 2000 of")
    found = compare(before, after)
    assert found.substantive
    ((old, new),) = found.passages
    assert old[0] == old[1]
    assert after[slice(*new)] == "not"


def test_halves_of_characters_are_compared_as_what_cannot_be_read() -> None:
    before, after = f"{LICENSE}\ud800", f"{LICENSE}\udfff You must pay us a royalty of 5% of revenue."
    assert compare(before, before).direction == "neutral"
    assert "royalty" in compare(before, after).clauses_added
