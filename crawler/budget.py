"""The Hub's budgets: three buckets, read from every answer and kept to ahead of time (hub-protocol.md 2).

A bucket's window is fixed: when its remaining requests fall to the reserve, the next request waits for the reset.
No 429 is earned in normal work; one that comes is waited out as it says, up to a cap.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from huggingface_hub.utils import RateLimitInfo, parse_ratelimit_headers

from crawler.errors import BudgetSpent, RunStopped
from crawler.page_hops import retry_after

API, RESOLVERS = "api", "resolvers"
NEVER = 10**9  # seconds; no window is longer
JITTER = 0.5  # seconds at most, so that many crawlers behind one address do not come back at once


def bucket_of(path: str) -> str:
    """The budget that a path of the Hub is counted under (hub-protocol.md 2.1; the resolve-cache hop is a file)."""
    return RESOLVERS if "/resolve/" in path or path.startswith("/api/resolve-cache/") else API


def _rate_limit(headers: Mapping[str, str]) -> RateLimitInfo | None:
    """What RateLimit says, None if it says nothing readable: a number of 5,000 digits is none (T07)."""
    try:
        return parse_ratelimit_headers(headers)
    except ValueError:
        return None


def _seconds(info: RateLimitInfo) -> float:
    return float(min(info.reset_in_seconds, NEVER))


@dataclass
class _Bucket:
    remaining: int | None = None
    resets_at: float = 0.0  # time.monotonic()
    spent: str | None = None


@dataclass
class Budget:
    """Who keeps count. `max_wait` is the longest pause in seconds, `reserve` what is left to others."""

    max_wait: float
    reserve: int = 1
    sleep: Callable[[float], object] = time.sleep
    clock: Callable[[], float] = time.monotonic
    waited: float = 0.0
    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def take(self, name: str) -> None:
        """Wait until one request of this bucket is free. Raises BudgetSpent or RunStopped if that is too long."""
        bucket = self._buckets.setdefault(name, _Bucket())
        if bucket.spent:
            raise self._refusal(name, bucket.spent)
        if bucket.remaining is None:
            return
        left = bucket.resets_at - self.clock()
        if left <= 0:
            bucket.remaining = None
        elif bucket.remaining <= self.reserve:
            self.pause(name, left + 1, f"the {name} budget is used up for {left:.0f} s")
            bucket.remaining = None
        else:
            bucket.remaining -= 1

    def learn(self, name: str, headers: Mapping[str, str]) -> None:
        """Read RateLimit and RateLimit-Policy of an answer. A header that cannot be read teaches nothing."""
        info = _rate_limit(headers)
        if info is None:
            return
        bucket = self._buckets.setdefault(info.resource_type or name, _Bucket())
        bucket.remaining = info.remaining
        bucket.resets_at = self.clock() + _seconds(info)

    def pause_for_429(self, headers: Mapping[str, str]) -> float | None:
        """Seconds that a 429 asks to wait: its window's end if it is used up, else Retry-After.

        None where it asks for nothing: silent, unreadable, or a moment that has passed already.
        """
        info = _rate_limit(headers)
        if info is not None and info.remaining == 0:
            return _seconds(info) + 1
        try:
            return retry_after(headers) or None
        except (ValueError, OverflowError, TypeError):
            return None

    def pause(self, name: str, seconds: float, why: str) -> None:
        """Sleep. Raises BudgetSpent (files) or RunStopped (the API itself) when it would be longer than the cap."""
        if seconds > self.max_wait:
            why += ": longer than max_wait_seconds"
            self._buckets.setdefault(name, _Bucket()).spent = why
            raise self._refusal(name, why)
        seconds += random.uniform(0, min(JITTER, seconds / 10))
        self.waited += seconds
        self.sleep(seconds)

    def spend(self, name: str, why: str) -> BudgetSpent | RunStopped:
        """Give the bucket up for this run; returns what to raise."""
        self._buckets.setdefault(name, _Bucket()).spent = why
        return self._refusal(name, why)

    def _refusal(self, name: str, why: str) -> BudgetSpent | RunStopped:
        return BudgetSpent(name, why) if name == RESOLVERS else RunStopped(why)
