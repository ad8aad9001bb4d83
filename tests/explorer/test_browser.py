"""The explorer in a real browser: a person's way, no error, no other host, no violation of accessibility.

Needs Debian's chromium and the extra `browser`; skipped with a reason where they are not.
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
from typing import Any
from urllib.parse import quote

import pytest

from tests.explorer import sample
from tests.explorer.test_hostile import EVIL, NAME, poison

playwright = pytest.importorskip("playwright.sync_api", reason="the extra `browser` is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="the extra `browser` is not installed")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="there is no chromium (apt-get install chromium)")

SIZES = ((1440, 900, "light"), (375, 800, "dark"))
BASE = "/archive/-"
PAGES = (
    "drift",
    "drift?direction=tighter&clause=mau-threshold",
    "drift?direction=nonsense",
    "subject/model:lantern/glow-7b",
    "subject/model:ember/fading",
    "subject/model:zhu/duo",
    "systems",
    "licenses",
    "runs",
    "rejected",
    "questions",
    "search?q=commercial",
    "compare?subject=model:lantern/glow-7b",
    "compare?subject=model:lantern/glow-7b&print=1",
    "compare",
    "drift/event/1",
    "openness",
)


@contextmanager
def served(database: Path) -> Iterator[str]:
    """`licensedrift serve` on a port of its own; its address."""
    command = [sys.executable, "-m", "licensedrift", "--db", str(database), "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stderr is not None
            for line in server.stderr:
                if found := re.search(r"running on (http://\S+)", line):
                    yield found[1]
                    break
            else:
                raise AssertionError("the server did not start")
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def address(database: Path) -> Iterator[str]:
    with served(database) as found:
        yield found


class Watched:
    """A tab whose errors, dialogs and requests are noted."""

    def __init__(self, browser: Any, address: str, width: int = 1440, height: int = 900, scheme: str = "light") -> None:
        self.context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        self.page = self.context.new_page()
        self.address, self.width = address, width
        self.wrong: list[str] = []
        self.page.on("console", lambda message: self._note(message.type in ("error", "warning"), message.text))
        self.page.on("pageerror", lambda error: self._note(True, str(error)))
        self.page.on("dialog", self._dismiss)
        self.page.on("request", lambda request: self._note(not request.url.startswith(address), request.url))

    def _note(self, wrong: bool, text: str) -> None:
        if wrong and "status of 400" not in text and "status of 404" not in text:
            self.wrong.append(text)

    def _dismiss(self, dialog: Any) -> None:
        self._note(True, f"dialog {dialog.message}")
        dialog.dismiss()

    def see(self, path: str) -> None:
        """Load a page; it fits the width, and nothing went wrong."""
        self.page.goto(self.address + path)
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.width, path
        assert self.wrong == [], path

    def __enter__(self) -> Watched:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


def violations(page: Any) -> list[str]:
    """What axe-core finds that is serious or critical."""
    found = axe.Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:200] for node in one['nodes'][:3]]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_and_are_accessible(browser: Any, address: str, path: str) -> None:
    for width, height, scheme in SIZES:
        with Watched(browser, address, width, height, scheme) as tab:
            tab.see(f"{BASE}/{path}")
            for folded in tab.page.query_selector_all("main details:not([open])"):
                folded.evaluate("element => { element.open = true }")
            assert violations(tab.page) == [], (path, width, scheme)


def test_an_empty_archive_has_sensible_pages(browser: Any, tmp_path: Path) -> None:
    database = sample.empty(tmp_path / "empty")
    with served(database) as address, Watched(browser, address, 375, 800, "dark") as tab:
        for path in ("drift", "systems", "openness", "licenses", "runs", "search", "compare", "questions"):
            tab.see(f"/{database.stem}/-/{path}")
            assert len(tab.page.query_selector_all("h1")) == 1
            assert violations(tab.page) == [], path


def test_a_stored_text_is_accessible(browser: Any, address: str) -> None:
    with Watched(browser, address, 375, 800) as tab:
        tab.see(f"{BASE}/drift?clause=mau-threshold")
        tab.page.click(".ld-quoted .ld-place >> nth=0")
        assert tab.page.inner_text("h1").startswith("Text of ")
        assert violations(tab.page) == []


def test_two_clicks_from_home_to_the_quoted_sentence(browser: Any, address: str) -> None:
    with Watched(browser, address, 375, 800) as tab:
        tab.see("/")
        assert tab.page.url.endswith("/archive/-/drift")
        tab.page.click("text=▲ tighter only")
        tab.page.click(".ld-quoted .ld-place >> nth=0")
        assert "monthly active users" in tab.page.inner_text("mark#quote")
        # The browser has moved to the quotation.
        assert tab.page.locator("mark#quote").evaluate(
            "mark => { const box = mark.getBoundingClientRect(); return box.top >= 0 && box.top < innerHeight }"
        )
        assert tab.wrong == []


def test_the_keyboard_is_enough(browser: Any, address: str) -> None:
    with Watched(browser, address) as tab:
        tab.see(f"{BASE}/drift")
        tab.page.keyboard.press("Tab")
        assert tab.page.evaluate("document.activeElement.textContent") == "Skip to the content"
        tab.page.keyboard.press("Enter")
        assert tab.page.evaluate("document.activeElement.id") == "content"
        tab.page.keyboard.press("Tab")
        tab.page.keyboard.press("Enter")
        tab.page.wait_for_load_state()
        assert "?" in tab.page.url or "/-/" in tab.page.url
        assert tab.wrong == []


@pytest.mark.parametrize("width", [1440, 375])
def test_hostile_texts_neither_run_nor_break_the_layout(
    browser: Any, database: Path, tmp_path: Path, width: int
) -> None:
    path = sample.copy(database, tmp_path)
    poison(path)
    with served(path) as address, Watched(browser, address, width) as tab:
        for page in ("drift", f"subject/model:{quote(NAME)}", "systems", "licenses", "runs", f"search?q={quote(EVIL)}"):
            tab.see(f"{BASE}/{page}")
            tab.page.mouse.move(width // 2, 300)
        assert tab.wrong == []
