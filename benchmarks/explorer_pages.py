"""How long the explorer's pages take on a large archive: the median of warm requests through Datasette's own client.

    python -m benchmarks.explorer_pages [ARCHIVE.db] [--subjects 300000] [--rounds 7]

Without an archive one of so many subjects is made first (benchmarks/explorer_archive.py).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote, urlencode

from datasette.app import Datasette

from benchmarks import explorer_archive
from explorer.links import Links
from explorer.questions import QUESTIONS

LIMIT = 300  # milliseconds, of each page
# What is filled into the saved queries' fields.
FIELDS = {"below": "100000000", "at_least": "100", "start": "0", "end": "100"}
SEARCHES = ("commercial", '"monthly active users"', "European Union", "mau-threshold", "author-00001", "model")


@dataclass(frozen=True)
class Timed:
    """A page with its median and its slowest warm time in milliseconds, its median CPU, and its size in bytes."""

    name: str
    median: float
    cpu: float
    slowest: float
    size: int


def addresses(path: Path) -> Iterator[tuple[str, str]]:
    """(name, address) of every page; subjects and texts are those with most to show."""
    conn = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    links = Links(f"/{path.stem}")

    def one(query: str) -> Any:
        return conn.execute(query).fetchone()

    author = one("select name from subject limit 1")[0].partition("/")[0]
    (system,) = one("select name from system order by position limit 1")
    yield "drift", links.drift()
    yield "drift, tighter only", links.drift(direction="tighter", substantive="1")
    yield "drift, a common clause", links.drift(clause="commercial-use")
    yield "drift, a clause that never drifted", links.drift(clause="royalty")
    yield "drift, an author", links.drift(author=author)
    yield "drift, a system", links.drift(system=system)
    yield "drift, by name", links.drift(watched="by-name")
    yield "drift, spaces", links.drift(of="space")
    yield "drift, renamed (there is none)", links.drift(kind="renamed")
    yield "drift, an old page", links.drift(before="2025-06-01T00:00:00Z,0")
    yield "drift, Atom", links.feed("xml")
    event, subject = one("select e.id, s.kind || ':' || s.name from event e join subject s on s.id = e.subject"
                         " where e.parent is not null order by e.id desc limit 1")  # fmt: skip
    yield "an event", links.event(event)
    yield "a subject", links.subject(subject)
    (parent,) = one("select base from lineage group by base order by count(*) desc limit 1")
    yield "a subject that most were made from", links.subject(f"model:{parent}")
    (many,) = one("select s.kind || ':' || s.name from version v join subject s on s.id = v.subject"
                  " group by v.subject order by count(*) desc limit 1")  # fmt: skip
    yield "a subject with most versions", links.subject(many)
    texts = [row[0] for row in conn.execute(
        "select lower(hex(b.sha256)) from blob b join (select text, count(*) n from document where role = 'license'"
        " group by text order by n desc limit 2) d on d.text = b.id")]  # fmt: skip
    yield "the text that most carry", links.text(texts[0], 10, 40)
    yield "compare two texts", links.compare(*texts)
    yield "compare two versions", links.versions(subject)
    yield "compare, to choose", links.compare("", "")
    yield "systems", links.systems()
    yield "openness", links.openness()
    yield "openness, over all", links.openness() + "?over=all"
    yield "licenses", links.licenses()
    yield "licenses, a common one", links.licenses(license="Apache-2.0")
    yield "licenses, unknown ones", links.licenses(license="unknown")
    yield "runs", links.runs()
    yield "questions", links.questions()
    for said in SEARCHES:
        yield f"search {said}", links.search(q=said)
    for question in QUESTIONS:
        fields = FIELDS | {"hash": texts[0], "name": parent}
        yield f"question {question.name}", f"/{path.stem}/{question.name}?{urlencode(fields, quote_via=quote)}"
    conn.close()


async def measure(path: Path, rounds: int) -> list[Timed]:
    """Each page once cold, then `rounds` times."""
    datasette = Datasette([str(path)])
    await datasette.invoke_startup()
    found = []
    for name, address in addresses(path):
        for _cold in range(3):  # what is read from the disk for the first time may come too late
            answer = await datasette.client.get(address)
            if answer.status_code == 200:
                break
        if answer.status_code not in (200, 503):
            raise SystemExit(f"{name} ({address}) answers {answer.status_code}: {answer.text[-1500:]}")
        times, cpu = [], []
        for _ in range(rounds):
            began, worked = time.perf_counter(), time.process_time()
            answer = await datasette.client.get(address)
            times.append((time.perf_counter() - began) * 1000)
            cpu.append((time.process_time() - worked) * 1000)
        # The first, cold answer may come too late; the last one may not.
        if any(said in answer.text for said in ("took longer than", "SQL query took too long")):
            name += " (unfinished)"
        one = Timed(name, median(times), median(cpu), max(times), len(answer.content))
        found.append(one)
        print(f"| {one.name} | {one.median:.0f} | {one.cpu:.0f} | {one.slowest:.0f} | {one.size // 1000} |", flush=True)
    return found


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("archive", type=Path, nargs="?")
    parser.add_argument("--subjects", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.archive
        if path is None:
            path = Path(folder) / "archive.db"
            print(json.dumps(explorer_archive.make(path, options.subjects, seed=20261101)))
        print("| page | median ms | of it CPU | slowest ms | kB |\n|---|--:|--:|--:|--:|")
        found = asyncio.run(measure(path, options.rounds))
    slow = [one.name for one in found if one.median > LIMIT]
    print(
        json.dumps(
            {"pages": len(found), "slowest_median_ms": round(max(one.median for one in found)), "over_300": slow}
        )
    )


if __name__ == "__main__":
    main()
