"""The values that a clause states, as a reader would write them down."""

from __future__ import annotations

from typing import Any

import pytest

from licenses.clauses import find_clauses


def stated(clause: str, text: str) -> dict[str, Any]:
    found = {hit.clause: hit for hit in find_clauses(text)}
    assert clause in found, (clause, sorted(found))
    return found[clause].parameters


@pytest.mark.parametrize(
    ("words", "users"),
    [
        ("700 million monthly active users", 700_000_000),
        ("1,000,000 monthly active users", 1_000_000),
        ("one hundred million monthly active users", 100_000_000),
        ("2.5 million monthly active users", 2_500_000),
        ("50M monthly active users", 50_000_000),
        ("500k monthly active users", 500_000),
    ],
)
def test_numbers_of_users(words: str, users: int) -> None:
    text = f"If your product has more than {words}, you must request a license from us."
    assert stated("mau-threshold", text) == {
        "users": users,
        "reference": "ongoing",
        "boundary": "above",
    }


def test_a_threshold_on_the_release_date_with_window_and_affiliates() -> None:
    text = (
        "If, on the release date of the Model, the monthly active users of the products of Licensee or its "
        "affiliates is greater than 700 million monthly active users in the preceding calendar month, you must "
        "request a license."
    )
    assert stated("mau-threshold", text) == {
        "users": 700_000_000,
        "reference": "release-date",
        "boundary": "above",
        "window": "preceding calendar month",
        "affiliates": True,
    }


@pytest.mark.parametrize(
    ("words", "amount", "currency"),
    [
        ("USD $1,000,000", 1_000_000, "USD"),
        ("US$ 20 million", 20_000_000, "USD"),
        ("10 million euros", 10_000_000, "EUR"),
        ("€500,000", 500_000, "EUR"),
        ("RMB 5 million", 5_000_000, "CNY"),
        ("£2.5 million", 2_500_000, "GBP"),
    ],
)
def test_sums_of_money(words: str, amount: int, currency: str) -> None:
    text = f"If your annual revenue is more than {words}, you must obtain a commercial license."
    found = stated("revenue-threshold", text)
    assert (found["amount"], found["currency"], found["period"]) == (amount, currency, "year")


def test_a_threshold_that_only_asks_for_display_is_no_threshold() -> None:
    text = (
        "If the Software is used in a product that has more than 100 million monthly active users, or more than "
        '20 million US dollars in monthly revenue, you shall prominently display "Foo 2" on its user interface.'
    )
    assert stated("display-attribution", text) == {
        "text": "Foo 2",
        "mandatory": True,
        "users": 100_000_000,
        "amount": 20_000_000,
        "currency": "USD",
        "period": "month",
    }
    assert {"mau-threshold", "revenue-threshold"}.isdisjoint(hit.clause for hit in find_clauses(text))


def test_a_display_that_is_only_asked_for() -> None:
    text = 'We kindly encourage you to display "Powered by Foo" on your website.'
    assert stated("display-attribution", text) == {"text": "Powered by Foo", "mandatory": False}


def test_a_share() -> None:
    text = "Licensee shall pay a royalty of 7.5% of its net revenue."
    assert stated("royalty", text) == {"percent": 7.5}


@pytest.mark.parametrize(
    ("words", "law"),
    [
        ("the laws of the State of Oregon", "State of Oregon"),
        ("the laws of the United States and the State of Maine", "State of Maine"),
        ("the laws of England and Wales", "England and Wales"),
        ("the laws of the People\u2019s Republic of China (excluding Macau)", "People\u2019s Republic of China"),
        ("PRC laws", "PRC"),
    ],
)
def test_the_law_as_written(words: str, law: str) -> None:
    assert stated("governing-law", f"This Agreement is governed by {words}.") == {"law": law}


def test_a_law_without_a_place() -> None:
    text = "This License is governed by the law of the jurisdiction in which the Licensor has its seat."
    assert stated("governing-law", text) == {}


def test_banned_uses_of_a_list_are_gathered_and_sorted() -> None:
    text = (
        "Annex A\n\nYou agree not to use the Model:\n\n"
        "(a) to violate any applicable law;\n(b) to exploit or harm minors;\n(c) for military purposes;\n"
        "(d) to provide medical advice.\n"
    )
    assert stated("use-restrictions", text) == {"fields": ["illegal-acts", "medical-advice", "military", "minors"]}


def test_territories_and_their_scope() -> None:
    text = (
        "The rights under this license for multimodal models are not granted to you if you are domiciled in the "
        "European Union or in South Korea."
    )
    assert stated("territory-exclusion", text) == {"territories": ["EU", "KR"], "scope": "multimodal"}


def test_words_of_a_notice_and_of_a_name() -> None:
    text = (
        "You must retain in all copies the following attribution notice: \u201cFoo is licensed under the Foo "
        "License. All Rights Reserved.\u201d\n\n"
        "If you distribute a model, you shall include \u201cFoo\u201d at the beginning of its model name.\n"
    )
    notice = "Foo is licensed under the Foo License. All Rights Reserved."
    assert stated("attribution-notice", text) == {"text": notice}
    assert stated("naming-requirement", text) == {"text": "Foo"}


@pytest.mark.parametrize(
    ("sentence", "owner"),
    [
        ("The Licensor claims no rights in the Output.", "disclaimed"),
        ("As between the parties, you own any outputs.", "user"),
        ("All outputs shall be the property of the Licensor.", "licensor"),
    ],
)
def test_owners_of_output(sentence: str, owner: str) -> None:
    assert stated("output-ownership", sentence) == {"owner": owner}


def test_a_duty_to_defend() -> None:
    assert stated("indemnity", "You shall defend and indemnify the Licensor.") == {"defend": True}
    assert stated("indemnity", "You shall indemnify and hold harmless the Licensor.") == {"defend": False}


def test_a_policy_that_floats() -> None:
    text = (
        "You agree to comply with the Acceptable Use Policy at https://example.org/policy, as it may be updated "
        "from time to time, which is incorporated by reference into this Agreement."
    )
    assert stated("acceptable-use-policy", text) == {"url": "https://example.org/policy", "floating": True}


@pytest.mark.parametrize(
    "written",
    [
        "You must retain the following attribution notice in all copies: 'Foo model, (c) Foo Ltd.'",
        "You must include the following notice in each copy: Foo model, (c) Foo Ltd.",
        'You shall keep the following notice in a "NOTICE" file:\n\n"Foo model, (c) Foo Ltd."\n',
        "You shall keep the following notice in all copies:\n\nFoo model, (c) Foo Ltd.\n",
    ],
)
def test_words_of_a_notice_however_they_are_set_off(written: str) -> None:
    assert stated("attribution-notice", written) == {"text": "Foo model, (c) Foo Ltd."}
