"""A world made from the corpus: one repository a history, its revisions as commits; beside them cards and licenses.

Two ways to date it: by the true dates of the revisions, or `stepwise`, the k-th revision of every history on the
k-th day, so that refreshes day by day see every single revision.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from demo.world import World

AUTHOR = "corpus"
PLACE = {
    "card": "README.md",
    "readme": "README.md",
    "licence": "LICENSE",
    "vendor_page": "TERMS.md",
    "vendor_pricing": "TERMS-PRICING.txt",
}
# Tests stay on this machine: links to the web are left out.
_AWAY = re.compile(rb"^license_link: *[\"']?https?://(?!huggingface\.co/).*$", re.MULTILINE)
FIRST_DAY = date(2026, 1, 1)


@dataclass
class Track:
    """One history as the world has it: when (ISO 8601) the file had which bytes, and what each revision changed."""

    subject: str
    place: str
    moments: list[str] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)

    def at(self, moment: str) -> int:
        """The number of the revision that holds at `moment`, -1 before the first."""
        return sum(1 for one in self.moments if one <= moment) - 1


def histories(corpus: Path) -> list[dict[str, Any]]:
    """The rows of histories.jsonl."""
    return [json.loads(line) for line in (corpus / "histories.jsonl").open(encoding="utf-8")]


def corpus_world(corpus: Path, *, stepwise: bool) -> tuple[World, list[Track]]:
    """The world and its tracks. Every repository belongs to `AUTHOR`."""
    world = World()
    tracks = []
    for number, history in enumerate(histories(corpus)):
        name = f"{AUTHOR}/{history['kind']}-{number:03}"
        track = Track(f"model:{name}", PLACE[history["kind"]])
        for step, revision in enumerate(history["revisions"]):
            track.moments.append(_moment(revision, step, stepwise))
            track.contents.append((corpus / revision["file"]).read_bytes())
            track.changes.append(revision["change"])
        for moment, content in zip(track.moments, track.contents, strict=True):
            world.put("models", name, date=moment, files={track.place: content})
        tracks.append(track)
    _others(corpus, world)
    return world, tracks


def _moment(revision: dict[str, Any], step: int, stepwise: bool) -> str:
    if stepwise:
        return f"{FIRST_DAY + timedelta(days=step)}T06:00:00Z"
    # Revisions of one day are in commit order: a minute each.
    return f"{revision['date']}T06:{step % 60:02}:00Z"


def _others(corpus: Path, world: World) -> None:
    """Repositories that do not change: complete modern headers with their gates, and single license texts."""
    headers = sorted((corpus / "cards" / "modern-front-matter").rglob("*.md"))
    for number, header in enumerate(headers):
        card = _AWAY.sub(b"", header.read_bytes())
        world.put(
            "models", f"{AUTHOR}/header-{number:03}", date="2019-01-01", files={"README.md": card},
            gated="manual" if b"extra_gated" in card else False,
        )  # fmt: skip
    texts = sorted(path for path in (corpus / "licences").rglob("*") if path.is_file())[::3]
    for number, text in enumerate(texts):
        place = "LICENSE.pdf" if text.suffix == ".pdf" else "LICENSE"
        world.put(
            "models", f"{AUTHOR}/text-{number:03}", date="2019-01-01",
            files={"README.md": b"---\nlicense: other\n---\n", place: text.read_bytes()},
        )  # fmt: skip


def expected(tracks: list[Track], before: str, after: str) -> dict[tuple[str, str], str]:
    """What `diff` has to name from one moment to another: (subject, place) -> "words" or "blanks"."""
    found = {}
    for track in tracks:
        old, new = track.at(before), track.at(after)
        if old < 0 or old == new or track.contents[old] == track.contents[new]:
            continue
        between = track.changes[old + 1 : new + 1]
        found[track.subject, track.place] = "words" if {"words", "license"} & set(between) else "blanks"
    return found
