"""What it costs to name the license of a text: licensedrift, scancode-toolkit, and reading the bytes at all.

    python -m benchmarks.identify [--texts 60] [--scancode PYTHON | --no-scancode] [--markdown]

All on the same texts of ../shared/corpus, each contender in a process of its own, one after the other. scancode-toolkit
gets an environment of its own under the system's folder for temporary files, which is kept for the next run; building
its index of licenses is not counted. Where it cannot be installed the benchmark says why and goes on without it.

Seconds are of CPU, so that other work on the machine does not count; start-up is all that a process spends outside its
texts, the interpreter included.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import venv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared" / "corpus"
SCANCODE = "scancode-toolkit==32.5.0"
SCANCODE_NEEDS = "pluggy<1.7"  # with a later one its plugins do not load
# Rounds over the texts: the quick ones run several times.
CONTENDERS = {"floor": 20, "identity": 10, "clauses": 3, "scancode": 1}
# scancode's own keys for texts that the corpus has from elsewhere, and its keys for what is no license of its own.
ITS_NAMES = {
    "apache-2.0": "apache-2.0",
    "apple-excl": "apple-ascl",
    "bigscience-open-rail-m2": "openrail++",
    "deepseek-la-1.0": "deepseek",
    "mit": "mit",
    "tongyi-qianwen-2023": "tongyi-qianwen",
}
GENERIC = re.compile(r"unknown|^warranty-disclaimer$|^other-")
SAYS = {
    "floor": "reading and hashing the bytes",
    "identity": "licensedrift, identity",
    "clauses": "licensedrift, identity and clauses",
    "scancode": SCANCODE.replace("==", " "),
}


@dataclass(frozen=True)
class Cost:
    """Texts a second of CPU, seconds of CPU to start, peak resident bytes, and what was named, text by text."""

    speed: float
    start: float
    memory: int
    named: list[str | None]


def main() -> int:
    """Run and print a table; status 1 if there is no corpus."""
    options = arguments().parse_args()
    if options.worker:
        return worker(options.worker, json.loads(Path(options.list).read_text(encoding="utf-8")))
    if not options.corpus.is_dir():
        print(f"{options.corpus}: the corpus is not here", file=sys.stderr)
        return 1
    rows = texts(options.corpus, options.texts)
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "texts.json"
        files = [str((options.corpus / row["file"]).resolve()) for row in rows]
        listed.write_text(json.dumps(files), encoding="utf-8")
        costs = {what: measured(sys.executable, what, listed) for what in ("floor", "identity", "clauses")}
        python, reason = (None, "left out") if options.no_scancode else scancode_python(options.scancode)
        if python:
            costs["scancode"] = measured(python, "scancode", listed)
        else:
            print(f"scancode-toolkit is skipped: {reason}", file=sys.stderr)
    size = sum(Path(file).stat().st_size for file in files)
    print(f"{len(files)} texts, {size:,} bytes\n")
    print(table(costs, rows, ids_of_scancode(options.corpus)))
    return 0


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--texts", type=int, default=60, help="how many, spread over the corpus")
    parser.add_argument("--scancode", type=Path, help="a Python that has scancode-toolkit")
    parser.add_argument("--no-scancode", action="store_true", help="leave scancode-toolkit out")
    parser.add_argument("--worker", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--list", help=argparse.SUPPRESS)
    return parser


def texts(corpus: Path, count: int) -> list[dict[str, Any]]:
    """So many license texts, evenly spread over the corpus in the order of their names."""
    lines = (corpus / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["kind"] == "licence" and not row["file"].endswith(".pdf")]
    rows.sort(key=lambda row: row["file"])
    return [rows[at * len(rows) // count] for at in range(min(count, len(rows)))]


def measured(python: Path | str, contender: str, listed: Path) -> Cost:
    """Run a contender in a process of its own. Raises RuntimeError if it fails."""
    command = [str(python), str(Path(__file__).resolve()), "--worker", contender, "--list", str(listed)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)} if contender != "scancode" else dict(os.environ)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    said = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{contender} ended with {process.returncode}")
    answer = json.loads(said.splitlines()[-1])
    spent = usage.ru_utime + usage.ru_stime
    rounds = CONTENDERS[contender]
    return Cost(
        len(answer["named"]) * rounds / answer["seconds"], spent - answer["seconds"], usage.ru_maxrss * 1024,
        answer["named"],
    )  # fmt: skip


def worker(contender: str, files: list[str]) -> int:
    """In the contender's process: name every text, and print the seconds of CPU and the names as JSON."""
    name = {"floor": floor, "identity": identity, "clauses": clauses, "scancode": scancode}[contender]()
    named: list[str | None] = []
    begun = time.process_time()
    for _ in range(CONTENDERS[contender]):
        named = [name(Path(file).read_bytes()) for file in files]
    print(json.dumps({"seconds": time.process_time() - begun, "named": named}))
    return 0


