"""Lists of the Hub, page by page: raw rows, the paginator held to the Hub's own origin, loops noticed.

A walk that does not reach the last page says so (`complete` is False): nothing may be concluded from who is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2
from requests.utils import parse_header_links

from crawler.errors import CrawlError
from crawler.hub_answers import Answer, BadRequest
from crawler.hub_http import HubHttp, Request
from crawler.hub_json import array
from crawler.repository import BadRow, Repository, from_row

PAGE = 1000  # rows; the Hub's maximum
MOST_EMPTY_PAGES = 20
SECTION = {"model": "models", "dataset": "datasets", "space": "spaces"}
_COMMON = ("sha", "lastModified", "createdAt", "private", "disabled", "tags", "cardData", "siblings")
EXPAND = {
    "model": (*_COMMON, "gated", "pipeline_tag", "baseModels", "safetensors", "downloads"),
    "dataset": (*_COMMON, "gated", "downloads"),
    "space": (*_COMMON, "sdk"),
}


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
    ) -> None:
        self._http, self._kind, self._patterns = http, kind, tuple(patterns)
        self._limit, self._max_bytes = limit, max_bytes
        self._author, self._sort = author, sort
        self._expand = list(EXPAND[kind])
        self._page_size = PAGE
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
        url: str | None = None
        seen: set[str] = set()
        former: set[str] = set()
        done = empty = 0
        while True:
            answer = self._ask(url)
            page = self._rows(answer.value)
            onward = self._next(answer)
            done += len(page.rows)
            ids = {row.hub_id for row in page.rows}
            empty = 0 if ids - former else empty + 1
            if onward is not None and (onward in seen or empty > MOST_EMPTY_PAGES or (ids and ids <= former)):
                raise CrawlError("the list goes round in circles")
            finished = onward is None or (self._limit is not None and done >= self._limit)
            rows = page.rows[: len(page.rows) - max(0, done - self._limit)] if self._limit else page.rows
            yield Page(rows, page.bad, complete=finished)
            if finished or onward is None:
                return
            seen.add(onward)
            former, url = ids or former, onward

    def _ask(self, url: str | None) -> Answer:
        try:
            return self._http.ask(self._first() if url is None else self._onward(url))
        except BadRequest as refused:
            if url is not None and "cursor" in str(refused).lower():
                raise _StartAgain(f"the Hub no longer takes its cursor: {refused}") from refused
            if refused.answer.status == 413 and self._page_size > 100:
                self._page_size = 200
                raise _StartAgain("the Hub finds a page of 1,000 rows too large") from refused
            if url is None and self._drop_refused(refused):
                return self._ask(None)
            raise

    def _first(self) -> Request:
        size = self._page_size if self._limit is None else min(self._page_size, self._limit)
        params = [("sort", self._sort), ("limit", str(size))]
        if self._author is not None:
            params.append(("author", self._author))
        params += [("expand", value) for value in self._expand] or [("full", "true"), ("cardData", "true")]
        return Request(
            f"/api/{SECTION[self._kind]}", params=tuple(params), max_bytes=self._max_bytes, read=array
        )

    def _onward(self, url: str) -> Request:
        parsed = httpx2.URL(url)
        return Request(parsed.raw_path.decode("ascii"), max_bytes=self._max_bytes, read=array)

    def _drop_refused(self, refused: BadRequest) -> bool:
        """After the Hub changed its expand values: ask again without those that it no longer names."""
        said = refused.answer.content.decode("utf-8", "replace")
        if not self._expand or "expand" not in said:
            return False
        named = set(re.findall(r"[A-Za-z_-]+", said))
        kept = [value for value in self._expand if value in named]
        self.warnings.append(f"the Hub refuses expand values: {', '.join(v for v in self._expand if v not in kept)}")
        # Named all, or none: no way to tell which it minds, so ask for full rows instead.
        self._expand = kept if 0 < len(kept) < len(self._expand) else []
        return True

    def _rows(self, value: list[Any]) -> Page:
        page = Page([])
        for item in value:
            try:
                page.rows.append(from_row(self._kind, item, self._patterns))
            except BadRow as error:
                name = item.get("id") if isinstance(item, dict) else None
                page.bad.append(Bad(name if isinstance(name, str) else None, str(error)))
        if self._expand and page.rows and all(row.sha is None and row.last_modified is None for row in page.rows):
            self._expand = []
            raise _StartAgain("the Hub ignores expand: asking for full rows")
        return page

    def _next(self, answer: Answer) -> str | None:
        """The URL of the next page. Raises CrawlError if it leads away from the Hub."""
        for link in parse_header_links(answer.headers.get("link", "")):
            if "next" in link.get("rel", "").lower().split():
                return self._checked(httpx2.URL(answer.url), link["url"])
        return None

    def _checked(self, here: httpx2.URL, target: str) -> str:
        try:
            onward = here.join(target)
        except (httpx2.InvalidURL, ValueError) as error:
            raise CrawlError(f"the next page is no URL: {target[:100]!r}") from error
        if (onward.scheme, onward.host, onward.port) != (here.scheme, here.host, here.port):
            raise CrawlError(f"the list leads away from the Hub, to {onward.host}")
        if onward.path != here.path:
            raise CrawlError(f"the list leads to another path, {onward.path[:100]}")
        return str(onward)


class _StartAgain(Exception):
    """The walk has to begin anew; once is enough."""
