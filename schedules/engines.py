"""What reads texts for `reinterpret`: this process, a pool of processes, or the workers of a Dask cluster.

All give the same answers; only who computes differs. The one writer stays here, so workers need no access to the
archive. Dask gives the tasks of a worker that was lost to the others; a pool that lost one is made anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from schedules.errors import RefreshError

CONNECT_SECONDS = 30


class NoEngine(RefreshError):
    """The engine asked for is not installed, or does not answer."""


@dataclass(frozen=True)
class Engine:
    """Anything with `submit` (None: this process), and how many batches it can work on at a time."""

    executor: Executor | None
    workers: int


@contextmanager
def pool(workers: int) -> Iterator[Engine]:
    """So many processes on this machine; one worker is this process itself."""
    if workers < 2:
        yield Engine(None, 1)
        return
    with ProcessPoolExecutor(workers) as executor:
        yield Engine(executor, workers)


@contextmanager
def dask(scheduler: str) -> Iterator[Engine]:
    """The workers of the cluster whose scheduler is at `tcp://host:port`. Raises NoEngine."""
    try:
        from distributed import Client
    except ImportError as error:
        raise NoEngine("--engine dask needs Dask: pip install 'licensedrift[distributed]'") from error
    try:
        client = Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise NoEngine(f"no Dask scheduler answers at {scheduler}: {error}") from error
    # pure=False: the same text may be asked for again under other rules, and must not come from a memory.
    with client, client.get_executor(pure=False) as executor:
        try:
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError as error:
            raise NoEngine(f"the Dask cluster at {scheduler} has no workers") from error
        yield Engine(executor, max(1, sum(client.ncores().values())))
