"""Python's collector of cycles, asked to come more rarely while rows go by in their thousands.

Rows, facts and observations make no cycles: each is freed when it is done with. The collector still looks through
what is alive every few hundred of them, which costs a tenth of the CPU of a sweep.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

ALLOCATIONS = 50_000  # between two looks at the youngest; Python's own default is 700 or 2,000


@contextmanager
def rare_collections() -> Iterator[None]:
    """Within it, the collector comes once in so many allocations."""
    former = gc.get_threshold()
    gc.set_threshold(max(former[0], ALLOCATIONS) if former[0] else 0, *former[1:])
    try:
        yield
    finally:
        gc.set_threshold(*former)
