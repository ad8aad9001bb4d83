"""Forty documents on eight hosts in one refresh: one request at a time a host, hosts side by side, dead ones alone."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.pages.site import Answer, Site

from .conftest import Desk
from .words import D1, D2, MORE, RULES, Declared, terms

HOSTS = [f"127.0.0.{number}" for number in range(1, 9)]


def forty(sites: list[Site]) -> list[Declared]:
    return [Declared(f"{site.url}/{page}", f"{site.address} {page}") for site in sites for page in range(5)]


@contextmanager
def silent(address: str) -> Iterator[tuple[str, list[Any]]]:
    """A host that takes connections and never says a word: its URL, and the connections that it took."""
    taken: list[Any] = []
    with socket.create_server((address, 0), backlog=64) as listener:

        def accept() -> None:
            try:
                while True:
                    taken.append(listener.accept()[0])
            except OSError:
                pass

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://{address}:{listener.getsockname()[1]}", taken
        listener.shutdown(socket.SHUT_RDWR)
    for connection in taken:
        connection.close()


def test_forty_documents_one_request_at_a_time_a_host_and_hosts_side_by_side(
    desk: Desk, new_site: Callable[..., Site]
) -> None:
    sites = [new_site(address) for address in HOSTS]
    meeting = threading.Barrier(len(sites))  # passed only when every host has a request in hand at once

    def meet(_: Any) -> Answer:
        meeting.wait(timeout=20)
        return terms(RULES)

    for site in sites:
        site.routes.update({f"/{page}": terms(RULES, str(page)) for page in range(1, 5)})
        site.routes["/0"] = meet
    desk.declare(*forty(sites))
    first = desk.at(D1)
    assert (first.status, first.subjects, first.failures) == ("complete", 40, [])
    assert [site.most_at_once for site in sites] == [1] * 8
    assert first.requests["pages"] == 48  # each page and each robots.txt once
    assert len(desk.lab.rows("select id from versions")) == 40


@pytest.mark.parametrize("how", ["closed", "silent", "no name"])
def test_a_dead_host_costs_its_own_tries_and_nothing_else(desk: Desk, new_site: Callable[..., Site], how: str) -> None:
    sites = [new_site(address) for address in HOSTS[:7]]
    for site in sites:
        site.routes.update({f"/{page}": terms(RULES, str(page)) for page in range(5)})
    with silent("127.0.0.8") as (url, taken):
        if how == "closed":
            with socket.create_server(("127.0.0.8", 0)) as listener:
                url = f"http://127.0.0.8:{listener.getsockname()[1]}"
        elif how == "no name":
            url = "http://nowhere.example.org"
        dead = [Declared(f"{url}/{page}", f"dead {page}") for page in range(5)]
        desk.declare(*dead, *forty(sites), timeout_seconds=0.5)
        first = desk.at(D1)
        assert (first.status, first.subjects) == ("partial", 35)
        assert sorted(failure.subject for failure in first.failures) == [
            f"terms:Heron/dead {page}" for page in range(5)
        ]
        assert all(failure.reason.startswith(url) for failure in first.failures)
        asked = sum(len(site.seen) for site in sites)
        assert asked == 7 * 6
        assert first.requests["pages"] - asked <= 2  # the tries of one robots.txt, not of five pages
        assert len(taken) == (1 if how == "silent" else 0)


def test_a_host_that_falls_silent_costs_one_timeout(desk: Desk, new_site: Callable[..., Site]) -> None:
    """It answers for robots.txt (a cache in front of it, say) and for no page."""
    dead, alive = new_site("127.0.0.2"), new_site("127.0.0.3")
    for site in (dead, alive):
        site.routes.update({f"/{page}": terms(RULES, str(page)) for page in range(5)})
    desk.declare(*forty([dead, alive]), timeout_seconds=0.3)
    assert desk.at(D1).status == "complete"
    over = threading.Event()

    def hang(handler: Any) -> None:
        over.wait(20)
        handler.close_connection = True

    dead.routes.update({f"/{page}": hang for page in range(5)})
    alive.routes.update({f"/{page}": terms([*RULES, MORE], str(page)) for page in range(5)})
    dead.seen.clear()
    second = desk.at(D2)
    over.set()
    assert (len(second.failures), len(second.events)) == (5, 5)
    assert {failure.subject for failure in second.failures} == {f"terms:Heron/127.0.0.2 {page}" for page in range(5)}
    assert len(dead.paths()) <= 2
