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

# compare leaves out a clause of this kind that comes in a sentence without a modal verb, though find_clauses has it.
LEGAL = {name for name, term in vocabulary().items() if term.kind == "legal"}
UNSURE = pytest.mark.xfail(strict=False, reason="boilerplate in a sentence that does not bind is not compared")


def hosts(clause: str) -> tuple[str, ...]:
    """The paragraphs of a license that does not hold the clause."""
    return BARE if clause in GIVES_WAY | GRANTS | {"no-derivatives", "no-redistribution"} else PERMISSIVE


def text_of(paragraphs: tuple[str, ...]) -> str:
    return "\n\n".join(paragraphs) + "\n"


def with_sentence(paragraphs: tuple[str, ...], at: int, sentence: str) -> str:
    return text_of((*paragraphs[:at], sentence, *paragraphs[at:]))


def cases() -> list:
    """Every example of every rule that the host does not state anyway."""
    found = []
    for clause, rule in rule_files().items():
        if clause in SAID:
            continue
        for sentence in rule["examples"]:
            found.append(pytest.param(clause, sentence, marks=UNSURE if clause in LEGAL else ()))
    return found


@pytest.mark.parametrize(("clause", "sentence"), cases())
def test_a_clause_more_is_found_and_a_clause_less_too(clause: str, sentence: str) -> None:
    before, after = text_of(hosts(clause)), with_sentence(hosts(clause), 2, sentence)
    there, back = compare(before, after), compare(after, before)
    assert clause in there.clauses_added
    assert clause in back.clauses_removed
    assert there.substantive and back.substantive
    added = vocabulary()[clause].added
    if added != "neutral" and not set(there.clauses_added) & GRANTS:
        assert there.direction == added
        assert back.direction == opposite(added)


EXAMPLES = [(clause, text) for clause, rule in rule_files().items() for text in rule["examples"] if clause not in SAID]


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(EXAMPLES), st.integers(1, 3), st.sampled_from(["", "1. ", "(a) ", "- "]))
def test_the_quote_is_the_sentence_wherever_it_stands(case: tuple[str, str], at: int, label: str) -> None:
    clause, sentence = case
    text = with_sentence(hosts(clause), at, label + sentence)
    (found,) = [one for one in find_clauses(text) if one.clause == clause]
    assert text[found.start : found.end] == found.quote
    assert found.quote.strip() in label + sentence
