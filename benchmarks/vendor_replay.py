"""Replay dated series of vendors' pages and count what a watcher would have recorded and alerted.

    python -m benchmarks.vendor_replay [--corpus DIR] [--select] [--series NAME]... [--show] [--words] [--json]

Each series is unpacked into a scratch folder and its captures are read in the order of their days: extraction,
belief, comparison, as a refresh does. `--select` uses the selectors of SELECTORS instead of the default that finds
the terms by itself. `--words` judges a change by new wording (words in runs of three not seen before) instead of
`licenses.comparison`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tarfile
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from crawler.belief import believe
from crawler.extraction import ExtractionError, extract
from licenses.comparison import compare

CORPUS = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus" / "vendor_replay"
LEAST_WORDS = 5  # changed words that make a wording change, as in truth.jsonl
_WORD = re.compile(r"[^\W_]+")
_TARGET = re.compile(r"\]\([^()\s]*\)")


@dataclass
class Score:
    """What one series brought."""

    series: str
    captures: int = 0
    rejected: int = 0
    versions: int = 0
    flips: int = 0
    substantive: int = 0
    alerts: int = 0
    without_new_wording: int = 0
    wording: int = 0
    missed: int = 0
    not_marked: int = 0
    peer: int = 0
    seconds: float = 0.0
    kept_bytes: int = 0
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Change:
    """One recorded version after the first: between which days, whether a text known before, whether it alerts."""

    before: str
    after: str
    flip: bool
    substantive: bool
    words: int


def words_of(text: str) -> list[str]:
    """The words of a Markdown text, without its links' targets."""
    return [word.lower() for word in _WORD.findall(_TARGET.sub("]", text))]


def changed_words(before: list[str], after: list[str], seen: set[tuple[str, ...]]) -> int:
    """Words of `after` in no run of three words that was seen, and words of `before` in no run that is left."""
    return _uncovered(after, seen) + _uncovered(before, _runs(after))


def _runs(words: list[str]) -> set[tuple[str, ...]]:
    return set(zip(words, words[1:], words[2:], strict=False))


def _uncovered(words: list[str], runs: set[tuple[str, ...]]) -> int:
    covered = [False] * len(words)
    for at, run in enumerate(zip(words, words[1:], words[2:], strict=False)):
        if run in runs:
            covered[at] = covered[at + 1] = covered[at + 2] = True
    return covered.count(False)


class Replay:
    """The captures of one series, read as a refresh would."""

    def __init__(self, folder: Path, name: str, selectors: dict[str, Any] | None, by_words: bool) -> None:
        self.folder, self.score = folder, Score(name)
        self._selectors, self._by_words = selectors, by_words
        self.text: str | None = None
        self.changes: list[Change] = []
        self.rejections: list[str] = []
        self._known: set[str] = set()
        self._seen: set[tuple[str, ...]] = set()
        self._day = ""

    def run(self) -> None:
        series = json.loads((self.folder / "series.json").read_text())
        self.score.peer = sum(v["message"].startswith("Record new changes") for v in series["peer_versions"])
        started = time.perf_counter()
        for day in sorted(series["captures"]):
            self.score.captures += 1
            self._look(day, (self.folder / f"{day}.html").read_bytes())
        self.score.seconds = round(time.perf_counter() - started, 1)

    def _look(self, day: str, html: bytes) -> None:
        chosen = self._selectors or {}
        try:
            found = extract(
                html, url=chosen.get("url"), select=chosen.get("select", ()), remove=chosen.get("remove", ())
            )
        except ExtractionError as error:
            self._reject(day, str(error))
            return
        belief = believe(200, "text/html", html, found, self.text)
        if not belief.ok:
            self._reject(day, belief.reason)
        elif found.text != self.text:
            self._record(day, found.text)

    def _reject(self, day: str, reason: str | None) -> None:
        self.score.rejected += 1
        self.rejections.append(f"{day}: {reason}")

    def _record(self, day: str, text: str) -> None:
        new = words_of(text)
        if self.text is not None:
            words = changed_words(words_of(self.text), new, self._seen)
            flip = text in self._known
            substantive = words >= LEAST_WORDS if self._by_words else compare(self.text, text).substantive
            self.changes.append(Change(self._day, day, flip, substantive, words))
        self._seen |= _runs(new)
        self._known.add(text)
        self.text, self._day = text, day


