"""HTTP as bytes on a connection: requests read, responses written, and nothing decided.

Written out rather than taken from http.server so that faults can break an answer at any byte.
"""

from __future__ import annotations

import gzip
import select
import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from io import BufferedIOBase
from threading import Event
from urllib.parse import parse_qs

MAX_LINE, MAX_HEADERS, MAX_BODY = 65_536, 200, 64 * 1024 * 1024
SMALLEST_WORTH_GZIP = 512

HeaderValue = str | list[str]


class Headers(dict[str, str]):
    """Request headers; names are looked up without regard to case."""

    def __init__(self, pairs: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> None:
        super().__init__((name.lower(), value) for name, value in pairs)

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        """The value, or `default`."""
        return super().get(name.lower(), default)


@dataclass
class Request:
    """One request. `target` is path and query as sent, still quoted."""

    method: str
    target: str
    version: str
    headers: Headers
    body: bytes = b""
    peer: str = ""

    @property
    def path(self) -> str:
        """The path as sent, still quoted."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """What follows the question mark, as sent."""
        return self.target.partition("?")[2]

    @cached_property
    def params(self) -> dict[str, list[str]]:
        """The query's values by name; `expand[]` counts as `expand`."""
        found: dict[str, list[str]] = {}
        for name, values in parse_qs(self.query, keep_blank_values=True).items():
            found.setdefault(name.removesuffix("[]"), []).extend(values)
        return found

    def param(self, name: str) -> str | None:
        """The last value of a parameter."""
        values = self.params.get(name)
        return values[-1] if values else None

    @property
    def token(self) -> str | None:
        """The bearer token, if one was sent."""
        scheme, _, token = (self.headers.get("authorization") or "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None

    @property
    def keeps_alive(self) -> bool:
        """Whether the client may send another request on this connection."""
        said = (self.headers.get("connection") or "").lower()
        return "close" not in said and (self.version == "HTTP/1.1" or "keep-alive" in said)


@dataclass
class Response:
    """One answer. A header given as a list is sent once for each value."""

    status: int = 200
    headers: dict[str, HeaderValue] = field(default_factory=dict)
    body: bytes = b""

    def header_lines(self) -> Iterator[str]:
        """The headers as lines."""
        for name, value in self.headers.items():
            for one in value if isinstance(value, list) else [value]:
                yield f"{name}: {one}\r\n"


def reason(status: int) -> str:
    """The words that go with a status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def head(response: Response, version: str = "HTTP/1.1") -> bytes:
    """Status line and headers, up to and with the empty line."""
    lines = [f"{version} {response.status} {reason(response.status)}\r\n", *response.header_lines(), "\r\n"]
    return "".join(lines).encode("latin-1", "replace")


def zipped(response: Response, request: Request) -> Response:
    """The response as gzip, if it is JSON, worth it, and the client takes gzip."""
    wanted = "gzip" in (request.headers.get("accept-encoding") or "")
    is_json = str(response.headers.get("Content-Type", "")).startswith("application/json")
    if not wanted or not is_json or "Content-Encoding" in response.headers:
        return response
    if len(response.body) < SMALLEST_WORTH_GZIP:
        return response
    headers = {**response.headers, "Content-Encoding": "gzip", "Vary": "Origin, Accept-Encoding"}
    return Response(response.status, headers, gzip.compress(response.body, 1, mtime=0))


def read_request(reader: BufferedIOBase, connection: socket.socket, peer: str) -> Request | None:
    """The next request on a connection; None where it ended or made no sense."""
    line = reader.readline(MAX_LINE)
    parts = line.decode("latin-1").split()
    if len(parts) != 3:
        return None
    pairs: list[tuple[str, str]] = []
    while (line := reader.readline(MAX_LINE)) not in (b"\r\n", b"\n", b""):
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or len(pairs) >= MAX_HEADERS:
            return None
        pairs.append((name.strip(), value.strip()))
    headers = Headers(pairs)
    if (headers.get("expect") or "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    length = headers.get("content-length") or "0"
    if not length.isascii() or not length.isdigit() or int(length) > MAX_BODY:
        return None
    return Request(parts[0], parts[1], parts[2], headers, reader.read(int(length)), peer)


def end_by_reset(connection: socket.socket) -> None:
    """RST instead of an orderly end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Turn:
    """One request and the means to answer it, well or badly."""

    def __init__(
        self,
        request: Request,
        connection: socket.socket,
        answer: Callable[[Request], Response],
        told: Callable[[int], None],
        stopping: Event,
        refuse_next: Callable[[int], None],
    ) -> None:
        self.request, self.connection = request, connection
        self._answer, self.told, self.stopping, self.refuse_next = answer, told, stopping, refuse_next
        self.keep = request.keeps_alive

    def normal(self) -> Response:
        """What would have been answered."""
        return self._answer(self.request)

    def begin(self, response: Response, version: str = "HTTP/1.1") -> None:
        """Write the status line and headers as they are."""
        self.told(response.status)
        self.connection.sendall(head(response, version))

    def prepared(self, response: Response) -> Response:
        """The response with gzip where asked for, its length, and how the connection goes on."""
        response = zipped(response, self.request)
        headers = dict(response.headers)
        if response.status >= 200 and response.status not in (204, 304):
            headers.setdefault("Content-Length", str(len(response.body)))
        if headers.get("Content-Length", str(len(response.body))) != str(len(response.body)):
            self.keep = False  # a false length: what follows would be read as the rest of the body
        headers.setdefault("Connection", "keep-alive" if self.keep else "close")
        self.keep = self.keep and headers["Connection"] != "close"
        return Response(response.status, headers, response.body)

    def send(self, response: Response, version: str = "HTTP/1.1") -> None:
        """Answer in one piece."""
        response = self.prepared(response)
        self.told(response.status)
        bodiless = self.request.method == "HEAD" or response.status in (204, 304)
        self.connection.sendall(head(response, version) + (b"" if bodiless else response.body))

    def write(self, data: bytes) -> None:
        """Write bytes as they are."""
        self.connection.sendall(data)

    def gone(self, seconds: float) -> bool:
        """Wait up to `seconds`; whether the client hung up, or the hub stops, meanwhile."""
        readable, _, _ = select.select([self.connection], [], [], seconds)
        if self.stopping.is_set():
            return True
        return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)

    def hang_up(self, *, reset: bool) -> None:
        """End the connection; with `reset` by RST, so that what is on its way is lost too."""
        self.keep = False
        if reset:
            end_by_reset(self.connection)
