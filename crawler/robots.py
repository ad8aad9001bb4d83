"""robots.txt, obeyed as RFC 9309 says: read by Protego, kept for its validity, a missing one allows."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from protego import Protego

PRODUCT = "licensedrift"  # the name that a robots.txt calls us by
LONGEST = 512 * 1024  # bytes; RFC 9309 asks for 500 KiB at least
DAY = 86_400.0  # seconds; RFC 9309 2.4: kept no longer
SHORTEST_KEEP = 600.0  # seconds, whatever Cache-Control says: a run asks once


@dataclass(frozen=True, slots=True)
class Rules:
    """What one origin's robots.txt says."""

    parsed: Protego | None  # None: everything is allowed, or nothing (`refusal`)
    refusal: str | None
    expires: float  # time.monotonic()

    def refuses(self, url: str) -> str | None:
        """Why this URL must not be asked; None if it may."""
        if self.refusal:
            return self.refusal
        if self.parsed is not None and not self.parsed.can_fetch(url, PRODUCT):
            return "robots.txt forbids it"
        return None

    @property
    def delay(self) -> float:
        """Seconds between two requests that it asks for; 0 if it asks for none."""
        if self.parsed is None:
            return 0.0
        rate = self.parsed.request_rate(PRODUCT)
        by_rate = rate.seconds / rate.requests if rate and rate.requests else 0.0
        return max(float(self.parsed.crawl_delay(PRODUCT) or 0.0), by_rate)


@dataclass(frozen=True, slots=True)
class RobotsAnswer:
    """How asking for a robots.txt ended: `status` is None where nobody answered, `reason` says why."""

    status: int | None
    content: bytes
    headers: Mapping[str, str]
    reason: str | None = None


class Robots:
    """The rules of each origin, asked for once by `ask(url)` and kept for their validity."""

    def __init__(self, ask: Callable[[str], RobotsAnswer]) -> None:
        self._ask = ask
        self._rules: dict[str, Rules] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def of(self, origin: str) -> Rules:
        """The rules of `origin` ("https://example.org"), fetched if not known or no longer valid."""
        with self._lock:
            lock = self._locks.setdefault(origin, threading.Lock())
        with lock:
            rules = self._rules.get(origin)
            if rules is None or rules.expires <= time.monotonic():
                rules = self._rules[origin] = read_rules(self._ask(f"{origin}/robots.txt"))
            return rules


def read_rules(answer: RobotsAnswer) -> Rules:
    """What an answer for /robots.txt means (RFC 9309, 2.3.1): none there allows, an error forbids."""
    expires = time.monotonic() + _keep(answer.headers)
    status = answer.status
    if status is None:
        return Rules(None, f"robots.txt not read ({answer.reason}), so nothing is allowed", expires)
    if status == 429 or status >= 500:
        return Rules(None, f"robots.txt answered {status}, so nothing is allowed", expires)
    if status >= 300:
        return Rules(None, None, expires)
    text = answer.content[:LONGEST].decode("utf-8-sig", "replace")
    return Rules(Protego.parse(text), None, expires)


def _keep(headers: Mapping[str, str]) -> float:
    found = re.search(r"max-age\s*=\s*(\d{1,9})", headers.get("Cache-Control", ""), re.IGNORECASE)
    return min(DAY, max(SHORTEST_KEEP, float(found[1]))) if found else DAY
