"""A laboratory for refreshes: a world on a loopback Hub, a configuration, an archive, and a clock that one sets."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from demo.hub import DemoHub
from demo.world import World
from schedules.configuration import load
from schedules.refresh import refresh
from schedules.refresh_result import RefreshResult
from storage import queries
from storage.archive import Archive
from storage.verify import verify

CONFIG = """
database = "archive.db"
[contact]
name = "Tests"
url = "https://example.org/tests"
[network]
allow = ["127.0.0.1"]
timeout_seconds = 2
deadline_seconds = 6
max_wait_seconds = 2
delay_seconds = 0
retry_wait_seconds = 0.01
attempts = 3
{watch}
"""


class Lab:
    """Refresh, move the clock, look."""

    def __init__(self, folder: Path, hub: DemoHub, world: World) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.hub, self.world = folder, hub, world
        self.database = folder / "archive.db"
        self.config = folder / "config.toml"

    def watch(self, *, models: Sequence[str] = (), datasets: Sequence[str] = (), authors: Sequence[str] = (),
              all_models: bool = False, models_more: str = "", more: str = "") -> Lab:  # fmt: skip
        """Write the configuration."""
        sections = [
            f"[watch.models]\nids = {list(models)!r}\nauthors = {list(authors)!r}\nall = {str(all_models).lower()}\n"
            f"{models_more}",
            f"[watch.datasets]\nids = {list(datasets)!r}",
            more,
        ]
        self.config.write_text(CONFIG.format(watch="\n".join(sections)))
        return self

    def at(self, date: str, **options: Any) -> RefreshResult:
        """Set the world and the clock to `date` and refresh."""
        self.hub.at(date)
        os.environ["LICENSEDRIFT_NOW"] = date
        return self.again(**options)

    def again(self, **options: Any) -> RefreshResult:
        """Refresh once more, as things are."""
        return refresh(load(str(self.config)), self.database, **options)

    def archive(self) -> Archive:
        """The archive, for reading."""
        return Archive.read(self.database)

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of a public view."""
        with self.archive() as archive:
            return list(archive.db.query(query, values))

    def catalog(self, subject: str) -> dict[str, Any]:
        """The one row of the catalog for a subject."""
        (row,) = self.rows("select * from catalog where subject = ?", subject)
        return row

    def sound(self) -> None:
        """The archive has no fault."""
        with self.archive() as archive:
            assert verify(archive)["damaged"] == []

    def snapshots(self) -> list[dict[str, Any]]:
        """All snapshots."""
        with self.archive() as archive:
            return queries.snapshots(archive.conn)


@contextmanager
def laboratory(folder: Path, world: World, now: str, **hub: Any) -> Iterator[Lab]:
    """A lab on a running Hub; the environment is put back afterwards."""
    kept = dict(os.environ)
    try:
        with DemoHub(world, now=now, **hub) as running:
            os.environ["HF_ENDPOINT"] = running.url
            os.environ.pop("HF_TOKEN", None)
            yield Lab(folder, running, world)
    finally:
        os.environ.clear()
        os.environ.update(kept)
