"""Whoever went is found, whichever of the watch lists showed it first, and whichever were taken away since."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from demo.world import World
from tests.hub_cases.bench import card
from tests.refresh.lab import laboratory

D1, D2, D3, D4 = (f"2026-0{month}-10T09:00:00Z" for month in (3, 4, 5, 6))
ALL: dict[str, Any] = {"all_models": True}
AUTHOR: dict[str, Any] = {"authors": ["wren"]}
TOP: dict[str, Any] = {"models_more": "top = 3"}
NAMED: dict[str, Any] = {"models": ["wren/m4"]}


def world() -> World:
    made = World()
    for number in range(6):
        files = {"README.md": card(), "LICENSE": b"Wren License %d\n" % number}
        made.put("models", f"wren/m{number}", date=f"2026-02-0{number + 1}", files=files, downloads=10 * number)
    return made


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (AUTHOR, ALL),
        (NAMED, ALL),
        (NAMED, AUTHOR),
        (ALL, AUTHOR),
        (TOP, ALL),
        (ALL | AUTHOR, ALL),
        (ALL | NAMED, ALL),
        (ALL | TOP, ALL | TOP),
        (AUTHOR | TOP, AUTHOR | TOP),
    ],
)
@pytest.mark.parametrize("changed", [False, True])
def test_who_is_no_longer_in_a_complete_list_is_found_missing(
    tmp_path: Path, first: dict[str, Any], then: dict[str, Any], changed: bool
) -> None:
    made = world()
    with laboratory(tmp_path, made, D1) as lab:
        lab.watch(**first).at(D1)
        if changed:
            made.put("models", "wren/m4", date="2026-03-15", files={"README.md": card("gpl-3.0")})
        lab.watch(**then).at(D2)
        assert lab.catalog("model:wren/m4")["last_seen"] == D2
        lab.again()
        made.delete("models", "wren/m4", date="2026-04-15")
        assert [(e["subject"], e["kind"]) for e in lab.at(D3).events] == [("model:wren/m4", "availability")]
        lab.at(D4)
        gone = lab.catalog("model:wren/m4")
        assert (gone["unavailable_since"], gone["gone_at"]) == (D3, D4)
        lab.sound()
