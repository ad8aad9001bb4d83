"""Pages of terms of a service, all invented: what binds their reader is found, what the vendor does is not."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from licenses.clauses import find_clauses

PAGES: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("terms_pages.toml").read_text("utf-8"))["page"]


def _found(text: str) -> set[str]:
    return {clause.clause for clause in find_clauses(text)}


def _quote(text: str, clause: str) -> str:
    return next(" ".join(found.quote.split()) for found in find_clauses(text) if found.clause == clause)


def _fields(text: str) -> list[str]:
    found = next(clause for clause in find_clauses(text) if clause.clause == "use-restrictions")
    return list(dict(found.parameters)["fields"])


@pytest.mark.parametrize(
    ("sentence", "clause"),
    [
        ("We will give you 30 days' notice by mail before we change these terms.", "modification"),
        ("Lantern does not use your content to train its models.", "no-model-improvement"),
        ("Lantern may not train models on Customer Content from the Services.", "no-model-improvement"),
        ("You allow Lantern to share information about your activity with your school.", "distribution"),
        ("The Recipient may only share Confidential Information with its advisors.", "distribution"),
        ("You may change your preferences at any time in your settings.", "modification"),
        ("Upon notice of any change of fees you may cancel your subscription.", "state-changes"),
        ("Lantern will defend Customer against any third-party claim and pay the damages awarded.", "indemnity"),
        ("You have the right to withdraw your consent at any time.", "unilateral-termination"),
        ("You may use the feedback form for any purpose.", "distribution"),
        ("We keep your input and output for thirty days.", "output-ownership"),
    ],
)
def test_what_the_vendor_does_is_no_clause_for_the_reader(sentence: str, clause: str) -> None:
    assert clause not in _found(f"# Terms of Service\n\n## 3. Your content\n\n{sentence}\n")


@pytest.mark.parametrize("page", PAGES, ids=[page["name"] for page in PAGES])
def test_what_a_page_holds_is_found_and_nothing_else(page: dict[str, Any]) -> None:
    found, holds = _found(page["text"]), set(page["holds"])
    assert holds - found == set(), "missed"
    assert found - holds - set(page["may"]) == set(), "made up"


def test_the_items_of_a_policy_that_end_without_a_full_stop_stand_side_by_side() -> None:
    policy = """# Usage rules

You cannot use our services for:

- threats against people, or intimidation of any kind whatsoever
- the development of weapons, or buying and selling of parts of weapons
- tailored medical advice without a licensed professional who looks at it
- spying, or the surveillance of journalists without their consent
- malware
"""
    assert _fields(policy) == ["harassment", "malware", "medical-advice", "surveillance", "weapons"]


def test_a_contract_that_holds_the_vendor_harmless_and_the_customer_too_quotes_what_the_customer_owes() -> None:
    terms = """# Commercial Terms

## 9. Indemnities

1. Lantern will defend Customer from any claim of a third party and indemnify it for any judgment.

2. Customer will defend Lantern from any claim of a third party that its inputs give rise to, and indemnify it.
"""
    assert _quote(terms, "indemnity").startswith("2. Customer will defend Lantern")


def test_a_policy_of_use_is_not_incorporated_in_itself() -> None:
    policy = """Effective: 3 March 2026

# Usage policies

Your use of our services must follow these Usage Policies. You may not use our services to make malware.
"""
    assert _found(policy) == {"use-restrictions"}


def test_breach_that_stands_in_a_list_ends_the_contract() -> None:
    terms = """# Terms of Use

## Ending

We reserve the right to suspend or terminate your access to our services if we determine:

- You breached these Terms.
- We must do so to comply with the law.
"""
    assert "termination-on-breach" in _found(terms)
