"""What readers' commands and jobs cost on an archive that is there: wall and CPU seconds, peak memory.

    python -m benchmarks.readers DATABASE [--jobs]

`status`, `snapshots`, `show` of one subject, `diff` of the last two snapshots and of the first against the last; with
`--jobs` also `verify`, `backup`, and `export` twice and once again by pyarrow, in a folder that is removed. Nothing is
written to DATABASE.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_COUNT = "import sys, pyarrow.dataset as d; print(d.dataset(sys.argv[1], partitioning='hive').count_rows())"


def cost(*arguments: str) -> dict[str, Any]:
    """What `python arguments` cost. Raises RuntimeError if it fails."""
    began = time.perf_counter()
    place = Path(__file__).parent.parent
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL, cwd=place)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(arguments)} ended with {process.returncode}")
    return {
        "wall": round(time.perf_counter() - began, 2),
        "cpu": round(usage.ru_utime + usage.ru_stime, 2),
        "memory_mb": usage.ru_maxrss // 1024,
    }


def questions(database: Path) -> Iterator[tuple[str, ...]]:
    """The commands that answer readers."""
    conn = sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)
    try:
        first, last = conn.execute("select min(id), max(id) from snapshots").fetchone()
        middle = "select kind || ':' || name from subject where id >= (select max(id) / 2 from subject) limit 1"
        (subject,) = conn.execute(middle).fetchone()
    finally:
        conn.close()
    yield ("status",)
    yield ("snapshots",)
    yield ("show", subject)
    yield ("diff", "--json")
    yield ("diff", "--json", str(first), str(last))
    yield ("diff", str(first), str(last))


def main() -> None:
    """Run and print a line of JSON a command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("database", type=Path)
    parser.add_argument("--jobs", action="store_true")
    options = parser.parse_args()
    database = options.database.resolve()
    with tempfile.TemporaryDirectory(dir=database.parent) as folder:
        asked = [*questions(database)]
        if options.jobs:
            export = ("export", str(Path(folder) / "parquet"))
            asked += [("verify",), ("backup", str(Path(folder) / "copy.db")), export, export]
        for words in asked:
            found = cost("-m", "licensedrift", *words, "--db", str(database))
            print(json.dumps({"command": " ".join(words).replace(folder, "DIR"), **found}), flush=True)
        if options.jobs:
            found = cost("-c", _COUNT, str(Path(folder) / "parquet" / "catalog"))
            print(json.dumps({"command": "pyarrow counts the rows of `catalog`", **found}), flush=True)


if __name__ == "__main__":
    main()
