"""Sentences of licenses and around them that bind nobody to any clause."""

from __future__ import annotations

import pytest

from licenses.clauses import find_clauses

HARMLESS = [
    "The Model was trained on 2 trillion tokens for commercial customers.",
    "Monthly active users of our demo reached one million.",
    "We may collect data to improve our models.",
    "You may terminate this Agreement at any time by deleting the Model.",
    "This section does not limit your statutory rights.",
    "If any provision is held unenforceable, the rest remains in effect.",
    "The headings are for convenience only.",
    "You must be at least 18 years old to accept this Agreement.",
    "The Licensor is a company registered in France.",
    "Nothing in this License prevents you from offering paid support.",
    "This Agreement is the entire agreement between the parties and supersedes any other.",
    "The failure of either party to enforce a provision is not a waiver.",
    "You may not assign this Agreement without our consent.",
    "The Foo Foundation may publish revised versions of this License.",
    '"Licensor" means the owner of the rights.',
    "Version 2.0, January 2024.",
    "The model card describes evaluation results and limitations.",
    "You are solely responsible for your use of the outputs.",
    "We appreciate feedback on the Model.",
    "The parties are independent contractors.",
    "",
    " \n\t\n",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_a_harmless_sentence_states_nothing(text: str) -> None:
    assert find_clauses(text) == ()


def test_a_preamble_binds_nobody() -> None:
    text = (
        "FOO LICENSE\n\nPreamble\n\nYou may not sell the Model; derivatives must be under this license.\n\n"
        "TERMS AND CONDITIONS\n\nThis License is governed by the laws of France.\n"
    )
    assert [hit.clause for hit in find_clauses(text)] == ["governing-law"]


def test_advice_on_how_to_apply_a_license_binds_nobody() -> None:
    text = (
        "You may modify the Program.\n\nEND OF TERMS AND CONDITIONS\n\nHow to Apply These Terms\n\n"
        "You must include a copy of this License with your program.\n"
    )
    assert "include-license" not in {hit.clause for hit in find_clauses(text)}


def test_an_attachment_after_the_terms_binds() -> None:
    text = (
        "You may modify the Model.\n\nEND OF TERMS AND CONDITIONS\n\nAttachment A\n\n"
        "You agree not to use the Model:\n\n(a) for military purposes.\n"
    )
    found = {hit.clause: hit.parameters for hit in find_clauses(text)}
    assert found["use-restrictions"] == {"fields": ["military"]}


def test_headings_prove_nothing() -> None:
    text = "3. Governing Law and Jurisdiction\n\nNo Warranty\n\n5. Indemnification.\n\nNon-Commercial Use Only\n"
    assert find_clauses(text) == ()


def test_leave_to_copy_the_license_is_no_leave_to_copy_the_work() -> None:
    text = "Everyone is permitted to copy and distribute verbatim copies of this license document.\n"
    assert find_clauses(text) == ()


def test_commerce_is_not_granted_where_it_is_excluded() -> None:
    text = "You may use and modify the Model for any purpose.\n\nThe Model is for non-commercial use only.\n"
    found = {hit.clause for hit in find_clauses(text)}
    assert "non-commercial" in found
    assert "commercial-use" not in found
