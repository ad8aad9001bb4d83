"""One guarded GET: the checked address, a total deadline, a floor for the rate, a cap on what is unpacked.

Everything that is fetched from a page's host goes through here. Redirects are not followed: whoever calls
looks at each hop. requests does the work; its connections are opened by `AddressGuard` instead of by name.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, IncompleteRead, NewConnectionError, SSLError
from urllib3.util.connection import create_connection

from crawler.addresses import AddressGuard

CHUNK = 1 << 16


class FetchFailed(Exception):
    """A request brought nothing usable. `reason` is one short sentence for `failures`.

    `again` tells whether asking once more may help, `wait` the seconds that the server asked for (None: it
    did not), `dead` that nobody answers at that host at all, `silent` that somebody did and then said no more.
    `answer` is what came instead, if anything.
    """

    def __init__(
        self,
        reason: str,
        *,
        again: bool = False,
        wait: float | None = None,
        dead: bool = False,
        silent: bool = False,
        answer: Answer | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason, self.again, self.wait, self.answer = reason, again, wait, answer
        self.dead, self.silent = dead, silent


@dataclass(frozen=True, slots=True)
class Limits:
    """What one answer may cost."""

    timeout: float = 30.0  # seconds for one connect or read
    max_bytes: int = 20_000_000  # of the body, unpacked
    min_rate: float = 200.0  # bytes a second, after `grace`
    grace: float = 15.0  # seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """What one GET brought. `wire_bytes` counts the body as it travelled, packed or not."""

    url: str
    status: int
    headers: Mapping[str, str]
    content: bytes
    wire_bytes: int


@dataclass
class Line:
    """The live connections of one thread's request, so that a watchdog can hang up on them."""

    guard: AddressGuard
    deadline: float  # time.monotonic()
    sockets: list[socket.socket] = field(default_factory=list)
    cut: bool = False

    def add(self, sock: socket.socket) -> None:
        """Remember a connection. A duplicate, because TLS takes the original away."""
        self.sockets.append(sock.dup())

    def hang_up(self) -> None:
        """Shut every connection down; whoever reads from it wakes up."""
        self.cut = True
        for sock in self.sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def forget(self) -> None:
        """Close our duplicates."""
        for sock in self.sockets:
            sock.close()
        self.sockets.clear()


_here = threading.local()


class GuardedConnection(HTTPConnection):
    """Connects to an address that the guard has just checked, and to no other."""

    def _new_conn(self) -> socket.socket:
        line: Line = _here.line
        sock = _connect(self, line)
        line.add(sock)
        return sock


class GuardedTLSConnection(HTTPSConnection):
    """The same under TLS: the certificate is still checked against the name."""

    _new_conn = GuardedConnection._new_conn


class _Pool(HTTPConnectionPool):
    ConnectionCls = GuardedConnection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = GuardedTLSConnection


class GuardedAdapter(HTTPAdapter):
    """requests' adapter with guarded connections."""

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:
        """Make the pool manager; requests calls this."""
        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}


def _connect(connection: HTTPConnection, line: Line) -> socket.socket:
    host, port = connection.host, int(connection.port)
    error: Exception | None = None
    for address in line.guard.addresses(host, port):
        left = line.deadline - time.monotonic()
        timeout = min(float(connection.timeout or left), max(left, 0.001))
        try:
            return create_connection((address, port), timeout, socket_options=connection.socket_options)
        except TimeoutError as problem:
            error = ConnectTimeoutError(connection, f"no answer within {timeout:g} s")
            error.__cause__ = problem
        except OSError as problem:
            error = NewConnectionError(connection, problem.strerror or str(problem))
            error.__cause__ = problem
    assert error is not None
    raise error


def get(
    url: str,
    guard: AddressGuard,
    *,
    headers: Mapping[str, str],
    limits: Limits,
    deadline_in: float,
    cookies: RequestsCookieJar | None = None,
) -> Answer:
    """GET `url`, which `guard.check` has passed, within `deadline_in` seconds.

    Redirects come back as answers. `cookies` is read and added to. Raises FetchFailed; AddressRefused when
    the name resolves to an address that is refused.
    """
    with _line(guard, deadline_in) as line, requests.Session() as session:
        session.trust_env = False  # no proxy (the guard would be blind), no .netrc
        session.mount("http://", GuardedAdapter())
        session.mount("https://", GuardedAdapter())
        session.cookies = cookies if cookies is not None else RequestsCookieJar()
        try:
            return _exchange(session, url, headers, limits, line)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise _failure(error, line, deadline_in) from error


