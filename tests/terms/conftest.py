from __future__ import annotations

import functools
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.pages import PageFetcher
from demo.world import World
from schedules.refresh_result import RefreshResult
from tests.pages.site import Site
from tests.refresh.lab import Lab, laboratory

from .words import D1, RULES, Declared, terms

CONFIG = """
database = "archive.db"
[network]
allow = [{allow}]
timeout_seconds = {timeout_seconds}
deadline_seconds = {deadline_seconds}
max_wait_seconds = {max_wait_seconds}
max_page_bytes = {max_page_bytes}
delay_seconds = 0
retry_wait_seconds = 0
attempts = 2
"""
NETWORK: dict[str, Any] = {
    "timeout_seconds": 5,
    "deadline_seconds": 20,
    "max_wait_seconds": 60,
    "max_page_bytes": 20_000_000,
}


class Desk:
    """Declared documents on sites of a test, refreshed into an archive of its own.

    Pauses are noted in `sleeps` and not made; names of hosts stand for the addresses in `names`.
    """

    def __init__(self, lab: Lab, sleeps: list[float], names: dict[str, str]) -> None:
        self.lab, self.sleeps, self.names = lab, sleeps, names

    def declare(self, *documents: Declared, allow: tuple[str, ...] = (), **network: Any) -> None:
        hosts = ", ".join(f'"127.0.0.{number}"' for number in range(1, 9))
        hosts = ", ".join([hosts, *(f'"{host}"' for host in allow)])
        head = CONFIG.format(allow=hosts, **{**NETWORK, **network})
        self.lab.config.write_text(head + "\n".join(document.toml() for document in documents))

    def at(self, date: str) -> RefreshResult:
        self.sleeps.clear()
        return self.lab.at(date)

    def versions(self, kind: str = "Terms of Service") -> int:
        return len(self.lab.rows("select id from versions where subject = ?", f"terms:Heron/{kind}"))

    def rejected(self) -> list[dict[str, Any]]:
        with self.lab.archive() as archive:
            rows = archive.conn.execute("select subject, url, reason from rejected order by id")
            return [dict(zip(("subject", "url", "reason"), row, strict=True)) for row in rows]


@pytest.fixture
def new_site() -> Iterator[Callable[..., Site]]:
    sites: list[Site] = []

    def make(address: str = "127.0.0.1") -> Site:
        sites.append(Site(address))
        return sites[-1]

    yield make
    for site in sites:
        site.close()


@pytest.fixture
def site(new_site: Callable[..., Site]) -> Site:
    """A vendor's site: its terms, under test, and another document."""
    site = new_site()
    site.routes["/terms"] = site.routes["/calm"] = terms(RULES)
    return site


@pytest.fixture
def desk(tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    sleeps: list[float] = []
    names: dict[str, str] = {}

    def resolve(host: str, _port: int) -> list[str]:
        if host not in names:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [names[host]]

    fetcher = functools.partial(PageFetcher, sleep=sleeps.append, resolve=resolve)
    monkeypatch.setattr("schedules.session.PageFetcher", fetcher)
    with laboratory(tmp_path, World(), D1) as lab:
        desk = Desk(lab, sleeps, names)
        desk.declare(Declared(f"{site.url}/terms"), Declared(f"{site.url}/calm", "Calm"))
        yield desk
