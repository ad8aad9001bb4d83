"""Pages of the web: vendors' terms, targets of license_link. Fetched politely, behind the address guard."""

from __future__ import annotations

import importlib.metadata
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from http import HTTPStatus
from urllib.parse import urlsplit

import tenacity
from requests.cookies import RequestsCookieJar

from crawler import browser
from crawler.addresses import AddressGuard, AddressRefused, Resolver, Target, system_resolver
from crawler.guarded_http import Answer, FetchFailed, Limits, get
from crawler.hosts import Hosts, side_by_side
from crawler.page_hops import REDIRECTS, location, meta_refresh, retry_after
from crawler.robots import Robots, RobotsAnswer
from crawler.settings import Contact, Network

MOST_REDIRECTS = 10
TRANSIENT = (408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524)
# Media types that can hold a text. Nameless and octet-stream ones are looked at by whoever reads them.
READABLE = ("text/", "application/xhtml", "application/xml", "application/pdf", "application/json")
READABLE_TOO = (
    "",
    "application/octet-stream",
    "binary/octet-stream",
    "application/x-pdf",
    "application/markdown",
)


@dataclass(frozen=True, slots=True)
class Ask:
    """One page to fetch, and what is known of it: the validators of the last answer, and whose they are."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    validators_of: str | None = None  # the final URL that gave them; None: `url` itself
    fetcher: str = "http"  # or "browser": rendered by Chromium (crawler/browser.py)


@dataclass(frozen=True, slots=True)
class Page:
    """What fetching one page brought.

    `status` is "ok" (`content` is the new body), "unchanged" (304: the validators still hold) or "failed"
    (`reason` says why; `content` is what the server sent instead, if anything). `charset` is the one of the
    Content-Type header; `elapsed` the seconds spent on the wire.
    """

    url: str
    status: str
    reason: str | None
    content: bytes
    content_type: str | None
    charset: str | None
    final_url: str
    etag: str | None
    last_modified: str | None
    headers: Mapping[str, str]
    http_status: int | None
    fetched_at: datetime
    elapsed: float


@dataclass
class _Journey:
    """One page's way over its hops: the time left on the wire, the cookies, the meta refresh already used."""

    left: float
    cookies: RequestsCookieJar = field(default_factory=RequestsCookieJar)
    refreshed: bool = False
    conditional: bool = False  # whether the last hop was asked with validators
    spent: float = 0.0


def user_agent(contact: Contact) -> str:
    """Who asks: tool, version, and how to reach the operator, in printable ASCII."""
    version = importlib.metadata.version("licensedrift")
    parts = [contact.name, f"+{contact.url}" if contact.url else ""]
    comment = "; ".join(part for part in parts if part).translate({ord("("): "[", ord(")"): "]"})
    comment = "".join(c if " " <= c <= "~" else "?" for c in comment)
    return f"licensedrift/{version}" + (f" ({comment})" if comment else "")


