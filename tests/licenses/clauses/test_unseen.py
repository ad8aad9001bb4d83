"""Whole small licenses in words that no rule was made from: exactly what they hold is found."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from licenses.clauses import find_clauses, vocabulary

FILES = sorted((Path(__file__).parent / "unseen").glob("*.toml"))
LICENSES: list[dict[str, Any]] = [
    {"file": file.stem, **license_} for file in FILES for license_ in tomllib.loads(file.read_text("utf-8"))["license"]
]
NAMES = [f"{license_['file']}-{license_['name']}" for license_ in LICENSES]


@pytest.mark.parametrize("license_", LICENSES, ids=NAMES)
def test_what_a_license_holds_is_found_and_nothing_else(license_: dict[str, Any]) -> None:
    found = {clause.clause for clause in find_clauses(license_["text"])}
    holds, may = set(license_["holds"]), set(license_.get("may", ()))
    missed = set(license_.get("missed", ()))  # known and not yet taught
    assert holds - found == missed, "missed"
    assert found - holds - may == set(), "made up"


@pytest.mark.parametrize("license_", LICENSES, ids=NAMES)
def test_the_way_a_license_is_wrapped_changes_nothing(license_: dict[str, Any]) -> None:
    text = license_["text"]
    joined = "\n\n".join(" ".join(part.split()) if not _listed(part) else part for part in text.strip().split("\n\n"))
    assert {c.clause for c in find_clauses(text)} == {c.clause for c in find_clauses(joined)}


def _listed(part: str) -> bool:
    """Whether the lines of a paragraph are items, and so are not to be joined."""
    return any(line.lstrip()[:1] in "-(#123456789" for line in part.splitlines())


def test_every_clause_stands_in_some_license() -> None:
    held = {clause for license_ in LICENSES for clause in license_["holds"]}
    assert set(vocabulary()) - held == set()
