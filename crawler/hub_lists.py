"""Lists of the Hub, page by page: raw rows, the paginator held to the Hub's own origin, loops noticed.

A walk that does not reach the last page says so (`complete` is False): nothing may be concluded from who is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2
import msgspec
import re2

from crawler.errors import CrawlError
from crawler.hub_answers import Answer, BadRequest, TooLarge
from crawler.hub_expand import Expand
from crawler.hub_http import HubHttp, Request
from crawler.hub_names import SECTION
from crawler.hub_rows import Row, repository_of, rows
from crawler.repository import BadRow, Repository, from_row

PAGE = 1000  # rows; the Hub's maximum
SMALL_PAGE = 200  # for a Hub (or a cap of ours) that finds those too large
MOST_EMPTY_PAGES = 20
# A Link header, one target and its parameters at a time; targets may hold commas and semicolons.
_LINK = re2.compile(r'<([^<>]*)>((?:"[^"]*"|[^<"])*)')
_PARAMETER = re2.compile(r';\s*([A-Za-z*-]+)\s*=\s*(?:"([^"]*)"|([^\s;,"]+))')
_LINK_TARGET = re2.compile(r"<[^<>]*>")
MAX_LINK = 20_000  # characters
_EXPECTED = ({"_id": ""},)  # a row without what `expand` asks for


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that could not be read: its name if it had one, and why."""

    name: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page. `complete` is True on the last page of a walk that saw everything."""

    rows: list[Repository]
    bad: list[Bad] = field(default_factory=list)
    complete: bool = False
    onward: str | None = None  # where the next page is: a walk can begin there


class Walk:
    """One walk through a list. Yields pages; `warnings` says what the Hub refused."""

    def __init__(
        self,
        http: HubHttp,
        kind: str,
        *,
        author: str | None,
        sort: str,
        limit: int | None,
        patterns: Sequence[str],
        max_bytes: int,
        expand: Expand,
        start: str | None = None,
    ) -> None:
        self._http, self._kind, self._patterns = http, kind, tuple(patterns)
        self._limit, self._max_bytes = limit, max_bytes
        self._author, self._sort = author, sort
        self._expand = expand
        self._page_size = PAGE
        self._start = start
        self.warnings: list[str] = []

    def pages(self) -> Iterator[Page]:
        """All pages. Raises CrawlError (and what HubHttp.ask raises) where the walk cannot go on."""
        for attempt in (1, 2):
            try:
                yield from self._walk()
            except _StartAgain as again:
                if attempt == 2:
                    raise CrawlError(str(again)) from again
                self.warnings.append(str(again))
            else:
                return

    def _walk(self) -> Iterator[Page]:
        # Whoever has to begin anew begins at the first page.
        url, self._start = self._start, None
        rounds = _Rounds()
        done = 0
        while True:
            answer = self._ask(url)
            page = self._rows(answer.value)
            onward = next_page(answer)
            done += len(page.rows)
            finished = onward is None or (self._limit is not None and done >= self._limit)
            if not finished and rounds.again({row.hub_id for row in page.rows}):
                raise CrawlError("the list goes round in circles")
            if not finished and rounds.empty > MOST_EMPTY_PAGES:
                odd = f" that can be read: {page.bad[0].reason}" if page.bad else ""
                raise CrawlError(f"the list goes round in circles, or on and on, without a row{odd}")
            rows = page.rows[: len(page.rows) - max(0, done - self._limit)] if self._limit else page.rows
            yield Page(rows, page.bad, complete=finished, onward=None if finished else onward)
            if finished:
                return
            url = onward

    def _ask(self, url: str | None) -> Answer:
        try:
            return self._http.ask(self._first() if url is None else self._onward(url))
        except BadRequest as refused:
            if url is not None and "cursor" in str(refused).lower():
                raise _StartAgain(f"the Hub no longer takes its cursor: {refused}") from refused
            if refused.answer.status == 413:
                self._smaller(refused)
            if url is None and self._expand.refused(refused):
                return self._ask(None)
            raise
        except TooLarge as error:
            self._smaller(error)
            raise

    def _smaller(self, reason: CrawlError) -> None:
        """Begin anew with smaller pages, if they have been large so far."""
        if self._page_size > SMALL_PAGE:
            self._page_size = SMALL_PAGE
            raise _StartAgain(f"asking for {SMALL_PAGE} rows a page instead of {PAGE:,}: {reason}") from reason

    def _first(self) -> Request:
        size = self._page_size if self._limit is None else min(self._page_size, self._limit)
        params = [("sort", self._sort), ("limit", str(size))]
        if self._author is not None:
            params.append(("author", self._author))
        params += self._expand.of_list()
        return Request(f"/api/{SECTION[self._kind]}", params=tuple(params), max_bytes=self._max_bytes, read=rows)

    def _onward(self, url: str) -> Request:
        parsed = httpx2.URL(url)  # only its path and query: the origin is always the Hub's
        return Request(parsed.raw_path.decode("ascii"), max_bytes=self._max_bytes, read=rows)

    def _rows(self, value: list[Any]) -> Page:
        if value and isinstance(value[0], Row):
            if all(row.siblings is msgspec.UNSET for row in value) and self._expand.ignored(_EXPECTED):
                raise _StartAgain("the Hub ignores expand: asking for full rows")
            return Page([repository_of(self._kind, row, self._patterns) for row in value])
        page = Page([])
        for item in value:
            try:
                page.rows.append(from_row(self._kind, item, self._patterns))
            except BadRow as error:
                name = item.get("id") if isinstance(item, dict) else None
                page.bad.append(Bad(name if isinstance(name, str) else None, str(error)))
        if self._expand.ignored(value):
            raise _StartAgain("the Hub ignores expand: asking for full rows")
        return page


class _Rounds:
    """Notices a list that goes round, under the same URLs or ever new ones, in the memory of two pages.

    Each page is compared with the one before and with a mark that is set further and further on: at the pages 1, 2,
    4, 8 ... so that a circle of any length is found before it has been gone round three times.
    """

    def __init__(self) -> None:
        self._mark: set[str] = set()
        self._former: set[str] = set()
        self._count = self.empty = 0

    def again(self, ids: set[str]) -> bool:
        """Whether a page shows nothing that was not there before."""
        if not ids:
            self.empty += 1
            return False
        known = ids <= self._former or ids <= self._mark
        self.empty, self._former = 0, ids
        self._count += 1
        if self._count & (self._count - 1) == 0:
            self._mark = ids
        return known


class _StartAgain(Exception):
    """The walk has to begin anew; once is enough."""


def next_page(answer: Answer) -> str | None:
    """The URL of the next page. Raises CrawlError if it leads away from the Hub, or cannot be read."""
    header = answer.headers.get("link", "")[:MAX_LINK]
    for target, parameters in _LINK.findall(header):
        for name, quoted, plain in _PARAMETER.findall(parameters):
            if name.lower() == "rel" and "next" in (quoted or plain).lower().split():
                return _checked(httpx2.URL(answer.url), target)
    # To overlook a next page would make everyone on it look deleted.
    if re2.search(r"(?i)\bnext\b", _LINK_TARGET.sub("", header)):
        raise CrawlError(f"a Link header that cannot be read: {header[:100]!r}")
    return None


def _checked(here: httpx2.URL, target: str) -> str:
    try:
        onward = here.join(target)
    except (httpx2.InvalidURL, ValueError) as error:
        raise CrawlError(f"the next page is no URL: {target[:100]!r}") from error
    if (onward.scheme, onward.host, onward.port) != (here.scheme, here.host, here.port):
        raise CrawlError(f"the list leads away from the Hub, to {onward.host}")
    if onward.path != here.path:
        raise CrawlError(f"the list leads to another path, {onward.path[:100]}")
    return str(onward)
