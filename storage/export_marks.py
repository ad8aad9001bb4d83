"""How far an export got: one small file in its folder, which also tells a folder of ours from another.

Apart from `storage/export.py`, so that a folder can be told without pyarrow.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_NAME = "_exported.json"


def is_export(folder: Path) -> bool:
    """Whether an export was ever finished in this folder."""
    return (folder / _NAME).exists()


def marks(folder: Path) -> dict[str, Any]:
    """What the last export that reached its end kept; nothing where there was none. Raises OSError, ValueError."""
    return dict(json.loads((folder / _NAME).read_text(encoding="utf-8"))) if is_export(folder) else {}


def keep_marks(folder: Path, said: dict[str, Any]) -> None:
    """Keep how far this export got: the last thing that it does."""
    keep(folder / _NAME, json.dumps(said))


def keep(path: Path, text: str) -> None:
    """Write a small file, whole or not at all."""
    unfinished = path.with_name(path.name + ".partial")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)