@contextmanager
def _line(guard: AddressGuard, deadline_in: float) -> Iterator[Line]:
    line = Line(guard, time.monotonic() + deadline_in)
    watchdog = threading.Timer(max(deadline_in, 0.001), line.hang_up)
    watchdog.daemon = True
    _here.line = line
    watchdog.start()
    try:
        yield line
    finally:
        watchdog.cancel()
        line.forget()
        del _here.line


def _exchange(session: requests.Session, url: str, headers: Mapping[str, str], limits: Limits, line: Line) -> Answer:
    timeout = min(limits.timeout, max(line.deadline - time.monotonic(), 0.001))
    response = session.get(
        url,
        headers=dict(headers),
        timeout=timeout,
        stream=True,
        allow_redirects=False,
        verify=os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE") or True,
    )
    try:
        content, wire_bytes = _body(response, limits, line)
        return Answer(url, response.status_code, response.headers, content, wire_bytes)
    finally:
        response.close()


def _body(response: requests.Response, limits: Limits, line: Line) -> tuple[bytes, int]:
    announced = response.headers.get("Content-Length", "")
    if announced.isdigit() and int(announced) > limits.max_bytes:
        raise FetchFailed(f"too large: {int(announced):,} bytes announced, {limits.max_bytes:,} allowed")
    raw, parts, size, started = response.raw, [], 0, time.monotonic()
    while chunk := raw.read1(CHUNK, decode_content=True):
        parts.append(chunk)
        size += len(chunk)
        elapsed = time.monotonic() - started
        if size > limits.max_bytes:
            raise FetchFailed(f"too large: more than {limits.max_bytes:,} bytes unpacked")
        if elapsed > limits.grace and raw.tell() < limits.min_rate * elapsed:
            raise FetchFailed(f"too slow: {raw.tell():,} bytes in {elapsed:.0f} s")
    if line.cut:
        raise TimeoutError
    if announced.isdigit() and raw.tell() < int(announced):
        raise FetchFailed(f"broke off: {raw.tell():,} of {int(announced):,} bytes came", again=True)
    return b"".join(parts), raw.tell()


def _failure(error: Exception, line: Line, deadline_in: float) -> FetchFailed:
    """Name what went wrong. What a server did once it may not do again, except where nobody is there."""
    chain = list(_causes(error))
    if line.cut:
        return FetchFailed(f"not done within {deadline_in:g} s", silent=True)
    for cause in chain:
        if isinstance(cause, socket.gaierror):
            return FetchFailed(f"name not resolved: {cause.strerror}", again=True, dead=True)
        if isinstance(cause, NewConnectionError):
            return FetchFailed(f"no connection: {cause.__cause__}", again=True, dead=True)
        if isinstance(cause, ConnectTimeoutError):
            return FetchFailed("no connection: it timed out", dead=True)
        if isinstance(cause, (SSLError, requests.exceptions.SSLError)):
            return FetchFailed(f"TLS failed: {_short(cause)}")
        if isinstance(cause, IncompleteRead) and isinstance(cause.partial, int):
            return FetchFailed(f"broke off: {cause.partial:,} of {_whole(cause)} bytes came", again=True)
    if any(isinstance(cause, (TimeoutError, requests.Timeout)) for cause in chain):
        return FetchFailed("stopped answering: it timed out", silent=True)
    return FetchFailed(f"connection broken: {_short(error)}", again=True)


def _whole(error: IncompleteRead) -> str:
    """How many bytes were announced; a chunked answer announces none."""
    return f"{error.partial + error.expected:,}" if isinstance(error.expected, int) else "an unknown number of"


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        inner = (current.__cause__, current.__context__, getattr(current, "reason", None), *current.args)
        waiting.extend(cause for cause in inner if isinstance(cause, BaseException))


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]
