"""An unchanged night over whole authors and whole kinds: a request a thousand repositories, no version, a few bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.world import World
from tests.refresh.lab import laboratory

REPOSITORIES = 10_000
NIGHT = "2026-11-01T02:00:00Z"
CONSTANT = 3  # requests beside one a thousand rows
GROWTH = 16 * 1024


def size(database: Path) -> int:
    """Bytes of the archive and of its write-ahead log."""
    log = database.with_name(database.name + "-wal")
    return database.stat().st_size + (log.stat().st_size if log.exists() else 0)


@pytest.mark.timeout(280)
@pytest.mark.parametrize("watched", ["all", "author"])
def test_an_unchanged_night_costs_a_request_a_thousand_and_nothing_else(tmp_path: Path, watched: str) -> None:
    world = World.generated(models=REPOSITORIES, authors=1)
    author = world.repositories["models"][0].names.values[0].split("/")[0]
    with laboratory(tmp_path, world, NIGHT) as lab:
        more = "files_per_refresh = 0" if watched == "all" else ""
        lab.watch(authors=[author] if watched == "author" else (), all_models=watched == "all", models_more=more)
        first = lab.at(NIGHT)
        assert (first.status, first.subjects) == ("complete", REPOSITORIES)
        before = size(lab.database)
        lab.hub.log.clear()
        second = lab.again()
        assert (second.status, second.subjects, second.changed, second.events) == ("complete", REPOSITORIES, 0, [])
        assert lab.hub.counts().get("api", 0) <= REPOSITORIES / 1000 + CONSTANT
        assert lab.hub.counts().get("resolvers", 0) == 0
        assert lab.rows("select count(*) as n from versions") == [{"n": REPOSITORIES}]
        assert size(lab.database) - before < GROWTH
        assert lab.rows("select count(*) as n from catalog where last_seen <> ?", NIGHT) == [{"n": 0}]
