"""One request to the Hub, made by huggingface_hub's own session: paced, within limits, asked again where it helps.

    budget -> request (deadline, byte cap, same origin only) -> what the answer means -> again, or an error

This is the only retry layer. The token goes to the endpoint's origin and nowhere else.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

import httpx2
import tenacity
from huggingface_hub import get_session, set_client_factory
from huggingface_hub.errors import OfflineModeIsEnabled
from huggingface_hub.utils import build_hf_headers
from huggingface_hub.utils._http import default_client_factory, hf_request_event_hook

from crawler import deadline
from crawler.budget import API, Budget, bucket_of
from crawler.errors import CrawlError, RunStopped
from crawler.hub_answers import Answer, PerhapsMissing, Refusals, Transient, meaning, without_content
from crawler.settings import Contact, Network

REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 10
HIDDEN = "<token>"
BROKEN = (httpx2.TimeoutException, httpx2.NetworkError, httpx2.RemoteProtocolError, httpx2.DecodingError)


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask. `path` begins with a slash and is quoted; `max_bytes` caps the decoded body."""

    path: str
    method: str = "GET"
    params: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] | None = None
    form: Mapping[str, Any] | None = None
    max_bytes: int = 64_000_000
    # Turns the body into something better, or raises Transient when it is broken: part of the try.
    read: Callable[[Answer], Any] | None = None


PUBLIC = Request("/api/models", params=(("limit", "1"),))


