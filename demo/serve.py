"""`python -m demo.serve [FOLDER]`: a Hub on this machine until Ctrl-C, for trying things out and for benchmarks."""

from __future__ import annotations

import argparse
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from demo.generated import touch
from demo.hub import DemoHub
from demo.world import World

SAMPLE = Path(__file__).parent / "sample"
CONTROL = "Read dates from standard input, one a line; show the world as of each and answer `now DATE`."


def main(arguments: list[str] | None = None) -> int:
    """Serve until stopped; the address goes to standard output as the first line."""
    asked = _parser().parse_args(arguments)
    try:
        world = _world(asked)
        hub = DemoHub(
            world,
            now=asked.at,
            host=asked.host,
            port=asked.port,
            prerender=asked.prerender,
            quotas=dict(_quota(text) for text in asked.quota),
        )
    except ValueError as error:
        print(f"demo.serve: {error}", file=sys.stderr)
        return 2
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with hub:
        print(hub.url, flush=True)
        print(f"A Hub as of {asked.at}. Point HF_ENDPOINT at it; Ctrl-C ends it.", file=sys.stderr)
        if asked.control:
            _obey(hub)
        else:
            stop.wait()
    return 0


def _obey(hub: DemoHub) -> None:
    """Move the moment as standard input says, until it ends."""
    for line in sys.stdin:
        try:
            hub.at(line.strip())
            print(f"now {line.strip()}", flush=True)
        except ValueError as error:
            print(f"error {error}", flush=True)


def _world(asked: argparse.Namespace) -> World:
    if not asked.models:
        return World.from_folder(asked.folder)
    world = World.generated(models=asked.models, seed=asked.seed, authors=asked.authors or None)
    if asked.changed:
        touch(world, share=asked.changed, date=asked.changed_at, seed=asked.seed)
    return world


def _quota(text: str) -> tuple[str, tuple[int, int]]:
    """`api=500/300`: so many requests in so many seconds."""
    bucket, _, rest = text.partition("=")
    requests, _, seconds = rest.partition("/")
    return bucket, (int(requests), int(seconds))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo.serve", description=__doc__)
    parser.add_argument("folder", nargs="?", default=SAMPLE, type=Path, help="a world as folders  [the sample]")
    parser.add_argument("--at", metavar="DATE", default=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", help="[now]")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="[a free one]")
    parser.add_argument("--quota", action="append", default=[], metavar="api=500/300", help="requests/seconds")
    parser.add_argument("--prerender", action="store_true", help="keep whole list pages")
    parser.add_argument("--control", action="store_true", help=CONTROL)
    parser.add_argument("--models", type=int, default=0, metavar="N", help="invent so many models instead")
    parser.add_argument("--authors", type=int, default=0, metavar="N", help="by so many owners")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--changed", type=float, default=0.0, metavar="SHARE", help="of which this share changes")
    parser.add_argument("--changed-at", default="2026-02-01", metavar="DATE", help="on this day  [2026-02-01]")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
