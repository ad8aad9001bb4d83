"""Reads everything stored again with the rules and extractors of today: a re-interpretation, never drift.

Texts are read once under each version of the rules, in as many processes as one likes, and written by one; a run that
was killed goes on where it was, since what is read is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass
from pathlib import Path

from licenses.reading import RULES_VERSION, Learned, Reading, read
from licenses.text import decode
from schedules.clock import now, stamp
from schedules.configuration import Config
from schedules.engines import Engine, dask, pool
from schedules.errors import RefreshError
from schedules.gathering import TextStore
from schedules.lock import locked
from schedules.map_documents import map_documents
from schedules.page_reading import DeclaredPages, read_anew
from storage import runs
from storage.archive import Archive
from storage.current import load_current, save_current
from storage.position import understand
from storage.progress import Progress
from storage.runs import Run
from storage.state import load_documents, load_state
from storage.understanding import Understanding, save_analysis

BATCH = 50  # texts
SUBJECTS = 500  # a transaction
MOST_POOLS = 5

Texts = list[tuple[int, str]]


@dataclass
class Reinterpreted:
    """What was read again: texts by the rules, pages by the extractor, subjects whose position was worked out.

    `taken` are texts whose answers came from a folder.
    """

    texts: int = 0
    taken: int = 0
    pages: int = 0
    subjects: int = 0


class OtherRules(RefreshError):
    """A worker has other rules than this process: its answers would be recorded under a name that is not theirs."""


@dataclass(frozen=True)
class Reader:
    """Reads a batch of texts; goes to other processes as it is."""

    learned: Learned | None
    rules: str = RULES_VERSION

    def __call__(self, batch: Texts) -> list[tuple[int, Reading]]:
        """(blob id, what the rules say) of each. Raises OtherRules."""
        if self.rules != RULES_VERSION:
            raise OtherRules(f"a worker has the rules {RULES_VERSION}, not {self.rules}: install the same licensedrift")
        return [(blob, read(text, self.learned)) for blob, text in batch]


def reinterpret(
    config: Config,
    database: Path,
    *,
    workers: int = 1,
    scheduler: str | None = None,
    answers: Path | None = None,
    progress: Progress,
) -> Reinterpreted:
    """Read again what today's rules have not read yet, by `workers` processes or the Dask cluster at `scheduler`.

    What stands in `answers` (a folder of `reinterpret_parquet`) is taken over first, and not read again.
    Raises lock.Busy, ArchiveError, engines.NoEngine, OtherRules, take_answers.AnswersRefused.
    """
    with locked(database), Archive.open(database) as archive:
        done = Reinterpreted()
        understanding = Understanding(archive)
        _pages(config, archive, understanding, done, progress)
        if answers is not None:
            from schedules.take_answers import take_answers  # needs the extra [parquet]

            done.taken = take_answers(archive, understanding, answers, progress)
        for attempt in range(MOST_POOLS):
            try:
                with dask(scheduler) if scheduler else pool(workers) as engine:
                    _texts(archive, understanding, done, engine, progress)
                break
            except BrokenExecutor:
                # A process of the pool was killed (the kernel's memory killer, say): what was read is kept.
                if attempt == MOST_POOLS - 1:
                    raise
        _subjects(archive, understanding, done, progress)
    return done


def _pages(
    config: Config, archive: Archive, understanding: Understanding, done: Reinterpreted, progress: Progress
) -> None:
    """Pages whose text another extraction took: taken again from their bytes."""
    declared = DeclaredPages(config.terms)
    texts = TextStore(archive, understanding)
    versions = archive.conn.execute(
        "select distinct vd.version, s.kind || ':' || s.name from version_document vd"
        " join document d on d.id = vd.document join version v on v.id = vd.version join subject s on s.id = v.subject"
        " where d.extractor is not null order by 1"
    ).fetchall()
    for count, (version, subject) in enumerate(versions, 1):
        for document in load_documents(archive.conn, version):
            page = declared.page(subject, document)
            if page is not None:
                again = read_anew(texts, document, url=page.url, select=page.select, remove=page.remove)
                done.pages += again is not document
        progress("pages", count, len(versions))


def _texts(
    archive: Archive, understanding: Understanding, done: Reinterpreted, engine: Engine, progress: Progress
) -> None:
    unread = list(understanding.unread())
    reader, of = Reader(understanding.learned), done.texts + len(unread)
    for readings in map_documents(reader, _batches(archive, unread), engine.executor, engine.workers):
        with archive.writing():
            for blob, reading in readings:
                save_analysis(archive.conn, blob, understanding.rules, reading)
        done.texts += len(readings)
        progress("texts", done.texts, of)


def _batches(archive: Archive, unread: list[int]) -> Iterator[Texts]:
    for start in range(0, len(unread), BATCH):
        yield [(blob, decode(archive.blobs.get(blob))) for blob in unread[start : start + BATCH]]


def _subjects(archive: Archive, understanding: Understanding, done: Reinterpreted, progress: Progress) -> None:
    """What was found of each subject, worked out anew. Findings are dated by the last snapshot."""
    last = runs.last(archive)
    if last is None:
        return
    run = Run(int(last["id"]), stamp(now()), "all", RULES_VERSION)
    subjects = archive.conn.execute(
        "select c.subject, s.kind, s.name from current c join subject s on s.id = c.subject"
        " join version v on v.id = c.version where v.files_read order by c.subject"
    ).fetchall()
    for start in range(0, len(subjects), SUBJECTS):
        with archive.writing():
            for subject, kind, name in subjects[start : start + SUBJECTS]:
                row = load_current(archive.conn, subject)
                if row is not None:
                    understand(understanding, row, load_state(archive.conn, row.version), run, kind, name)
                    save_current(archive.conn, row)
                    done.subjects += 1
        progress("subjects", done.subjects, len(subjects))
