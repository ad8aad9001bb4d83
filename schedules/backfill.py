"""Backfills the past of repositories: versions with their true commit dates, and the drift between them.

One transaction a repository: what is stopped in the middle of one begins it anew, with its texts already here.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crawler.errors import CrawlError, RunStopped
from crawler.hub import Entry, Hub
from crawler.past import PastState, fetch, past_states, role
from crawler.repository import Repository
from licenses.card import read_card
from licenses.reading import RULES_VERSION
from schedules.clock import now, stamp
from schedules.configuration import Config
from schedules.errors import NothingFetched, UnknownSubjects
from schedules.gathering import TextStore
from schedules.hub_watch import KINDS
from schedules.lock import locked
from schedules.observing import claim
from schedules.session import DEFAULT_ENDPOINT
from storage.archive import Archive
from storage.history import History, stored
from storage.progress import Progress
from storage.records import Facts, Failure, Kind, Observation
from storage.state import State, StoredDocument, packed
from storage.understanding import Understanding


@dataclass
class Backfilled:
    """What a backfill did: repositories done, versions of the past added, requests by budget, who failed and why."""

    subjects: int = 0
    versions: int = 0
    requests: dict[str, int] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)


def backfill(config: Config, database: Path, subjects: Sequence[str], *, progress: Progress) -> Backfilled:
    """Read the past of `subjects` (`model:org/name`). Raises UnknownSubjects, NothingFetched, Busy, ArchiveError."""
    wanted = [_parsed(subject) for subject in subjects]
    done = Backfilled()
    endpoint = (os.environ.get("HF_ENDPOINT") or DEFAULT_ENDPOINT).rstrip("/")
    hub = Hub(endpoint, os.environ.get("HF_TOKEN") or None, config.network, config.contact)
    try:
        with locked(database), Archive.open(database) as archive:
            filling = _Filling(archive, hub, config)
            for count, (kind, name) in enumerate(wanted, 1):
                progress("backfill", count, len(wanted))
                try:
                    done.versions += filling.one(kind, name)
                    done.subjects += 1
                except RunStopped as stop:
                    done.failures.append(Failure("", str(stop)))
                    break
                except CrawlError as error:
                    done.failures.append(Failure(f"{kind}:{name}", str(error)))
    finally:
        hub.close()
    done.requests = {"api": 0, "resolvers": 0, **hub.counts}
    if done.failures and not done.subjects:
        raise NothingFetched(f"nothing could be fetched: {done.failures[0].reason}")
    return done


def _parsed(subject: str) -> tuple[Kind, str]:
    prefix, _, name = subject.partition(":")
    for kind in KINDS:
        if prefix == kind and name:
            return kind, name
    raise UnknownSubjects(f"{subject}: say model:, dataset: or space: before the name")


class _Filling:
    def __init__(self, archive: Archive, hub: Hub, config: Config) -> None:
        self._archive, self._hub, self._config = archive, hub, config
        self._texts = TextStore(archive, Understanding(archive))

    def one(self, kind: Kind, name: str) -> int:
        """Add the past of one repository; how many versions that were."""
        patterns = tuple(getattr(self._config.watch, KINDS[kind]).license_files)
        repository = self._hub.info(kind, name, patterns)
        states = past_states(self._hub, repository, patterns)
        past: list[tuple[PastState, State]] = []
        former: dict[str, StoredDocument] = {}
        for state in states:
            understood = self._state(repository, state, former, patterns)
            past.append((state, understood))
            former = {document.place: document for document in understood.documents}
        with self._archive.writing():
            history = History(self._archive, origin="backfill", at=stamp(now()), rules_version=RULES_VERSION)
            subject = history.subject(Observation(kind, repository.hub_id, repository.name, Facts()))
            added = 0
            for state, understood in past:
                added += history.add_before(subject, understood, state.commit.date)
        return added

    def _state(
        self,
        repository: Repository,
        state: PastState,
        former: dict[str, StoredDocument],
        patterns: Sequence[str],
    ) -> State:
        found = []
        for path, entry in state.files.items():
            # What stands there still is the same document; what comes back later is another one, with its own date.
            kept = former.get(path)
            if kept is None or kept.oid is None or kept.oid != packed(entry.oid):
                kept = self._document(repository, state, path, entry, patterns)
            found.append(kept)
        return State(self._facts(state, found), tuple(found))

    def _document(
        self, repository: Repository, state: PastState, path: str, entry: Entry, patterns: Sequence[str]
    ) -> StoredDocument:
        """Its bytes from the archive, if some repository has brought them already; else from the Hub."""
        kind = role(path, patterns)
        if entry.oid is not None and self._texts.known_oid(entry.oid):
            content, etag = self._texts.content_of(entry.oid), entry.oid
        else:
            content, fetched = fetch(self._hub, repository, state, path)
            etag = fetched or entry.oid or ""
        content_hash, text_hash = self._texts.keep(kind, content, oid=entry.oid)
        conn = self._archive.conn
        return StoredDocument(
            kind,
            path,
            stored(conn, content_hash),
            stored(conn, text_hash),
            len(content),
            etag or None,
            packed(entry.oid),
            packed(state.commit.sha),
            stamp(now()),
            entry.committed_at or state.commit.date,
        )

    def _facts(self, state: PastState, documents: Sequence[StoredDocument]) -> Facts:
        """What the card of then claimed. Gates and access have no history on the Hub."""
        card = next((document for document in documents if document.role == "card"), None)
        read = read_card(self._archive.blobs.get(card.content)) if card else None
        claimed, name, link = claim(read.data if read else None)
        return Facts(
            license_claimed=claimed,
            license_name=name,
            license_link=link,
            sha=state.commit.sha,
            last_modified=state.commit.date,
            card_error=read.error if read else None,
        )
