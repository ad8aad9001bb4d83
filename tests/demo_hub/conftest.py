"""A small world on a running hub. The client reads its environment when it is imported, so that comes first."""

from __future__ import annotations

import os
from collections.abc import Iterator

os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_XET", "1")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")

import pytest

from demo.hub import DemoHub
from demo.world import World

D1, D2, D3 = "2026-01-10T09:00:00Z", "2026-02-10T09:00:00Z", "2026-03-10T09:00:00Z"
CARD = b"---\nlicense: mit\nlanguage: en\n---\n# One\n"
TEXT = b"Lark License 1\n\nYou may use this for any purpose.\n"


@pytest.fixture
def world() -> World:
    world = World()
    world.put("models", "lark/one", date=D1, files={"README.md": CARD, "LICENSE": TEXT, "config.json": b"{}"})
    world.put("models", "lark/heavy", date=D1, files={"README.md": CARD, "LICENSE": TEXT}, lfs=["LICENSE"])
    world.put(
        "models",
        "lark/gated",
        date=D1,
        files={"README.md": CARD, "LICENSE": TEXT, "config.json": b"{}"},
        gated="manual",
    )
    return world


@pytest.fixture
def hub(world: World) -> Iterator[DemoHub]:
    with DemoHub(world, now=D1) as hub:
        yield hub
