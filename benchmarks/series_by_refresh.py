"""Serves a dated series of one page from a loopback server and refreshes an archive of its own day by day."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from crawler.declarations.terms import Terms
from crawler.settings import Contact, Network
from schedules.configuration import Config
from schedules.refresh import NothingFetched, refresh
from storage.archive import Archive


@dataclass
class Served:
    """What the server answers for every path but robots.txt."""

    content: bytes = b""


@contextmanager
def serving() -> Iterator[tuple[str, Served]]:
    """A server on loopback: its base URL, and what it serves, to be changed from day to day."""
    served = Served()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found = "robots" not in self.path
            content = served.content if found else b""
            etag = f'"{hashlib.sha256(content).hexdigest()}"'
            same = found and self.headers.get("If-None-Match") == etag
            self.send_response(304 if same else 200 if found else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("ETag", etag)
            self.send_header("Content-Length", "0" if same else str(len(content)))
            self.end_headers()
            if not same:
                self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", served
    finally:
        server.shutdown()
        server.server_close()


class Watch:
    """One page, watched by refreshes into an archive of its own."""

    def __init__(self, base: str, database: Path, kind: str, selectors: dict[str, Any]) -> None:
        self._database = database
        terms = Terms(
            "Replay",
            kind,
            [f"{base}/terms"],
            select=list(selectors.get("select", [])),
            remove=list(selectors.get("remove", [])),
        )
        self._config = Config(contact=Contact(), network=Network(allow=["127.0.0.1"], delay_seconds=0), terms=[terms])

    def look(self, moment: str) -> tuple[list[dict[str, Any]], list[str]]:
        """Refresh at `moment`: the events about the text, and why a capture was not believed."""
        os.environ["LICENSEDRIFT_NOW"] = moment
        try:
            result = refresh(self._config, self._database)
        except NothingFetched as error:
            return [], [str(error)]
        finally:
            del os.environ["LICENSEDRIFT_NOW"]
        return [e for e in result.events if e["kind"] == "text"], [f.reason for f in result.failures]

    def text(self) -> str:
        """The text of the current version."""
        with Archive.read(self._database) as archive:
            row = archive.conn.execute("select text_hash from documents order by version desc limit 1").fetchone()
            return (archive.blobs.by_hash(bytes.fromhex(row[0])) or b"").decode()

    def sizes(self) -> tuple[int, int, int]:
        """Versions recorded; bytes of the whole archive; of its texts and captures, compressed."""
        with sqlite3.connect(self._database) as conn:
            versions = conn.execute("select count(*) from versions").fetchone()[0]
            conn.execute("vacuum")
            blobs = conn.execute("select coalesce(sum(length(data)), 0) from blob").fetchone()[0]
            pages, size = (conn.execute(f"pragma {name}").fetchone()[0] for name in ("page_count", "page_size"))
        return int(versions), int(pages * size), int(blobs)


def packed_git(captures: list[Path], folder: Path) -> int:
    """Bytes of a git repository that has every capture as a commit, packed as tightly as git does by default."""
    folder.mkdir(parents=True)

    def git(*arguments: str) -> None:
        subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)

    git("init", "-q")
    for capture in captures:
        (folder / "page.html").write_bytes(capture.read_bytes())
        git("add", "page.html")
        git("-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-q", "--allow-empty", "-m", capture.stem)
    git("repack", "-adfq", "--depth=50", "--window=20")
    return sum(path.stat().st_size for path in (folder / ".git" / "objects" / "pack").glob("*"))
