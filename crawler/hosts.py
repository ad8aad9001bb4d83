"""Politeness to a host: one request at a time, a pause between two, and no second try of a dead one."""

from __future__ import annotations

import queue
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from crawler.guarded_http import FetchFailed

JITTER = 0.25  # a pause is up to this much longer, so that nightly runs do not beat in step
HOSTS_AT_ONCE = 32
MOST_SILENCES = 2  # pages in a row that a host may leave without an answer before it counts as dead

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass
class _Host:
    lock: threading.Lock = field(default_factory=threading.Lock)
    ready_at: float = 0.0  # time.monotonic()
    held_until: float = 0.0  # the same, by its own Retry-After
    pause: float = 0.0  # what its robots.txt asks for, seconds
    dead: str | None = None
    silences: int = 0  # requests in a row that timed out


class Hosts:
    """Who may be asked when. One for a run: what is dead stays dead for as long as this lives.

    `delay` is the pause in seconds after each request to one host; a longer one that a host asks for wins.
    """

    def __init__(self, delay: float, sleep: Callable[[float], object] = time.sleep) -> None:
        self._delay, self._sleep = delay, sleep
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    def _host(self, name: str) -> _Host:
        with self._lock:
            return self._hosts.setdefault(name, _Host())

    @contextmanager
    def turn(self, name: str, *, same_visit: bool = False) -> Iterator[None]:
        """Wait for the turn of one request to this host, and keep others out until it is done.

        What a page itself loads is the `same_visit`: one at a time, without the pause between pages. Raises
        FetchFailed if the host was found dead before.
        """
        host = self._host(name)
        with host.lock:
            if host.dead:
                raise FetchFailed(f"{host.dead} (found earlier in this run)", dead=True)
            until = host.held_until if same_visit else max(host.ready_at, host.held_until)
            if (left := until - time.monotonic()) > 0:
                self._sleep(left)
                host.held_until = 0.0
            try:
                yield
            finally:
                pause = max(self._delay, host.pause) * random.uniform(1, 1 + JITTER)
                host.ready_at = time.monotonic() + pause

    def hold(self, name: str, seconds: float) -> None:
        """Leave this host alone for so long, whoever asks."""
        host = self._host(name)
        with host.lock:
            host.held_until = max(host.held_until, time.monotonic() + seconds)

    def pause(self, name: str, seconds: float) -> None:
        """Make the pause between two requests to this host at least so long."""
        host = self._host(name)
        host.pause = max(host.pause, seconds)

    def answered(self, name: str) -> None:
        """Note that this host gave an answer, whichever."""
        self._host(name).silences = 0

    def silent(self, name: str, reason: str) -> None:
        """Note that a request to this host timed out; after some in a row the rest of its pages is not asked for."""
        host = self._host(name)
        host.silences += 1
        if host.silences >= MOST_SILENCES:
            host.dead = reason

    def bury(self, name: str, reason: str) -> None:
        """Ask this host nothing more in this run."""
        self._host(name).dead = reason


def side_by_side(
    items: Iterable[Item], host_of: Callable[[Item], str], work: Callable[[Item], Result]
) -> Iterator[tuple[Item, Result]]:
    """Do `work` on each item, hosts side by side and the items of one host one after another.

    Yields (item, result) as they get done. The threads are daemons: whoever stops listening, or the process
    when it is stopped, waits for nobody. An exception of `work` is raised here.
    """
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(host_of(item), []).append(item)
    done: queue.Queue[tuple[Item, Result | None, BaseException | None]] = queue.Queue()
    waiting: queue.SimpleQueue[list[Item]] = queue.SimpleQueue()
    stop = threading.Event()
    for group in groups.values():
        waiting.put(group)

    def serve() -> None:
        while True:
            try:
                group = waiting.get_nowait()
            except queue.Empty:
                return
            for item in group:
                if stop.is_set():
                    return
                _do(item, work, done)

    for number in range(min(HOSTS_AT_ONCE, len(groups))):
        threading.Thread(target=serve, name=f"pages-{number}", daemon=True).start()
    try:
        for _ in range(sum(map(len, groups.values()))):
            item, result, error = done.get()
            if error is not None:
                raise error
            yield item, result  # type: ignore[misc]
    finally:
        stop.set()


def _do(
    item: Item,
    work: Callable[[Item], Result],
    done: queue.Queue[tuple[Item, Result | None, BaseException | None]],
) -> None:
    try:
        done.put((item, work(item), None))
    except BaseException as error:  # noqa: BLE001 - carried to the thread that listens, which raises it
        done.put((item, None, error))
