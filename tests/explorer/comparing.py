"""An archive for the pages that compare and draw: four systems over four dates, and strangers who mean no good."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from datasette.app import Datasette

from demo.world import World
from tests.refresh.lab import Lab, laboratory

Answer = TypeVar("Answer")

DATES = [f"2026-0{month}-10T09:00:00Z" for month in (1, 2, 3, 4)]
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'\u202eevil\u200b"
OPEN = """Heron License

You may use, copy, modify and distribute the model for any purpose.

{middle}
THE MODEL IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND.
"""
MIDDLE = "\n".join(f"{n}. Keep chapter {n} of the notice with every copy of the model." for n in range(1, 25)) + "\n"
LIMIT = (
    "If the monthly active users of your products exceed {users} million users, you must request a license from us.\n"
)
NO_TRADE = "You may not use the model for any commercial purpose.\n"
CARD = """---
license: {license}
license_name: heron
datasets:
- meadow/field-notes
tags:
- arxiv:2401.00001
---
# Heron

## Model architecture
A decoder of 32 layers.

## Training data
Field notes, described in the data sheet.

Training code: https://github.com/example/heron
"""
SYSTEMS = """
[[systems]]
name = "Heron"
developer = "Lark"
modality = "text"
subjects = ["model:lark/heron"]
[[systems]]
name = "Closed one"
developer = "Lark"
subjects = ["model:lark/not-there"]
[[systems]]
name = "Evil <b>one</b>"
developer = "<i>x</i>"
subjects = ["model:lark/evil", "model:lark/heron"]
[[systems]]
name = "Nothing watched"
"""


def heron(users: int) -> str:
    """The license of Heron with a limit of so many million users."""
    return OPEN.format(middle=MIDDLE + LIMIT.format(users=users))


def sample_world() -> World:
    """Heron tightens twice, Wren stays, a stranger writes markup wherever one can."""
    world = World()
    weights = {"model.safetensors": b"weights"}
    free: dict[str, Any] = {
        "README.md": CARD.format(license="apache-2.0"),
        "LICENSE": OPEN.format(middle=MIDDLE),
        **weights,
    }
    world.put("models", "lark/heron", date=DATES[0], files=free)
    world.put("models", "lark/wren", date=DATES[0], files={"README.md": "---\nlicense: mit\n---\n# Wren\n"})
    card = f"---\nlicense: other\nlicense_name: '{EVIL[:20]}'\n---\n{EVIL}\n"
    world.put("models", "lark/evil", date=DATES[0], files={"README.md": card, "LICENSE": f"{EVIL}\nYou may use it.\n"})
    limited = {"README.md": CARD.format(license="other"), "LICENSE": heron(700)}
    world.put("models", "lark/heron", date=DATES[1], files=limited)
    world.put("models", "lark/evil", date=DATES[1], files={"LICENSE": f"{EVIL}\nYou may not use it {EVIL}.\n"})
    tight = {"LICENSE": heron(100) + NO_TRADE, "USE_POLICY.md": "# Policy\nDo no harm.\n"}
    world.put("models", "lark/heron", date=DATES[2], files=tight)
    world.set("models", "lark/heron", date=DATES[2], gated="manual")
    world.delete("models", "lark/evil", date=DATES[2])
    return world


@contextmanager
def sample_archive(folder: Path) -> Iterator[Lab]:
    """A lab after four refreshes of the sample world."""
    with laboratory(folder, sample_world(), DATES[0]) as lab:
        lab.watch(models=["lark/heron", "lark/wren", "lark/evil", "lark/not-there"], more=SYSTEMS)
        for date in DATES:
            lab.at(date)
        yield lab


def asked(path: Path, ask: Callable[[Any], Awaitable[Answer]], **settings: Any) -> Answer:
    """What `ask` gets from a Datasette that serves the archive."""

    async def run() -> Answer:
        datasette = Datasette([str(path)], settings=settings)
        await datasette.invoke_startup()
        return await ask(datasette)

    return asyncio.run(run())


def get(path: Path, address: str) -> Any:
    """The response to one address below the archive's `/-/`."""
    return asked(path, lambda datasette: datasette.client.get(f"/archive/-/{address}"))
