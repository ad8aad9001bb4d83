from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from crawler.pages import PageFetcher
from crawler.settings import Contact, Network

from .site import Site


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
    return new_site()


@pytest.fixture
def sleeps() -> list[float]:
    return []


@pytest.fixture
def fetcher(sleeps: list[float]) -> Callable[..., PageFetcher]:
    """Makes a fetcher that may reach 127.0.0.1 and only notes how long it was to sleep."""

    def make(allow: tuple[str, ...] = ("127.0.0.1",), resolve: Any = None, **network: Any) -> PageFetcher:
        limits = {"delay_seconds": 0, "timeout_seconds": 5, "deadline_seconds": 10, **network}
        extra = {"resolve": resolve} if resolve else {}
        return PageFetcher(
            Network(allow=list(allow), **limits),
            Contact(name="Example Org", url="https://example.org/bot"),
            sleep=sleeps.append,
            **extra,
        )

    return make
