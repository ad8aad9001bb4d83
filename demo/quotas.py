"""Requests counted per bucket and visitor in fixed windows, as the Hub does, and told on every answer."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from threading import Lock
from time import monotonic

from demo.wire import HeaderValue

# bucket -> (requests, seconds). The real ones are 500, 3000 and 100 for strangers; tests want no waiting.
GENEROUS = {"api": (1_000_000, 300), "resolvers": (1_000_000, 300), "pages": (1_000_000, 300)}


def bucket_of(path: str) -> str:
    """`api`, `resolvers` or `pages`: what a request to this path counts as."""
    if path.startswith("/api/resolve-cache/") or "/resolve/" in path:
        return "resolvers"
    return "api" if path.startswith("/api/") else "pages"


class Quotas:
    """Counters of one hub. `clock` gives seconds and may be replaced."""

    def __init__(
        self, limits: Mapping[str, tuple[int, int]] | None = None, clock: Callable[[], float] = monotonic
    ) -> None:
        self.limits = {**GENEROUS, **(limits or {})}
        self.clock = clock
        self._windows: dict[tuple[str, str], tuple[float, int]] = {}
        self._lock = Lock()

    def charge(self, bucket: str, who: str) -> tuple[bool, dict[str, HeaderValue]]:
        """Count one request of `who` (a token or an address): whether it may pass, and the headers that say so."""
        quota, seconds = self.limits[bucket]
        with self._lock:
            now = self.clock()
            began, used = self._windows.get((bucket, who), (now, 0))
            if now - began >= seconds:
                began, used = now, 0
            used += 1
            self._windows[bucket, who] = (began, used)
        left = max(0, quota - used)
        reset = max(0, math.ceil(began + seconds - now))
        return used <= quota, {
            "RateLimit": f'"{bucket}";r={left};t={reset}',
            "RateLimit-Policy": f'"fixed window";"{bucket}";q={quota};w={seconds}',
        }
