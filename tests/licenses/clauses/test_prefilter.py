"""Which patterns may match is said quickly and never wrongly: what a text says does not depend on it."""

from __future__ import annotations

import pytest

from licenses.clauses import finding, prefilter
from licenses.clauses.patterns import Pattern
from licenses.clauses.prefilter import Prefilter
from tests.licenses.clauses.test_unseen import LICENSES


def test_only_what_may_match_is_asked() -> None:
    ban, grant, anything = Pattern(r"\bnot (?:sell|rent)\b"), Pattern(r"(?m)^you may\b"), Pattern(r"[a-z]+")
    known = Prefilter([ban, grant, anything, ban])
    assert known.possible(b"you may look at it") == {grant, anything}
    assert known.possible("wer das liest, darf es not sell — ä".encode()) == {ban, anything}
    assert known.possible(b"") == {anything}


def test_of_long_pages_all_are_asked() -> None:
    ban = Pattern(r"\bnot sell\b")
    assert Prefilter([ban]).possible(b"x" * (prefilter.LONG + 1)) == {ban}


def test_where_the_search_gave_up_all_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    class GivesUp:
        def Match(self, _page: bytes, _potential: bool) -> None:
            return None

    ban = Pattern(r"\bnot sell\b")
    known = Prefilter([ban])
    monkeypatch.setitem(known.__dict__, "_filter", GivesUp())
    assert known.possible(b"nothing") == {ban}


def test_clauses_are_the_same_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [license_["text"] for license_ in LICENSES]
    assert len(texts) > 20
    with_it = [finding.found_in(text) for text in texts]
    monkeypatch.setattr(Prefilter, "possible", lambda self, _page: self._all)
    assert [finding.found_in(text) for text in texts] == with_it