def judged(replay: Replay, truth: list[dict[str, Any]]) -> Score:
    """Set the recorded changes against the truth of each pair of neighbouring captures."""
    score, changes = replay.score, replay.changes
    score.versions = 1 + len(changes)
    score.flips = sum(change.flip for change in changes)
    alerts = [change for change in changes if change.substantive and not change.flip]
    score.substantive = sum(change.substantive for change in changes)
    score.alerts = len(alerts)
    wanted = [row for row in truth if row["judged"] == "wording"]
    score.wording = len(wanted)
    for row in wanted:
        # The change may be recorded between other days where a capture in between was not believed.
        if not any(c.before <= row["from"] and c.after >= row["to"] for c in changes):
            score.missed += 1
            score.notes.append(f"missed {row['from']}..{row['to']} ({row['words']} words)")
        elif not any(c.before <= row["from"] and c.after >= row["to"] for c in alerts):
            score.not_marked += 1
            score.notes.append(f"not marked {row['from']}..{row['to']} ({row['words']} words)")
    for change in alerts:
        rows = [row["judged"] for row in truth if row["from"] < change.after and row["to"] > change.before]
        if "wording" not in rows and "unclear" not in rows:
            score.without_new_wording += 1
            score.notes.append(f"no new wording {change.before}..{change.after} ({change.words} words)")
        elif "wording" not in rows:
            score.notes.append(f"unclear {change.before}..{change.after} ({change.words} words)")
    score.notes += [f"rejected {line}" for line in replay.rejections]
    return score


def unpack(corpus: Path, scratch: Path, wanted: list[str]) -> list[Path]:
    """The folders of the series, unpacked below `scratch`."""
    for archive in sorted(corpus.glob("*.tar.xz")):
        if wanted and not any(name in archive.name for name in wanted):
            continue
        with tarfile.open(archive) as tar:
            tar.extractall(scratch, filter="data")
    return sorted(path.parent for path in scratch.glob("*/*/series.json"))


def table(scores: list[Score]) -> str:
    """The scores as a Markdown table with a line of sums."""
    columns = {
        "captures": "captures", "rejected": "rejected", "versions": "versions", "flips": "flips", "alerts": "alerts",
        "without_new_wording": "without new wording", "wording": "wording changes", "missed": "not recorded",
        "not_marked": "recorded, not marked", "peer": "peer's versions",
    }  # fmt: skip
    rows = [[s.series, *(str(getattr(s, c)) for c in columns)] for s in scores]
    rows.append(["all", *(str(sum(getattr(s, c) for s in scores)) for c in columns)])
    lines = ["| " + " | ".join(["series", *columns.values()]) + " |", "|---" + "|---:" * len(columns) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--scratch", type=Path, help="a folder that holds the unpacked series already")
    parser.add_argument("--series", action="append", default=[])
    parser.add_argument("--select", action="store_true")
    parser.add_argument("--words", action="store_true")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    if not options.corpus.is_dir():
        print(f"no series here: {options.corpus}", file=sys.stderr)
        return 2
    truth = [json.loads(line) for line in (options.corpus / "truth.jsonl").read_text().splitlines()]
    with tempfile.TemporaryDirectory() as temporary:
        scratch = options.scratch or Path(temporary)
        folders = sorted(p.parent for p in scratch.glob("*/*/series.json")) or unpack(
            options.corpus, scratch, options.series
        )
        scores = []
        for folder in folders:
            name = f"{folder.parent.name}/{folder.name}"
            if options.series and not any(wanted in name for wanted in options.series):
                continue
            replay = Replay(folder, name, SELECTORS.get(name) if options.select else None, options.words)
            replay.run()
            scores.append(judged(replay, [row for row in truth if row["series"] == name]))
            if options.show:
                print("\n".join([f"## {name} ({replay.score.seconds} s)", *replay.score.notes]), file=sys.stderr)
    print(json.dumps([asdict(score) for score in scores], indent=2) if options.json else table(scores))
    return 0


# What a person would declare for these pages, one selector a layout that the page had.
_OPENAI: dict[str, Any] = {
    "select": ["main article, main:not(:has(article)), [id^=landings-] > div > div:not(:has(footer))"],
    "remove": ["header:has(nav)", "footer", ".ui-block--cards"],
}
SELECTORS: dict[str, dict[str, Any]] = {
    "chatgpt/acceptable-use-policy": _OPENAI,
    "chatgpt/terms-of-service": _OPENAI,
    "claude-ai/acceptable-use-policy-legal-aup": {"select": ["main article"]},
    "claude-ai/commercial-terms": {"select": ["main article"]},
    "dalle/acceptable-use-policy": _OPENAI,
    "google-generative-ai-services/acceptable-use-policy": {"select": ["[role=article]"]},
    "microsoft-copilot/terms-of-service": {"select": ["#page_content"]},
    "midjourney/terms-of-service": {
        "select": ["article, .content_container_text_sec"],
        "remove": [".content_container_text_sec .page-action"],
    },
    # The page holds all of the vendor's terms; the peer takes the first of them.
    "mistral-ai/terms-of-service": {"select": ["#terms-of-use, #terms-of-service, section.legal .markdown:only-child"]},
}

if __name__ == "__main__":
    sys.exit(main())