class PageFetcher:
    """Fetches pages for one run: guarded, paced, within limits; counts what it asked for.

    `allow` adds to `network.allow`; `resolve` stands in for the system's resolver. `requests` and `bytes`
    count everything that went out and came in, robots.txt too.
    """

    def __init__(
        self,
        network: Network,
        contact: Contact,
        *,
        sleep: Callable[[float], object] = time.sleep,
        resolve: Resolver = system_resolver,
        allow: Iterable[str] = (),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._network, self._now = network, now
        self.guard = AddressGuard([*network.allow, *allow], resolve)
        self.hosts = Hosts(network.delay_seconds, sleep)
        self.robots = Robots(self._ask_for_robots)
        self._limits = Limits(
            timeout=network.timeout_seconds, max_bytes=network.max_page_bytes, min_rate=network.min_rate
        )
        self._headers = {
            "User-Agent": user_agent(contact),
            "Accept": "text/html,application/xhtml+xml,application/pdf;q=0.9,text/*;q=0.8,*/*;q=0.1",
            "Accept-Language": "en",
            "Accept-Encoding": "gzip, deflate",
        }
        self._count = threading.Lock()
        self.requests = 0
        self.bytes = 0

    def fetch(
        self,
        url: str,
        etag: str | None = None,
        last_modified: str | None = None,
        *,
        validators_of: str | None = None,
        fetcher: str = "http",
    ) -> Page:
        """Fetch one page. Never raises for what the page, its server or its address do: see `Page.status`.

        With `fetcher` "browser" it comes as Chromium renders it; the validators are not sent then, since what scripts
        bring may change while the page around it does not.
        """
        in_browser = fetcher == "browser"
        ask = Ask(url) if in_browser else Ask(url, etag, last_modified, validators_of)
        journey = _Journey(left=self._network.deadline_seconds)
        at = self._now()
        try:
            if in_browser and (reason := browser.missing()):
                raise FetchFailed(reason)
            answer = self._follow(ask, journey)
            if in_browser and answer.status == 200 and _is_html(answer):
                answer = self._rendered(answer, journey, urlsplit(url).fragment)
        except AddressRefused as error:
            return _failed(ask, f"refused: {error}", at, journey)
        except FetchFailed as error:
            return _failed(ask, error.reason, at, journey, error.answer)
        return _page(ask, answer, at, journey)

    def fetch_all(self, asks: Iterable[Ask]) -> Iterator[tuple[Ask, Page]]:
        """Fetch many pages, hosts side by side, one request at a time a host; yields them as they come."""

        def work(ask: Ask) -> Page:
            return self.fetch(
                ask.url, ask.etag, ask.last_modified, validators_of=ask.validators_of, fetcher=ask.fetcher
            )

        return side_by_side(asks, lambda ask: _host_of(ask.url), work)

    def _follow(self, ask: Ask, journey: _Journey) -> Answer:
        url = ask.url
        for hop in range(MOST_REDIRECTS + 1):
            target = self._checked(url, hop)
            self._permit(target)
            conditions = self._conditions(ask, target)
            journey.conditional = bool(conditions)
            answer = self._get(target, conditions, journey)
            onward = location(answer) or self._refresh(answer, journey)
            if onward is None:
                return answer
            url = onward
        raise FetchFailed(f"more than {MOST_REDIRECTS} redirects, the last to {url[:200]}")

    def _rendered(self, answer: Answer, journey: _Journey, place: str) -> Answer:
        def load(url: str, headers: Mapping[str, str], left: float) -> Answer:
            return self._resource(url, headers, _Journey(left, journey.cookies))

        return browser.rendered(
            answer,
            load,
            user_agent=self._headers["User-Agent"],
            seconds=max(1.0, journey.left),
            most_bytes=self._limits.max_bytes,
            place=place,
        )

    def _resource(self, url: str, headers: Mapping[str, str], journey: _Journey) -> Answer:
        """What a rendered page loads: guarded and permitted like a page, hop by hop, and asked for once."""
        for hop in range(MOST_REDIRECTS + 1):
            target = self._checked(url, hop)
            self._permit(target)
            answer = self._get_once(target, headers, journey, same_visit=True)
            if (onward := location(answer)) is None:
                return answer
            url = onward
        raise FetchFailed(f"more than {MOST_REDIRECTS} redirects, the last to {url[:200]}")

    def _checked(self, url: str, hop: int) -> Target:
        try:
            return self.guard.check(url)
        except AddressRefused as error:
            raise AddressRefused(f"redirect to {url[:200]}: {error}" if hop else str(error)) from error

    def _refresh(self, answer: Answer, journey: _Journey) -> str | None:
        if answer.status != 200 or journey.refreshed or not _is_html(answer):
            return None
        onward = meta_refresh(answer)
        journey.refreshed = onward is not None
        return onward

    def _permit(self, target: Target) -> None:
        """Ask the origin's robots.txt. Raises FetchFailed if it forbids, or asks for too long a pause."""
        rules = self.robots.of(target.origin)
        if refusal := rules.refuses(target.url):
            raise FetchFailed(refusal)
        if rules.delay > self._network.max_wait_seconds:
            raise FetchFailed(f"robots.txt asks for {rules.delay:g} s between two requests: too long to wait")
        self.hosts.pause(target.host, rules.delay)

    def _conditions(self, ask: Ask, target: Target) -> dict[str, str]:
        # Validators speak of one resource: sent to another they could make a new page look unchanged.
        whose = ask.validators_of or ask.url
        with suppress(AddressRefused):
            whose = self.guard.check(whose).url
        if target.url != whose:
            return {}
        conditions = {"If-None-Match": ask.etag, "If-Modified-Since": ask.last_modified}
        return {name: value for name, value in conditions.items() if value and value.isprintable()}

    def _wait(self, state: tenacity.RetryCallState) -> float:
        """Seconds until the next try: what the server asks for, else twice, four times, eight times the setting."""
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait if isinstance(error, FetchFailed) else None
        return asked if asked is not None else float(self._network.retry_wait_seconds * 2**state.attempt_number)

    def _get(self, target: Target, headers: Mapping[str, str], journey: _Journey) -> Answer:
        """One hop, asked again where that may help: the only retry layer of pages."""
        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception(self._worth_another_try),
            wait=self._wait,
            stop=tenacity.stop_after_attempt(self._network.attempts),
            sleep=lambda seconds: self.hosts.hold(target.host, seconds),
            reraise=True,
        )
        try:
            answer: Answer = attempts(self._get_once, target, headers, journey)
        except FetchFailed as error:
            if error.dead:
                self.hosts.bury(target.host, error.reason)
            elif error.silent:
                self.hosts.silent(target.host, error.reason)
            raise
        self.hosts.answered(target.host)
        return answer

    def _worth_another_try(self, error: BaseException) -> bool:
        if not isinstance(error, FetchFailed) or not error.again:
            return False
        if error.wait is not None and error.wait > self._network.max_wait_seconds:
            error.reason += f", asks to wait {error.wait:g} s: too long"
            return False
        return True

    def _get_once(
        self, target: Target, headers: Mapping[str, str], journey: _Journey, *, same_visit: bool = False
    ) -> Answer:
        with self.hosts.turn(target.host, same_visit=same_visit):
            started = time.monotonic()
            with self._count:
                self.requests += 1
            try:
                answer = get(
                    target.url,
                    self.guard,
                    headers={**self._headers, **headers},
                    limits=self._limits,
                    deadline_in=journey.left,
                    cookies=journey.cookies,
                )
            finally:
                elapsed = time.monotonic() - started
                journey.spent += elapsed
                journey.left = max(0.0, journey.left - elapsed)
        with self._count:
            self.bytes += answer.wire_bytes
        if answer.status in TRANSIENT:
            raise FetchFailed(_said(answer), again=True, wait=retry_after(answer.headers), answer=answer)
        return answer

    def _ask_for_robots(self, url: str) -> RobotsAnswer:
        """Fetch a robots.txt over at most five redirects (RFC 9309, 2.3.1.2), each of them guarded."""
        journey = _Journey(left=self._network.deadline_seconds)
        try:
            for _ in range(6):
                answer = self._get(self.guard.check(url), {}, journey)
                if (onward := location(answer)) is None:
                    return RobotsAnswer(answer.status, answer.content, answer.headers)
                url = onward
        except FetchFailed as error:
            status = error.answer.status if error.answer else None
            return RobotsAnswer(status, b"", {}, error.reason)
        except AddressRefused as error:
            return RobotsAnswer(None, b"", {}, str(error))
        return RobotsAnswer(404, b"", {})  # more than five redirects: as if there were none


