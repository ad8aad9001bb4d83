"""How well texts are understood: `make accuracy`. The truth is read from ../shared/corpus; nothing of it is in here.

    python -m benchmarks.accuracy [--corpus ../shared/corpus]

Prints the figures of the corpus's own score.py (identify, clauses, drift), then two that are honest about what nobody
has seen: clauses of the license families that were kept unread while rules were written, and identity with texts and
families left out of the fingerprints.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Families whose texts nobody read while the rules of clauses were written: marks of their file names.
HELD_OUT = (
    "falcon-2", "eupl", "yi-model", "stylegan3", "nvidia", "exaone", "odc-by", "odbl", "codegeex", "cogvideo",
    "chatglm", "mpl-2", "ltx", "if-license", "seamless", "chameleon", "modelgo", "polyform", "cdla", "openmdw", "dbrx",
    "gpt-2",
)  # fmt: skip
COMMAND = [sys.executable, "-m", "licensedrift"]


def main() -> int:
    """Run and print; status 1 if a part could not run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, default=ROOT.parent / "shared" / "corpus")
    options = parser.parse_args()
    corpus: Path = options.corpus.resolve()
    if not corpus.is_dir():
        print(f"{options.corpus}: the corpus is not here", file=sys.stderr)
        return 1
    found = {what: scored(corpus / "score.py", what) for what in ("identify", "clauses", "drift")}
    found["clauses_held_out_families"] = held_out(corpus)
    print(json.dumps(found, indent=1))
    print("\nidentity, left out of the fingerprints:")
    return left_out()


def scored(script: Path, what: str, *options: str) -> dict[str, object]:
    """The figures of score.py."""
    done = subprocess.run(
        [sys.executable, str(script), what, *options, "--", *COMMAND],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    figures: dict[str, object] = json.loads(done.stdout)
    return figures


def held_out(corpus: Path) -> dict[str, object]:
    """The clause figures of the families that nobody read: score.py on a folder with those rows alone."""
    rows = [json.loads(line) for line in (corpus / "clause_truth.jsonl").open(encoding="utf-8")]
    texts = [row for row in rows if not row["file"].startswith("cards")]
    kept = [row for row in texts if any(mark in row["file"] for mark in HELD_OUT)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for entry in corpus.iterdir():
            if entry.name != "clause_truth.jsonl":
                (folder / entry.name).symlink_to(entry)
        (folder / "clause_truth.jsonl").write_text("".join(json.dumps(row) + "\n" for row in kept), encoding="utf-8")
        return scored(corpus / "score.py", "clauses", "--corpus", str(folder))


def left_out() -> int:
    """What tests/licenses/identity/test_left_out.py counts."""
    tests = "tests/licenses/identity/test_left_out.py"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rP", "-p", "no:cacheprovider", tests],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    for line in done.stdout.splitlines():
        if re.search(r"left out", line) and "{" in line:
            print(" ", line)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
