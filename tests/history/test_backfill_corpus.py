"""Backfill of the corpus's real histories: every change of every license, card and page is found, with its date."""

from __future__ import annotations

from pathlib import Path

import pytest

from schedules.backfill import backfill
from schedules.configuration import load
from tests.corpus_world import Track, corpus_world
from tests.refresh.lab import laboratory
from tests.shared_corpus import CORPUS, needs_corpus

NOW = "2026-11-01T09:00:00Z"


def changes(track: Track) -> list[tuple[str, str, str]]:
    """(subject, place, when) of each revision that has other bytes than the one before."""
    steps = zip(track.moments[1:], track.contents[1:], track.contents, strict=False)
    return [(track.subject, track.place, moment) for moment, content, former in steps if content != former]


def check(folder: Path, share: int) -> None:
    """Backfill every `share`-th history."""
    world, tracks = corpus_world(CORPUS, stepwise=False)
    tracks = tracks[::share]
    wanted = sorted(change for track in tracks for change in changes(track))
    with laboratory(folder, world, NOW) as lab:
        lab.watch()
        names = [track.subject for track in tracks]
        done = backfill(load(str(lab.config)), lab.database, names, progress=lambda *_: None)
        assert (done.subjects, done.failures) == (len(tracks), [])
        told = lab.rows("select subject, evidence_after ->> 'place' as place, at from drift where kind = 'text'")
        assert sorted(tuple(event.values()) for event in told) == wanted
        dates = {(row["subject"], row["since"]) for row in lab.rows("select subject, since from versions")}
        # The first state of each is there too, with the date of the commit that made it.
        assert dates >= {(track.subject, track.moments[0]) for track in tracks}
        lab.sound()
    print(f"{len(wanted):,} changes of {len(tracks)} histories")


@needs_corpus
@pytest.mark.timeout(300)
def test_real_changes_are_found_with_their_dates(tmp_path: Path) -> None:
    check(tmp_path, 9)


@needs_corpus
@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_every_real_change_is_found_with_its_date(tmp_path: Path) -> None:
    check(tmp_path, 1)
