"""One sentence more, or one less: whatever clause it states is found, and the change of the text is substantive."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licenses.clauses import find_clauses, vocabulary
from licenses.clauses.ruleset import rules
from licenses.clauses.vocabulary import rule_files
from licenses.comparison import compare
from licenses.comparison.grants import opposite

GRANT = (
    "Permission is hereby granted, free of charge, to anyone who has a copy of the Model, to use, copy, modify, publish"
    " and distribute it for any purpose."
)
END = ("The Model is provided as is, without warranty of any kind.", "Nobody who made it is liable for any damages.")
PERMISSIVE = ("ORCHARD LICENSE", GRANT, *END)
BARE = ("ORCHARD LICENSE", "Whoever takes the Model takes these terms.", *END)
# Clauses that a grant of everything rules out, or that say nothing beside another: told in a text without a grant.
GIVES_WAY = {rule.clause for rule in rules() if rule.unless_found or any(find.alone for find in rule.finds)}
SAID = {"no-warranty", "liability-limit"}
GRANTS = {"commercial-use", "distribution", "modification"}


def hosts(clause: str) -> tuple[str, ...]:
    """The paragraphs of a license that does not hold the clause."""
    return BARE if clause in GIVES_WAY | GRANTS | {"no-derivatives", "no-redistribution"} else PERMISSIVE


def text_of(paragraphs: tuple[str, ...]) -> str:
    return "\n\n".join(paragraphs) + "\n"


def with_sentence(paragraphs: tuple[str, ...], at: int, sentence: str) -> str:
    return text_of((*paragraphs[:at], sentence, *paragraphs[at:]))


def cases() -> list[tuple[str, str]]:
    """Every example of every rule that the host does not state anyway."""
    return [(clause, text) for clause, rule in rule_files().items() for text in rule["examples"] if clause not in SAID]


def wrongly_compared(clause: str, sentence: str) -> list[str]:
    """What compare says wrongly of a text to which the sentence is added, and from which it is taken."""
    before, after = text_of(hosts(clause)), with_sentence(hosts(clause), 2, sentence)
    there, back = compare(before, after), compare(after, before)
    wrong = []
    if clause not in there.clauses_added or clause not in back.clauses_removed:
        wrong.append(f"{clause} is left out")
    if not (there.substantive and back.substantive):
        wrong.append("called not substantive")
    added = vocabulary()[clause].added
    if added != "neutral" and not set(there.clauses_added) & GRANTS:
        wrong += [f"called {there.direction}"] * (there.direction != added)
        wrong += [f"the way back called {back.direction}"] * (back.direction != opposite(added))
    return wrong


@pytest.mark.parametrize(("clause", "sentence"), cases())
def test_a_sentence_more_is_found(clause: str, sentence: str) -> None:
    text = with_sentence(hosts(clause), 2, sentence)
    assert clause in {found.clause for found in find_clauses(text)}


@pytest.mark.parametrize(("clause", "sentence"), cases())
def test_a_sentence_more_or_less_is_a_change(clause: str, sentence: str) -> None:
    assert wrongly_compared(clause, sentence) == []


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(cases()), st.integers(1, 3), st.sampled_from(["", "1. ", "(a) ", "- "]))
def test_the_quote_is_the_sentence_wherever_it_stands(case: tuple[str, str], at: int, label: str) -> None:
    clause, sentence = case
    if "\n\n" in sentence:
        label = ""  # a piece of a page, with a heading of its own
    text = with_sentence(hosts(clause), at, label + sentence)
    (found,) = [one for one in find_clauses(text) if one.clause == clause]
    assert text[found.start : found.end] == found.quote
    assert found.quote.strip() in label + sentence
