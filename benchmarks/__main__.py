"""`make bench`: every benchmark at a size that takes minutes; with `--full` at the sizes of docs/scale.md."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared" / "corpus"
SCANCODE = Path(tempfile.gettempdir()) / "licensedrift-scancode-32.5.0"  # benchmarks/identify.py keeps it there
# (what it measures, module and its arguments, whether it needs ../shared)
BENCHMARKS = (
    ("listing and recording, 20,000 models", ["benchmarks.listing", "--models", "20000", "--rounds", "1"], False),
    ("the explorer's pages, 15,000 subjects", ["benchmarks.explorer_pages", "--subjects", "15000"], False),
    ("a night within the quota", ["benchmarks.budget"], False),
    ("backfill, 40 repositories", ["benchmarks.backfill", "--repositories", "40"], False),
    ("diff between snapshots, 20,000 subjects", ["benchmarks.snapshots", "--subjects", "20000"], False),
    ("made-up rows and the nights after, 120,000 models", ["benchmarks.millions", "--models", "120000"], False),
    ("imports of dumps, 20,000 rows each", ["benchmarks.dumps", "--rows", "20000"], False),
    ("reading again", ["benchmarks.reinterpret", "--cards", "500", "--licenses", "60"], False),
    ("identifying licenses", ["benchmarks.identify", "--texts", "20"], True),
    ("vendors' pages replayed", ["benchmarks.vendor_replay"], True),
)

# The sizes of docs/scale.md, by module; a module that is not here has one size. Needs some 20 GB of disk for a while.
FULL = {
    "benchmarks.listing": ["--models", "300000", "--rounds", "2"],
    "benchmarks.explorer_pages": ["--subjects", "3000000"],
    "benchmarks.budget": ["--models", "5000"],
    "benchmarks.backfill": [],
    "benchmarks.snapshots": ["--subjects", "3000000"],
    "benchmarks.millions": ["--contenders", "list_models_upsert,licensedrift,floor"],
    "benchmarks.dumps": ["--rows", "3000000"],
    "benchmarks.reinterpret": [],
    "benchmarks.identify": [],
}


def main() -> int:
    """Run them in turn; the status of the worst."""
    full = "--full" in sys.argv[1:]
    worst = 0
    for what, command, needs_corpus in BENCHMARKS:
        if full and command[0] in FULL:
            what, command = f"{command[0]}, full size", [command[0], *FULL[command[0]]]
        print(f"== {what}", flush=True)
        if command[0] == "benchmarks.identify" and not full and not SCANCODE.is_dir():
            print("without scancode, whose environment takes minutes to make: python -m benchmarks.identify makes it")
            command = [*command, "--no-scancode"]
        if needs_corpus and not CORPUS.is_dir():
            print("skipped: needs ../shared/corpus, which is not here")
            continue
        worst = max(worst, subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=False).returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main())
