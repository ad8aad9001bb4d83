"""The running Hub: two loopback servers (the Hub and its CDN), a moment, a log, tokens, quotas and faults."""

from __future__ import annotations

import hashlib
import re
import socket
import socketserver
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from threading import Event, Lock
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, unquote

from demo import file_answers, lists, repo_answers, site_answers
from demo.answers import Refused, Scene, Visitor, as_json, not_found
from demo.faults import Faults
from demo.git_objects import File
from demo.moments import to_ms
from demo.quotas import Quotas, bucket_of
from demo.wire import Headers, Request, Response, Turn, end_by_reset, read_request
from demo.world import World

LIST = re.compile(r"/api/(models|datasets|spaces)/?")
IN_REPO = re.compile(r"/api/(models|datasets|spaces)/(.+)")
CACHED = re.compile(r"/api/resolve-cache/(models|datasets|spaces)/([^/]+(?:/[^/]+)?)/([0-9a-f]{40})/(.+)")
FILE = re.compile(r"/(?:(datasets|spaces)/)?([^/]+(?:/[^/]+)?)/(resolve|raw)/((?:refs/[^/]+/)?[^/]+)/(.+)")


@dataclass
class Entry:
    """One request as it came. `query` is as sent, `status` 0 where no status line went out."""

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes
    bucket: str
    status: int = 0

    @property
    def params(self) -> dict[str, list[str]]:
        """The query's values by name."""
        return parse_qs(self.query, keep_blank_values=True)


class DemoHub:
    """A Hub over `world` as of the moment `now`, for as long as the `with` block runs.

    `quotas` gives (requests, seconds) by bucket (`api`, `resolvers`, `pages`). `port` 0 takes a free one.
    `direct_files` answers resolve by one 200, as the Hub did until 2024. `prerender` keeps whole list pages.
    `max_limit` and `default_limit` are the sizes of list pages. What is set here may be changed while it runs.
    """

    def __init__(
        self,
        world: World,
        now: str,
        *,
        quotas: Mapping[str, tuple[int, int]] | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        direct_files: bool = False,
        prerender: bool = False,
        max_limit: int = 1000,
        default_limit: int = 500,
    ) -> None:
        self.world, self.host, self.port = world, host, port
        self.direct_files, self.prerender = direct_files, prerender
        self.max_limit, self.default_limit = max_limit, default_limit
        self.quotas, self.faults = Quotas(quotas), Faults()
        self.log: list[Entry] = []
        # token -> {"access": names of the private and gated repositories it opens}
        self.tokens: dict[str, dict[str, Any]] = {}
        self._on_cdn: dict[str, File] = {}
        self._servers: list[_Server] = []
        self._request_number = self._cdn_port = 0
        self._lock = Lock()
        self.at(now)

    def at(self, moment: str) -> None:
        """Show the world as of an ISO 8601 time; `Date` headers say that time too."""
        self.when = to_ms(moment)
        self.date = formatdate(self.when / 1000, usegmt=True)

    def counts(self) -> dict[str, int]:
        """Requests by bucket in the log: `api`, `resolvers`, `pages`, `cdn`."""
        return dict(Counter(entry.bucket for entry in list(self.log)))

    def __enter__(self) -> DemoHub:
        self._listen()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    @contextmanager
    def down(self) -> Iterator[None]:
        """Nobody listens at the Hub's port within the `with` block; then it is there again, at the same address."""
        self._stop()
        try:
            yield
        finally:
            self._listen()

    def _listen(self) -> None:
        self._servers = [
            _Server((self.host, self.port), self, self.answer, None),
            _Server((self.host, self._cdn_port), self, self.answer_cdn, "cdn"),
        ]
        self.port, self._cdn_port = (server.server_address[1] for server in self._servers)
        shown = f"[{self.host}]" if ":" in self.host else self.host
        self.url, self.cdn_url = f"http://{shown}:{self.port}", f"http://{shown}:{self._cdn_port}"
        for server in self._servers:
            server.start()

    def _stop(self) -> None:
        for server in self._servers:
            server.stop()
        self._servers = []

    def answer(self, request: Request) -> Response:
        """What the Hub says to a request: it counts, then refuses, finds or does not find."""
        visitor = self._visitor(request)
        bucket = bucket_of(request.path)
        may_pass, rate = self.quotas.charge(bucket, visitor.token or request.peer)
        try:
            response = self._route(request, visitor) if may_pass else _too_many()
        except Refused as refused:
            response = refused.response
        with self._lock:
            self._request_number += 1
            number = hashlib.sha1(b"%d" % self._request_number, usedforsecurity=False).hexdigest()
        response.headers = {
            "Date": self.date,
            "X-Request-Id": f"Root=1-{self.when // 1000:08x}-{number[:24]}",
            "X-Powered-By": "huggingface-moon",
            **rate,
            **response.headers,
        }
        return response

    def answer_cdn(self, request: Request) -> Response:
        """What the CDN says: the bytes of a file in LFS, under an ETag of its own."""
        file = self._on_cdn.get(request.path.split("/")[2] if request.path.count("/") >= 2 else "")
        if file is None or request.method not in ("GET", "HEAD"):
            denied = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"
            return Response(403, {"Content-Type": "application/xml", "Date": self.date}, denied)
        etag = f'"{hashlib.md5(file.data, usedforsecurity=False).hexdigest()}"'
        return file_answers.content(request, request.path, file.data, etag, {"Date": self.date})

    def _visitor(self, request: Request) -> Visitor:
        token = request.token
        if token is None:
            return Visitor()
        known = self.tokens.get(token)
        return Visitor(token, known is not None, frozenset((known or {}).get("access", ())))

    def _route(self, request: Request, visitor: Visitor) -> Response:
        scene = Scene(
            request,
            visitor,
            self.world.view(self.when),
            self.url,
            self.cdn_url,
            largest_page=self.max_limit,
            default_page=self.default_limit,
            keeps_pages=self.prerender,
            is_direct=self.direct_files,
            on_cdn=self._on_cdn,
        )
        path, is_read = request.path, request.method in ("GET", "HEAD")
        if is_read and (match := LIST.fullmatch(path)):
            return lists.answer(scene, match[1])
        if is_read and (match := CACHED.fullmatch(path)):
            return file_answers.cached(scene, match[1], unquote(match[2]), match[3], unquote(match[4]))
        if match := IN_REPO.fullmatch(path):
            name, verb, rest = _split(match[2])
            return repo_answers.answer(scene, match[1], unquote(name), verb, rest)
        if is_read and path.startswith("/api/"):
            return site_answers.answer(scene)
        if is_read and (match := FILE.fullmatch(path)):
            kind, name, verb, revision, file = match.groups()
            find = file_answers.resolve if verb == "resolve" else file_answers.raw
            return find(scene, kind or "models", unquote(name), unquote(revision), unquote(file))
        return not_found()


