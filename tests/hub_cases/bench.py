"""A crawler before a small Hub, with a clock that its pauses move; and a whole refresh that is short of patience."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

from crawler.hub import Hub
from crawler.settings import Contact, Network
from demo.hub import DemoHub
from demo.world import World
from tests.refresh.lab import Lab, laboratory

D1, D2, D3 = "2026-01-10T09:00:00Z", "2026-02-10T09:00:00Z", "2026-03-10T09:00:00Z"
NAMES = [f"lark/m{number}" for number in range(6)]
TEXT = b"Lark License 1\n\nYou may use, copy and change the model for any purpose.\n"
CONFIG = """
database = "archive.db"
[network]
allow = ["127.0.0.1"]
timeout_seconds = 0.6
deadline_seconds = 1.5
max_wait_seconds = 2
retry_wait_seconds = 0.01
attempts = 3
delay_seconds = 0
{watch}
"""


def card(license: str = "mit") -> bytes:
    return b"---\nlicense: %s\n---\n# A model\n" % license.encode()


def flock(names: Sequence[str] = NAMES, kind: str = "models") -> World:
    """Repositories made a day apart, the first one first; lists show the last one first."""
    world = World()
    for day, name in enumerate(names, 1):
        files = {"README.md": card(), "LICENSE": TEXT}
        world.put(kind, name, date=f"2026-01-{day:02d}T09:00:00Z", files=files)
    return world


class Bench:
    """A crawler at a running Hub. `waits` are the pauses it asked for, in seconds; `during` happens in each."""

    def __init__(self, hub: DemoHub, token: str | None = None, endpoint: str | None = None, **network: Any) -> None:
        self.hub = hub
        self.waits: list[float] = []
        self.during: Callable[[float], object] = lambda _seconds: None
        self._slept = 0.0
        settings = {
            "allow": ["127.0.0.1"], "timeout_seconds": 0.5, "deadline_seconds": 2.0, "max_wait_seconds": 600.0,
            "retry_wait_seconds": 0.01, "attempts": 5, **network,
        }  # fmt: skip
        self.client = Hub(endpoint or hub.url, token, Network(**settings), Contact(), sleep=self._sleep)
        self.client._http.budget.clock = lambda: time.monotonic() + self._slept

    def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self._slept += seconds
        self.during(seconds)

    def names(self, kind: str = "model", **options: Any) -> list[str]:
        """All names of a list, in its order. Fails if the walk does not say that it saw everything."""
        pages = list(self.client.pages(kind, **options))
        assert [page.complete for page in pages] == [False] * (len(pages) - 1) + [True]
        return [row.name for page in pages for row in page.rows]

    def license(self, name: str = "lark/m0") -> bytes | None:
        """The text of a license file."""
        return self.client.file("model", name, None, "LICENSE").content

    def asked(self, part: str = "") -> int:
        """How many requests there were whose path and query have this part."""
        return sum(part in f"{entry.path}?{entry.query}" for entry in self.hub.log)


@contextmanager
def bench(world: World | None = None, now: str = D1, *, page: int = 2, **options: Any) -> Iterator[Bench]:
    """A bench over three pages of two rows, unless told otherwise; `options` are of Bench."""
    with DemoHub(world or flock(), now=now, max_limit=page) as hub:
        made = Bench(hub, **options)
        try:
            yield made
        finally:
            made.client.close()


class ImpatientLab(Lab):
    """A lab whose refresh waits little and gives up soon."""

    def watch(self, *, models: Sequence[str] = (), authors: Sequence[str] = (), all_models: bool = False,
              more: str = "", **_others: Any) -> ImpatientLab:  # fmt: skip
        """Write the configuration."""
        said = f"ids = {list(models)!r}\nauthors = {list(authors)!r}\nall = {str(all_models).lower()}"
        self.config.write_text(CONFIG.format(watch=f"[watch.models]\n{said}\n{more}"))
        return self

    def state(self) -> list[dict[str, Any]]:
        """What is recorded, without the numbers of runs: to compare an archive after trouble with one without."""
        columns = "subject, license_claimed, license_found, availability, unavailable_since, gone_at"
        return self.rows(f"select {columns} from catalog order by subject")

    def versions(self) -> int:
        """How many versions there are."""
        return int(self.rows("select count(*) as n from versions")[0]["n"])

    def kinds(self) -> list[str]:
        """The kinds of all events ever recorded."""
        return [row["kind"] for row in self.rows("select kind from drift order by id")]


@contextmanager
def impatient(folder: Path, world: World, now: str = D1, **hub: Any) -> Iterator[ImpatientLab]:
    """A lab of that kind on a running Hub of two rows a page."""
    folder.mkdir(parents=True, exist_ok=True)
    with laboratory(folder, world, now, **{"max_limit": 2, **hub}) as lab:
        yield ImpatientLab(lab.folder, lab.hub, lab.world)
