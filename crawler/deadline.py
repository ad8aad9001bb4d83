"""A total deadline for the Hub's client: each read of a connection may take what is left of the request's time.

httpx counts its read timeout anew for every chunk, so a server that sends one byte a second holds it for ever, in
the body or in the header lines. Here the connections themselves know when the request has to be over.
"""

from __future__ import annotations

import os
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import httpcore2
import httpx2

_here = threading.local()


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Within it, connections of this thread stop after `seconds` in all (httpx2.TimeoutException)."""
    former = getattr(_here, "ends", None)
    _here.ends = time.monotonic() + seconds
    try:
        yield
    finally:
        _here.ends = former


def _left(timeout: float | None) -> float | None:
    ends = getattr(_here, "ends", None)
    if ends is None:
        return timeout
    left: float = ends - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout("the request's total deadline has passed")
    return left if timeout is None else min(timeout, left)


class _Stream(httpcore2.NetworkStream):
    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(self, *args: Any, **options: Any) -> httpcore2.NetworkStream:
        return _Stream(self._stream.start_tls(*args, **options))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Backend(httpcore2.NetworkBackend):
    def __init__(self, backend: httpcore2.NetworkBackend) -> None:
        self._backend = backend

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        return _Stream(self._backend.connect_tcp(host, port, _left(timeout), local_address, socket_options))

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)


@lru_cache(maxsize=2)
def _trust(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    """httpx2's own TLS settings, kept since reading all certificates takes longer than a small refresh."""
    return httpx2.create_ssl_context()


def transport() -> httpx2.HTTPTransport:
    """httpx2's own transport, over connections that keep to the deadline."""
    trust = _trust(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    made = httpx2.HTTPTransport(verify=trust)
    # httpx2 has no argument for the pool's network backend, though httpcore2 has; the tests of T21 hold this in place.
    made._pool._network_backend = _Backend(httpcore2.SyncBackend())
    return made


def clock() -> float:
    """The clock of deadlines, in seconds."""
    return time.monotonic()
