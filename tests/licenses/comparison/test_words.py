"""Which words a text has: the same ones whatever clothes they wear."""

from __future__ import annotations

import pytest

from licenses.comparison import same_words
from licenses.comparison.words import words


def shown(text: str) -> list[str]:
    return [word.text for word in words(text)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("You may use it.", "YOU may  use\r\nit"),
        ("the “Model”", 'the "Model"'),
        ("the entity’s right", "the entityâ€™s right"),
        ("use & share", "use &amp; share"),
        ("* one\n* two", "- one\n- two"),
        ("**License** Grant", "License Grant"),
        ("**L**icense", "License"),
        ("see [our terms](https://example.org/a)", "see [our terms](https://example.org/b)"),
        ("at https://www.example.org/llama3\\_1/", "at example.org/llama3_1"),
        ("use\u200bful \ufeffword\xad", "useful word"),
        ("商业 用途", "商业用途"),
        ("Effective 15 September 2025", "Effective September 15, 2025"),
        ("2023年11月4日", "2023-11-04"),
        ("released 15/01/2025", "released 15 January 2025"),
        ("1,000,000 users", "1000000 users"),
        ("Ｆｕｌｌ width", "full width"),
        ("<b>bold</b> <!-- not shown -->words<br/>", "bold words"),
        ("![a badge](https://example.org/x.svg) words", "words"),
    ],
)
def test_the_same_words(one: str, other: str) -> None:
    assert shown(one) == shown(other)
    assert same_words(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("You may use it", "You may not use it"),
        ("700 million", "100 million"),
        ("version 3.1", "version 3.2"),
        ("用于商业", "用于非商业"),
        ("15 September 2025", "16 September 2025"),
        ("March 2025", "April 2025"),
        ("the Model or the Output", "the Output or the Model"),
        ("mail <a@example.org>", "mail <b@example.org>"),
        ("by <the owner>", "by <the author>"),
    ],
)
def test_other_words(one: str, other: str) -> None:
    assert not same_words(one, other)


def test_each_word_leads_back_to_its_place() -> None:
    text = "See [the “Terms”](https://example.org/x) of na&iuml;ve 用途 by 3 May 2025, â€œnowâ€\x9d: 1,000."
    for word in words(text):
        assert 0 <= word.start < word.end <= len(text)
    places = {word.text: text[word.start : word.end] for word in words(text)}
    assert places["terms"] == "Terms"
    assert places["naïve"] == "na&iuml;ve"
    assert places["2025-05-03"] == "3 May 2025"
    assert places["1000"] == "1,000"
    assert places["now"] == "now"
