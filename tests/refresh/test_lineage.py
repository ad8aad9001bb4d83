"""Derivatives: a permissive claim over a restrictive parent is a finding, with the parent's words."""

from __future__ import annotations

import json
from pathlib import Path

from demo.world import World
from tests.refresh.lab import laboratory

D1 = "2026-01-10T09:00:00Z"
PARENT = (
    b"Heron Research License\n\n1. Heron Ltd grants you a license to use, copy and modify the Model for non-commercial"
    b" research purposes only.\n\n2. You must keep this license with every copy of the Model.\n"
)


def card(license: str, *base: str) -> bytes:
    listed = "".join(f"\n- {one}" for one in base)
    return f"---\nlicense: {license}\n{'base_model:' + listed if base else ''}\n---\n# M\n".encode()


def findings(lab, subject: str) -> list[tuple[str, str, str, str]]:
    rows = lab.rows(
        "select claim, claimed, found, severity from findings where subject = ? and claim like 'lineage%'", subject
    )
    return [tuple(row.values()) for row in rows]


def test_a_permissive_child_of_a_restricted_parent_is_found_through_the_chain(tmp_path: Path) -> None:
    world = World()
    world.put(
        "models", "heron/base", date=D1, files={"README.md": card("other"), "LICENSE": PARENT, "m.safetensors": b"1"}
    )
    world.put("models", "wren/tuned", date=D1, files={"README.md": card("other", "heron/base")})
    world.put("models", "egret/quantized", date=D1, files={"README.md": card("apache-2.0", "wren/tuned")})
    world.put("models", "egret/honest", date=D1, files={"README.md": card("cc-by-nc-4.0", "heron/base")})
    world.put("models", "egret/orphan", date=D1, files={"README.md": card("mit", "no/body")})
    with laboratory(tmp_path, world, D1) as lab:
        # Children first: the order of the watch list is no reason to overlook anything.
        names = ["egret/quantized", "heron/base", "wren/tuned", "egret/honest", "egret/orphan"]
        lab.watch(models=names).at(D1)
        found = findings(lab, "model:egret/quantized")
        assert ("lineage", "apache-2.0", "heron/base: non-commercial", "high") in found
        assert findings(lab, "model:egret/honest") == []
        assert findings(lab, "model:egret/orphan") == []
        evidence = json.loads(
            lab.rows("select evidence from findings where subject = 'model:egret/quantized' and claim = 'lineage'")[0][
                "evidence"
            ]
        )
        assert "non-commercial" in evidence["quote"]


def test_a_circle_ends_and_is_said(tmp_path: Path) -> None:
    world = World()
    world.put("models", "heron/a", date=D1, files={"README.md": card("mit", "heron/b")})
    world.put("models", "heron/b", date=D1, files={"README.md": card("mit", "heron/a")})
    world.put("models", "heron/self", date=D1, files={"README.md": card("mit", "heron/self")})
    with laboratory(tmp_path, world, D1) as lab:
        lab.watch(models=["heron/a", "heron/b", "heron/self"]).at(D1)
        assert [one[0] for one in findings(lab, "model:heron/self")] == ["lineage-circle"]
        assert [one[0] for one in findings(lab, "model:heron/b")] == ["lineage-circle"]
