"""What one refresh carries with it: its run, its crawlers, what it has put aside, who could not be looked at."""

from __future__ import annotations

import os
from array import array
from collections import defaultdict
from types import TracebackType
from urllib.parse import urlsplit

from crawler.hub import Hub
from crawler.hub_lists import Page
from crawler.pages import PageFetcher
from schedules.clock import now, stamp
from schedules.configuration import Config
from schedules.gathering import TextStore
from storage import runs
from storage.archive import Archive
from storage.current import watch_id
from storage.progress import Progress
from storage.records import Failure, Observation
from storage.runs import Run
from storage.sweeps import Sweep, keep, packed_bits
from storage.understanding import Understanding

BATCH = 1000  # observations a transaction
DEFAULT_ENDPOINT = "https://huggingface.co"
MAX_REASON = 500  # characters
MOST_FAILURES = 10_000  # that are told: a Hub of rows that nobody can read has millions


class Session:
    """One refresh in flight."""

    def __init__(self, config: Config, archive: Archive, run: Run, *, full: bool, progress: Progress) -> None:
        self.config, self.archive, self.run = config, archive, run
        self.full, self.progress = full, progress
        endpoint = (os.environ.get("HF_ENDPOINT") or DEFAULT_ENDPOINT).rstrip("/")
        self.endpoint = endpoint
        self.hub = Hub(endpoint, os.environ.get("HF_TOKEN") or None, config.network, config.contact)
        # A license_link may lead to a page on the endpoint's own host, which is let pass like the Hub itself.
        own = urlsplit(endpoint).hostname
        self.pages = PageFetcher(config.network, config.contact, allow=[own] if own else (), now=now)
        self.understanding = Understanding(archive)
        self.texts = TextStore(archive, self.understanding)
        self.failures: list[Failure] = []
        self.warnings: list[str] = []
        self.has_swept = False  # whether a large kind was listed from its first page to its last
        self._as_before = 0
        self._before: dict[str, tuple[int, int]] = {}  # of each sweep: who was as before, and failures, at its begin
        self._batch: list[Observation] = []
        self._unmoved: list[int] = []
        self._watches: list[str] = []
        self._adopted: dict[str, array[int]] = defaultdict(lambda: array("q"))
        self._marks: dict[str, str] = {}

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.hub.close()

    def stage(self, observation: Observation) -> None:
        """Put an observation aside; it is written in batches."""
        self._batch.append(observation)
        if len(self._batch) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what is put aside so far to the staging table."""
        if self._batch:
            runs.stage(self.archive, self.run, self._batch)
            self._batch = []

    def unmoved(self, subject: int | None) -> None:
        """Count a subject that is as it was; with its id, its own `last_seen` moves (else its walk's does)."""
        self._as_before += 1
        if subject is not None:
            self._unmoved.append(subject)

    def unmoved_too(self, subjects: int) -> None:
        """Count subjects that a walk need not show, since nothing of them was changed."""
        self._as_before += max(subjects, 0)

    def came_to(self, watch: str, page: Page, head: str | None, seen: bytes | bytearray) -> None:
        """Keep how far a sweep has come, and all that was seen so far: a run that is killed now is taken up here."""
        self.flush()
        as_before, failures = self._before[watch]
        sweep = Sweep(
            self.run.id, stamp(now()), page.onward, head, packed_bits(seen), self._as_before - as_before,
            self.failures[failures:],
        )  # fmt: skip
        keep(self.archive, watch, sweep)

    def taken_up(self, watch: str) -> Sweep | None:
        """The sweep of a run that was killed, if there is one to go on with; who it has seen is counted here."""
        sweep = self.run.sweeps.pop(watch, None)
        self._before[watch] = (self._as_before, len(self.failures))
        if sweep is not None:
            self._as_before += sweep.as_before
            self.failures += sweep.failures
        return sweep

    def looked_at(self) -> int:
        """How many subjects have been looked at so far, to good effect."""
        return self._as_before + runs.count_staged(self.run) + len(self._batch)

    def walked(self, watch: str) -> None:
        """Say that a walk reached its end: whatever it watches was seen in this run."""
        self._watches.append(watch)

    def adopt(self, watch: str, subject: int) -> None:
        """Say that a subject is watched by this walk from now on ("": by none)."""
        self._adopted[watch].append(subject)

    def mark(self, name: str, value: str) -> None:
        """Set a mark of how far a walk got. It counts from the snapshot on: a run that breaks off moves none."""
        self._marks[name] = value

    def marked(self, name: str) -> str | None:
        """The mark as of the last snapshot."""
        row = self.archive.conn.execute("select value from state where name = ?", (name,)).fetchone()
        return row[0] if row else None

    def fail(self, subject: str, reason: str) -> None:
        """Note that a subject could not be looked at; it keeps its last version. Beyond MOST_FAILURES none is told."""
        if len(self.failures) > MOST_FAILURES:
            return
        if len(self.failures) == MOST_FAILURES:
            subject, reason = "", f"more failures than the {MOST_FAILURES:,} that are told"
        self.failures.append(Failure(_storable(subject), _storable(" ".join(reason.split())[:MAX_REASON])))

    def move_watches(self) -> None:
        """Move `last_seen` of walks and of subjects that were looked at one by one."""
        conn = self.archive.conn
        for watch, subjects in self._adopted.items():
            walk = watch_id(conn, watch) if watch else None
            # Who was looked at once more and is not there after all is watched by none.
            adopt = "update current set watch = ? where subject = ? and unavailable_since is null"
            conn.executemany(adopt, ((walk, subject) for subject in subjects))
        for watch in self._watches:
            conn.execute("update watch set seen_in = ? where id = ?", (self.run.id, watch_id(conn, watch)))
        conn.executemany(
            "insert into state values (?, ?) on conflict(name) do update set value = excluded.value",
            self._marks.items(),
        )
        conn.executemany(
            "update current set seen_in = ? where subject = ?",
            ((self.run.id, subject) for subject in self._unmoved),
        )

    def recording(self, done: int) -> None:
        """Progress of the last step."""
        self.progress("recording", done, None)

    def requests(self) -> dict[str, int]:
        """Requests so far, by budget."""
        return {"api": 0, "resolvers": 0, **self.hub.counts, "pages": self.pages.requests}

    def received(self) -> int:
        """Bytes of answers so far."""
        return self.hub.received + self.pages.bytes


def _storable(text: str) -> str:
    # Names and answers are strangers' strings: lone surrogates can be in no JSON.
    return text.encode("utf-8", "replace").decode()
