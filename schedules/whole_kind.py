"""How far a whole kind of the Hub has been read: the watermark of changes, and when everything was last swept.

The watermark is the date of the newest change when a walk began, as the server tells it: that of the first row of its
first page (a sweep, whose list has another order, asks for it). It is never our clock and never the newest seen during
the walk: what is touched meanwhile is caught by the next one (hub-protocol.md 3.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from crawler.errors import CrawlError
from crawler.hub_lists import SMALL_PAGE
from crawler.repository import Repository
from schedules.clock import now, stamp
from schedules.session import Session
from storage import known
from storage.records import Kind

OVERLAP = timedelta(hours=1)
# Up to here everything costs so few requests (one for 1,000) that it is asked for every night.
SMALL = 100_000
# A sweep that was put off for another kind's is put off no longer than this.
MOST_OVERDUE = timedelta(days=3)
# So many old rows in a row end a walk of changes: no fewer than the smallest page that a list is asked for in.
OLD_ROWS = SMALL_PAGE


class WholeKind:
    """The marks of one kind. They move with the snapshot that records what was walked."""

    def __init__(self, session: Session, kind: Kind, watch: str, sweep_days: int) -> None:
        self._session, self._kind, self._watch = session, kind, watch
        self._sweep_days = timedelta(days=sweep_days)
        self._swept, self._watermark = f"swept:{watch}", f"watermark:{watch}"
        self._until = self._mark(self._watermark)
        self._newest: str | None = None

    def _mark(self, name: str) -> datetime | None:
        said = self._session.marked(name)
        return datetime.fromisoformat(said) if said else None

    def wants_everything(self) -> bool:
        """Whether a full sweep is due: never done, long ago, or asked for."""
        swept = self._mark(self._swept)
        if self._session.full or swept is None or self._until is None:
            return True
        if swept > now():
            return True  # the clock was wrong then: until that day comes nothing would be due
        overdue = now() - swept - self._sweep_days
        # Sweeps of several kinds are spread over nights, so that each leaves the budget something for files.
        if overdue >= timedelta(0) and (not self._session.has_swept or overdue >= MOST_OVERDUE):
            return True
        return not self._is_large()

    def _is_large(self) -> bool:
        return known.watches_more_than(self._session.archive.conn, self._watch, SMALL)

    def head(self) -> str | None:
        """The date of the newest change now: the watermark that a sweep leaves."""
        try:
            page = next(iter(self._session.hub.pages(self._kind, sort="lastModified", limit=1)), None)
        except CrawlError:
            return None
        return self._believed(page.rows) if page else None

    def _believed(self, rows: Sequence[Repository]) -> str | None:
        """The date of the first row, no later than the Hub's own clock: one of the future would freeze us (T27)."""
        newest = rows[0].last_modified if rows else None
        server = self._session.hub.server_time
        return min(newest, server) if newest and server else newest

    def is_old(self, rows: Sequence[Repository]) -> bool:
        """Whether a page of the walk of changes, newest first, reaches far enough beyond the last watermark.

        Its last `OLD_ROWS` rows must all be from before it (of a smaller page, all); one old row among new ones ends
        nothing (L16). The first row of the first page that is asked about is the next watermark.
        """
        if self._newest is None:
            self._newest = self._believed(rows)
        if self._until is None:
            return False
        line = stamp(self._until - OVERLAP)
        last = rows[-OLD_ROWS:]
        return bool(last) and all(row.last_modified is not None and row.last_modified < line for row in last)

    def swept(self, head: str | None) -> None:
        """Everything has been read."""
        self._session.mark(self._swept, stamp(now()))
        if self._is_large():
            self._session.has_swept = True
        self._move(head)

    def walked(self) -> None:
        """All changes since the last watermark have been read, up to the newest when the walk began."""
        self._move(self._newest)

    def _move(self, watermark: str | None) -> None:
        if watermark is not None:
            self._session.mark(self._watermark, watermark)
