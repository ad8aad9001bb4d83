"""What a reader is told of two versions of one license."""

from __future__ import annotations

import pytest

from licenses.comparison import compare
from tests.licenses.comparison.invented import LICENSE, PARAGRAPHS, changed, without


@pytest.mark.parametrize(
    "after",
    [
        LICENSE.replace("\n\n", "\n\n\n"),
        LICENSE.replace(" you ", "\nyou "),
        LICENSE.replace('"', "”"),
        LICENSE.upper(),
        "\n\n".join(PARAGRAPHS[:3] + PARAGRAPHS[4:5] + PARAGRAPHS[3:4] + PARAGRAPHS[5:]),
        LICENSE + LICENSE,
        changed("(c) to give", "(d) to give"),
        changed("1. Grant.", "1.1 Grant."),
        changed("# Example Model License", "# Sample Model License"),
        changed("March 3, 2025", "June 1, 2026"),
        changed("Example One", "Example One, Example Two and Example Two Mini"),
        changed("legal@example.org", "licensing@example.org"),
        changed("https://example.org/license", "[the page](https://example.com/terms)"),
        changed("the State of Example", "State of the Example"),
        changed("Questions?", "Any questions?"),
        changed("reproduce, modify", "reproduce, modfy"),
        changed("Version Release Date", "Copyright 2025 Example Inc.\n\nVersion Release Date"),
    ],
    ids=lambda text: None,
)
def test_other_clothes_are_no_change_of_terms(after: str) -> None:
    found = compare(LICENSE, after)
    assert (found.substantive, found.direction) == (False, "neutral")


@pytest.mark.parametrize(
    ("after", "direction"),
    [
        (changed("including commercial purposes", "but not for commercial purposes"), "tighter"),
        (changed("700 million", "100 million"), "tighter"),
        (changed("700 million", "900 million"), "looser"),
        (changed("(b) for military purposes;", "(b) for military purposes;\n\n(bb) to train other models;"), "tighter"),
        (without("(b) for military purposes;"), "looser"),
        (changed("changed them.", "changed them. You must not remove watermarks from outputs."), "tighter"),
        (without("You must state in changed files that you changed them."), "looser"),
        (changed("for military purposes", "for military purposes, except for defence against drones"), "looser"),
        (without(" without review by a professional"), "tighter"),
        (without("worldwide, "), "tighter"),
        (changed("You may not use the Model:", "You may not use the Model or its outputs:"), "tighter"),
    ],
    ids=lambda value: None,
)
def test_a_change_of_terms_is_told_with_its_direction(after: str, direction: str) -> None:
    found = compare(LICENSE, after)
    assert found.substantive
    assert found.direction == direction


def test_a_threshold_is_told_as_a_parameter() -> None:
    found = compare(LICENSE, changed("700 million", "100 million"))
    change = next(one for one in found.parameters_changed if one.clause == "mau-threshold")
    assert (change.parameter, change.before, change.after) == ("users", 700_000_000, 100_000_000)
    assert not found.clauses_added and not found.clauses_removed
    assert any(one.clause == "mau-threshold" for one in found.wording_changed)


def test_clauses_come_and_go_with_their_quotes() -> None:
    after = without(PARAGRAPHS[5])
    found = compare(LICENSE, after)
    assert found.clauses_removed == ("mau-threshold",)
    change = next(one for one in found.changes if one.clause == "mau-threshold")
    assert change.after is None and change.before is not None
    assert LICENSE[change.before.start : change.before.end] == change.before.quote
    assert (change.direction, change.substantive) == ("looser", True)


def test_passages_show_the_words_that_differ() -> None:
    after = changed("military", "nuclear")
    ((old, new),) = compare(LICENSE, after).passages
    assert (LICENSE[slice(*old)], after[slice(*new)]) == ("military", "nuclear")


def test_an_added_passage_is_empty_on_the_other_side() -> None:
    after = changed("worldwide,", "worldwide, perpetual,")
    ((old, new),) = compare(LICENSE, after).passages
    assert old[0] == old[1]
    assert after[slice(*new)] == "perpetual"


def test_no_words_differ_no_passages_but_for_marks() -> None:
    assert compare(LICENSE, LICENSE.replace("\n\n", "\n \n")).passages == ()
    assert compare(LICENSE, changed("harass or", "harass, or")).passages != ()


def test_a_day_from_which_it_binds_is_substantive_and_neutral() -> None:
    before, after = ("Effective: " + day + "\n\n" + LICENSE for day in ("December 14, 2023", "January 31, 2024"))
    found = compare(before, after)
    assert (found.substantive, found.direction) == (True, "neutral")
    written = "Effective: 14 December 2023\n\n" + LICENSE
    assert not compare(before, written).substantive


def test_an_error_page_lifts_nothing() -> None:
    for page in ("# This page isn't available\n\nTry again later.\n", "Terms\n=====\n", ""):
        for one, other in ((LICENSE, page), (page, LICENSE)):
            found = compare(one, other)
            assert (found.substantive, found.direction) == (False, "neutral")
            assert found.clauses_added == found.clauses_removed == ()


def test_a_pointer_to_another_license_is_no_error_page() -> None:
    pointer = "This model is licensed under the Example Research License Agreement (https://example.org/r).\n"
    assert compare(LICENSE, pointer).substantive


def test_the_grant_decides_when_commerce_is_closed() -> None:
    after = changed("for any purpose, including commercial purposes", "for non-commercial purposes only").replace(
        PARAGRAPHS[5] + "\n\n", ""
    )
    found = compare(LICENSE, after)
    assert "mau-threshold" in found.clauses_removed
    assert found.direction == "tighter"


def test_a_translation_appended_changes_nothing() -> None:
    chinese = "根据本协议的条款，我们授予您全球性、免版税的许可，以使用、复制、修改和分发本模型。" * 30
    assert not compare(LICENSE, LICENSE + "\n" + chinese).substantive


def test_a_clause_that_only_a_definition_states_is_told() -> None:
    reach = (
        '"Derivative Model" means any model that is created by transfer of patterns of the weights, parameters or'
        " outputs of the Model, including by distillation.\n\n4. Uses."
    )
    found = compare(LICENSE, changed("4. Uses.", reach))
    assert "distillation-is-derivative" in found.clauses_added
    assert (found.substantive, found.direction) == (True, "tighter")


POLICY = "You may not use the Model to:\n\n1. Break the law.\n\n2. Write malware.\n\n3. {}\n"


def test_a_use_that_is_banned_anew_is_quoted_by_its_own_sentence() -> None:
    before, after = POLICY.format("Send spam."), POLICY.format("Operate critical infrastructure.")
    (change,) = compare(before, after).changes
    assert change.after is not None and change.before is not None
    assert change.after.quote == "3. Operate critical infrastructure."
    assert after[change.after.start : change.after.end] == change.after.quote
    assert before[change.before.start : change.before.end] == change.before.quote
