"""The licenses of the founding systems: each with its identity, its whole clause set, every value and its proof.

What is known to be read wrongly is marked, with the passage: such a mark fails once the reading is right.
"""

from __future__ import annotations

import re
from functools import cache

import pytest

from licenses.clauses import Clause
from licenses.reading import Reading, read
from licenses.text import decode
from tests.licenses.seeds.evidence import PROVES, PROVES_HERE
from tests.licenses.seeds.expected import SEEDS
from tests.shared_corpus import CORPUS, needs_corpus

pytestmark = needs_corpus

WRONG_SETS: dict[str, str] = {}
WRONG_VALUES: dict[tuple[str, str], str] = {}
WRONG_PROOFS: dict[tuple[str, str], str] = {}


def marked(known: dict, *key: str) -> object:
    """The case of a parametrized test, marked if its reading is known to be wrong."""
    name = key[0] if len(key) == 1 else key
    marks = [pytest.mark.xfail(reason=known[name], strict=True)] if name in known else []
    return pytest.param(*key, marks=marks, id="-".join(key))


SETS = [marked(WRONG_SETS, seed) for seed in SEEDS]
VALUES = [marked(WRONG_VALUES, seed, name) for seed in SEEDS for name in SEEDS[seed].clauses]
PROOFS = [marked(WRONG_PROOFS, seed, name) for seed in SEEDS for name in SEEDS[seed].clauses]


@cache
def text_of(seed: str) -> str:
    return decode((CORPUS / "licences" / SEEDS[seed].file).read_bytes())


def reading_of(seed: str) -> Reading:
    return read(text_of(seed))


def clause_of(seed: str, name: str) -> Clause:
    found = {clause.clause: clause for clause in reading_of(seed).clauses}
    if name not in found:
        pytest.xfail("missing: test_the_whole_clause_set tells")
    return found[name]


@pytest.mark.parametrize("seed", SEEDS)
def test_identity_and_edition(seed: str) -> None:
    found, want = reading_of(seed).identity, SEEDS[seed]
    assert (found.license, found.edition, found.altered) == (want.license, want.edition, False)


@pytest.mark.parametrize("seed", SETS)
def test_the_whole_clause_set(seed: str) -> None:
    found, want = {clause.clause for clause in reading_of(seed).clauses}, SEEDS[seed]
    assert found - want.may_have == set(want.clauses)


@pytest.mark.parametrize(("seed", "name"), VALUES)
def test_every_value(seed: str, name: str) -> None:
    assert SEEDS[seed].clauses[name] == clause_of(seed, name).parameters


@pytest.mark.parametrize(("seed", "name"), PROOFS)
def test_every_quote_proves_its_clause(seed: str, name: str) -> None:
    clause = clause_of(seed, name)
    assert text_of(seed)[clause.start : clause.end] == clause.quote
    pattern = PROVES_HERE.get((seed, name), PROVES[name])
    assert re.search(pattern, " ".join(clause.quote.split()).casefold()), clause.quote
