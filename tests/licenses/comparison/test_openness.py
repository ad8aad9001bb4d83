"""Open, open source, proprietary, or not known: never guessed."""

from __future__ import annotations

import pytest

from licenses.clauses import Clause
from licenses.identity import Identity
from licenses.openness import openness, rules_out_open_source

APACHE = Identity("Apache-2.0", "Apache-2.0", similarity=1.0)


def clause(name: str) -> Clause:
    return Clause(name, "words", 0, 5)


@pytest.mark.parametrize(
    ("licenses", "clauses", "weights", "expected"),
    [
        ([APACHE], ["patent-grant", "include-license"], True, "open-source"),
        ([Identity("GPL-3.0-only", similarity=1.0)], ["share-alike"], True, "open-source"),
        ([APACHE], ["use-restrictions"], True, "open"),
        ([Identity("llama3.1", similarity=1.0)], ["mau-threshold", "naming-requirement"], True, "open"),
        ([Identity("CC-BY-NC-4.0", similarity=1.0)], [], True, "open"),
        ([Identity()], ["non-commercial"], True, "open"),
        ([Identity()], ["include-license"], True, "unknown"),
        ([Identity("Apache-2.0", similarity=0.97, altered=True)], [], True, "unknown"),
        ([Identity("acme-license", similarity=1.0)], [], True, "unknown"),
        ([APACHE, Identity()], [], True, "unknown"),
        ([], [], True, "unknown"),
        ([APACHE], [], False, "proprietary"),
        ([], [], False, "proprietary"),
        ([APACHE], [], None, "unknown"),
    ],
)
def test_type(licenses: list[Identity], clauses: list[str], weights: bool | None, expected: str) -> None:
    found = openness(licenses, map(clause, clauses), has_weights=weights)
    assert found.type == expected
    assert found.reasons


def test_a_gate_that_a_person_opens_is_not_open_source() -> None:
    assert openness([APACHE], [], has_weights=True, gated="manual").type == "open"
    assert openness([APACHE], [], has_weights=True, gated="auto").type == "open-source"
    assert openness([APACHE], [], has_weights=True, gated="false").type == "open-source"


def test_what_is_gone_is_not_known() -> None:
    assert openness([APACHE], [], has_weights=True, available=False).type == "unknown"


def test_ruling_out_clauses_once_in_their_order() -> None:
    found = [clause(name) for name in ("mau-threshold", "patent-grant", "use-restrictions", "mau-threshold")]
    assert rules_out_open_source(found) == ["mau-threshold", "use-restrictions"]
