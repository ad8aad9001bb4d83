"""A license that nobody knew is recognized on the day after it was first met at its home."""

from __future__ import annotations

from pathlib import Path

from demo.world import World
from tests.refresh.lab import laboratory

D1, D2, D3 = (f"2026-0{month}-10T09:00:00Z" for month in (1, 2, 3))
TEXT = b"""Bittern Model License 1.0

1. Grant. Bittern Ltd grants you a worldwide, non-exclusive, royalty-free license to use, copy, modify and distribute
the Model, for research purposes only. Commercial use is not permitted.

2. Conditions. You must keep this license and the copyright notice with every copy. You must state your changes.

3. No training. You may not use the outputs of the Model to train, fine-tune or improve any other model.

4. Termination. This license ends at once if you breach it. The Model is provided "as is", without warranty of any
kind, and Bittern Ltd is not liable for any damages. The laws of Norway govern this license.
"""
HOME = b"---\nlicense: other\nlicense_name: bittern-model-license-1.0\nlicense_link: LICENSE\n---\n# Bittern\n"
COPY = b"---\nlicense: other\n---\n# A copy\n"


def test_a_new_license_is_recognized_the_day_after(tmp_path: Path) -> None:
    world = World()
    world.put("models", "bittern/one", date=D1, files={"README.md": HOME, "LICENSE": TEXT})
    world.put("models", "wren/copy", date=D1, files={"README.md": COPY, "LICENSE": TEXT})
    with laboratory(tmp_path, world, D1) as lab:
        lab.watch(models=["wren/copy", "bittern/one"]).at(D1)
        assert lab.catalog("model:wren/copy")["license_found"] is None
        second = lab.at(D2)
        # That we have learned is no change of theirs.
        assert (second.changed, second.events) == (0, [])
        for name in ("model:wren/copy", "model:bittern/one"):
            assert lab.catalog(name)["license_found"] == "bittern-model-license-1.0"
        world.put("models", "wren/late", date=D3, files={"README.md": COPY, "LICENSE": TEXT})
        lab.watch(models=["wren/copy", "bittern/one", "wren/late"]).at(D3)
        assert lab.catalog("model:wren/late")["license_found"] == "bittern-model-license-1.0"
        lab.sound()
