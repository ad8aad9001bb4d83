"""The refreshes: what each looked at, what it cost, what failed and why; and whether one is overdue."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from itertools import pairwise
from typing import Any

import orjson

from explorer import lateness
from explorer.page import open_page

PAGE_SIZE = 30
FAILURES = 200
SIGN = {"complete": "✓", "partial": "◐", "failed": "✗", "interrupted": "✗", "running": "…"}
MEANS = {
    "complete": "reached its end",
    "partial": "reached its end; what failed keeps its last version",
    "failed": "could fetch nothing, so it is no snapshot",
    "interrupted": "was stopped before its end, so it is no snapshot",
    "running": "has not reached its end yet",
}
_KEYS = (
    "id", "started_at", "finished_at", "status", "scope", "subjects", "changed", "events", "requests", "bytes",
    "failures", "tool_version", "rules_version", "size",
)  # fmt: skip


async def runs_page(datasette: Any, request: Any) -> Any:
    """`/{database}/-/runs`, those before `before` (a run's id) if that is given."""
    page = await open_page(datasette, request)
    before = page.number("before")

    def find(conn: sqlite3.Connection) -> dict[str, Any]:
        rows = conn.execute(
            f"select {', '.join(_KEYS)} from run where id < ? order by id desc limit ?",
            (before if before is not None else 1 << 62, PAGE_SIZE + 1),
        ).fetchall()
        found = [_run(dict(zip(_KEYS, row, strict=True))) for row in rows]
        for row, former in pairwise([*found, {}]):
            row["growth"] = _growth(row, former)
        return {
            "rows": found[:PAGE_SIZE],
            "more": len(rows) > PAGE_SIZE,
            "lateness": lateness.lateness(conn),
            "next_refresh": lateness.next_refresh(conn),
            "on_runs": True,
        }

    found = await page.read(find)
    rows = found["rows"]
    return await page.render(
        "licensedrift_runs.html",
        found | {
            "older": page.links.runs(before=rows[-1]["id"]) if found["more"] else None,
            "newest": page.links.runs() if before is not None else None,
            "exports": {form: page.links.view(f"runs.{form}", _sort_desc="id") for form in ("csv", "json")},
        },
        title="Runs",
    )  # fmt: skip


def _run(row: dict[str, Any]) -> dict[str, Any]:
    failures = _json(row["failures"], list)
    return row | {
        "sign": SIGN.get(row["status"], "·"),
        "means": MEANS.get(row["status"], ""),
        "requests": _json(row["requests"], dict),
        "failures": [failure for failure in failures if isinstance(failure, dict)][:FAILURES],
        "failed": len(failures),
        "duration": _duration(row["started_at"], row["finished_at"]),
    }


def _growth(row: dict[str, Any], former: dict[str, Any]) -> int | None:
    """The bytes by which the archive grew since the run before; None where either size was not written down."""
    if row["size"] is None or (former and former["size"] is None):
        return None
    return int(row["size"] - former.get("size", 0))


def _json(text: str | None, shape: type) -> Any:
    """What a column of JSON holds, or an empty one of its shape."""
    try:
        value = orjson.loads(text or "null")
    except orjson.JSONDecodeError:
        value = None
    return value if isinstance(value, shape) else shape()


def _duration(began: str, ended: str | None) -> str | None:
    if not ended:
        return None
    seconds = int((datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds())
    hours, rest = divmod(max(seconds, 0), 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