def _said(answer: Answer) -> str:
    phrase = ""
    with suppress(ValueError):
        phrase = f" {HTTPStatus(answer.status).phrase}"
    return f"answered {answer.status}{phrase}"


def _host_of(url: str) -> str:
    with suppress(ValueError):
        return (urlsplit(url).hostname or "").rstrip(".")
    return ""


def _media_type(headers: Mapping[str, str]) -> tuple[str, str | None]:
    message = Message()
    message["Content-Type"] = headers.get("Content-Type", "") or "application/octet-stream"
    charset = message.get_param("charset")
    return message.get_content_type(), charset if isinstance(charset, str) else None


def _is_html(answer: Answer) -> bool:
    kind = _media_type(answer.headers)[0]
    return kind in ("text/html", "application/xhtml+xml") or b"<html" in answer.content[:2048].lower()


def _problem(answer: Answer) -> str | None:
    """Why an answer is no text that could be recorded, as far as HTTP tells; None if it may be."""
    if answer.status in REDIRECTS:
        return f"{_said(answer)} and named no target"
    if answer.status not in (200, 203):
        return _said(answer)
    if not answer.content.strip():
        return "empty answer"
    kind = _media_type(answer.headers)[0]
    if not kind.startswith(READABLE) and kind not in READABLE_TOO:
        return f"is {kind}: no text"
    return None


def _page(ask: Ask, answer: Answer, at: datetime, journey: _Journey) -> Page:
    unchanged = answer.status == 304 and journey.conditional
    problem = None if unchanged else _problem(answer)
    kind, charset = _media_type(answer.headers)
    return Page(
        url=ask.url,
        status="unchanged" if unchanged else "failed" if problem else "ok",
        reason=problem,
        content=answer.content,
        content_type=kind if answer.headers.get("Content-Type") else None,
        charset=charset,
        final_url=answer.url,
        etag=answer.headers.get("ETag") or (ask.etag if unchanged else None),
        last_modified=answer.headers.get("Last-Modified") or (ask.last_modified if unchanged else None),
        headers=dict(answer.headers),
        http_status=answer.status,
        fetched_at=at,
        elapsed=journey.spent,
    )


def _failed(ask: Ask, reason: str, at: datetime, journey: _Journey, answer: Answer | None = None) -> Page:
    return Page(
        url=ask.url,
        status="failed",
        reason=reason,
        content=answer.content if answer else b"",
        content_type=_media_type(answer.headers)[0] if answer else None,
        charset=None,
        final_url=answer.url if answer else ask.url,
        etag=None,
        last_modified=None,
        headers=dict(answer.headers) if answer else {},
        http_status=answer.status if answer else None,
        fetched_at=at,
        elapsed=journey.spent,
    )
