"""`python -m demo`: three refreshes of a small invented Hub and a vendor's page, and what drifted between them."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from demo.hub import DemoHub
from demo.serve import SAMPLE
from demo.vendor_site import VendorSite
from demo.world import KINDS, World

ARCHIVE = Path("demo-archive")
MOMENTS = ("2026-01-15T02:17:00Z", "2026-02-25T02:17:00Z", "2026-03-25T02:17:00Z")
WRITTEN_BY = "# Written by `python -m demo`, which replaces it each time."
CONFIG = """{written_by}
database = "licensedrift.db"

[contact]
name = "licensedrift demo"
url = "https://example.org/demo"

[network]
allow = ["127.0.0.1"]
delay_seconds = 0
{watch}"""


class DemoFailed(Exception):
    """The demonstration cannot go on; the text says why."""


def main(arguments: list[str] | None = None) -> int:
    """Run the demonstration; the archive stays in ./demo-archive for looking at."""
    asked = _parser().parse_args(arguments)
    moments = asked.at or list(MOMENTS)
    try:
        world = World.from_folder(asked.folder)
        with DemoHub(world, now=moments[0]) as hub, VendorSite(asked.folder / "sites", moments[0]) as site:
            config = _prepare(asked.archive, _watched(asked.folder, world, moments[0], site.url))
            for number, moment in enumerate(moments, 1):
                hub.at(moment)
                site.at(moment)
                _say(f"Refresh {number} of {len(moments)}: the Hub as of {moment}")
                _run(["refresh", "--config", str(config)], hub.url, moment)
                if number > 1:
                    _say(f"What drifted between snapshots {number - 1} and {number}")
                    _run(["diff", str(number - 1), str(number), "--config", str(config)], hub.url, moment)
    except (DemoFailed, ValueError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    _say("Look for yourself")
    print(_next_steps(asked.archive, len(moments)))
    return 0


def _watched(folder: Path, world: World, first: str, site: str) -> str:
    """The part of a config.toml that watches all there is at first, and what the world's watch.toml says."""
    watch = ""
    for kind in KINDS:
        names = ", ".join(f'"{name}"' for name in world.names(kind, first))
        watch += f"\n[watch.{kind}]\nids = [{names}]\n" if names else ""
    more = folder / "watch.toml"
    return watch + ("\n" + more.read_text("utf-8").replace("{site}", site) if more.exists() else "")


def _prepare(archive: Path, watch: str) -> Path:
    """A fresh archive folder with its config.toml. Raises DemoFailed."""
    config = archive / "config.toml"
    if archive.exists() and not (config.exists() and config.read_text("utf-8").startswith(WRITTEN_BY)):
        raise DemoFailed(f"{archive} is there already and not of an earlier demo: name another by --archive")
    archive.mkdir(parents=True, exist_ok=True)
    for left_over in archive.glob("licensedrift.db*"):
        left_over.unlink()
    (archive / ".gitignore").write_text("*\n", "utf-8")  # of no concern to the repository it may stand in
    config.write_text(CONFIG.format(written_by=WRITTEN_BY, watch=watch), "utf-8")
    return config


def _run(command: list[str], hub: str, now: str) -> None:
    """One command line of licensedrift, as a user would run it. Raises DemoFailed."""
    print(f"$ licensedrift {' '.join(command)}", flush=True)
    env = {**os.environ, "HF_ENDPOINT": hub, "LICENSEDRIFT_NOW": now, "HF_HUB_DISABLE_TELEMETRY": "1"}
    env.pop("HF_TOKEN", None)
    root = str(Path(__file__).parent.parent)
    env["PYTHONPATH"] = os.pathsep.join(filter(None, [root, env.get("PYTHONPATH")]))
    done = subprocess.run([sys.executable, "-m", "licensedrift", *command], env=env, check=False)
    if done.returncode:
        raise DemoFailed(f"licensedrift {command[0]} ended with status {done.returncode}")


def _say(text: str) -> None:
    print(f"\n== {text} ==", flush=True)


def _next_steps(archive: Path, last: int) -> str:
    door = f"licensedrift --db {archive / 'licensedrift.db'}"
    steps = [
        (f"{door} snapshots", "the refreshes"),
        (f"{door} diff 1 {last}", "all that drifted"),
        (f"{door} diff 1 {last} --subject model:northlight/aurora-7b --text", "a license swapped, line by line"),
        (f"{door} show model:quillworks/finch-3b", "a claim that the license file contradicts"),
        (f"{door} show 'terms:Lantern Chat/Terms of Service'", "what binds the users of a service"),
        (f"{door} verify", "every stored byte checked"),
        (f"{door} serve", "all of it in a browser"),
    ]
    width = max(len(step) for step, _ in steps)
    return "\n".join(f"  {step:<{width}}  # {why}" for step, why in steps)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("folder", nargs="?", default=SAMPLE, type=Path, help="a world as folders  [the sample]")
    parser.add_argument("--archive", default=ARCHIVE, type=Path, metavar="FOLDER", help="[./demo-archive]")
    parser.add_argument("--at", action="append", metavar="DATE", help="refresh then; may be repeated")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
