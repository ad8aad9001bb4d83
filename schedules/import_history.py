"""Brings an Open Terms Archive collection into the archive with its true dates: resumable, never twice.

Snapshots are read as the collection declared their pages at the time, where its declarations lie beside it as the
engine names them (`genai-snapshots`, `genai-declarations`); without them the terms are found as on any page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from crawler.belief import believe
from crawler.declarations.open_terms_archive import FOLDERS, Dated, DeclarationError, declared_at
from crawler.declarations.open_terms_archive import read_history as read_declarations
from crawler.declarations.terms import Source
from crawler.extraction import ExtractionError
from crawler.open_terms_history import Record, count, read_history
from licenses.reading import RULES_VERSION
from licenses.text import decode
from schedules.clock import now, stamp
from schedules.gathering import TextStore
from schedules.lock import locked
from schedules.page_reading import extraction, extractor_of
from storage.archive import Archive
from storage.history import History, stored
from storage.records import Facts, Observation
from storage.state import State, StoredDocument, packed
from storage.understanding import Understanding

BATCH = 200  # records a transaction
SNAPSHOTS, DECLARATIONS = "-snapshots", "-declarations"


@dataclass
class Imported:
    """What an import did. `unread` are captures that hold no text, each with its reason."""

    records: int = 0
    versions: int = 0
    upgrades: int = 0
    unread: list[str] = field(default_factory=list)


def import_history(database: Path, repository: Path, *, progress: Callable[[str, int, int | None], None]) -> Imported:
    """Read a local clone of a collection of versions or of snapshots. Raises HistoryError, lock.Busy, ArchiveError."""
    total = count(repository)
    with locked(database), Archive.open(database) as archive:
        importing = _Importing(archive, repository)
        batch: list[Record] = []
        for number, record in enumerate(read_history(repository, importing.resume_after()), 1):
            batch.append(record)
            if len(batch) >= BATCH:
                importing.take(batch)
                batch = []
            progress("commits", number, total)
        importing.take(batch)
    return importing.done


class _Declared:
    """What a collection declared of its pages at a time."""

    def __init__(self, repository: Path) -> None:
        path = repository.resolve()
        beside = path.with_name(path.name.removesuffix(SNAPSHOTS) + DECLARATIONS)
        folders = [beside / name for name in FOLDERS] if path.name.endswith(SNAPSHOTS) else []
        self._folder = next((folder for folder in folders if folder.is_dir()), None)
        self._services: dict[str, dict[str, list[Dated]]] = {}

    def source(self, record: Record) -> Source:
        """How the page of a snapshot was to be read; without selectors where nothing is declared of it."""
        anywhere = Source(f"https://{record.service}", [], [], "http")
        terms = declared_at(self._service(record.service).get(record.type, []), datetime.fromisoformat(record.at))
        sources = terms.sources() if terms else []
        if record.page:
            # Of combined pages each file is called by its address, with other signs in place of some.
            sources = [source for source in sources if _letters(record.page) in _letters(source.url)]
        return sources[0] if len(sources) == 1 else anywhere

    def _service(self, name: str) -> dict[str, list[Dated]]:
        if name not in self._services:
            file = self._folder / f"{name}.json" if self._folder else None
            try:
                self._services[name] = read_declarations(file) if file and file.is_file() else {}
            except DeclarationError:
                self._services[name] = {}
        return self._services[name]


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


class _Importing:
    def __init__(self, archive: Archive, repository: Path) -> None:
        self.archive = archive
        self._mark = f"import:{repository.resolve().name}"
        self._texts = TextStore(archive, Understanding(archive))
        self._history = History(archive, origin="import", at=stamp(now()), rules_version=RULES_VERSION)
        self._declared = _Declared(repository)
        self._doubted: dict[tuple[str, str], tuple[str, int]] = {}  # of a page the last text, and how often in a row
        self.done = Imported()

    def resume_after(self) -> str | None:
        """The last commit that an import of this collection has seen."""
        row = self.archive.conn.execute("select value from state where name = ?", (self._mark,)).fetchone()
        return row[0] if row else None

    def take(self, batch: list[Record]) -> None:
        """Record a batch and how far it went, together."""
        if not batch:
            return
        with self.archive.writing():
            for record in batch:
                self._one(record)
            self.archive.conn.execute(
                "insert into state values (?, ?) on conflict(name) do update set value = excluded.value",
                (self._mark, batch[-1].commit),
            )

    def _one(self, record: Record) -> None:
        name = f"{record.service}/{record.type}"
        subject = self._history.subject(Observation("terms", name, name, Facts()))
        place = f"{record.type} #{record.page}" if record.page else record.type
        self.done.records += 1
        former = self._history.last(subject)
        documents = {document.place: document for document in former[1].documents} if former else {}
        if record.content is None:
            if documents.pop(place, None) is None or former is None:
                return
        else:
            if self._history.has(subject, record.commit, place):
                return
            document = self._document(record, place, documents.get(place))
            if document is None:
                return
            documents[place] = document
        self._history.add(subject, State(Facts(), tuple(documents.values())), record.at, drift=not record.upgrade)
        self.done.versions += 1
        self.done.upgrades += record.upgrade

    def _document(self, record: Record, place: str, former: StoredDocument | None) -> StoredDocument | None:
        """The stored document; the former one where a page says what it said."""
        content = record.content or b""
        try:
            text, extractor = self._text(record, content, (record.service, place), former)
        except ExtractionError as error:
            self.done.unread.append(f"{record.commit[:10]} {place}: {error}")
            return None
        content_hash, text_hash = self._texts.keep("terms", content, text=text, after=former)
        conn = self.archive.conn
        if former is not None and extractor is not None and former.text == stored(conn, text_hash):
            return former
        return StoredDocument(
            "terms",
            place,
            stored(conn, content_hash),
            stored(conn, text_hash),
            len(content),
            revision=packed(record.commit),
            fetched_at=record.at,
            extractor=extractor,
        )

    def _text(
        self, record: Record, content: bytes, page: tuple[str, str], former: StoredDocument | None
    ) -> tuple[str | None, str | None]:
        """A version as it stands; of a snapshot what today's extraction reads, if that is worth believing."""
        if record.media_type == "text/markdown":
            return decode(content), None
        source = self._declared.source(record)
        found = extraction(
            content, source.url, {"content-type": record.media_type}, source.select, source.remove, kind=record.type
        )
        before = self._texts.text(former.text) if former else None
        if found.text != before:
            doubted, times = self._doubted.get(page, ("", 0))
            times = times if doubted == found.text else 0
            belief = believe(200, record.media_type, content, found, before, same_answers=times)
            if not belief.ok:
                self._doubted[page] = (found.text, times + 1)
                raise ExtractionError(belief.reason or "not worth believing")
        self._doubted.pop(page, None)
        return found.text, extractor_of(source.select, source.remove)
