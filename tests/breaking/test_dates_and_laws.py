"""The laws of the archive in worlds that lie about their dates: rows stay, periods neither overlap nor turn back."""

from __future__ import annotations

import random
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from demo.world import World
from tests.refresh.lab import Lab, laboratory

FREE = "You may use the model for any purpose, including commercial purposes.\n"
BOUND = "You may use the model for non-commercial purposes only.\n"
CARD = "---\nlicense: other\n---\n"
NAME = "wren/one"


def day(number: int) -> str:
    return f"2026-{1 + number // 28:02}-{1 + number % 28:02}T00:00:00Z"


@pytest.mark.parametrize("stated", [day(0), day(5), "1970-01-01T00:00:00Z"])
@pytest.mark.parametrize("by", ["name", "author"])
def test_a_force_push_cannot_change_what_was_seen_before(tmp_path: Path, stated: str, by: str) -> None:
    world = World()
    world.put("models", NAME, date=day(5), files={"README.md": CARD, "LICENSE": FREE})
    world.rewrite_history("models", NAME, date=day(20), files={"README.md": CARD, "LICENSE": BOUND}, commit_date=stated)
    with laboratory(tmp_path, world, day(10)) as lab:
        lab.watch(models=[NAME]) if by == "name" else lab.watch(authors=["wren"])
        lab.at(day(10))
        lab.at(day(15))
        events = lab.at(day(30)).events
        assert {"history-rewritten", "text"} <= {event["kind"] for event in events}
        assert {event["at"] for event in events} == {day(15)}
        assert _periods(lab) == [(day(5), day(15)), (day(15), None)]


def test_a_change_dated_in_the_future_holds_from_when_it_was_seen(tmp_path: Path) -> None:
    world = World()
    world.put("models", NAME, date=day(5), files={"README.md": CARD, "LICENSE": FREE})
    world.rewrite_history(
        "models", NAME, date=day(20), files={"README.md": CARD, "LICENSE": BOUND}, commit_date="2099-01-01"
    )
    with laboratory(tmp_path, world, day(10)) as lab:
        lab.watch(models=[NAME]).at(day(10))
        events = lab.at(day(30)).events
        assert {event["at"] for event in events} == {day(30)}
        assert _periods(lab) == [(day(5), day(30)), (day(30), None)]


def test_what_is_first_seen_was_there_by_then(tmp_path: Path) -> None:
    world = World()
    world.put("models", NAME, date=day(5), files={"README.md": CARD})
    world.rewrite_history("models", NAME, date=day(6), files={"README.md": CARD}, commit_date="2099-01-01")
    with laboratory(tmp_path, world, day(10)) as lab:
        lab.watch(models=[NAME]).at(day(10))
        assert _periods(lab) == [(day(10), None)]


def _periods(lab: Lab) -> list[tuple[str, str | None]]:
    return [(row["since"], row["until"]) for row in lab.rows("select since, until from versions order by id")]


@pytest.mark.parametrize("seed", range(4))
def test_the_laws_hold_whatever_happens(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    kept: dict[tuple[str, int], tuple[Any, ...]] = {}
    with laboratory(tmp_path, _eventful(chance), day(1)) as lab:
        lab.watch(models=["a/x", "a/y"], authors=["b", "c"] if seed % 2 else [])
        for number in sorted(chance.sample(range(1, 45), 7)):
            lab.at(day(number))
            lab.sound()
            _rows_stay(lab, kept)
            _periods_join(lab)


def _eventful(chance: random.Random) -> World:
    """Forty days of two repositories: texts, cards, gates, names, force-pushes with old dates, deletion."""
    world, names = World(), ["a/x", "a/y"]
    for name in names:
        world.put("models", name, date=day(0), files={"README.md": CARD, "LICENSE": FREE})
    for number in range(1, 40):
        place = chance.randrange(len(names))
        name, when = names[place], day(number)
        with suppress(KeyError, ValueError):  # gone, or the name is taken
            what = chance.choice(("text", "text", "card", "gate", "name", "push", "push", "delete"))
            if what == "text":
                world.put("models", name, date=when, files={"LICENSE": chance.choice((FREE, BOUND, "", None))})
            elif what == "card":
                world.put(
                    "models", name, date=when, files={"README.md": chance.choice((CARD, "---\nl: [\n---\n", None))}
                )
            elif what == "gate":
                world.set("models", name, date=when, gated=chance.choice((False, "auto")))
            elif what == "name":
                new = f"{chance.choice('abc')}/{chance.choice('xyzuv')}"
                world.rename("models", name, new, date=when)
                names[place] = new
            elif what == "push":
                files = {"README.md": CARD, "LICENSE": chance.choice((FREE, BOUND))}
                world.rewrite_history("models", name, date=when, files=files, commit_date=chance.choice((day(0), when)))
            elif number > 30:
                world.delete("models", name, date=when)
    return world


def _rows_stay(lab: Lab, kept: dict[tuple[str, int], tuple[Any, ...]]) -> None:
    """Versions but for their end, documents, events and texts are as they were once written."""
    with lab.archive() as archive:
        for table, columns in (("version", "id, subject, valid_from, since"), ("document", "*"), ("event", "*"), ("blob", "*")):  # fmt: skip # noqa: E501
            rows = {(table, row[0]): row for row in archive.conn.execute(f"select {columns} from {table}")}
            assert {key for key in kept if key[0] == table} <= rows.keys()
            assert all(kept.setdefault(key, row) == row for key, row in rows.items())
        for event in archive.db.query("select before_hash, after_hash from drift"):
            for digest in filter(None, event.values()):
                assert archive.blobs.by_hash(bytes.fromhex(digest)) is not None


def _periods_join(lab: Lab) -> None:
    """Each subject's versions follow one another without gap or overlap, by snapshots and in the world's time."""
    with lab.archive() as archive:
        rows = archive.conn.execute("select subject, valid_from, valid_to, since, until from version order by id")
        periods: dict[int, list[tuple[Any, ...]]] = {}
        for subject, *period in rows:
            periods.setdefault(subject, []).append(tuple(period))
    for of_one in periods.values():
        for (begun, ended, since, until), (next_begun, _, next_since, _) in pairwise(of_one):
            assert begun < ended == next_begun
            assert since <= until == next_since
        assert of_one[-1][1] is None
        assert of_one[-1][3] is None
