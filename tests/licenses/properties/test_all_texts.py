"""What holds of a text's clothes and of one sentence more or less, over a text of every license of the corpus.

Every text wears one of many clothes, in turn; all texts wear all of them with `-m soak`.
"""

from __future__ import annotations

import json
import re
from functools import cache

import pytest

from licenses.clauses import find_clauses
from licenses.comparison import compare
from licenses.text import decode
from tests.licenses.properties.dress import (
    BULLET,
    Dress,
    headings,
    recoded,
    rewrapped,
    with_unseen_between_words,
    with_unseen_in_words,
)
from tests.licenses.properties.test_dress import assert_the_same
from tests.licenses.properties.test_one_sentence import GIVES_WAY, GRANTS, cases
from tests.shared_corpus import CORPUS, needs_corpus

pytestmark = needs_corpus

CLOTHES: dict[str, Dress] = {
    "narrow": lambda text: rewrapped(text, 60),
    "wide and indented": lambda text: rewrapped(text, 100, "  "),
    "HEADINGS": lambda text: headings(text, str.upper),
    "headings": lambda text: headings(text, str.lower),
    "Title Headings": lambda text: headings(text, str.title),
    "HTML headings": lambda text: headings(text, "<h2>{}</h2>".format),
    "Markdown headings": lambda text: headings(text, "## {}".format),
    "bold headings": lambda text: headings(text, "**{}**".format),
    "emphasis": lambda text: re.sub(r"\b(License|Model)\b", r"*\1*", text),
    "quoted lines": lambda text: "".join(f"> {line}" for line in text.splitlines(keepends=True)),
    "curly quotes": lambda text: re.sub(r'"([^"\n]{1,300})"', "\u201c\\1\u201d", text),
    "straight quotes": lambda text: re.sub("[\u201c\u201d]", '"', text).replace("\u2019", "'"),
    "entities": lambda text: re.sub(r'"([^"\n]{1,300})"', "&quot;\\1&quot;", text).replace(" & ", " &amp; "),
    "stars": lambda text: BULLET.sub(r"\g<1>* ", text),
    "round bullets": lambda text: BULLET.sub("\\g<1>\u2022 ", text),
    "dashes": lambda text: BULLET.sub("\\g<1>\u2013 ", text),
    "unseen between words": lambda text: with_unseen_between_words(text, "\u200b", 3),
    "unseen in words": lambda text: with_unseen_in_words(text, "\u200b", 5),
    "unseen at line ends": lambda text: text.replace("\n", "\u200b\n"),
    "soft hyphens": lambda text: with_unseen_in_words(text, "\u00ad", 2),
    "hard blanks": lambda text: text.replace(" ", "\u00a0"),
    "empty lines": lambda text: text.replace("\n\n", "\n\n\n\n"),
    "no blanks at line ends": lambda text: re.sub(r"(?m)[ \t]+$", "", text),
    "CRLF": lambda text: decode(text.replace("\n", "\r\n").encode("utf-8", "replace")),
    "UTF-16": lambda text: recoded(text, "utf-16-le", b"\xff\xfe"),
}
HOSTS = ("mit", "apache-2.0", "bsd-new", "isc", "zlib", "boost-1.0")


def sample() -> list[str]:
    """One text of every license of the corpus, and all of those that stand alone."""
    if not CORPUS.is_dir():
        return []
    found: dict[str, str] = {}
    for line in (CORPUS / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["kind"] in ("licence", "licence-other") and not row["file"].endswith(".pdf"):
            folder, _, name = row["file"].removeprefix("licences/").partition("/")
            found.setdefault(f"{folder}/{name}" if folder == "scancode" else folder, row["file"])
    return list(found.values())


SAMPLE = sample()
# A line that opens with a mark and is not broken in any clothes.
SHORT = 40


@cache
def text_of(file: str) -> str:
    return decode((CORPUS / file).read_bytes())


def in_a_comment(text: str) -> bool:
    """Whether some of it stands in a comment: broken elsewhere, its lines would lose what opens them."""
    return any(line.startswith("#") and len(line) > SHORT for line in text.split("\n"))


def assert_wears(file: str, clothes: str) -> None:
    text = text_of(file)
    if not (in_a_comment(text) and clothes in {"narrow", "wide and indented"}):
        assert_the_same(text, CLOTHES[clothes](text))


@pytest.mark.parametrize(("at", "file"), list(enumerate(SAMPLE)), ids=SAMPLE)
def test_every_text_in_other_clothes_is_the_same(at: int, file: str) -> None:
    assert_wears(file, list(CLOTHES)[at % len(CLOTHES)])


@pytest.mark.soak
@pytest.mark.parametrize("clothes", CLOTHES)
def test_all_texts_in_all_clothes_are_the_same(clothes: str) -> None:
    for file in SAMPLE:
        assert_wears(file, clothes)


def with_sentence(text: str, sentence: str, at: int) -> str:
    """The text with a sentence as a paragraph of its own, after as many others as may be."""
    paragraphs = text.split("\n\n")
    place = 1 + at % max(1, len(paragraphs) - 1)
    return "\n\n".join([*paragraphs[:place], sentence, *paragraphs[place:]])


@pytest.mark.parametrize("host", HOSTS)
def test_a_sentence_more_or_less_in_a_real_permissive_text_is_a_change(host: str) -> None:
    before = text_of(f"licences/scancode/{host}.txt")
    there = {clause.clause for clause in find_clauses(before)}
    wrong = []
    for at, (clause, sentence) in enumerate(cases()):
        if at % len(HOSTS) != HOSTS.index(host) or clause in there | GIVES_WAY | GRANTS:
            continue
        if not sentence[0].isupper() and sentence[0].isascii():
            continue  # an item of a list, which stands nowhere by itself
        after = with_sentence(before, sentence, at)
        come, gone = compare(before, after), compare(after, before)
        if clause not in come.clauses_added or clause not in gone.clauses_removed:
            wrong.append(f"{clause}: {sentence}")
        elif not (come.substantive and gone.substantive):
            wrong.append(f"not substantive: {sentence}")
    assert wrong == []