class HubHttp:
    """The session with one endpoint. Counts requests by budget and bytes of bodies."""

    def __init__(
        self,
        endpoint: str,
        token: str | None,
        network: Network,
        contact: Contact,
        sleep: Callable[[float], object],
    ) -> None:
        self.endpoint = httpx2.URL(endpoint)
        self._network = network
        self.budget = Budget(network.max_wait_seconds, network.reserve, sleep)
        self._sleep = sleep
        self._refusals = Refusals()
        self._missing_in_a_row = 0
        self.counts: dict[str, int] = {}
        self.bytes = 0
        self.server_date: str | None = None
        self._token = token
        said = {"contact": contact.url or contact.name} if contact.url or contact.name else {}
        # token=False: no token from the environment or a login is picked up behind our back.
        self._headers = build_hf_headers(
            token=token or False,
            library_name="licensedrift",
            library_version=version("licensedrift"),
            # Of an empty dict it makes a header that ends with a blank, which no request may be sent with.
            user_agent={key: _plain(value) for key, value in said.items()} or None,
        )
        set_client_factory(self._client)

    def _client(self) -> httpx2.Client:
        # The hook refuses requests when HF_HUB_OFFLINE is set. Redirects are ours to look at, hop by hop.
        return httpx2.Client(
            transport=deadline.transport(),
            event_hooks={"request": [hf_request_event_hook]},
            follow_redirects=False,
            timeout=httpx2.Timeout(self._network.timeout_seconds),
        )

    def close(self) -> None:
        """Close the connections; the next user of huggingface_hub in this process gets its own client again."""
        set_client_factory(default_client_factory)

    def ask(self, request: Request) -> Answer:
        """Ask until there is an answer that means something; `Answer.value` is what `request.read` made of it.

        Raises the errors of crawler/errors.py.
        """
        spent = _Patience(self._network.deadline_seconds)
        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Transient),
            stop=tenacity.stop_after_attempt(self._network.attempts),
            wait=self._wait,
            sleep=lambda seconds: self._pause(request, seconds),
            reraise=True,
        )
        try:
            answer = attempts(self._once, request, spent)
        except Transient as error:
            raise self._given_up(request, error) from error
        except PerhapsMissing:
            self._doubt()
            raise
        self._missing_in_a_row = 0
        return answer

    def _doubt(self) -> None:
        """Before a 401 is believed to speak of a repository: is what everybody may see still shown to us?

        Asked at the first 401 in a row, and at the 2nd, 4th, 8th ..., so that many missing ones cost few requests.
        """
        self._missing_in_a_row += 1
        if self._missing_in_a_row & (self._missing_in_a_row - 1):
            return
        try:
            self._once(PUBLIC, _Patience(self._network.deadline_seconds))
        except PerhapsMissing as error:
            raise RunStopped("the Hub answers 401 to everything: it wants a login, or has shut us out") from error
        except (CrawlError, Transient):
            return  # trouble of another kind, which the next request will meet

    def _once(self, request: Request, patience: _Patience) -> Answer:
        bucket = bucket_of(request.path)
        self.budget.take(bucket)
        try:
            with patience.spend(), deadline.deadline(patience.left):
                answer = self._hops(request)
        except OfflineModeIsEnabled as error:
            raise RunStopped("HF_HUB_OFFLINE is set") from error
        except BROKEN as error:
            raise self._broken(error, patience) from error
        except httpx2.HTTPError as error:
            raise CrawlError(f"{request.path}: {_said(error)}") from error
        meaning(answer, self._refusals)
        if answer.status != 200 and bucket == API:
            # Of the API only a 200 tells something; of files also 304, a missing one, and a way to elsewhere.
            raise without_content(answer)
        if request.read is not None and answer.status == 200:
            return replace(answer, value=request.read(answer))
        return answer

    def _broken(self, error: httpx2.HTTPError, patience: _Patience) -> Transient | CrawlError:
        unreachable = isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout)
        reason = f"the Hub ({self.endpoint.host}) cannot be reached: {_said(error)}" if unreachable else _said(error)
        if patience.left <= 0:
            return CrawlError(f"no whole answer within {self._network.deadline_seconds:g} s")
        return Transient(reason, unreachable=unreachable)

    def _hops(self, request: Request) -> Answer:
        """One try, redirects included. A redirect to another origin is answered to the caller, not followed."""
        url = self.endpoint.copy_with(raw_path=request.path.encode("ascii"))
        if request.params:
            url = url.copy_merge_params(list(request.params))
        seen = {str(url)}
        while True:
            answer = self._send(request, url)
            onward = _onward(answer, url)
            if onward is None or not self._same_origin(onward):
                return answer
            if str(onward) in seen or len(seen) > MOST_REDIRECTS:
                raise CrawlError(f"{request.path}: redirected in a circle")
            seen.add(str(onward))
            url = onward

    def _same_origin(self, url: httpx2.URL) -> bool:
        return (url.scheme, url.host, url.port) == (
            self.endpoint.scheme,
            self.endpoint.host,
            self.endpoint.port,
        )

    def _send(self, request: Request, url: httpx2.URL) -> Answer:
        bucket = bucket_of(url.path)
        self.counts[bucket] = self.counts.get(bucket, 0) + 1
        headers = {**self._headers, **(request.headers or {})}
        with get_session().stream(request.method, url, headers=headers, data=request.form) as response:
            self.budget.learn(bucket, response.headers)
            self.server_date = response.headers.get("date", self.server_date)
            content, whole = self._body(response, request.max_bytes)
        return self._discreet(Answer(str(url), response.status_code, response.headers, content, whole))

    def _discreet(self, answer: Answer) -> Answer:
        """The answer without our token: a proxy that shows a request back must not bring it into errors and files."""
        token = self._token
        if not token or not (token.encode() in answer.content or any(token in v for v in answer.headers.values())):
            return answer
        headers = httpx2.Headers({name: value.replace(token, HIDDEN) for name, value in answer.headers.items()})
        return replace(answer, headers=headers, content=answer.content.replace(token.encode(), HIDDEN.encode()))

    def _body(self, response: httpx2.Response, cap: int) -> tuple[bytes, bool]:
        """The decoded body, and whether it is whole: beyond the cap nothing more is read."""
        parts, size = [], 0
        for part in response.iter_bytes(65536):
            size += len(part)
            if size > cap:
                return b"", False
            parts.append(part)
        self.bytes += size
        return b"".join(parts), True

    def _wait(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = None
        if isinstance(error, Transient) and error.headers is not None:
            asked = self.budget.pause_for_429(error.headers)
        if asked is not None:
            return asked
        step = self._network.retry_wait_seconds * 2.0 ** (state.attempt_number - 1)
        return float(min(step, self._network.max_wait_seconds) * random.uniform(1.0, 1.25))

    def _pause(self, request: Request, seconds: float) -> None:
        self.budget.pause(bucket_of(request.path), seconds, f"the Hub asks to wait {seconds:.0f} s")

    def _given_up(self, request: Request, error: Transient) -> Exception:
        if error.unreachable:
            return RunStopped(str(error))
        bucket = bucket_of(request.path)
        if error.status == 429:
            return self.budget.spend(bucket, f"the Hub answers 429 on {bucket} again and again")
        return CrawlError(f"{error} (asked {self._network.attempts} times)")


class _Patience:
    """The time on the wire that is left to one request over all its tries; waits between them do not count."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds

    def spend(self) -> _Patience:
        return self

    def __enter__(self) -> None:
        self._began = deadline.clock()

    def __exit__(self, *_exception: object) -> None:
        self.left -= deadline.clock() - self._began


def _onward(answer: Answer, url: httpx2.URL) -> httpx2.URL | None:
    target = answer.headers.get("location")
    if answer.status not in REDIRECTS or not target:
        return None
    try:
        return url.join(target)
    except (httpx2.InvalidURL, ValueError) as error:
        raise CrawlError(f"redirected to what is no URL: {target[:200]!r}") from error


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__


def _plain(value: str) -> str:
    return "".join(c if " " < c <= "~" and c not in ";()" else "-" for c in value)


__all__ = ["API", "HubHttp", "Request"]
