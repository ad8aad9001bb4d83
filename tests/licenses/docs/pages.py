"""The worked examples of a page of docs/, and a copy of licenses/ in which they are tried."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent.parent
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def fenced(page: str, language: str) -> list[str]:
    """The blocks of code of a language on a page, in its order."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return [body for said, body in _FENCE.findall(text) if said == language]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder that holds a copy of licenses/ and nothing else."""
    shutil.copytree(ROOT / "licenses", tmp_path / "licenses", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def said_there(copy: Path, code: str) -> Any:
    """What a program prints as JSON where the copy is what it imports."""
    check = f"import json, licenses; assert licenses.__file__.startswith({str(copy)!r}), licenses.__file__\n"
    done = subprocess.run(
        [sys.executable, "-c", check + code], cwd=copy, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
