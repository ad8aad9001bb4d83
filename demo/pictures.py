"""Takes the pictures of docs/pictures from the demo's archive: `python -m demo.pictures` after `make demo`.

Needs the extra `[browser]` and Debian's chromium (or another one, named by CHROMIUM).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.__main__ import ARCHIVE, MOMENTS

FOLDER = Path("docs/pictures")
CHANGED = "model:tidewater/harbor-13b"
# name of the picture, page, height in pixels
PICTURES = (
    ("drift", "drift?system=Harbor", 1050),
    ("compare", f"compare?subject={CHANGED}&from=8&to=14", 1250),
    ("openness", "openness", 640),
)
WIDTH = 1200


def main() -> int:
    """Write every picture; 1 with one line on standard error where something is missing."""
    database = ARCHIVE / "licensedrift.db"
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        print("pictures: pip install 'licensedrift[browser]'", file=sys.stderr)
        return 1
    if chromium is None or not database.exists():
        print("pictures: needs chromium, and an archive by `make demo`", file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _served(database) as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, page, height in PICTURES:
            tab = browser.new_page(viewport={"width": WIDTH, "height": height}, color_scheme="light")
            tab.goto(f"{address}/licensedrift/-/{page}")
            tab.screenshot(path=FOLDER / f"{name}.png")
            tab.close()
            print(FOLDER / f"{name}.png")
        browser.close()
    return 0


@contextmanager
def _served(database: Path) -> Iterator[str]:
    """`licensedrift serve` on a port of its own; its address."""
    command = [sys.executable, "-m", "licensedrift", "--db", str(database), "serve", "--port", "0"]
    environment = {**os.environ, "LICENSEDRIFT_NOW": MOMENTS[-1]}  # else the pages warn of an archive out of date
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment
    ) as server:
        try:
            assert server.stderr is not None
            found = next(filter(None, (re.search(r"running on (http://\S+)", line) for line in server.stderr)))
            yield found[1]
        finally:
            server.terminate()


if __name__ == "__main__":
    sys.exit(main())
