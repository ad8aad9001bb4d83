"""Three million models from a list whose pages are made up as they are asked for: no memory bounds the world.

    python -m benchmarks.millions [--models 3000000] [--contenders licensedrift,floor] [--folder /tmp]

The rows are those of a generated Hub of 4,000 models (a quarter with `model-index`), over and over, each time under
another identity, name and commit. The server runs in a process of its own. Afterwards the night in which nothing has
changed, and `licensedrift verify` of the archive.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from benchmarks.listing_contenders import EXPAND
from benchmarks.measured import measured

NOW = "2026-11-01T00:00:00Z"
PATTERNS = 4000
_MARKS = ("_id", "id", "sha")


def templates() -> list[list[bytes]]:
    """Rows of a generated Hub, cut where their identity, name and commit stand (in that order)."""
    import requests

    from demo.hub import DemoHub
    from demo.world import World

    rows: list[dict[str, object]] = []
    with DemoHub(World.generated(models=PATTERNS), now=NOW) as hub:
        url: str | None = f"{hub.url}/api/models"
        params: list[tuple[str, str]] | None = [("limit", "1000"), *(("expand", value) for value in EXPAND)]
        while url:
            answer = requests.get(url, params=params, timeout=60)
            rows += answer.json()
            url, params = answer.links.get("next", {}).get("url"), None
    return [_cut(row) for row in rows]


def _cut(row: dict[str, object]) -> list[bytes]:
    rest = {key: value for key, value in row.items() if key not in _MARKS}
    body = json.dumps(rest, separators=(",", ":")).encode()
    return [b'{"_id":"', b'","id":"' + str(row["id"]).encode() + b"-", b'","sha":"', b'",' + body[1:]]


class List(BaseHTTPRequestHandler):
    """Pages of the list; the cursor is a number."""

    protocol_version = "HTTP/1.1"
    models = 0
    rows: list[list[bytes]] = []

    def do_GET(self) -> None:
        """One page, or 404 for whatever is no list of models."""
        asked = urlsplit(self.path)
        if asked.path != "/api/models":
            self._answer(404, b'{"error":"Not Found"}')
            return
        query = parse_qs(asked.query)
        begin, size = int(query.get("cursor", ["0"])[0]), int(query.get("limit", ["1000"])[0])
        end = min(begin + size, self.models)
        onward = f"http://{self.headers['host']}{asked.path}?limit={size}&cursor={end}"
        body = b"[" + b",".join(map(self._row, range(begin, end))) + b"]"
        self._answer(200, body, f'<{onward}>; rel="next"' if end < self.models else None)

    def _row(self, number: int) -> bytes:
        identity, name, commit, rest = self.rows[number % len(self.rows)]
        return b"%b%024x%b%d%b%040x%b" % (identity, number + 1, name, number, commit, number * 7919 + 1, rest)

    def _answer(self, status: int, body: bytes, link: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if link:
            self.send_header("Link", link)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def serve(models: int) -> None:
    """Serve until stopped; the first line of output is the URL."""
    List.models, List.rows = models, templates()
    server = ThreadingHTTPServer(("127.0.0.1", 0), List)
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()


@contextmanager
def hub(models: int) -> Iterator[str]:
    """The list, in a process of its own; its URL."""
    command = [sys.executable, "-m", "benchmarks.millions", "--serve", "--models", str(models)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Run and print one line of JSON a contender."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--models", type=int, default=3_000_000)
    parser.add_argument("--contenders", default="licensedrift,floor", help="also: list_models_upsert")
    parser.add_argument("--folder", help="where the archive lies meanwhile; it is deleted afterwards")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.models)
        return
    with hub(options.models) as url:
        environment = {
            "HF_ENDPOINT": url, "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
            "HF_TOKEN": "", "LICENSEDRIFT_NOW": NOW,
        }  # fmt: skip
        for name in options.contenders.split(","):
            with tempfile.TemporaryDirectory(dir=options.folder) as folder:
                cost = measured("benchmarks.listing_contenders", name, folder, environment=environment)
                assert cost.said["rows"] == options.models, cost.said
                found = {"contender": name, "models": options.models} | _rounded(cost.said)
                found["bytes_a_model"] = round(found["size"] / options.models)
                print(json.dumps(found), flush=True)
                if name == "licensedrift":
                    print(json.dumps({"verify": _verify(Path(folder) / "rows.db")}), flush=True)


def _rounded(said: dict[str, float]) -> dict[str, float]:
    return {key: round(value, 1) for key, value in said.items()}


def _verify(database: Path) -> dict[str, object]:
    before = os.times().children_user
    line = [sys.executable, "-m", "licensedrift", "verify", "--json", "--db", str(database)]
    done = subprocess.run(line, check=True, stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent)
    found: dict[str, object] = json.loads(done.stdout)
    return found | {"cpu": round(os.times().children_user - before, 1)}


if __name__ == "__main__":
    main()
