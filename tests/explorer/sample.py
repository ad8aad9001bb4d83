"""A small archive to look at, made by real refreshes, and Datasette on it."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from datasette.app import Datasette

from demo.world import World
from storage.archive import Archive
from tests.refresh.lab import laboratory

DATES = ("2026-01-10T03:00:00Z", "2026-02-10T03:00:00Z", "2026-03-10T03:00:00Z")
BEFORE = """# Lantern Model License

1. Grant
You may use, reproduce, modify and distribute the Model for any purpose, including commercial purposes.

2. Large services
If your products have more than 700 million monthly active users, you must request a license from Lantern, and you
may not use the Model until Lantern grants it.

3. No warranty
The Model is provided "as is", without warranty of any kind.
"""
AFTER = BEFORE.replace("700 million", "50 million").replace(
    "3. No warranty",
    "3. Conduct\nYou may not use the Model or its outputs to train or improve any other AI model.\n\n4. No warranty",
)
SYSTEMS = """
[[systems]]
name = "Lantern"
developer = "Lantern Labs"
modality = "text"
subjects = ["model:lantern/glow-7b"]
[[systems]]
name = "Wick"
developer = "Wick Works"
modality = "image"
subjects = ["model:wick/never-there"]
"""


def card(**fields: str) -> str:
    """A README.md with these fields."""
    lines = "".join(f"{key}: {value}\n" for key, value in fields.items())
    return f"---\n{lines}---\n# A model\n"


def world() -> World:
    """One model that tightens, one made from it, one that goes, one that only rewords, one in Chinese and Arabic."""
    made = World()
    first = "2026-01-01"
    made.put(
        "models",
        "lantern/glow-7b",
        date=first,
        downloads=5000,
        parameters=7_000_000_000,
        files={"README.md": card(license="other", license_name="lantern"), "LICENSE": BEFORE, "model.safetensors": "x"},
    )
    made.put(
        "models",
        "spark/glow-chat",
        date=first,
        files={"README.md": card(license="apache-2.0", base_model="lantern/glow-7b")},
    )
    made.put("models", "ember/fading", date=first, files={"README.md": card(license="mit")})
    made.put("models", "ash/quiet", date=first, files={"README.md": card(license="other"), "LICENSE": BEFORE})
    made.put(
        "models",
        "zhu/duo",
        date=first,
        files={
            "README.md": card(license="other"),
            "LICENSE": "许可\n您不得将本模型用于商业目的。\nلا يجوز استخدام النموذج لأغراض تجارية.\n",
        },
    )
    made.put("models", "lantern/glow-7b", date="2026-02-01", files={"LICENSE": AFTER})
    made.put("models", "ash/quiet", date="2026-02-02", files={"LICENSE": BEFORE.replace("# Lantern", "#  Lantern")})
    made.set("models", "spark/glow-chat", date="2026-02-03", gated="manual")
    made.put(
        "models",
        "spark/glow-chat",
        date="2026-02-20",
        files={"README.md": card(license="cc-by-nc-4.0", base_model="lantern/glow-7b")},
    )
    made.delete("models", "ember/fading", date="2026-02-25")
    made.rename("models", "ash/quiet", "ash/loud", date="2026-02-26")
    return made  # fmt: skip


def make(folder: Path, refreshes: int = 3) -> Path:
    """An archive of that many refreshes of the world. Returns the database's path."""
    with laboratory(folder, world(), DATES[0]) as lab:
        names = ["lantern/glow-7b", "spark/glow-chat", "ember/fading", "ash/quiet", "zhu/duo"]
        lab.watch(models=names, more=SYSTEMS)
        for date in DATES[:refreshes]:
            lab.at(date)
        return lab.database


def empty(folder: Path) -> Path:
    """An archive in which nothing happened yet."""
    path = folder / "archive.db"
    Archive.open(path).close()
    return path


def copy(database: Path, folder: Path) -> Path:
    """Another archive with the same in it, to be changed."""
    target = folder / database.name
    with sqlite3.connect(database) as source, sqlite3.connect(target) as made:
        source.backup(made)
    made.close()
    source.close()
    return target


class Reader:
    """Datasette on databases, as a browser without scripts sees it."""

    def __init__(self, *databases: Path, **options: Any) -> None:
        self.datasette = Datasette([str(path) for path in databases], **options)
        self.loop = asyncio.new_event_loop()
        self.loop.run_until_complete(self.datasette.invoke_startup())

    def get(self, path: str, **options: Any) -> Any:
        """The answer to a GET."""
        return self.loop.run_until_complete(self.datasette.client.get(path, **options))

    def request(self, method: str, path: str, **options: Any) -> Any:
        """The answer to another method."""
        return self.loop.run_until_complete(self.datasette.client.request(method, path, **options))

    def page(self, path: str, status: int = 200) -> Any:
        """A page, parsed. It has one heading, a language, landmarks, and headers that let nothing run."""
        answer = self.get(path)
        assert answer.status_code == status, answer.text[:2000]
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self';")
        soup: Any = BeautifulSoup(answer.text, "lxml")
        assert len(soup.find_all("h1")) == 1, path
        assert soup.html["lang"] == "en"
        assert len(soup.find_all("main")) == 1
        assert not soup.find_all(["script", "style", "iframe", "object", "img"])
        for tag in soup.find_all(True):
            assert not [name for name in tag.attrs if name.startswith("on") or name == "style"], tag
        return soup

    def json(self, path: str) -> Any:
        """What JSON answers."""
        # Datasette 1.0 leads `?sql=` to an address of its own.
        answer = self.get(path, follow_redirects=True)
        assert answer.status_code == 200, answer.text[:500]
        return json.loads(answer.text)


def words(soup: Any) -> str:
    """The visible words, spaces folded."""
    return re.sub(r"\s+", " ", soup.get_text()).strip()
