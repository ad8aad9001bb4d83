"""Maps a function over batches of documents, by a process pool or by anything else with `submit`, in order of batches.

Dask's distributed client fits as it is: `client.get_executor()`. Results are the same whatever runs them; a few
batches are in flight at a time, so that memory stays flat and the one writer is never far behind.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

Batch = TypeVar("Batch")
Result = TypeVar("Result")
IN_FLIGHT = 4  # batches a worker


def map_documents(
    function: Callable[[Batch], Result], batches: Iterable[Batch], executor: Executor | None, workers: int = 1
) -> Iterator[Result]:
    """`function` of each batch, in their order; in this process if `executor` is None."""
    if executor is None:
        yield from map(function, batches)
        return
    waiting: deque[Future[Result]] = deque()
    for batch in batches:
        waiting.append(executor.submit(function, batch))
        if len(waiting) >= IN_FLIGHT * workers:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