def _split(path: str) -> tuple[str, str, str]:
    """`owner/name/tree/main` as name, verb and what follows; the owner may be missing."""
    parts = path.split("/")
    for length in (2, 1):
        if len(parts) > length and parts[length] in repo_answers.VERBS:
            return "/".join(parts[:length]), parts[length], "/".join(parts[length + 1 :])
    return path, "", ""


def _too_many() -> Response:
    said = "We had to rate limit you, your IP or token has made too many requests."
    return as_json({"error": said}, 429)


class _Server(socketserver.ThreadingTCPServer):
    """One listening socket, with a thread for each connection."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], hub: DemoHub, answer: Callable[[Request], Response], bucket: str | None
    ) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Connection)
        self.hub, self.answer, self.bucket = hub, answer, bucket
        self.stopping = Event()
        self.open: set[socket.socket] = set()

    def start(self) -> None:
        """Serve from a thread of its own."""
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Take no more connections and end those there are."""
        self.stopping.set()
        self.shutdown()
        self.server_close()
        for connection in list(self.open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the client was faster

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news; anything else is a defect and is shown."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Connection(socketserver.StreamRequestHandler):
    """One connection: request after request until one side has enough."""

    server: _Server
    disable_nagle_algorithm = True
    rbufsize = 65_536

    def handle(self) -> None:
        """Serve the connection."""
        server, connection = self.server, self.connection
        server.open.add(connection)
        try:
            if server.hub.faults.refuses():
                end_by_reset(connection)
                return
            while not server.stopping.is_set():
                request = read_request(self.rfile, connection, str(self.client_address[0]))
                if request is None or not self._turn(request):
                    return
        finally:
            server.open.discard(connection)

    def _turn(self, request: Request) -> bool:
        """Answer one request; whether the connection goes on."""
        hub = self.server.hub
        bucket = self.server.bucket or bucket_of(request.path)
        entry = Entry(request.method, request.path, request.query, request.headers, request.body, bucket)
        hub.log.append(entry)
        turn = Turn(
            request,
            self.connection,
            self.server.answer,
            lambda code: setattr(entry, "status", code),
            self.server.stopping,
            hub.faults.refuse,
        )
        fault = hub.faults.hit(request)
        if fault:
            fault(turn)
        else:
            turn.send(turn.normal())
        return turn.keep
