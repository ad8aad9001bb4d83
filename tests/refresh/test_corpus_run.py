"""The real-input run: a world of the corpus's real cards, licenses and pages, refreshed over its dated states."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.corpus_world import AUTHOR, FIRST_DAY, Track, corpus_world, expected
from tests.refresh.lab import Lab, laboratory
from tests.shared_corpus import CORPUS, needs_corpus

TRUE_DATES = [
    f"{day}T12:00:00Z"
    for day in (
        "2020-06-30",
        "2022-12-31",
        "2023-06-30",
        "2023-12-31",
        "2024-06-30",
        "2024-12-31",
        "2025-06-30",
        "2026-09-01",
    )
]


def check(lab: Lab, tracks: list[Track], moments: list[str]) -> tuple[int, int]:
    """Refresh at each moment twice; returns how many changes of words and of blanks were named."""
    words = blanks = 0
    for number, moment in enumerate(moments):
        result = lab.at(moment)
        assert result.status == "complete", result.failures[:3]
        if number:
            wanted = expected(tracks, moments[number - 1], moment)
            got = {(e["subject"], e["evidence_after"]["place"]): e for e in result.events if e["kind"] == "text"}
            assert set(got) == set(wanted)
            for key, change in wanted.items():
                if change == "blanks":
                    assert (got[key]["substantive"], got[key]["direction"]) == (False, "neutral"), key
            named = {key[0] for key in wanted}
            # A card's claim may change with its text; nothing else is told, and of nobody else.
            assert {e["kind"] for e in result.events} <= {"text", "claim", "lineage"}
            assert {e["subject"] for e in result.events} <= named
            words += sum(change == "words" for change in wanted.values())
            blanks += sum(change == "blanks" for change in wanted.values())
        lab.hub.log.clear()
        again = lab.again()
        assert (again.status, again.changed, again.events) == ("complete", 0, [])
        assert lab.hub.counts().get("resolvers", 0) == 0
    lab.sound()
    return words, blanks


@needs_corpus
def test_every_revision_between_true_dates_is_named_and_nothing_else(tmp_path: Path) -> None:
    world, tracks = corpus_world(CORPUS, stepwise=False)
    with laboratory(tmp_path, world, TRUE_DATES[0]) as lab:
        words, blanks = check(lab.watch(authors=[AUTHOR]), tracks, TRUE_DATES)
        assert lab.snapshots()[-1]["subjects"] >= 300
    print(f"named: {words} changes of words, {blanks} of blanks, over {len(TRUE_DATES)} dates")
    assert (words, blanks) >= (100, 5)


@needs_corpus
@pytest.mark.timeout(900)
def test_every_single_revision_is_named_and_nothing_else(tmp_path: Path) -> None:
    world, tracks = corpus_world(CORPUS, stepwise=True)
    longest = max(len(track.moments) for track in tracks)
    moments = [f"{FIRST_DAY + timedelta(days=step)}T12:00:00Z" for step in range(longest)]
    with laboratory(tmp_path, world, moments[0]) as lab:
        words, blanks = check(lab.watch(authors=[AUTHOR]), tracks, moments)
    print(f"named: {words} changes of words, {blanks} of blanks, over {longest} dates")
    changes = [change for track in tracks for change in track.changes]
    assert (words, blanks) == (changes.count("words") + changes.count("license"), changes.count("blanks"))
