"""Pages that scripts write: rendered by the system's Chromium. Needs the optional extra `[browser]`.

Chromium reaches no network of its own (it is given a proxy that nobody is, and no names): whatever a page asks for is
brought by the crawler's guarded GET, behind the same address guard, robots.txt, caps and User-Agent as every page.
What a page loads to be rendered belongs to one visit: one request at a time a host, without the pause between pages.
Pictures, styles, frames, sockets and everything but GET are left out: they bring no text. Nothing is disguised.
"""

from __future__ import annotations

import asyncio
import html
import importlib
import os
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from crawler.addresses import AddressRefused
from crawler.guarded_http import Answer, FetchFailed

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
AT_ONCE = threading.Semaphore(2)  # browsers; each takes some hundred megabytes
MOST_REQUESTS = 300  # a visit
MOST_NAVIGATIONS = 5  # a visit
QUIET_SECONDS = 10.0  # at most so long is waited for a page to stop loading
LOADED = ("script", "xhr", "fetch")
PASSED_ON = ("accept", "origin", "referer")  # of a script's request headers
# What speaks of the answer's bytes as they travelled, or of the page before its scripts ran.
NOT_KEPT = ("content-encoding", "content-length", "transfer-encoding", "connection", "etag", "last-modified")
ARGUMENTS = (
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
)
ENVIRONMENT = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "FONTCONFIG_PATH")  # no tokens

# Brings one resource: its URL, request headers, seconds left. Raises FetchFailed, AddressRefused.
Load = Callable[[str, Mapping[str, str], float], Answer]


def missing() -> str | None:
    """Why no page can be rendered here; None if one can."""
    try:
        importlib.import_module("playwright.async_api")
    except ImportError:
        return "needs a browser: the extra is not installed (pip install 'licensedrift[browser]')"
    if chromium() is None:
        return "needs a browser: there is no Chromium (install it, or name it in CHROMIUM)"
    return None


def chromium() -> str | None:
    """The path of the system's Chromium: that of CHROMIUM, else the first that is found by name."""
    named = os.environ.get("CHROMIUM")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)


def rendered(
    answer: Answer, load: Load, *, user_agent: str, seconds: float, most_bytes: int, place: str = ""
) -> Answer:
    """What a page that was fetched becomes when its scripts have run: HTML in UTF-8, within `seconds`.

    `place` is the fragment of the page's address, which some scripts read. Raises FetchFailed.
    """
    if reason := missing():
        raise FetchFailed(reason)
    with AT_ONCE:
        visit = _Visit(answer, load, user_agent, time.monotonic() + seconds, most_bytes, place)
        try:
            return asyncio.run(asyncio.wait_for(visit.render(), seconds))
        except TimeoutError:
            raise FetchFailed(f"not rendered within {seconds:g} s", answer=answer) from None


