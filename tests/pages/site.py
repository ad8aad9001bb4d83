"""A small real web site on a loopback address whose every answer a test writes."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

Answer = tuple[int, dict[str, str], bytes]
Route = Answer | Callable[[Any], Answer | None]

TERMS = b"<html><body><main><h1>Terms of use</h1><p>You may use this service to write.</p></main></body></html>"


def page(body: bytes = TERMS, status: int = 200, **headers: str) -> Answer:
    fields = {"Content-Type": "text/html; charset=utf-8"}
    fields.update({name.replace("_", "-"): value for name, value in headers.items()})
    return status, fields, body


def to(url: str, status: int = 302) -> Answer:
    return page(b"", status, Location=url)


class Site:
    """Serves `routes` (path -> answer, or a function of the handler). `seen`: (path, headers) in order."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.routes: dict[str, Route] = {}
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.times: list[tuple[float, float]] = []
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site._answer(self)

            def log_message(self, *_: object) -> None:
                pass

        ThreadingHTTPServer.request_queue_size = 64
        self.server = ThreadingHTTPServer((address, 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self.address, self.port = address, self.server.server_address[1]
        self.url = f"http://{address}:{self.port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def _answer(self, handler: Any) -> None:
        started = time.monotonic()
        with self._lock:
            self.seen.append((handler.path, dict(handler.headers)))
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            route = self.routes.get(handler.path, (404, {}, b"not here"))
            answer = route(handler) if callable(route) else route
        finally:
            # A request is over before its answer leaves: who has read the answer may ask again before this thread
            # comes to run.
            with self._lock:
                self._at_once -= 1
                self.times.append((started, time.monotonic()))
        if answer is not None:
            send(handler, answer)

    def paths(self) -> list[str]:
        return [path for path, _ in self.seen if path != "/robots.txt"]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def send(handler: Any, answer: Answer) -> None:
    status, headers, body = answer
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    if "Content-Length" not in headers and "Transfer-Encoding" not in headers:
        handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def in_turn(*answers: Answer) -> Callable[[Any], Answer]:
    """The first answer for the first request, and so on; the last for all that follow."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


@contextlib.contextmanager
def silent_port(address: str = "127.0.0.1") -> Iterator[SimpleNamespace]:
    """A port that takes connections and never says a word."""
    with socket.create_server((address, 0), backlog=64) as listener:
        yield SimpleNamespace(port=listener.getsockname()[1])
