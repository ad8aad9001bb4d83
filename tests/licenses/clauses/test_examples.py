"""Every rule's own example sentences: found where they say the clause, silent where they do not."""

from __future__ import annotations

import pytest

from licenses.clauses import find_clauses, vocabulary
from licenses.clauses.ruleset import rules
from licenses.clauses.vocabulary import rule_files

EXAMPLES = [(name, text) for name, rule in rule_files().items() for text in rule["examples"]]
COUNTER_EXAMPLES = [(name, text) for name, rule in rule_files().items() for text in rule["counter_examples"]]

# A permissive text around the sentence: grants everything, so only what gives way to a grant is told apart.
PERMISSIVE = (
    "Permission is hereby granted, free of charge, to any person obtaining a copy of this software, to deal in "
    "the software without restriction, including the rights to use, copy, modify, publish and distribute it.\n\n"
    "{sentence}\n\n"
    "THE SOFTWARE IS PROVIDED AS IS. IN NO EVENT SHALL THE AUTHORS BE LIABLE FOR ANY DAMAGES.\n"
)
BARE = "THE SOFTWARE IS PROVIDED AS IS.\n\n{sentence}\n\nIN NO EVENT SHALL THE AUTHORS BE LIABLE.\n"
GIVES_WAY = {name.clause for name in rules() if name.unless_found or any(f.alone for f in name.finds)}


def ids(text: str) -> set[str]:
    return {clause.clause for clause in find_clauses(text)}


@pytest.mark.parametrize(("name", "sentence"), EXAMPLES)
def test_an_example_is_found_alone(name: str, sentence: str) -> None:
    assert name in ids(sentence)


@pytest.mark.parametrize(("name", "sentence"), EXAMPLES)
def test_an_example_is_found_within_a_license(name: str, sentence: str) -> None:
    host = BARE if name in GIVES_WAY else PERMISSIVE
    assert name in ids(host.format(sentence=sentence))


@pytest.mark.parametrize(("name", "sentence"), COUNTER_EXAMPLES)
def test_a_counter_example_is_not_found(name: str, sentence: str) -> None:
    assert name not in ids(sentence)


def test_every_term_has_examples_of_both_kinds() -> None:
    for name, rule in rule_files().items():
        assert rule["examples"], name
        assert rule["counter_examples"], name
        assert rule["finds"], name


def test_the_vocabulary_says_what_a_rising_number_means() -> None:
    terms = vocabulary()
    assert len(terms) == 48
    assert terms["mau-threshold"].parameters["users"].raising == "looser"
    assert terms["royalty"].parameters["percent"].raising == "tighter"
    assert terms["commercial-use"].added == "looser"
    assert terms["output-ownership"].parameters["owner"].loosest_to_tightest[-1] == "licensor"


def test_found_parameters_belong_to_the_vocabulary() -> None:
    for name, sentence in EXAMPLES:
        for clause in find_clauses(sentence):
            assert set(clause.parameters) <= set(vocabulary()[clause.clause].parameters), (name, sentence)
