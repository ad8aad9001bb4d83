"""Counted beforehand: in how many documents a text stands is what counting them says, in new and in older archives."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from demo.world import World
from storage.archive import Archive
from storage.schema import migrations
from tests.refresh.lab import laboratory

D1, D2 = "2026-01-10T09:00:00Z", "2026-02-10T09:00:00Z"
TEXT = b"Heron License\n\nYou may use, copy and change the model for any purpose.\n"
CARD = b"---\nlicense: other\n---\n# M\n"


def carried(database: Path) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """What is kept, and what counting says."""
    conn = sqlite3.connect(database)
    kept = conn.execute("select text, documents from carried order by 1").fetchall()
    counted = conn.execute("select text, count(*) from document where role <> 'card' group by text order by 1")
    found = kept, counted.fetchall()
    conn.close()
    return found


def test_texts_are_counted_as_they_come_and_in_an_archive_of_before(tmp_path: Path) -> None:
    world = World()
    for name in ("heron/one", "heron/two", "egret/three"):
        world.put("models", name, date=D1, files={"README.md": CARD, "LICENSE": TEXT})
    world.put("models", "heron/two", date="2026-02-01", files={"LICENSE": TEXT + b"You may not sell it.\n"})
    with laboratory(tmp_path, world, D1) as lab:
        lab.watch(models=["heron/one", "heron/two", "egret/three"]).at(D1)
        lab.at(D2)
        kept, counted = carried(lab.database)
        assert kept == counted
        assert sorted(documents for _, documents in kept) == [1, 3]

        # As an archive was before it counted: the migration counts what is there.
        conn = sqlite3.connect(lab.database)
        conn.executescript(
            "drop trigger carried_counted; drop table carried; drop index event_kind; drop index current_by_name"
        )
        conn.execute(f"delete from {migrations.migrations_table} where name = 'm009_readers'")
        conn.commit()
        conn.close()
        Archive.open(lab.database).close()
        assert carried(lab.database) == (kept, counted)