def floor() -> Any:
    return lambda content: hashlib.sha256(content).hexdigest() and None


def identity() -> Any:
    from licenses.identity import identify
    from licenses.text import decode

    identify("once, so that the fingerprints are loaded")
    return lambda content: identify(decode(content)).license


def clauses() -> Any:
    from licenses.clauses import find_clauses
    from licenses.identity import identify
    from licenses.text import decode

    identify("once, so that the fingerprints are loaded")
    find_clauses("once, so that the rules are loaded")

    def read(content: bytes) -> str | None:
        text = decode(content)
        find_clauses(text)
        return identify(text).license

    return read


def scancode() -> Any:
    """scancode's own matcher on a text; the license of its longest match is what it names."""
    from licensedcode.cache import get_index  # type: ignore[import-not-found, unused-ignore]

    index = get_index()

    def name(content: bytes) -> str | None:
        found = index.match(query_string=content.decode("utf-8", "replace"))
        longest = max(found, key=lambda match: match.len(), default=None)
        return None if longest is None else str(longest.rule.license_expression)

    return name


def scancode_python(given: Path | None) -> tuple[Path | None, str]:
    """The interpreter that has scancode-toolkit with its index built, or None and why not."""
    folder = Path(tempfile.gettempdir()) / "licensedrift-scancode-32.5.0"
    python = given or folder / "bin" / "python"
    try:
        if not given and not python.exists():
            venv.create(folder, with_pip=True)
            subprocess.run([python, "-m", "pip", "install", "-q", SCANCODE, SCANCODE_NEEDS], check=True)
        subprocess.run([python, "-c", "from licensedcode.cache import get_index; get_index()"], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        return None, str(error)
    return python, ""


def ids_of_scancode(corpus: Path) -> dict[str, str]:
    """scancode's keys to the corpus's ids, as its manifest notes them."""
    found = dict(ITS_NAMES)
    for line in (corpus / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        key = re.search(r"scancode key (\S+?);", row.get("notes") or "")
        if key:
            found[key[1]] = plain(row["ground_truth"])
    return found


def plain(name: str) -> str:
    return re.sub(r"-(only|or-later)$", "", name.lower())


def judged(named: list[str | None], rows: list[dict[str, Any]], ids: dict[str, str]) -> str:
    """ "right / wrong / unknown" of what a contender named."""
    count: Counter[str] = Counter()
    for name, row in zip(named, rows, strict=True):
        said = ids.get(name, name) if name else None
        if not said or GENERIC.search(said):
            count["unknown"] += 1
        else:
            count["right" if plain(said) == plain(row["ground_truth"]) else "wrong"] += 1
    return f"{count['right']} / {count['wrong']} / {count['unknown']}"


def table(costs: dict[str, Cost], rows: list[dict[str, Any]], ids: dict[str, str]) -> str:
    """The figures as a table in Markdown."""
    base = costs["scancode"].speed if "scancode" in costs else None
    lines = [
        "| | texts a second | times scancode | ms a text | start-up, s | peak memory, MB | right / wrong / unknown |",
        "|---|---|---|---|---|---|---|",
    ]
    for what, cost in costs.items():
        times = f"{cost.speed / base:,.0f}" if base else ""
        told = "" if what == "floor" else judged(cost.named, rows, ids if what == "scancode" else {})
        lines.append(
            f"| {SAYS[what]} | {cost.speed:,.1f} | {times} | {1000 / cost.speed:,.2f} | {cost.start:.2f} "
            f"| {cost.memory / 1e6:,.0f} | {told} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
