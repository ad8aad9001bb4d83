"""Replay dated series of vendors' pages and count what a watcher would have recorded and alerted.

    python -m benchmarks.vendor_replay [--select] [--direct [--words]] [--series NAME]... [--show] [--json]

Each series is unpacked into a scratch folder and served from a loopback server, capture by capture, each day with a
refresh into an archive of its own; `--direct` calls extraction, belief and comparison without server and archive.
`--select` uses the selectors of SELECTORS instead of the default that finds the terms by itself. `--words` marks a
change by its new words (in runs of three not seen before) instead of `licenses.comparison`.
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

from benchmarks.series_by_refresh import Watch, packed_git, serving
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
    peer_blind: int = 0
    wording: int = 0
    missed: int = 0
    not_marked: int = 0
    peer: int = 0
    seconds: float = 0.0
    raw_bytes: int = 0
    archive_bytes: int = 0
    blob_bytes: int = 0
    git_bytes: int = 0
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
    """The captures of one series, in the order of their days. Subclasses say how one is looked at."""

    def __init__(self, folder: Path, name: str, selectors: dict[str, Any], by_words: bool) -> None:
        self.folder, self.score = folder, Score(name)
        self.series = json.loads((folder / "series.json").read_text())
        self.kind: str = self.series["document"].partition(" #")[0]
        self.selectors, self.by_words = selectors, by_words
        self.changes: list[Change] = []
        self.rejections: list[str] = []
        self._seen: set[tuple[str, ...]] = set()
        self._words: list[str] | None = None
        self._day = ""

    def run(self) -> None:
        series = self.series
        self.score.peer = sum(v["message"].startswith("Record new changes") for v in series["peer_versions"])
        started = time.perf_counter()
        for day, moment in sorted(series["captures"].items()):
            self.score.captures += 1
            self.look(day, moment, (self.folder / f"{day}.html").read_bytes())
        self.score.seconds = round(time.perf_counter() - started, 1)

    def look(self, day: str, moment: str, html: bytes) -> None:
        raise NotImplementedError

    def reject(self, day: str, reason: str | None) -> None:
        self.score.rejected += 1
        self.rejections.append(f"{day}: {reason}")

    def record(self, day: str, text: str, *, flip: bool, substantive: bool) -> None:
        """Note a version, and how many of its words are new."""
        new = words_of(text)
        if self._words is not None:
            words = changed_words(self._words, new, self._seen)
            marked = words >= LEAST_WORDS if self.by_words else substantive
            self.changes.append(Change(self._day, day, flip, marked, words))
        self._seen |= _runs(new)
        self._words, self._day = new, day


class Direct(Replay):
    """Extraction, belief and comparison one after another, without server and archive."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.text: str | None = None
        self.known: set[str] = set()
        self.refused: str | None = None
        self.same_answers = 0

    def look(self, day: str, moment: str, html: bytes) -> None:
        select, remove = self.selectors.get("select", ()), self.selectors.get("remove", ())
        try:
            found = extract(html, url="https://example.com/terms", select=select, remove=remove, kind=self.kind)
        except ExtractionError as error:
            self.reject(day, str(error))
            return
        self.same_answers = self.same_answers + 1 if found.text == self.refused else 0
        belief = believe(200, "text/html", html, found, self.text, same_answers=self.same_answers)
        if not belief.ok:
            self.refused = found.text
            self.reject(day, belief.reason)
        elif found.text != self.text:
            substantive = self.text is not None and not self.by_words and compare(self.text, found.text).substantive
            self.record(day, found.text, flip=found.text in self.known, substantive=substantive)
            self.known.add(found.text)
            self.text = found.text


class ByRefresh(Replay):
    """A refresh a day from a loopback server into an archive: the whole way."""

    def run(self) -> None:
        with tempfile.TemporaryDirectory() as scratch, serving() as (base, self.served):
            self.watch = Watch(base, Path(scratch) / "archive.db", self.kind, self.selectors)
            super().run()
            _, self.score.archive_bytes, self.score.blob_bytes = self.watch.sizes()
            captures = sorted(self.folder.glob("*.html"))
            self.score.raw_bytes = sum(path.stat().st_size for path in captures)
            self.score.git_bytes = packed_git(captures, Path(scratch) / "git")

    def look(self, day: str, moment: str, html: bytes) -> None:
        self.served.content = html
        events, failures = self.watch.look(moment)
        for reason in failures:
            self.reject(day, reason)
        if failures or (self._words is not None and not events):
            return
        flip = any(event.get("flip") for event in events)
        self.record(day, self.watch.text(), flip=flip, substantive=any(event["substantive"] for event in events))


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
            score.peer_blind += change.words >= LEAST_WORDS
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


COLUMNS = {
    "captures": "captures", "rejected": "rejected", "versions": "versions", "flips": "flips", "alerts": "alerts",
    "without_new_wording": "without new wording", "peer_blind": "of these, new all the same",
    "wording": "wording changes", "missed": "not recorded", "not_marked": "recorded, not marked",
    "peer": "peer's versions",
}  # fmt: skip
SIZES = {
    "raw_bytes": "bytes of the captures", "archive_bytes": "archive", "blob_bytes": "of it texts and captures",
    "git_bytes": "packed git of the captures",
}  # fmt: skip


def table(scores: list[Score], columns: dict[str, str]) -> str:
    """The scores as a Markdown table with a line of sums."""
    rows = [[s.series, *(f"{getattr(s, c):,}" for c in columns)] for s in scores]
    rows.append(["all", *(f"{sum(getattr(s, c) for s in scores):,}" for c in columns)])
    lines = ["| " + " | ".join(["series", *columns.values()]) + " |", "|---" + "|---:" * len(columns) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--scratch", type=Path, help="a folder that holds the unpacked series already")
    parser.add_argument("--series", action="append", default=[])
    parser.add_argument("--select", action="store_true", help="with the selectors of SELECTORS")
    parser.add_argument("--direct", action="store_true", help="without server and archive")
    parser.add_argument("--words", action="store_true", help="judge by new words; only with --direct")
    parser.add_argument("--show", action="store_true", help="each disagreement with the truth")
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
            selectors = SELECTORS.get(name, {}) if options.select else {}
            replay = (Direct if options.direct or options.words else ByRefresh)(folder, name, selectors, options.words)
            replay.run()
            scores.append(judged(replay, [row for row in truth if row["series"] == name]))
            if options.show:
                print("\n".join([f"## {name} ({replay.score.seconds} s)", *replay.score.notes]), file=sys.stderr)
    if options.json:
        print(json.dumps([asdict(score) for score in scores], indent=2))
    else:
        print(table(scores, COLUMNS))
        if not options.direct and not options.words:
            print("\n" + table(scores, SIZES))
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
