"""One watched model, whatever its Hub does: what a refresh leaves in the archive of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from demo.world import World
from storage.state import load_documents
from tests.refresh.lab import Lab, laboratory

D1, D2, D3, D4 = (f"2026-0{month}-10T09:00:00Z" for month in (1, 2, 3, 4))
NAME = "lark/one"
SUBJECT = f"model:{NAME}"
TEXT = b"Lark License 1\n\nYou may use, copy and change the model for any purpose.\n"


def card(license: str = "mit", more: str = "") -> bytes:
    """A README.md that claims a license."""
    return f"---\nlicense: {license}\n{more}---\n# A model\n".encode()


@dataclass(frozen=True)
class Stored:
    """A document as the archive has it."""

    role: str
    content: bytes
    text: str
    etag: str | None
    oid: str | None
    revision: str | None
    problem: str | None


@contextmanager
def one_model(folder: Path, files: Mapping[str, Any], *, more: str = "", allow: str = "127.0.0.1",
              lfs: tuple[str, ...] = (), xet: tuple[str, ...] = (), **hub: Any) -> Iterator[Lab]:  # fmt: skip
    """A lab that watches one model with these files; `lab.world` can be told what happens next."""
    world = World()
    world.put("models", NAME, date=D1, files=files, lfs=lfs, xet=xet)
    with laboratory(folder, world, D1, **hub) as lab:
        lab.watch(models=[NAME], more=more)
        config = lab.config.read_text()
        lab.config.write_text(config.replace('allow = ["127.0.0.1"]', f"allow = {allow.split()!r}"))
        set_network(lab, attempts=2, retry_wait_seconds=0.01)
        yield lab


def set_network(lab: Lab, **settings: float) -> None:
    """More settings of [network]."""
    lines = lab.config.read_text().splitlines()
    kept = [line for line in lines if line.partition(" =")[0] not in settings]
    at = kept.index("[network]") + 1
    kept[at:at] = [f"{name} = {value}" for name, value in settings.items()]
    lab.config.write_text("\n".join(kept) + "\n")


def stored(lab: Lab, subject: str = SUBJECT) -> dict[str, Stored]:
    """The documents of a subject's current version, by place."""
    kind, _, name = subject.partition(":")
    with lab.archive() as archive:
        (version,) = archive.conn.execute(
            "select c.version from current c join subject s on s.id = c.subject where s.kind = ? and s.name = ?",
            (kind, name),
        ).fetchone()
        return {
            d.place: Stored(
                d.role,
                archive.blobs.get(d.content),
                archive.blobs.get(d.text).decode("utf-8"),
                d.etag,
                d.oid.hex() if d.oid else None,
                d.revision.hex() if d.revision else None,
                d.problem,
            )
            for d in load_documents(archive.conn, version)
        }


def findings(lab: Lab) -> list[tuple[str, str | None, str | None]]:
    """What the archive finds amiss: kind, what is claimed, what was found."""
    return [(row["claim"], row["claimed"], row["found"]) for row in lab.rows("select * from findings")]


def reasons(result: Any) -> list[str]:
    """Why subjects could not be looked at."""
    return [failure.reason for failure in result.failures]


def kinds(result: Any) -> list[str]:
    """The kinds of events."""
    return [event["kind"] for event in result.events]


def asked(lab: Lab, part: str) -> list[str]:
    """Paths of requests to the Hub that have `part` in them."""
    return [entry.path for entry in lab.hub.log if part in entry.path]


@contextmanager
def forbidden_server(address: str = "127.0.0.2") -> Iterator[tuple[str, list[str]]]:
    """A server that nobody is to ask: its URL, and the requests that came though."""
    came: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            came.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"secret of the internal network")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((address, 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://{address}:{server.server_address[1]}", came
    finally:
        server.shutdown()
        server.server_close()
