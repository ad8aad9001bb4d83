"""Makes the archive that the explorer is measured on: rows written directly, of plausible numbers and spreads.

    python -m benchmarks.explorer_archive ARCHIVE.db [--subjects 300000] [--seed 20261101]

Per subject 3.3 versions and 0.67 drift events, as 300,000 subjects, 1 million versions and 200,000 events have them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

import orjson
import zstandard

from benchmarks.explorer_texts import License, Writer
from licenses.reading import RULES_VERSION
from storage import lineage, words
from storage.archive import Archive

RUNS = 700  # nights
FIRST_NIGHT = datetime(2024, 12, 1, 3, tzinfo=UTC)
CHUNK = 20_000
LICENSES = (
    "Apache-2.0", "MIT", "llama3.1", "llama3.2", "llama2", "gemma", "CC-BY-4.0", "CC-BY-NC-4.0", "CC-BY-SA-4.0",
    "OpenRAIL-M", "BSD-3-Clause", "GPL-3.0-only", "AFL-3.0", "Artistic-2.0", None, None, None,
)  # fmt: skip
CLAIMS = ("apache-2.0", "mit", "other", "llama3.1", "cc-by-nc-4.0", "gemma", "openrail", "cc-by-4.0", None, None)
KINDS = ("model",) * 90 + ("dataset",) * 8 + ("space",) * 2
OPENNESS = ("open-source", "open", "proprietary", "unknown")
MODALITIES = ("text-generation", "text-to-image", "automatic-speech-recognition", "feature-extraction", None)


def night(run: int) -> str:
    """When a run started, ISO 8601."""
    return (FIRST_NIGHT + timedelta(days=run - 1)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Maker:
    """Fills an archive table by table; rows that hang together are remembered by their ids."""

    def __init__(self, archive: Archive, subjects: int, seed: int) -> None:
        self.archive, self.conn, self.subjects = archive, archive.conn, subjects
        self.chance = random.Random(seed)
        self.writer = Writer(seed)
        self.texts = max(50, subjects // 15)
        self.authors = max(10, subjects // 15)
        self.names: list[str] = []
        self.blobs = self.documents = self.events = 0
        self.licenses: list[tuple[License, str]] = []
        self.rules = 0
        self.waiting: dict[str, list[tuple[Any, ...]]] = {}
        self._compressor = zstandard.ZstdCompressor(level=1, write_content_size=True)

    def insert(self, table: str, row: tuple[Any, ...], columns: str = "") -> None:
        """Put a row aside; every `CHUNK` rows they are written."""
        key = f"{table}{columns}"
        rows = self.waiting.setdefault(key, [])
        rows.append(row)
        if len(rows) >= CHUNK:
            self.flush(key)

    def flush(self, key: str) -> None:
        rows = self.waiting.pop(key, [])
        if rows:
            self.conn.executemany(f"insert into {key} values ({', '.join('?' * len(rows[0]))})", rows)

    def finish(self) -> None:
        """Write what waits."""
        for key in list(self.waiting):
            self.flush(key)

    def blob(self, content: str) -> int:
        """Store a text; its id."""
        self.blobs += 1
        data = content.encode()
        row = (self.blobs, hashlib.sha256(data).digest(), len(data), 1, None, 0, self._compressor.compress(data))
        self.insert("blob", row)
        return self.blobs

    def make_runs(self) -> None:
        for run in range(1, RUNS + 1):
            failures = [{"subject": "model:a/b", "reason": "HTTP 503, five times"}] * (run % 5)
            status = "partial" if failures else "complete"
            self.insert("run", (
                run, night(run), night(run)[:-6] + "40:00Z", status, "all", self.subjects, 900, 190,
                '{"api": 301, "resolvers": 1804}', 12_000_000, json.dumps(failures), "0.1.0", RULES_VERSION,
                700_000_000 + 1_000_000 * run,
            ))  # fmt: skip
        self.conn.execute("insert into watch values (1, 'models/all', ?)", (RUNS,))
        self.conn.execute("insert into state values ('next_refresh', ?)", (night(RUNS + 1),))
        self.rules = int(self.conn.execute("insert into rules (version) values (?)", (RULES_VERSION,)).lastrowid or 0)

    def make_licenses(self) -> None:
        """Distinct license texts; the first ones are carried most."""
        for number in range(self.texts):
            made = self.writer.license()
            text = self.blob(made.text)
            assert text == number + 1
            license = LICENSES[number % len(LICENSES)] if number < 500 else self.chance.choice(LICENSES)
            nearest = orjson.dumps([["MIT", 0.41], ["Apache-2.0", 0.33]]).decode()
            self.insert("analysis", (text, self.rules, license, license, None, 0.97, 0, None, nearest))
            for clause, start, end in made.clauses:
                self.insert("clause", (text, self.rules, clause, made.text[start:end], start, end, None, "{}"))
            self.licenses.append((made, hashlib.sha256(made.text.encode()).hexdigest()))

    def make_subjects(self) -> None:
        weights = list(accumulate(1 / (rank + 20) for rank in range(self.authors)))
        authors = self.chance.choices(range(self.authors), cum_weights=weights, k=self.subjects)
        for number, author in enumerate(authors, 1):
            word = self.writer.prose(1).strip(".").lower()
            name = f"author-{author:05}/{word}-{number}-{self.chance.choice((1, 3, 7, 13, 70))}b"
            self.names.append(name)
            self.insert("subject", (number, self.kind(number), number.to_bytes(12, "big"), name))

    @staticmethod
    def kind(subject: int) -> str:
        return KINDS[subject % len(KINDS)]

    def make_versions(self) -> None:
        """Versions in the order of the runs, their documents, the current state, and what drifted between them."""
        bases = list(accumulate(1 / (rank + 5) for rank in range(min(5_000, self.subjects))))
        text_weights = list(accumulate(1 / (rank + 3) for rank in range(self.texts)))
        begun = []
        for subject in range(1, self.subjects + 1):
            first = 1 if self.chance.random() < 0.5 else self.chance.randint(1, RUNS - 10)
            count = min(1 + int(self.chance.expovariate(1 / 2.83)), RUNS - first + 1)
            later = sorted(self.chance.sample(range(first + 1, RUNS + 1), min(count - 1, RUNS - first)))
            begun += [(run, subject) for run in (first, *later)]
        begun.sort()
        ends = dict.fromkeys(range(1, self.subjects + 1), RUNS + 1)
        closing: list[int | None] = [None] * len(begun)
        for place in range(len(begun) - 1, -1, -1):
            run, subject = begun[place]
            closing[place] = ends[subject] if ends[subject] <= RUNS else None
            ends[subject] = run
        states: dict[int, dict[str, Any]] = {}
        for version, ((run, subject), end) in enumerate(zip(begun, closing, strict=True), 1):
            before = states.get(subject)
            after = self._next(before, subject, bases, text_weights)
            states[subject] = after
            self._version(version, subject, run, end, after)
            if before is None:
                after["first"] = run
            else:
                self._drift(version, subject, run, before, after)
            after |= {"version": version, "run": run}
        for subject, state in states.items():
            self._current(subject, state)

    def _next(
        self, before: dict[str, Any] | None, subject: int, bases: list[float], texts: list[float]
    ) -> dict[str, Any]:
        chance = self.chance
        if before is None:
            base = chance.choices(range(len(bases)), cum_weights=bases)[0]
            state: dict[str, Any] = {
                "claimed": chance.choice(CLAIMS), "gated": "false", "read": chance.random() < 0.6, "text": None,
                "base": self.names[base] if chance.random() < 0.55 and subject > len(bases) else None,
            }  # fmt: skip
            if state["read"]:
                state["card"] = self._document(subject, "card", "README.md", self._card(state))
                if chance.random() < 0.3:
                    self._choose_text(state, subject, texts)
            return state
        state = dict(before)
        what = chance.random()
        if what < 0.13:
            state["claimed"] = chance.choice(CLAIMS)
        elif what < 0.18:
            state["gated"] = chance.choice(("false", "auto", "manual"))
        elif what < 0.4 and state["read"]:
            state["card"] = self._document(subject, "card", "README.md", self._card(state))
        elif what < 0.6 and state["text"] is not None:
            self._choose_text(state, subject, texts)
        return state

    def _card(self, state: dict[str, Any]) -> int:
        base = f"base_model: {state['base']}\n" if state["base"] else ""
        return self.blob(self.writer.card(f"license: {state['claimed']}\n{base}"))

    def _choose_text(self, state: dict[str, Any], subject: int, weights: list[float]) -> None:
        state["text"] = self.chance.choices(range(self.texts), cum_weights=weights)[0]
        state["license"] = self._document(subject, "license", "LICENSE", state["text"] + 1)

    def _document(self, subject: int, role: str, place: str, text: int) -> int:
        self.documents += 1
        row = (self.documents, subject, role, place, text, text, 4000, None, self.chance.randbytes(20), night(1), None)
        self.insert(
            "document", row, " (id, subject, role, place, content, text, size, etag, revision, fetched_at, headers)"
        )
        return self.documents

    def _version(self, version: int, subject: int, run: int, end: int | None, state: dict[str, Any]) -> None:
        base = json.dumps([state["base"]]) if state["base"] else None
        self.insert("version", (
            version, subject, run, end, night(run), night(end) if end else None, "refresh", self.chance.randbytes(20),
            self.chance.randbytes(32), "available", state["gated"], state["claimed"], None, None, None, base, None,
            int(state["read"]),
        ))  # fmt: skip
        for name in ("card", "license"):
            if name in state:
                self.insert("version_document", (version, state[name]))

    def _drift(self, version: int, subject: int, run: int, before: dict[str, Any], after: dict[str, Any]) -> None:
        for field, kind in (("claimed", "claim"), ("gated", "gate")):
            if before[field] != after[field]:
                direction = self.chance.choice(("tighter", "looser", "neutral", "mixed"))
                role = "license" if kind == "claim" else None
                self._event(None, version, subject, run, kind, role, direction, None, before[field], after[field])
        if before["text"] != after["text"]:
            self._text_drift(version, subject, run, before["text"], after["text"])

    def _text_drift(self, version: int, subject: int, run: int, old: int, new: int) -> None:
        direction = self.chance.choice(("tighter", "looser", "mixed"))
        parent = self._event(None, version, subject, run, "text", "license", direction, None, None, None, old, new)
        for clause, start, end in self.licenses[new][0].clauses[:3]:
            quote = self.licenses[new][0].text[start:end]
            self._event(
                parent, version, subject, run, "text", "license", direction, clause, None, quote, old, new, start, end
            )

    def _event(
        self, parent: int | None, version: int, subject: int, run: int, kind: str, role: str | None, direction: str,
        clause: str | None, before: str | None, after: str | None, *texts: int,
    ) -> int:  # fmt: skip
        self.events += 1
        old, new, *quoted = [*texts, None, None, None][:4] if texts else [None] * 4
        sides: list[Any] = []
        for text, place in ((old, []), (new, quoted)):
            said: dict[str, Any] = {"place": "LICENSE", "fetched_at": night(run)}
            if text is not None:
                said["text_hash"] = self.licenses[text][1]
            if place and place[0] is not None:
                said |= {"start": place[0], "end": place[1]}
            sides.append(said)
        hashes = [None if text is None else bytes.fromhex(self.licenses[text][1]) for text in (old, new)]
        self.insert("event", (
            self.events, parent, run, night(run), subject, version, kind, role, direction,
            int(direction != "neutral"), 0, clause, before, after, *hashes, *(orjson.dumps(s).decode() for s in sides),
            RULES_VERSION,
        ))  # fmt: skip
        return self.events

    def _current(self, subject: int, state: dict[str, Any]) -> None:
        chance = self.chance
        found = LICENSES[state["text"] % len(LICENSES)] if state["text"] is not None else None
        gone = night(RUNS - chance.randint(1, 300)) if chance.random() < 0.01 else None
        columns = (
            " (subject, version, watch, seen_in, first_run, changed_run, row_hash, sha, files_behind, last_modified,"
            " created_at, modality, parameters, downloads, has_weights, unavailable_since, license_found, openness)"
        )
        self.insert("current", (
            subject, state["version"], None if gone else 1, None, state.get("first", 1), state["run"],
            chance.randbytes(8), chance.randbytes(20), 0, night(state["run"]), night(1), chance.choice(MODALITIES),
            chance.randint(1, 70) * 10**9, int(chance.paretovariate(0.7)), 1, gone, found,
            chance.choice(OPENNESS) if found else "unknown",
        ), columns)  # fmt: skip
        if found and chance.random() < 0.4:
            self.insert(
                "finding",
                (
                    subject,
                    1,
                    "contradiction",
                    state["claimed"],
                    found,
                    None,
                    chance.choice(("high", "medium")),
                    RULES_VERSION,
                ),
                " (subject, valid_from, claim, claimed, found, evidence, severity, rules_version)",
            )

    def make_systems(self) -> None:
        """Systems of the best-known models."""
        best = self.conn.execute(
            "select s.name from current c join subject s on s.id = c.subject where s.kind = 'model'"
            " and c.license_found is not null order by c.downloads desc limit 120"
        ).fetchall()
        for number, names in enumerate(zip(*[iter(best)] * 3, strict=False)):
            subjects = json.dumps([f"model:{name}" for (name,) in names])
            self.insert("system", (
                f"System {number}", number, f"Developer {number % 12}", "text", subjects,
                OPENNESS[number % 4], "Apache-2.0", "non-commercial", None, None,
            ))  # fmt: skip


def keep_words(archive: Archive) -> None:
    """The tables of storage/words.py and storage/lineage.py, as a migration fills them."""
    words.add_all(archive.conn)
    lineage.add_all(archive.conn)


def make(path: Path, subjects: int, seed: int) -> dict[str, int]:
    """Make the archive; how many rows each of its large tables has."""
    with Archive.open(path) as archive:
        archive.conn.execute("pragma synchronous = off")
        archive.conn.execute("pragma foreign_keys = off")
        with archive.writing():
            maker = Maker(archive, subjects, seed)
            for step in (
                maker.make_runs, maker.make_licenses, maker.make_subjects, maker.make_versions, maker.finish,
                maker.make_systems, maker.finish,
            ):  # fmt: skip
                step()
            keep_words(archive)
        archive.conn.execute("pragma wal_checkpoint(truncate)")
        tables = ("subject", "version", "document", "blob", "clause", "event", "finding", "lineage")
        return {name: archive.conn.execute(f"select count(*) from {name}").fetchone()[0] for name in tables}


def main() -> None:
    """Make it and say what is in it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("--subjects", type=int, default=300_000)
    parser.add_argument("--seed", type=int, default=20261101)
    options = parser.parse_args()
    counts = make(options.archive, options.subjects, options.seed)
    print(json.dumps(counts | {"bytes": options.archive.stat().st_size}))


if __name__ == "__main__":
    main()
