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


@pytest.mark.parametrize("lists", [ALL, AUTHOR, NAMED, ALL | NAMED, AUTHOR | NAMED])
def test_whose_name_another_took_is_gone_as_well(tmp_path: Path, lists: dict[str, Any]) -> None:
    """However often the name is taken: each of its bearers ends as gone, and the last one is there."""
    made = world()
    with laboratory(tmp_path, made, D1) as lab:
        lab.watch(**lists).at(D1)
        for month in (4, 5):
            made.delete("models", "wren/m4", date=f"2026-0{month}-01T09:00:00Z")
            made.put("models", "wren/m4", date=f"2026-0{month}-02", files={"README.md": card("gpl-3.0")})
            lab.at(f"2026-0{month}-10T09:00:00Z")
        # Shown by a list, so that its name is not asked for.
        lab.at(D4)
        lab.again()
        bearers = lab.rows(
            "select v.availability, c.gone_at is not null as gone from subject s join current c on c.subject = s.id"
            " join version v on v.id = c.version where s.name = 'wren/m4' order by s.id"
        )
        assert [(one["availability"], one["gone"]) for one in bearers] == [
            ("unavailable", 1), ("unavailable", 1), ("available", 0),
        ]  # fmt: skip
        told = lab.rows("select subject, kind, after from drift where kind = 'availability'")
        assert told == [{"subject": "model:wren/m4", "kind": "availability", "after": "unavailable"}] * 2
        lab.sound()


def test_who_was_seen_by_name_alone_and_went_is_missed_by_the_list(tmp_path: Path) -> None:
    """A name of the configuration that a list shows too: its bearer of before is in neither."""
    made = world()
    with laboratory(tmp_path, made, D1) as lab:
        lab.watch(**NAMED).at(D1)
        made.delete("models", "wren/m4", date="2026-03-15")
        made.put("models", "wren/m4", date="2026-03-16", files={"README.md": card("gpl-3.0")})
        told = [(e["subject"], e["kind"], e["after"]) for e in lab.watch(**(ALL | NAMED)).at(D2).events]
        assert told == [("model:wren/m4", "availability", "unavailable")]


def test_who_was_renamed_is_not_said_to_be_gone_before_the_list_was_read(tmp_path: Path) -> None:
    made = world()
    with laboratory(tmp_path, made, D1) as lab:
        lab.watch(**ALL).at(D1)
        made.rename("models", "wren/m4", "lark/m4", date="2026-03-15")
        made.put("models", "wren/m4", date="2026-03-16", files={"README.md": card("gpl-3.0")})
        lab.hub.at(D2)
        assert lab.again(only=["model:wren/m4"]).events == []
        told = [(e["subject"], e["kind"]) for e in lab.at(D2).events]
        assert told == [("model:lark/m4", "renamed")]


def test_who_leaves_the_most_used_is_looked_at_once_and_let_go(tmp_path: Path) -> None:
    made = world()
    with laboratory(tmp_path, made, D1) as lab:
        lab.watch(**TOP).at(D1)
        made.set("models", "wren/m2", date="2026-03-15", downloads=1_000)  # now m3 is the fourth
        made.delete("models", "wren/m4", date="2026-03-16")
        made.put("models", "wren/m6", date="2026-03-17", files={"README.md": card()}, downloads=2_000)
        lab.hub.log.clear()
        told = [(e["subject"], e["kind"], e["after"]) for e in lab.at(D2).events]
        assert told == [("model:wren/m4", "availability", "unavailable")]
        looked_at = {entry.path for entry in lab.hub.log if "m3" in entry.path}
        assert looked_at == {"/api/models/wren/m3"}
        lab.hub.log.clear()
        lab.at(D3)
        assert not any("m3" in entry.path for entry in lab.hub.log)
        assert lab.catalog("model:wren/m4")["gone_at"] == D3
        # It comes back, and goes for good.
        made.set("models", "wren/m3", date="2026-05-15", downloads=3_000)
        lab.at(D4)
        made.delete("models", "wren/m3", date="2026-06-15")
        told = [(e["subject"], e["kind"], e["after"]) for e in lab.at("2026-07-10T09:00:00Z").events]
        assert told == [("model:wren/m3", "availability", "unavailable")]
        lab.sound()


def test_who_is_new_in_two_lists_has_its_files_read_once(tmp_path: Path) -> None:
    with laboratory(tmp_path, world(), D1) as lab:
        lab.watch(**(AUTHOR | TOP)).at(D1)
        fetched = [entry.path for entry in lab.hub.log if entry.path.endswith("/LICENSE")]
        assert len(fetched) == len(set(fetched))
        assert sum("/paths-info/" in entry.path for entry in lab.hub.log) == 6
        assert len(lab.rows("select 1 from current where files_behind = 0")) == 6
