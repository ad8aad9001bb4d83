"""Readers beside a writer: pages load while real refreshes write, and none is older than the last snapshot."""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from datasette.app import Datasette

from demo.world import World
from tests.explorer.sample import AFTER, BEFORE, card
from tests.refresh.lab import Lab, laboratory

REPOSITORIES = 200
READERS = 3
DATES = ("2026-02-01T03:00:00Z", "2026-03-01T03:00:00Z", "2026-04-01T03:00:00Z")
PAGES = ("runs", "drift", "subject/model:wren/m000", "licenses", "systems", "openness", "search?q=Lantern")


def world() -> World:
    """Repositories that each change their license on every other date, by turns back and forth."""
    made = World()
    for number in range(REPOSITORIES):
        name, head = f"wren/m{number:03}", f"# Model {number}\n\n"
        made.put(
            "models", name, date="2026-01-01", files={"README.md": card(license="other"), "LICENSE": head + BEFORE}
        )
        for turn, date in enumerate(DATES[1:]):
            if number % 2 == turn % 2 or number == 0:
                text = AFTER if turn < 2 else BEFORE
                made.put("models", name, date=date[:10], files={"LICENSE": f"{head}{turn}\n{text}"})
    return made


def newest(database: Path) -> tuple[int, int]:
    """The last snapshot and the last event (of those that stand by themselves) that are committed now."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as conn:
        query = "select (select max(id) from snapshots), (select ifnull(max(id), 0) from event where parent is null)"
        snapshot, event = conn.execute(query).fetchone()
    return int(snapshot), int(event)


async def read(datasette: Datasette, database: Path, start: int, stop: asyncio.Event) -> int:
    """Load pages one after the other until told to stop; how many. Each is whole, and not older than it may be."""
    count = start
    while not stop.is_set():
        path = PAGES[count % len(PAGES)]
        snapshot, event = newest(database)
        answer = await datasette.client.get(f"/archive/-/{path}")
        assert answer.status_code == 200, (path, answer.text[:800])
        assert "longer than is allowed" not in answer.text
        if path == "runs":
            ended = re.findall(r'id="run(\d+)"(?:(?!<tr).)*?ld-run-complete', answer.text, re.DOTALL)
            assert max(map(int, ended)) >= snapshot
        elif path == "drift" and event:
            assert max(map(int, re.findall(r'id="e(\d+)"', answer.text))) >= event
        count += 1
        # The event loop is the readers' and the writer's.
        await asyncio.sleep(0)
    return count - start


async def refresh_and_read(lab: Lab, datasette: Datasette) -> int:
    """One refresh in a process of its own, and readers until it ends; how many pages they read."""
    stop = asyncio.Event()
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "licensedrift", "refresh", "--config", str(lab.config),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE, env=os.environ.copy(),
    )  # fmt: skip
    readers = [asyncio.create_task(read(datasette, lab.database, number * 2, stop)) for number in range(READERS)]
    _, said = await writer.communicate()
    stop.set()
    counts = await asyncio.gather(*readers)
    assert writer.returncode == 0, said.decode()[-2000:]
    return sum(counts)


async def all_nights(lab: Lab) -> list[int]:
    # A machine that is busy with other tests is given time: what counts here is what is read.
    datasette = Datasette([str(lab.database)], settings={"sql_time_limit_ms": 20_000})
    await datasette.invoke_startup()
    counts = []
    for date in DATES[1:]:
        lab.hub.at(date)
        os.environ["LICENSEDRIFT_NOW"] = date
        counts.append(await refresh_and_read(lab, datasette))
    return counts


def test_three_readers_beside_a_refresh_see_whole_and_new_pages(tmp_path: Path) -> None:
    with laboratory(tmp_path, world(), DATES[0]) as lab:
        lab.watch(authors=["wren"]).at(DATES[0])
        counts = asyncio.run(all_nights(lab))
        assert all(counts), "nobody read while it was written"
        assert [row["status"] for row in lab.rows("select status from runs")] == ["complete"] * len(DATES)
        assert lab.rows("select count(*) as n from drift where parent is null")[0]["n"] >= REPOSITORIES
        lab.sound()
    print(f"{sum(counts)} pages read beside {len(counts)} refreshes")
