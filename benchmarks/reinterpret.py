"""Reading stored texts again by the rules of today: CPU a text, memory, and two processes against one.

    python -m benchmarks.reinterpret [--cards 1000000] [--licenses 100000] [--folder /tmp]

Every text is another one: invented cards, and invented licenses of a few pages put together from sentences of many
kinds, so that nothing is answered from a memory of the same text.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measured import measured
from licenses.reading import RULES_VERSION
from schedules.configuration import load
from schedules.reinterpret import reinterpret
from storage import runs
from storage.archive import Archive

CONFIG = 'database = "rows.db"\n'
CARD = """---
license: other
license_name: wren-{number}
---
# Model {number}

A model of {number} billion parameters, trained on {words}. Intended for research in {words}.

## License

It is released under the Wren License {number}. You may use it for {words}.
"""
SENTENCES = (
    "You may use, copy and change the model {number} for any purpose, {words} included.",
    "You may not use the model for {words}.",
    "If you have more than {number} million monthly active users, you must ask for a license of {words}.",
    "You must keep this notice and name {words} with every copy that you hand on.",
    "We may end this agreement within {number} days if you break it with regard to {words}.",
    "The model comes as it is, without warranty of any kind, as far as {words} go.",
    "This agreement is governed by the law of {words}.",
    "Outputs belong to you, {words} excepted; you may not train other models of {words} on them.",
)
WORDS = (
    "sparrow", "wren", "lark", "robin", "finch", "heron", "crane", "stork", "swift", "martin", "linnet", "siskin",
    "plover", "curlew", "dunlin",
)  # fmt: skip


def cards(count: int) -> Iterator[bytes]:
    """So many different cards."""
    dice = random.Random(7)
    for number in range(count):
        yield CARD.format(number=number, words=_words(dice)).encode()


def licenses(count: int) -> Iterator[bytes]:
    """So many different licenses of 60 sections."""
    dice = random.Random(8)
    for number in range(count):
        lines = [f"Wren License {number}", ""]
        for section in range(60):
            sentence = dice.choice(SENTENCES).format(number=dice.randrange(10_000), words=_words(dice))
            lines.append(f"{section + 1}. {sentence}")
        yield ("\n".join(lines) + "\n").encode()


def _words(dice: random.Random) -> str:
    return " ".join(dice.choices(WORDS, k=4))


def fill(database: Path, texts: Iterator[bytes]) -> tuple[int, int]:
    """An archive in which nobody has read them yet: one subject, a document each. How many, and their bytes."""
    count, size = 0, 0
    with Archive.open(database) as archive:
        run = runs.begin(archive, started_at="2026-11-01T00:00:00Z", scope="all", tool_version="0",
                         rules_version=RULES_VERSION)  # fmt: skip
        with archive.writing():
            conn = archive.conn
            conn.execute("insert into subject (id, kind, name) values (1, 'model', 'wren/all')")
            for text in texts:
                blob = archive.blobs.put(text)
                conn.execute(
                    "insert into document (subject, role, place, content, text, size)"
                    " values (1, 'license', ?, ?, ?, ?)",
                    (f"LICENSE-{count}", blob, blob, len(text)),
                )
                count, size = count + 1, size + len(text)
            conn.execute("update run set status = 'complete' where id = ?", (run.id,))
    return count, size


def once(folder: Path, workers: int) -> dict[str, Any]:
    """Read all of them once. CPU is that of all processes, memory the most that the one held that writes."""
    began, last = time.perf_counter(), 0.0

    def progress(what: str, done: int, of: int | None) -> None:
        nonlocal last
        if time.perf_counter() - last > 60:
            last = time.perf_counter()
            print(f"{workers} processes: {what} {done:,} of {of or 0:,}", file=sys.stderr, flush=True)

    done = reinterpret(load(str(folder / "config.toml")), folder / "rows.db", workers=workers, progress=progress)
    cpu = sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"texts": done.texts, "wall": round(time.perf_counter() - began, 1), "cpu": round(cpu, 1), "memory": peak}


def measure(texts: Iterator[bytes], folder: Path | None) -> dict[str, Any]:
    """One process, then two, on the same archive."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        place = Path(name)
        (place / "config.toml").write_text(CONFIG)
        count, size = fill(place / "unread.db", texts)
        found: dict[str, Any] = {"texts": count, "bytes_a_text": round(size / count)}
        for workers in (1, 2):
            for left in place.glob("rows.db*"):
                left.unlink()
            shutil.copyfile(place / "unread.db", place / "rows.db")
            said = measured("benchmarks.reinterpret", "--once", name, "--workers", str(workers)).said
            assert said.pop("texts") == count
            found[f"workers_{workers}"] = said
    one, two = found["workers_1"], found["workers_2"]
    found["cpu_ms_a_text"] = round(1000 * one["cpu"] / count, 2)
    found["two_times_as_fast"] = round(one["wall"] / two["wall"], 2)
    return found


def main() -> None:
    """Run and print one line of JSON a kind of text."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cards", type=int, default=1_000_000)
    parser.add_argument("--licenses", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="where the archives lie meanwhile; they are deleted afterwards")
    parser.add_argument("--once", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--workers", type=int, default=1, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        print(json.dumps(once(options.once, options.workers)))
        return
    for what, texts in (("cards", cards(options.cards)), ("licenses", licenses(options.licenses))):
        print(json.dumps({what: measure(texts, options.folder)}), flush=True)


if __name__ == "__main__":
    main()
