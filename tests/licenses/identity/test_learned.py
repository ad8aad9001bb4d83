from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licenses.identity import Identity, Learned, identify

from .invented import ORCHARD, ORCHARD_NEXT, QUARRY

LEARNED = Learned.from_rows([("orchard-1", "1.0", ORCHARD), ("quarry-terms", None, QUARRY)])


def test_a_text_that_was_learned_is_named_with_its_edition():
    found = identify(ORCHARD, LEARNED)
    assert (found.license, found.edition, found.similarity, found.altered) == ("orchard-1", "1.0", 1.0, False)


def test_what_nobody_taught_is_unknown():
    assert identify(ORCHARD).license is None
    assert identify(QUARRY, Learned.from_rows([("orchard-1", None, ORCHARD)])).license is None


def test_an_unknown_text_says_what_is_nearest():
    half = ORCHARD.split("3. What you owe")[0] + QUARRY
    found = identify(half, Learned.from_rows([("orchard-1", None, ORCHARD)]))
    assert found.license is None
    assert found.nearest[0][0] == "orchard-1" and 0.3 < found.nearest[0][1] < 0.9


def test_an_added_sentence_is_an_alteration():
    found = identify(
        ORCHARD.replace("4. What nobody", "Apples are best in autumn, when the wasps are gone.\n\n4. What nobody"),
        LEARNED,
    )
    assert (found.license, found.altered) == ("orchard-1", True)
    assert found.similarity < 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("You may plant", "You may not plant"),
        ("and pay for no\nbroken", "and pay for\nbroken"),
        ("thirty days", "10 days"),
    ],
)
def test_a_word_that_turns_the_meaning_is_an_alteration(before, after):
    assert before in ORCHARD
    found = identify(ORCHARD.replace(before, after), LEARNED)
    assert (found.license, found.altered) == ("orchard-1", True)


def test_a_short_license_with_a_condition_more_is_another_license():
    clause = "If you sell cider, you shall display the name of the Orchard on every bottle, and pay a tenth."
    found = identify(f"{ORCHARD}\n{clause}\n", LEARNED)
    assert found.license is None
    assert found.nearest[0][0] == "orchard-1"


def test_another_holder_and_year_are_no_alteration():
    found = identify(ORCHARD.replace("2031 Orchard Growers Guild", "2035 The Pear People of Kent"), LEARNED)
    assert (found.license, found.altered) == ("orchard-1", False)


def test_two_editions_are_told_apart():
    both = Learned.from_rows([("orchard", "1.0", ORCHARD), ("orchard", "2.0", ORCHARD_NEXT)])
    assert identify(ORCHARD, both).edition == "1.0"
    assert identify(ORCHARD_NEXT, both).edition == "2.0"


def test_a_version_that_differs_in_the_title_only_has_no_edition():
    learned = Learned.from_rows([("orchard", "1.0", ORCHARD)])
    found = identify(ORCHARD.replace("Version 1.0", "Version 1.7"), learned)
    assert (found.license, found.edition) == ("orchard", None)


@pytest.mark.parametrize("title", ["ORCHARD MODEL RESEARCH LICENSE", "ORCHARD MODEL NON-COMMERCIAL LICENSE"])
def test_a_word_in_the_title_makes_another_license_of_it(title):
    assert identify(ORCHARD.replace("ORCHARD MODEL COMMUNITY LICENSE", title), LEARNED).license is None


@pytest.mark.parametrize(
    "pointer",
    [
        "",
        "MIT",
        "See LICENSE.",
        "This repository is licensed under the AGPL, see https://www.gnu.org/licenses/agpl-3.0.html for its text.",
        "The weights are subject to the Orchard Model Community License, Version 1.0, which lies beside them.",
        "---\nlicense: apache-2.0\nlanguage: en\n---\n# A model\n\nIt answers questions about apples, in English only.",
    ],
)
def test_a_pointer_is_no_license(pointer):
    assert identify(pointer, LEARNED).license is None


CHANGES = {
    "wrapped": lambda text: re.sub(r"(?<!\n)\n(?!\n)", " ", text),
    "narrow": lambda text: re.sub(r"(.{20,30}?) ", r"\1\n", text),
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "cr": lambda text: text.replace("\n", "\r"),
    "shouted heading": lambda text: text[:100].upper() + text[100:],
    "quiet heading": lambda text: text[:100].lower() + text[100:],
    "all upper": str.upper,
    "Markdown": lambda text: "# " + text.replace("\n\n", "\n\n## ", 2).replace("License", "**License**"),
    "quoted": lambda text: "\n".join("> " + line for line in text.split("\n")),
    "comment": lambda text: "/*\n" + "\n".join(" * " + line for line in text.split("\n")) + "\n*/",
    "HTML": lambda text: "<html><body><p>" + text.replace("\n\n", "</p>\n<p>") + "</p></body></html>",
    "curly": lambda text: text.replace('"', "“").replace("'", "’"),
    "no-break spaces": lambda text: text.replace(" ", "\u00a0"),
    "zero width": lambda text: "\u200b".join(text[at : at + 7] for at in range(0, len(text), 7)),
    "soft hyphens": lambda text: text.replace("ar", "a\u00adr"),
    "byte order mark": lambda text: "\ufeff" + text,
    "British": lambda text: text.replace("License", "Licence").replace("LICENSE", "LICENCE"),
}


@settings(max_examples=120, deadline=None)
@given(st.lists(st.sampled_from(sorted(CHANGES)), min_size=1, max_size=4, unique=True))
def test_how_a_text_is_set_does_not_change_what_it_is(names):
    text = ORCHARD
    for name in names:
        text = CHANGES[name](text)
    found = identify(text, LEARNED)
    assert (found.license, found.edition, found.altered) == ("orchard-1", "1.0", False), names


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=2000))
def test_any_text_gets_an_answer(text):
    found = identify(text, LEARNED)
    assert isinstance(found, Identity) and 0 <= found.similarity <= 1


@pytest.mark.parametrize(
    "hostile",
    [
        "a\u0315\u0300" + "\u0315\u0300" * 200_000,
        "\ufdfa" * 50_000,
        "<" * 300_000,
        "<a" * 150_000,
        "&" * 300_000,
        "https://" * 40_000,
        "copyright (c) 2024 " * 40_000,
        "license " * 100_000,
        "\x00\ud800\udfff" * 1000,
        "1." * 200_000,
        (ORCHARD + "x ") * 500,
        "許" * 100_000,
    ],
    ids=lambda text: f"{len(text)} {text[:9]!r}",
)
def test_hostile_text_gets_an_answer(hostile):
    assert isinstance(identify(hostile, LEARNED), Identity)
