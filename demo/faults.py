"""Everything that can go wrong between a client and the Hub, to be had at a chosen request.

A fault gets the turn (demo.wire.Turn) and answers in its own way. `hub.faults.add(method="GET",
path=r"cursor=", nth=2, fault=status(503))` spoils the second GET whose path and query match. Faults that send
their own answer say all its headers themselves: there is no RateLimit unless it is given.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from threading import Lock
from typing import Any
from urllib.parse import urlencode

import orjson

from demo.wire import HeaderValue, Request, Response, Turn

Fault = Callable[[Turn], None]
Edit = Callable[[int, dict[str, HeaderValue], bytes], tuple[int, dict[str, HeaderValue], bytes]]
JSON_TYPE = "application/json; charset=utf-8"


@dataclass
class Rule:
    """A fault and the requests that it befalls: the `nth` that matches and the `times - 1` after it."""

    method: str | None
    path: re.Pattern[str]
    nth: int
    times: int
    fault: Fault
    hits: int = field(default=0)

    def takes(self, request: Request) -> bool:
        """Count the request if it matches; whether it is one of those to spoil."""
        if self.method not in (None, "*", request.method) or not self.path.search(request.target):
            return False
        self.hits += 1
        return self.nth <= self.hits < self.nth + self.times


class Faults:
    """The faults of one hub. Rules are asked in the order of adding; the first that takes a request has it."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self._refusing = 0
        self._lock = Lock()

    def add(self, *, method: str | None = None, path: str = "", nth: int = 1, times: int = 1, fault: Fault) -> Rule:
        """Schedule a fault. `path` is searched in path and query as sent; without `method`, any will do."""
        rule = Rule(method, re.compile(path), nth, times, fault)
        with self._lock:
            self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """All is well from now on."""
        with self._lock:
            self.rules.clear()
            self._refusing = 0

    def refuse(self, connections: int) -> None:
        """Reset the next connections as soon as they are made, as a server does that is just restarting."""
        with self._lock:
            self._refusing = connections

    def refuses(self) -> bool:
        """Whether a new connection is to be reset; counts down."""
        with self._lock:
            self._refusing = max(0, self._refusing - 1) if (refuses := self._refusing > 0) else 0
            return refuses

    def hit(self, request: Request) -> Fault | None:
        """The fault that befalls a request. Every rule counts it, also where another one comes first."""
        with self._lock:
            taken = [rule for rule in self.rules if rule.takes(request)]
        return taken[0].fault if taken else None


def body(data: bytes | str, headers: Mapping[str, HeaderValue] | None = None, code: int = 200) -> Fault:
    """Just these bytes, as JSON unless told otherwise. A Content-Length that is given is sent, though false."""
    content = data.encode() if isinstance(data, str) else data
    return lambda turn: turn.send(Response(code, {"Content-Type": JSON_TYPE, **(headers or {})}, content))


def status(code: int, data: bytes | str = b"", headers: Mapping[str, HeaderValue] | None = None) -> Fault:
    """An error page, of a proxy rather than of the Hub; bodies are HTML unless `headers` say otherwise."""
    return body(data, {"Content-Type": "text/html; charset=utf-8", **(headers or {})}, code)


def rate_limited(bucket: str = "api", reset: int = 2, quota: int = 500, window: int = 300) -> Fault:
    """429 as the Hub words it: nothing left, `reset` seconds to wait."""
    headers = {
        "RateLimit": f'"{bucket}";r=0;t={reset}',
        "RateLimit-Policy": f'"fixed window";"{bucket}";q={quota};w={window}',
        "Content-Type": JSON_TYPE,
    }
    return status(429, b'{"error":"We had to rate limit you"}', headers)


def redirect(url: str, code: int = 307) -> Fault:
    """To another address."""
    return status(code, f"Redirecting to {url}", {"Location": url, "Content-Type": "text/plain"})


def _begun(turn: Turn, part: Callable[[bytes], bytes], *, reset: bool) -> None:
    """The right headers and a part of the right body, then the end of the connection."""
    response = turn.prepared(turn.normal())
    turn.begin(response)
    turn.write(part(response.body))
    turn.hang_up(reset=reset)


def reset(fraction: float = 0.5) -> Fault:
    """RST in the middle of the body."""
    return lambda turn: _begun(turn, lambda data: data[: int(len(data) * fraction)], reset=True)


def cut(fraction: float = 0.5) -> Fault:
    """An orderly close after a part of what Content-Length promised."""
    return lambda turn: _begun(turn, lambda data: data[: int(len(data) * fraction)], reset=False)


def _as_chunks(turn: Turn) -> Response:
    response = turn.prepared(turn.normal())
    headers = {name: value for name, value in response.headers.items() if name != "Content-Length"}
    return replace(response, headers={**headers, "Transfer-Encoding": "chunked"})


def chunk_cut() -> Fault:
    """A chunked body whose last chunk never comes."""

    def play(turn: Turn) -> None:
        response = _as_chunks(turn)
        turn.begin(response)
        turn.write(b"%x\r\n%s\r\n" % (len(response.body), response.body))
        turn.hang_up(reset=False)

    return play


