"""Worlds as folders: `models/owner/name/2026-01-10/...`, where each dated folder is all files from that day on.

A `repo.toml` beside the dated folders holds settings from the first date on, and a table for each date with
settings from then on. Such a table may also say `rename = "owner/new"`, `delete = true`, `message = "..."` of the
commit, or `lfs = [paths]`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from demo.moments import to_ms

if TYPE_CHECKING:
    from demo.world import World

KINDS = ("models", "datasets", "spaces")
DATED = re.compile(r"\d{4}-\d\d-\d\d(?:T[\d.:+Z-]+)?")


def tell(world: World, root: Path) -> None:
    """Let happen in `world` all that the folders under `root` say. Raises ValueError naming what is wrong."""
    stories = [story for kind in KINDS for story in _stories(root, kind)]
    if not stories:
        raise ValueError(f"{root} holds no models/, datasets/ or spaces/ with dated folders")
    # What a name means may hang on a rename told elsewhere: so all is told in order of dates.
    steps = [(to_ms(_iso(date)), date, story) for story in stories for date in story.dates]
    for _, date, story in sorted(steps, key=lambda step: step[0]):
        story.tell(world, date)


def _iso(date: str) -> str:
    return date.replace(".", ":")


def _stories(root: Path, kind: str) -> Iterator[_Story]:
    """Every folder under a kind that holds dated folders."""
    for folder in sorted(root.glob(f"{kind}/*")) + sorted(root.glob(f"{kind}/*/*")):
        if folder.is_dir() and any(DATED.fullmatch(child.name) for child in folder.iterdir()):
            yield _Story(kind, folder.relative_to(root / kind).as_posix(), folder)


class _Story:
    """One repository's folder: what happens on which date."""

    def __init__(self, kind: str, name: str, folder: Path) -> None:
        self.kind, self.name, self.folder = kind, name, folder
        self.trees = {child.name: child for child in folder.iterdir() if DATED.fullmatch(child.name)}
        toml = folder / "repo.toml"
        try:
            said = tomllib.loads(toml.read_text("utf-8")) if toml.exists() else {}
        except tomllib.TOMLDecodeError as error:
            raise ValueError(f"{toml}: {error}") from error
        self.first = {key: value for key, value in said.items() if not DATED.fullmatch(key)}
        self.later = {key: value for key, value in said.items() if DATED.fullmatch(key)}
        self.dates = sorted({*self.trees, *self.later}, key=lambda date: to_ms(_iso(date)))

    def tell(self, world: World, date: str) -> None:
        """Let happen what happens on `date`."""
        when = _iso(date)
        changes = dict(self.later.get(date, {}))
        if date == self.dates[0]:
            changes = {**self.first, **changes}
        new, gone = changes.pop("rename", None), changes.pop("delete", False)
        try:
            if date in self.trees:
                world.put(self.kind, self.name, date=when, files=self._files(world, date), **changes)
            elif changes:
                world.set(self.kind, self.name, date=when, **changes)
            if new:
                world.rename(self.kind, self.name, new, date=when)
                self.name = new
            if gone:
                world.delete(self.kind, self.name, date=when)
        except (TypeError, ValueError, KeyError) as error:
            raise ValueError(f"{self.folder / 'repo.toml'}, {date}: {error}") from error

    def _files(self, world: World, date: str) -> dict[str, bytes | None]:
        root = self.trees[date]
        files: dict[str, bytes | None] = {
            path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
        }
        if date != self.dates[0]:
            head = world.get(self.kind, self.name, _iso(date)).heads.at(to_ms(_iso(date)))
            files.update({path: None for path in (head.files if head else {}) if path not in files})
        return files
