"""Where an answer sends its reader: Location, meta refresh, and how long Retry-After says to wait."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

from bs4 import BeautifulSoup, SoupStrainer

from crawler.guarded_http import Answer

REDIRECTS = (301, 302, 303, 307, 308)
HEAD = 65_536  # bytes in which a meta refresh is looked for
SOON = 5.0  # seconds; a page that reloads later than this is a page, not a redirect


def location(answer: Answer) -> str | None:
    """The absolute URL that a redirect answer names; None if it is no redirect or names nothing."""
    if answer.status not in REDIRECTS or not answer.headers.get("Location"):
        return None
    # Header bytes come as Latin-1; a non-ASCII target is meant as UTF-8.
    target = answer.headers["Location"].encode("latin-1", "replace").decode("utf-8", "replace")
    return urljoin(answer.url, target.strip())


def meta_refresh(answer: Answer) -> str | None:
    """The absolute URL to which a page's `<meta http-equiv=refresh>` sends a reader at once, if to another.

    One inside <noscript> is not for readers of the page proper.
    """
    head = answer.content[:HEAD]
    if b"refresh" not in head.lower():
        return None
    soup = BeautifulSoup(head, "lxml", parse_only=SoupStrainer(["meta", "noscript"]))
    for meta in soup.find_all("meta", attrs={"http-equiv": re.compile(r"^\s*refresh\s*$", re.IGNORECASE)}):
        found = re.match(
            r"""\s*([\d.]*)\s*[;,]?\s*(?:url\s*=\s*)?["']?([^"']*)["']?\s*$""",
            str(meta.get("content", ""))[:4096],
            re.IGNORECASE,
        )
        if meta.find_parent("noscript") or not found or not found[2].strip():
            continue
        target: str = urljoin(answer.url, found[2].strip())
        if _seconds(found[1]) <= SOON and target.partition("#")[0] != answer.url.partition("#")[0]:
            return target
    return None


def _seconds(text: str) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return math.inf


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that Retry-After asks to wait, from either of its forms; None if it asks for nothing readable.

    A date is read against the answer's own Date, so that neither clock need be right.
    """
    text = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return float(text)
    try:
        until = _utc(parsedate_to_datetime(text))
    except ValueError:
        return None
    try:
        now = _utc(parsedate_to_datetime(headers.get("Date", "")))
    except ValueError:
        now = datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
