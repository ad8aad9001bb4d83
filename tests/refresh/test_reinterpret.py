"""Better rules and extractors read what is stored again: a re-interpretation, never drift."""

from __future__ import annotations

from pathlib import Path

import pytest

import licenses.reading
import storage.understanding
from demo.world import World
from schedules.configuration import load
from schedules.reinterpret import reinterpret
from tests.refresh.lab import Lab, laboratory
from tests.refresh.test_learning import COPY, TEXT

D1, D2 = "2026-01-10T09:00:00Z", "2026-02-10T09:00:00Z"


@pytest.fixture
def lab(tmp_path: Path):
    world = World()
    for number in range(6):
        text = TEXT.replace(b"Norway", b"Country %d" % number)
        world.put("models", f"wren/m{number}", date="2026-01-01", files={"README.md": COPY, "LICENSE": text})
    with laboratory(tmp_path, world, D1) as lab:
        lab.watch(authors=["wren"]).at(D1)
        yield lab


def again(lab: Lab, **options):
    return reinterpret(load(str(lab.config)), lab.database, progress=lambda *_: None, **options)


def newer_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a later licensedrift had come: every answer is asked for anew, and kept beside the old one."""
    for module in (licenses.reading, storage.understanding):
        monkeypatch.setattr(module, "RULES_VERSION", "2099.1.1")


@pytest.mark.parametrize("workers", [1, 2])
def test_new_rules_read_every_text_once_and_make_no_event(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    before = lab.rows("select text_hash, clause, quote_start, quote_end from clauses order by 1, 3, 2")
    newer_rules(monkeypatch)
    done = again(lab, workers=workers)
    assert (done.texts, done.subjects) == (6, 6)
    assert again(lab, workers=workers).texts == 0
    after = lab.rows(
        "select text_hash, clause, quote_start, quote_end from clauses where rules_version like '2099%'"
        " order by 1, 3, 2"
    )
    assert after == before  # the same rules under another name: the same answers
    assert len(lab.rows("select distinct rules_version from clauses")) == 2
    night = lab.at(D2)
    assert (night.changed, night.events) == (0, [])
    lab.sound()


def test_a_killed_reinterpretation_goes_on_where_it_was(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    import schedules.reinterpret as module

    newer_rules(monkeypatch)
    monkeypatch.setattr(module, "BATCH", 2)
    kept = module.save_analysis
    saved = []

    def stop_after_three(*arguments):
        saved.append(arguments[1])
        if len(saved) == 4:
            raise KeyboardInterrupt
        kept(*arguments)

    monkeypatch.setattr(module, "save_analysis", stop_after_three)
    with pytest.raises(KeyboardInterrupt):
        again(lab)
    monkeypatch.setattr(module, "save_analysis", kept)
    # Of the second batch nothing was kept: a transaction is whole or not at all.
    assert again(lab).texts == 4
    lab.sound()
