"""Looks at every watched repository: names one by one, authors and whole kinds by their lists.

A list row that says what it said last time costs a hash and nothing else. Names that a complete list no longer
holds are looked at one by one before anything is believed of them (hub-protocol.md 3.3).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crawler.errors import CrawlError, Disabled, Unavailable
from crawler.repository import Repository
from crawler.settings import Watch
from schedules.errors import UnknownSubjects
from schedules.observing import row_hash
from schedules.repository_look import RepositoryLook
from schedules.session import Session
from storage import known
from storage.known import Known

KINDS = {"model": "models", "dataset": "datasets", "space": "spaces"}


def look_at_all(session: Session, only: Sequence[str]) -> None:
    """Look at everything that `[watch.*]` names, or at `only` of it.

    Raises crawler.errors.RunStopped when going on is pointless, UnknownSubjects for an `only` nobody watches.
    """
    for kind, section in KINDS.items():
        walk = KindWalk(session, kind, getattr(session.config.watch, section))
        if only:
            walk.names(_of_kind(only, kind))
        else:
            walk.everything()


def _of_kind(only: Sequence[str], kind: str) -> list[str]:
    names = []
    for subject in only:
        prefix, _, name = subject.partition(":")
        if prefix not in (*KINDS, "terms"):
            raise UnknownSubjects(f"--only {subject}: say model:, dataset:, space: or terms: before the name")
        if prefix == kind:
            names.append(name)
    return names


class KindWalk:
    """One kind's watch lists, walked once."""

    def __init__(self, session: Session, kind: str, watch: Watch) -> None:
        self.session, self.kind, self.watch = session, kind, watch
        self.conn = session.archive.conn
        self.look = RepositoryLook(session, kind, watch)
        self.seen: set[str] = set()

    def everything(self) -> None:
        """Whole kind, authors, the most used, then names: what a list has shown is not asked for again."""
        section = KINDS[self.kind]
        if self.watch.all:
            self._walk(f"{section}/all", author=None, sort="createdAt", limit=None)
        for author in self.watch.authors:
            self._walk(f"{section}/author:{author}", author=author, sort="createdAt", limit=None)
        if self.watch.top:
            self._walk(f"{section}/top", author=None, sort=self.watch.top_by, limit=self.watch.top)
        self.names(self.watch.ids)

    def names(self, names: Sequence[str]) -> None:
        """Look at repositories one by one."""
        for count, name in enumerate(names, 1):
            self.session.progress(f"{KINDS[self.kind]} by name", count, len(names))
            self._by_name(name)

    def _walk(self, watch: str, *, author: str | None, sort: str, limit: int | None) -> None:
        try:
            complete = self._pages(watch, author, sort, limit)
        except CrawlError as error:
            self.session.fail(f"{self.kind}:{author or '*'}", f"list {watch}: {error}")
            return
        if complete and sort == "createdAt":
            self._missing(watch)
            self.session.walked(watch)

    def _pages(self, watch: str, author: str | None, sort: str, limit: int | None) -> bool:
        done, complete = 0, False
        for page in self.session.hub.list(self.kind, author=author, sort=sort, limit=limit):
            recorded = known.by_hub_id(self.conn, self.kind, (row.hub_id for row in page.rows))
            for row in page.rows:
                if row.hub_id not in self.seen:
                    self.seen.add(row.hub_id)
                    self._row(row, recorded.get(row.hub_id), watch)
            for bad in page.bad:
                self.session.fail(f"{self.kind}:{bad.name or '?'}", f"list row: {bad.reason}")
            done += len(page.rows)
            self.session.progress(watch, done, limit)
            complete = page.complete
        return complete

    def _row(self, row: Repository, recorded: Known | None, watch: str) -> None:
        if recorded is not None and not self.session.full and self.look.is_known(row, recorded):
            self.session.unmoved(None)
            return
        self._observe(row, recorded, watch)

    def _observe(self, row: Repository, recorded: Known | None, watch: str) -> None:
        """The per-item boundary: one repository that fails is a failure, and the others are done."""
        try:
            self.session.stage(self.look.observe(row, recorded, watch))
        except CrawlError as error:
            self.session.fail(f"{self.kind}:{row.name}", str(error))

    def _missing(self, watch: str) -> None:
        """Who was in this list before and is not in it now: looked at by name, since a list may lose rows."""
        for gone in list(self._unseen(watch)):
            self._by_name(gone.name, gone)

    def _unseen(self, watch: str) -> Iterator[Known]:
        for recorded in known.watched(self.conn, watch):
            if recorded.hub_id not in self.seen:
                yield recorded

    def _by_name(self, name: str, recorded: Known | None = None) -> None:
        recorded = recorded or known.by_name(self.conn, self.kind, name)
        if recorded is not None and recorded.hub_id in self.seen:
            return
        try:
            row = self.session.hub.info(self.kind, name)
        except (Unavailable, Disabled) as answer:
            self.session.stage(self.look.not_there(name, recorded, answer))
            return
        except CrawlError as error:
            self.session.fail(f"{self.kind}:{name}", str(error))
            return
        self._named(name, row, recorded)

    def _named(self, name: str, row: Repository, recorded: Known | None) -> None:
        """A name has answered: it may be another's now, or its owner may have moved."""
        if recorded is not None and recorded.hub_id not in (None, row.hub_id):
            # Somebody else has the name: the former owner is not to be had under it any more.
            self.session.stage(self.look.not_there(recorded.name, recorded, None))
        if row.hub_id in self.seen:
            return
        self.seen.add(row.hub_id)
        same = known.by_hub_id(self.conn, self.kind, [row.hub_id]).get(row.hub_id)
        if same is not None and not self.session.full and self.look.is_known(row, same):
            self.session.unmoved(same.subject)
            return
        self._observe(row, same, "")