def chunked() -> Fault:
    """The right answer in two good chunks: no fault, but not what the hub does by itself."""

    def play(turn: Turn) -> None:
        response = _as_chunks(turn)
        middle = max(1, len(response.body) // 2)
        turn.begin(response)
        for part in (response.body[:middle], response.body[middle:], b""):
            if part or middle:
                turn.write(b"%x\r\n%s\r\n" % (len(part), part))
                middle = len(part)

    return play


def json_cut(length: int) -> Fault:
    """The first `length` bytes of the right body, with a Content-Length that agrees."""
    return rewrite(lambda code, headers, data: (code, headers, data[:length]))


def stall() -> Fault:
    """Never an answer: the connection stays open until the client hangs up."""
    return lambda turn: _wait(turn, 0)


def _wait(turn: Turn, code: int) -> None:
    turn.told(code)
    turn.keep = False
    while not turn.gone(0.2):
        pass


def _dribble(turn: Turn, data: bytes, pause: float) -> None:
    turn.keep = False
    for place in range(len(data)):
        turn.write(data[place : place + 1])
        if turn.gone(pause):
            return


def drip(seconds_per_byte: float = 1.0) -> Fault:
    """The headers at once, then the body byte by byte."""

    def play(turn: Turn) -> None:
        response = turn.prepared(turn.normal())
        turn.begin(response)
        _dribble(turn, response.body, seconds_per_byte)

    return play


def drip_headers(seconds_per_byte: float = 1.0) -> Fault:
    """The status line at once, then one endless header byte by byte."""

    def play(turn: Turn) -> None:
        turn.told(200)
        turn.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        _dribble(turn, b"a" * 1_000_000, seconds_per_byte)

    return play


@lru_cache(maxsize=2)
def _bomb(megabytes: int) -> bytes:
    return gzip.compress(b" " * (megabytes * 1024 * 1024), mtime=0)


def gzip_bomb(megabytes: int = 200) -> Fault:
    """So many megabytes of blanks, in a thousandth of them."""
    return lambda turn: body(_bomb(megabytes), {"Content-Encoding": "gzip"})(turn)


def bad_gzip() -> Fault:
    """The right body, said to be gzip though it is not."""
    return rewrite(lambda code, headers, data: (code, {**headers, "Content-Encoding": "gzip"}, data))


def endless(chunk: bytes = b"a" * 65_536, *, in_chunks: bool = False) -> Fault:
    """The same bytes for ever, without a length, until the client hangs up."""

    def play(turn: Turn) -> None:
        headers: dict[str, HeaderValue] = {"Content-Type": "text/plain", "Connection": "close"}
        if in_chunks:
            headers["Transfer-Encoding"] = "chunked"
        turn.keep = False
        turn.begin(Response(200, headers))
        while not turn.gone(0):
            turn.write(b"%x\r\n%s\r\n" % (len(chunk), chunk) if in_chunks else chunk)

    return play


def rewrite(edit: Edit) -> Fault:
    """The right answer, edited: `edit(status, headers, body)` gives back the three. A list is sent as many headers."""

    def play(turn: Turn) -> None:
        response = turn.normal()
        turn.send(Response(*edit(response.status, dict(response.headers), response.body)))

    return play


def header(name: str, value: HeaderValue | None) -> Fault:
    """The right answer with one header set, or taken away by None."""

    def edit(code: int, headers: dict[str, HeaderValue], data: bytes) -> tuple[int, dict[str, HeaderValue], bytes]:
        kept: dict[str, HeaderValue] = {key: old for key, old in headers.items() if key.lower() != name.lower()}
        return code, kept if value is None else {**kept, name: value}, data

    return rewrite(edit)


def edit_json(edit: Callable[[Any], Any]) -> Fault:
    """The right answer with its JSON edited: `edit(rows)` gives back what to send."""
    return rewrite(lambda code, headers, data: (code, headers, orjson.dumps(edit(orjson.loads(data)))))


def asked(**params: str | int | list[str] | None) -> Fault:
    """The answer to another query: `asked(limit=100)` is a server with a mind of its own, `expand=None` a deaf one."""

    def play(turn: Turn) -> None:
        query: dict[str, Any] = {**turn.request.params, **params}
        pairs = urlencode({key: value for key, value in query.items() if value is not None}, doseq=True)
        turn.request = replace(turn.request, target=f"{turn.request.path}?{pairs}")
        turn.send(turn.normal())

    return play


def first(action: Callable[[], object], then: Fault | None = None) -> Fault:
    """Let something happen in the world, then answer: what changes while a client pages."""

    def play(turn: Turn) -> None:
        action()
        if then:
            then(turn)
        else:
            turn.send(turn.normal())

    return play


def refuse(connections: int = 1) -> Fault:
    """Reset this connection unanswered, and the next `connections - 1` as they are made."""

    def play(turn: Turn) -> None:
        turn.refuse_next(connections - 1)
        turn.hang_up(reset=True)

    return play


def http_1_0() -> Fault:
    """The right answer from an old server: HTTP/1.0, without a length, closed at its end."""

    def play(turn: Turn) -> None:
        turn.keep = False
        response = turn.prepared(turn.normal())
        headers = {key: value for key, value in response.headers.items() if key != "Content-Length"}
        turn.begin(replace(response, headers=headers), "HTTP/1.0")
        turn.write(b"" if turn.request.method == "HEAD" else response.body)

    return play


def closing() -> Fault:
    """The right answer, and the connection closed after it."""
    return header("Connection", "close")


def interim(code: int = 100) -> Fault:
    """An interim answer (100, 103) before the right one."""

    def play(turn: Turn) -> None:
        turn.write(f"HTTP/1.1 {code} Interim\r\n\r\n".encode())
        turn.send(turn.normal())

    return play
