"""The contenders of `benchmarks.listing`, one a process: `python -m benchmarks.listing_contenders NAME FOLDER`."""

from __future__ import annotations

import dataclasses
import json
import os
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

EXPAND = [
    "sha", "lastModified", "createdAt", "gated", "private", "disabled", "tags", "cardData", "siblings",
    "pipeline_tag", "baseModels", "safetensors", "downloads",
]  # fmt: skip


def list_models_upsert(folder: Path) -> dict[str, Any]:
    """What one writes first: the client's typed rows into sqlite-utils, the last state only."""
    from huggingface_hub import HfApi
    from sqlite_utils import Database

    database = Database(folder / "rows.db")
    rows = HfApi(token=False).list_models(sort="created_at", expand=EXPAND)
    database["models"].upsert_all((_flat(row) for row in rows), pk="id", batch_size=1000)
    return {"rows": database["models"].count}


def _flat(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "author": row.author,
        "sha": row.sha,
        "last_modified": str(row.last_modified),
        "created_at": str(row.created_at),
        "gated": str(row.gated),
        "private": row.private,
        "disabled": row.disabled,
        "tags": json.dumps(row.tags),
        "card_data": json.dumps(row.card_data.to_dict() if row.card_data else None, default=str),
        "siblings": json.dumps([sibling.rfilename for sibling in row.siblings or ()]),
        "pipeline_tag": row.pipeline_tag,
        "safetensors": json.dumps(dataclasses.asdict(row.safetensors) if row.safetensors else None),
        "downloads": row.downloads,
    }


def licensedrift(folder: Path) -> dict[str, Any]:
    """A refresh of the whole kind, rows only; then the night after, in which nothing has changed."""
    from schedules.configuration import load
    from schedules.refresh import refresh

    config = folder / "config.toml"
    config.write_text('database = "rows.db"\n[watch.models]\nall = true\nfiles_per_refresh = 0\n')
    result = refresh(load(str(config)), folder / "rows.db")
    assert result.status == "complete", result.failures[:3]
    return {"rows": result.subjects}


def floor(folder: Path) -> dict[str, Any]:
    """The least that can be done: parse the pages, one executemany a page, the last state only."""
    import orjson
    import requests

    conn = sqlite3.connect(folder / "rows.db")
    conn.execute("create table models (id text primary key, sha text, modified text, gated text, row blob)")
    count = 0
    for page in _pages(requests.Session()):
        rows = orjson.loads(page)
        values = ((r["id"], r["sha"], r["lastModified"], str(r["gated"]), orjson.dumps(r["tags"])) for r in rows)
        with conn:
            conn.executemany("insert or replace into models values (?, ?, ?, ?, ?)", values)
        count += len(rows)
    return {"rows": count}


def _pages(session: Any) -> Iterator[bytes]:
    url = os.environ["HF_ENDPOINT"] + "/api/models"
    params: Any = [("sort", "createdAt"), ("limit", "1000"), *(("expand", value) for value in EXPAND)]
    while url:
        answer = session.get(url, params=params, timeout=60)
        yield answer.content
        url, params = answer.links.get("next", {}).get("url"), None


def _night(folder: Path) -> float:
    from schedules.configuration import load
    from schedules.refresh import refresh

    began = time.process_time()
    result = refresh(load(str(folder / "config.toml")), folder / "rows.db")
    assert (result.changed, result.events) == (0, [])
    return time.process_time() - began


def main() -> None:
    """Run one contender and print its figures as JSON."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    contenders: dict[str, Callable[[Path], dict[str, Any]]] = {
        "list_models_upsert": list_models_upsert,
        "licensedrift": licensedrift,
        "floor": floor,
    }
    began, cpu = time.perf_counter(), time.process_time()
    said = contenders[name](folder)
    said |= {"wall": time.perf_counter() - began, "cpu": time.process_time() - cpu}
    said["size"] = (folder / "rows.db").stat().st_size
    said["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    if name == "licensedrift":
        said["night_cpu"] = _night(folder)
    print(json.dumps(said))


if __name__ == "__main__":
    main()
