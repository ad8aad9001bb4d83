"""Reading stored texts again by the rules of today: CPU a text, and two processes against one.

    python -m benchmarks.reinterpret [--cards 1000] [--licenses 200]

Every text is another one: invented cards, and invented licenses of a few pages put together from sentences of many
kinds, so that nothing is answered from a memory of the same text.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import tempfile
import time
from pathlib import Path

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


def texts(cards: int, licenses: int) -> list[bytes]:
    """So many different texts."""
    dice = random.Random(7)

    def words() -> str:
        return " ".join(dice.choices(WORDS, k=4))

    found = [CARD.format(number=number, words=words()).encode() for number in range(cards)]
    for number in range(licenses):
        lines = [f"Wren License {number}", ""]
        for section in range(60):
            sentence = dice.choice(SENTENCES).format(number=dice.randrange(10_000), words=words())
            lines.append(f"{section + 1}. {sentence}")
        found.append(("\n".join(lines) + "\n").encode())
    return found


def archive_of(folder: Path, kept: list[bytes]) -> None:
    """An archive in which nobody has read them yet: one subject, one version, a document each."""
    (folder / "config.toml").write_text(CONFIG)
    with Archive.open(folder / "rows.db") as archive:
        run = runs.begin(archive, started_at="2026-11-01T00:00:00Z", scope="all", tool_version="0",
                         rules_version=RULES_VERSION)  # fmt: skip
        with archive.writing():
            conn = archive.conn
            conn.execute("insert into subject (id, kind, name) values (1, 'model', 'wren/all')")
            for place, text in enumerate(kept):
                blob = archive.blobs.put(text)
                conn.execute(
                    "insert into document (subject, role, place, content, text, size)"
                    " values (1, 'license', ?, ?, ?, ?)",
                    (f"LICENSE-{place}", blob, blob, len(text)),
                )
            conn.execute("update run set status = 'complete' where id = ?", (run.id,))


def cpu() -> float:
    """Seconds of this process and of those that it has waited for."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def measure(kept: list[bytes], workers: int) -> dict[str, float]:
    """Wall and CPU seconds of reading all of them once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        archive_of(folder, kept)
        began, spent = time.perf_counter(), cpu()
        done = reinterpret(
            load(str(folder / "config.toml")), folder / "rows.db", workers=workers, progress=lambda *_: None
        )
        assert done.texts == len(kept), done
        return {"wall": round(time.perf_counter() - began, 2), "cpu": round(cpu() - spent, 2)}


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cards", type=int, default=1000)
    parser.add_argument("--licenses", type=int, default=200)
    options = parser.parse_args()
    found = {}
    kinds = (("cards", texts(options.cards, 0)), ("licenses", texts(0, options.licenses)))
    for what, kept in kinds:
        one, two = measure(kept, 1), measure(kept, 2)
        found[what] = {
            "texts": len(kept), "bytes a text": round(sum(map(len, kept)) / len(kept)),
            "ms of CPU a text": round(1000 * one["cpu"] / len(kept), 2), "one": one, "two": two,
            "two_times_as_fast": round(one["wall"] / two["wall"], 2),
        }  # fmt: skip
        print(f"{what}: {found[what]}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
