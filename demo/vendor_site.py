"""A vendor's web site on this machine: of each page, what it says as of a moment.

`sites/owner/page/2026-01-10.html` is the page `/owner/page` from that day on.
"""

from __future__ import annotations

from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType

from demo.moments import to_ms


class VendorSite:
    """A server of dated pages within a `with` block; `url` is its address."""

    def __init__(self, folder: Path, now: str) -> None:
        self.pages = _pages(folder)
        self.url = ""
        self._server: ThreadingHTTPServer | None = None
        self.at(now)

    def at(self, moment: str) -> None:
        """Show the pages as of an ISO 8601 time."""
        self.when = to_ms(moment)

    def page(self, path: str) -> bytes | None:
        """What is at a path, or None."""
        dated = self.pages.get(path.strip("/"), {})
        past = [date for date in dated if to_ms(date) <= self.when]
        return dated[max(past)].read_bytes() if past else None

    def __enter__(self) -> VendorSite:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = site.page(self.path.partition("?")[0])
                tag = f'"{sha256(found or b"").hexdigest()[:16]}"'
                status = 404 if found is None else 304 if self.headers.get("If-None-Match") == tag else 200
                body = found if found is not None and status == 200 else b""
                self.send_response(status)
                if found is not None:
                    self.send_header("ETag", tag)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:
                """A demonstration has its own words."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()


def _pages(folder: Path) -> dict[str, dict[str, Path]]:
    """Path of a page -> its files by date."""
    found: dict[str, dict[str, Path]] = {}
    for file in sorted(folder.glob("**/*.html")):
        found.setdefault(file.parent.relative_to(folder).as_posix(), {})[file.stem] = file
    return found
