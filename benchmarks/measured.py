"""Runs a piece of Python in a process of its own and says what it cost: wall and CPU seconds, peak memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Cost:
    """Seconds of wall and of CPU (user and system), peak resident bytes, and what the process printed as JSON."""

    wall: float
    cpu: float
    memory: int
    said: Any


def measured(module: str, *arguments: str, environment: dict[str, str] | None = None) -> Cost:
    """Run `python -m module arguments`; its last line of output is JSON. Raises if it fails."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdout=subprocess.PIPE,
        env={**os.environ, **(environment or {})},
        cwd=Path(__file__).parent.parent,
    )
    assert process.stdout is not None
    output = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    if process.returncode:
        raise RuntimeError(f"{module} {' '.join(arguments)} ended with {process.returncode}: {output[-2000:]}")
    lines = output.strip().splitlines()
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, json.loads(lines[-1]) if lines else None)