@dataclass
class _Visit:
    """One page in one browser, from its start to its end."""

    first: Answer
    load: Load
    user_agent: str
    deadline: float  # time.monotonic()
    most_bytes: int
    place: str
    requests: int = 0
    bytes: int = 0
    shown: Answer | None = None  # the document that the page is now
    documents: dict[str, Answer] = field(default_factory=dict)

    def left(self) -> float:
        return max(0.1, self.deadline - time.monotonic())

    async def render(self) -> Answer:
        playwright: Any = importlib.import_module("playwright.async_api")
        self.error = playwright.Error
        self.documents[self.first.url] = self.first
        async with playwright.async_playwright() as driver:
            browser = await self._started(driver)
            try:
                context = await browser.new_context(
                    user_agent=self.user_agent, locale="en", service_workers="block", accept_downloads=False
                )
                await context.route("**/*", self._serve)
                return await self._look(await context.new_page())
            except self.error as error:
                raise FetchFailed(f"not rendered: {_first_line(error)}", answer=self.first) from error
            finally:
                with suppress(self.error, TimeoutError):
                    await asyncio.wait_for(browser.close(), 5)

    async def _started(self, driver: Any) -> Any:
        try:
            return await driver.chromium.launch(
                executable_path=chromium(),
                args=list(ARGUMENTS),
                # Chromium has no sandbox for root.
                chromium_sandbox=os.geteuid() != 0,
                env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
                timeout=self.left() * 1000,
            )
        except self.error as error:
            raise FetchFailed(f"Chromium did not start: {_first_line(error)}", answer=self.first) from error

    async def _look(self, page: Any) -> Answer:
        with suppress(self.error):  # the page went elsewhere before it was loaded: that is seen below
            await page.goto(self.first.url + (f"#{self.place}" if self.place else ""), timeout=self.left() * 1000)
        content = ""
        for _ in range(MOST_NAVIGATIONS):
            with suppress(self.error):  # some pages never stop loading
                await page.wait_for_load_state("networkidle", timeout=min(QUIET_SECONDS, self.left()) * 1000)
            with suppress(self.error):  # it is about to go elsewhere
                content = await page.content()
                break
        if self.shown is None or not content:
            raise FetchFailed("not rendered: the page did not come to rest", answer=self.first)
        body = content.encode("utf-8", "replace")
        if len(body) > self.most_bytes:
            raise FetchFailed(f"too large: {len(body):,} bytes rendered, {self.most_bytes:,} allowed")
        headers = {name: value for name, value in self.shown.headers.items() if name.lower() not in NOT_KEPT}
        headers = {name: value for name, value in headers.items() if name.lower() != "content-type"}
        headers["Content-Type"] = "text/html; charset=utf-8"
        return Answer(self.shown.url, self.shown.status, headers, body, self.bytes)

    async def _serve(self, route: Any) -> None:
        """Answer one request of the page's."""
        request = route.request
        with suppress(self.error):  # the page may be gone before its answer is here
            try:
                await self._answer(route, request)
            except (FetchFailed, AddressRefused):
                await route.abort("blockedbyclient")

    async def _answer(self, route: Any, request: Any) -> None:
        url = request.url.partition("#")[0]
        kind = request.resource_type
        if request.method != "GET":
            await route.abort("blockedbyclient")
        elif kind == "stylesheet":
            # Not needed for the text, but some scripts wait for theirs to arrive.
            await route.fulfill(status=200, content_type="text/css", body="")
        elif kind == "document" and request.frame.parent_frame is None:
            await self._navigate(route, url)
        elif kind in LOADED:
            passed = {name: value for name, value in request.headers.items() if name in PASSED_ON}
            answer = await self._loaded(url, passed)
            await route.fulfill(status=answer.status, headers=_plain(answer.headers), body=answer.content)
        else:
            await route.abort("blockedbyclient")

    async def _navigate(self, route: Any, url: str) -> None:
        answer = self.documents.get(url)
        if answer is None:
            if len(self.documents) >= MOST_NAVIGATIONS:
                raise FetchFailed("the page goes from one address to the next")
            answer = await self._loaded(url, {})
            self.documents[url] = self.documents[answer.url] = answer
        if answer.url == url or answer is self.first:
            self.shown = answer
            await route.fulfill(status=answer.status, headers=_plain(answer.headers), body=answer.content)
        else:
            onward = html.escape(answer.url, quote=True)
            body = f'<meta http-equiv="refresh" content="0; url={onward}">'
            await route.fulfill(status=200, content_type="text/html", body=body)

    async def _loaded(self, url: str, headers: Mapping[str, str]) -> Answer:
        self.requests += 1
        if self.requests > MOST_REQUESTS or self.bytes > 3 * self.most_bytes:
            raise FetchFailed("the page loads too much")
        answer = await asyncio.to_thread(self.load, url, headers, self.left())
        self.bytes += len(answer.content)
        return answer


def _plain(headers: Mapping[str, str]) -> dict[str, str]:
    """An answer's headers for bytes that are unpacked already."""
    return {name: value for name, value in headers.items() if name.lower() not in NOT_KEPT}


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or ["no reason given"])[0][:200]
