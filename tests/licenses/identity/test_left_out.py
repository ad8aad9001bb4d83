"""How identity does on what it has not seen: revisions and whole families are left out of the fingerprints.

A revision may become unknown; hardly anything may get a wrong name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from licenses import names
from licenses.catalogue import entry
from licenses.identity import reference
from licenses.identity.matching import recognize
from licenses.identity.reference import Reference, make_reference
from licenses.identity.shipped import shipped_library
from licenses.text import decode
from tests.licenses.identity.test_corpus import plain, rows
from tests.shared_corpus import CORPUS, needs_corpus

pytestmark = needs_corpus


@dataclass(frozen=True)
class Without:
    """The shipped library without some references."""

    is_gone: Callable[[Reference], bool]

    def candidates(self, text: frozenset[int], most: int = 6) -> list[Reference]:
        return [one for one in shipped_library().candidates(text, 40) if not self.is_gone(one)]


@pytest.fixture(autouse=True)
def every_variant(monkeypatch):
    """Let candidates reach behind those that are left out."""
    monkeypatch.setattr(reference, "VARIANTS", 60)


def judge(row: dict, found, known: set) -> str:
    want, have = plain(row["ground_truth"]), plain(found.license)
    if want not in known:
        return "wrong" if have in known else "right"
    return "right" if want in (have, plain(found.spdx)) else "unknown" if have is None else "wrong"


def licenses() -> list[tuple[dict, str]]:
    return [(row, decode((CORPUS / row["file"]).read_bytes())) for row in rows() if row["ground_truth"]]


def same_text(text: str) -> Callable[[Reference], bool]:
    own = make_reference("", None, "", text).shingles
    return lambda one: one.shingles == own


def test_a_revision_that_is_left_out_is_not_taken_for_another_license():
    known = {plain(row["ground_truth"]) for row, _ in licenses()}
    count: Counter[str] = Counter()
    for row, text in licenses():
        gone = same_text(text)
        if all(gone(one) for one in shipped_library().references if plain(one.license) == plain(row["ground_truth"])):
            continue
        count[judge(row, recognize(text, [Without(gone)]), known)] += 1
    print(f"one revision left out: {dict(count)}")
    assert count["wrong"] <= 0.01 * count.total()
    assert count["right"] >= 0.8 * count.total()


def family(license_id: str) -> str:
    known = entry(license_id)
    return (known.family if known else None) or license_id


@pytest.mark.parametrize("kind", [plain, family], ids=["license", "family"])
def test_a_license_whose_name_nobody_knows_is_new(kind, monkeypatch):
    every_name = dict(names._names())
    count: Counter[str] = Counter()
    for row, text in licenses():
        gone = kind(row["ground_truth"])
        left = {key: value for key, value in every_name.items() if kind(value) != gone}
        monkeypatch.setattr(names, "_names", lambda left=left: left)
        known = {plain(other["ground_truth"]) for other, _ in licenses_once() if kind(other["ground_truth"]) != gone}
        count[judge(row, recognize(text, [Without(lambda one, gone=gone: kind(one.license) == gone)]), known)] += 1
    print(f"all of one {kind.__name__} left out: {dict(count)}")
    assert count["wrong"] <= 0.01 * count.total()


_once: list[tuple[dict, str]] = []


def licenses_once() -> list[tuple[dict, str]]:
    if not _once:
        _once.extend(licenses())
    return _once
