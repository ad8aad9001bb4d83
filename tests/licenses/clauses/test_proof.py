"""Where a text says a thing in several places, the quote is the one a lawyer would cite."""

from __future__ import annotations

import pytest

from licenses.clauses import Clause, find_clauses

SECTIONS = """

1. Grant of License

You may use, modify and distribute the Model, provided that you:

(a) keep this text with it; and

(b) mark the files that you changed as changed.

2. Limitation of Liability

In no event shall Marrow be liable for any damages arising from the Model.
"""


def clause_of(text: str, name: str) -> Clause:
    found = {clause.clause: clause for clause in find_clauses(text)}
    assert name in found, sorted(found)
    return found[name]


@pytest.mark.parametrize(
    "front",
    [
        "The publisher of this form disclaims all liability for damages from its use.",
        "By using the Model you agree to be bound by this agreement and that nobody is liable for damages.",
    ],
)
def test_a_section_proves_more_than_what_stands_before_the_first(front: str) -> None:
    assert "Marrow be liable" in clause_of(f"MARROW LICENSE\n\n{front}{SECTIONS}", "liability-limit").quote


@pytest.mark.parametrize(
    "weaker",
    [
        '(c) show this notice: "The Model comes from Marrow. In no event shall Marrow or its friends be liable for any '
        'claim, damages or other liability."',
        "(c) You must include provisions by which Marrow shall not be liable to those who receive the Model.",
        "(c) You shall indemnify Marrow against every claim for which it is not liable under this text.",
    ],
)
def test_a_duty_proves_more_than_a_notice_or_an_indemnity(weaker: str) -> None:
    text = f"MARROW LICENSE{SECTIONS}".replace("\n\n2. ", f"\n\n{weaker}\n\n2. ")
    assert "arising from the Model" in clause_of(text, "liability-limit").quote


def test_what_only_a_notice_says_is_still_said() -> None:
    text = 'Show this notice: "The Model comes from Marrow. In no event shall Marrow be liable for any damages at all."'
    assert clause_of(text, "liability-limit")


def test_a_heading_proves_nothing_where_the_grant_follows() -> None:
    text = (
        "MARROW AGREEMENT\n\nSection 2: License Rights and Conditions on Use and Distribution\n\n2.1 You are granted a "
        "worldwide license to use, copy and modify the Model.\n"
    )
    assert clause_of(text, "commercial-use").quote.startswith("2.1 You are granted")


def test_an_introduction_does_not_set_the_threshold() -> None:
    text = (
        "I. INTRODUCTION\n\nThe Model is free for people who earn less than USD 2,000,000 of revenue a year.\n\n"
        "II. LICENSE\n\nYou may use the Model.\n\nIII. LARGE COMPANIES\n\nIf you or your affiliates earn more than USD "
        "2,000,000 of annual revenue, this license ends and you must ask us for another.\n"
    )
    stated = clause_of(text, "revenue-threshold")
    assert "affiliates earn" in stated.quote
    assert (stated.parameters["boundary"], stated.parameters["affiliates"]) == ("above", True)


def test_the_address_of_a_policy_is_read_from_its_definition() -> None:
    text = (
        '1. Definitions\n\n"AUP" means the Marrow Acceptable Use Policy available at https://marrow.example/use.\n\n'
        "2. Use\n\nYour use of the Model must adhere to the AUP, which is incorporated by reference.\n"
    )
    assert clause_of(text, "acceptable-use-policy").parameters["url"] == "https://marrow.example/use"


def test_uses_that_a_sentence_lists_are_banned_one_by_one() -> None:
    text = (
        "4. Restrictions. You will not\n\na. use or copy the Model, in whole or in part, for (i) any production "
        "purposes, (ii) military purposes, (iii) purposes of surveillance, or (iv) biometric processing;\n"
    )
    assert clause_of(text, "use-restrictions").parameters["fields"] == ["biometric", "military", "surveillance"]


def test_terms_below_the_advice_on_applying_a_license_bind() -> None:
    advice = (
        "END OF TERMS AND CONDITIONS\n\nAPPENDIX: How to apply the Orchard License to your work.\n\nLicensed under the "
        "Orchard License; you may not use this file except in compliance with it. See the License for the specific "
        "language governing permissions and limitations under the License."
    )
    assert find_clauses(advice) == ()
    assert clause_of(f"{advice}\n\nYou may not use the Model for military purposes.", "use-restrictions")
