"""Looks at every watched repository: names one by one, authors and whole kinds by their lists.

A list row that says what it said last time costs a hash and nothing else. Names that a complete list no longer
holds are looked at one by one before anything is believed of them (hub-protocol.md 3.3).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

from crawler.errors import CrawlError, Disabled, Unavailable
from crawler.hub_names import is_name
from crawler.repository import Repository
from crawler.settings import Watch
from schedules.errors import UnknownSubjects
from schedules.linked_pages import LinkedPages
from schedules.observing import facts
from schedules.repository_look import RepositoryLook
from schedules.session import Session
from schedules.whole_kind import WholeKind
from storage import known
from storage.known import Known
from storage.records import Facts, Kind
from storage.seen import Seen
from storage.sweeps import Sweep

KINDS: dict[Kind, str] = {"model": "models", "dataset": "datasets", "space": "spaces"}
# A sweep of a whole kind that misses more than this share has lost rows, not repositories (hub-protocol.md 3.3).
MOST_MISSING = 0.01
FEW_MISSING = 20

# Where a sweep is, is kept every so many pages: that many are asked for again after a kill.
PAGES_KEPT = 10

Enough = Callable[[Sequence[Repository]], bool]


def look_at_all(session: Session, only: Sequence[str]) -> None:
    """Look at everything that `[watch.*]` names, or at `only` of it.

    Raises crawler.errors.RunStopped when going on is pointless, UnknownSubjects for an `only` of no kind.
    """
    pages = LinkedPages(session)
    for kind, section in KINDS.items():
        walk = KindWalk(session, kind, getattr(session.config.watch, section), pages)
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
        if any("\ud800" <= sign <= "\udfff" for sign in subject):
            raise UnknownSubjects(f"--only {subject!a}: bytes that are no UTF-8")
        if prefix == kind:
            names.append(name)
    return names


class KindWalk:
    """One kind's watch lists, walked once."""

    def __init__(self, session: Session, kind: Kind, watch: Watch, pages: LinkedPages) -> None:
        self.session, self.kind, self.watch = session, kind, watch
        self.conn = session.archive.conn
        self.look = RepositoryLook(session, kind, watch, pages)
        self.seen = Seen()
        self.ids = dict.fromkeys(watch.ids, False)
        self.displaced: list[Known] = []
        self._read_tonight: dict[str, str | None] = {}  # new ones whose files a list has had read, and at which commit
        self._read_to_end: set[int] = set()
        self._whole_read = self._some_read = False
        self._keepers = self._complete_walks()
        self._kept = self._keepers | known.walks(self.conn, [f"{KINDS[kind]}/top"])
        self._sweep: tuple[str | None, Sweep | None] | None = None

    def _complete_walks(self) -> set[int]:
        """The ids of the walks whose end tells who is missing: who is watched by another one would never be missed."""
        section = KINDS[self.kind]
        walks = [f"{section}/author:{author}" for author in self.watch.authors]
        return known.walks(self.conn, [f"{section}/all", *walks] if self.watch.all else walks)

    @cached_property
    def _watched_by_none(self) -> list[tuple[int, str]]:
        """Who is in none of the complete lists as far as the last runs know: by name alone, or of lists of before."""
        return list(known.watched_by_none(self.conn, self.kind, KINDS[self.kind], self._keepers))

    def everything(self) -> None:
        """Whole kind, authors, the most used, then names: what a list has shown is not asked for again."""
        section = KINDS[self.kind]
        if self.watch.all:
            self._whole_kind(f"{section}/all")
        for author in self.watch.authors:
            self._walk(f"{section}/author:{author}", author=author, sort="createdAt", limit=None)
        if self.watch.top:
            self._walk(f"{section}/top", author=None, sort=self.watch.top_by, limit=self.watch.top)
        self.names([name for name, shown in self.ids.items() if not shown])
        self._second_look()
        if self.watch.all:
            self._put_off()

    def _whole_kind(self, watch: str) -> None:
        """All of a kind: most nights what was changed since the last, now and then everything."""
        nights = WholeKind(self.session, self.kind, watch, self.watch.sweep_days)
        if nights.wants_everything():
            former = self.session.taken_up(watch)
            # What was changed since a sweep began that is taken up is for the next walk of changes.
            head = former.head if former else nights.head()
            if former is not None:
                self.seen = Seen(former.bits())
            self._sweep = (head, former)
            if self._walk(watch, author=None, sort="createdAt", limit=None):
                nights.swept(head)
        elif self._walk(watch, author=None, sort="lastModified", limit=None, enough=nights.is_old):
            nights.walked()
            # Whose date is older than the watermark is as it was, as far as dates tell.
            self.session.unmoved_too(known.count_watched(self.conn, watch) - self.seen.count)

    def names(self, names: Sequence[str]) -> None:
        """Look at repositories one by one."""
        for count, name in enumerate(names, 1):
            self.session.progress(f"{KINDS[self.kind]} by name", count, len(names))
            self._by_name(name)
        self._lost_their_names()

    def _lost_their_names(self) -> None:
        """Somebody else has their name now; who turned up under no other name is not to be had any more.

        Who belongs to a complete list may have been renamed: that list tells at its end, if not tonight.
        """
        for recorded in self.displaced:
            if recorded.subject not in self.seen and not self._awaited(recorded):
                self.seen.add(recorded.subject)
                self.session.stage(self.look.not_there(recorded.name, recorded, None))
        self.displaced.clear()

    def _awaited(self, recorded: Known) -> bool:
        """Whether the list that would show somebody under another name was not read to its end tonight."""
        if recorded.watch not in self._keepers:
            return False
        # The owner may be another one too, which the list of an author does not show, but that of the whole kind.
        return not self._whole_read if self.watch.all else recorded.watch not in self._read_to_end

    def _walk(
        self, watch: str, *, author: str | None, sort: str, limit: int | None, enough: Enough | None = None
    ) -> bool:
        """One list; whether it was read to its end. A list that broke off proves nothing of who is not in it."""
        try:
            complete = self._pages(watch, author, sort, limit, enough)
        except (Unavailable, CrawlError) as error:
            self.session.fail(f"{self.kind}:{author or '*'}", f"list {watch}: {error}")
            return False
        if complete and sort == "createdAt":
            # Who was in it before and is not now is looked at by name.
            self._missing(watch, author)
            self.session.walked(watch)
            self._read_to_end |= known.walks(self.conn, [watch])
            self._whole_read = self._whole_read or _whole(watch)
            self._some_read = True
        if complete and _is_top(watch):
            self._dropped_out(watch)
            self._some_read = self._some_read or not self.watch.all
        return complete

    def _pages(self, watch: str, author: str | None, sort: str, limit: int | None, enough: Enough | None) -> bool:
        done, complete = 0, False
        hub = self.session.hub
        whole = _whole(watch)
        head, former = self._sweep if self._sweep and whole else (None, None)
        if former is not None and former.onward is None:
            return True
        start = former.onward if former else None
        listed = hub.pages(self.kind, author=author, sort=sort, limit=limit, patterns=self.look.patterns, start=start)
        anyone = known.knows_any(self.conn, self.kind)  # what this run sees is put aside and recorded at its end
        for number, page in enumerate(listed, 1):
            recorded = known.by_hub_id(self.conn, self.kind, (row.hub_id for row in page.rows)) if anyone else {}
            for row in page.rows:
                self._row(row, recorded.get(row.hub_id), watch, whole)
            for bad in page.bad:
                self.session.fail(f"{self.kind}:{bad.name or '?'}", f"list row: {bad.reason}")
            done += len(page.rows)
            self.session.progress(watch, done, limit)
            complete = page.complete
            if self._sweep and whole and (complete or number % PAGES_KEPT == 0):
                self.session.came_to(watch, page, head, self.seen.bits())
            if enough is not None and enough(page.rows):
                return True
        return complete

    def _row(self, row: Repository, recorded: Known | None, watch: str, whole: bool) -> None:
        if row.name in self.ids:
            self.ids[row.name] = True
        if recorded is not None:
            if recorded.subject in self.seen and not _newer(row, recorded):
                return
            self.seen.add(recorded.subject)
        said = facts(row)
        if recorded is not None and not self.session.full and self._is_known(row, said, recorded, whole):
            self.session.unmoved(None)
            if recorded.watch not in (self._kept if _is_top(watch) else self._keepers):
                self.session.adopt(watch, recorded.subject)
        elif not whole and recorded is None and self._read_tonight.get(row.hub_id, "") == row.sha:
            return  # two lists show it, and no snapshot knows it yet
        elif not whole:
            if recorded is None:
                self._read_tonight[row.hub_id] = row.sha
            # The most used of an author who is watched stay with the author's list.
            kept = _is_top(watch) and recorded is not None and recorded.watch in self._keepers
            self._observe(row, recorded, "" if kept else watch)
        elif recorded is not None and _lost_its_branch(row, said, recorded):
            self.session.fail(f"{self.kind}:{row.name}", "the list names neither a commit nor a license of it any more")
        elif not is_name(row.name):
            self.session.fail(f"{self.kind}:{row.name}", f"no name of a repository: {row.name[:100]!r}")
        else:
            self.session.stage(self.look.from_row(row, said, recorded, watch))

    def _is_known(self, row: Repository, said: Facts, recorded: Known, whole: bool) -> bool:
        # In a whole kind, what waits for its turn is known enough, and links are followed when it comes.
        return self.look.same_row(row, said, recorded) if whole else self.look.is_known(row, said, recorded)

    def _observe(self, row: Repository, recorded: Known | None, watch: str) -> None:
        """The per-item boundary: one repository that fails is a failure, and the others are done."""
        try:
            observation = self.look.observe(row, recorded, watch)
        except (Unavailable, Disabled) as answer:
            # Between the list and the look it went away.
            self.session.stage(self.look.not_there(row.name, recorded, answer))
        except CrawlError as error:
            self.session.fail(f"{self.kind}:{row.name}", str(error))
        else:
            if observation is None:
                self.session.unmoved(None)
            else:
                self.session.stage(observation)

    def _missing(self, watch: str, author: str | None) -> None:
        """Who was in this list before, or ought to be in it, and is not in it now."""
        missing = [subject for subject in known.watched(self.conn, watch) if subject not in self.seen]
        total = known.count_watched(self.conn, watch)
        # The names that wait for their turn are looked at soon, without this.
        waiting = {name for name, shown in self.ids.items() if not shown}
        for subject, name in self._watched_by_none:
            belongs = author is None or name.startswith(f"{author}/")
            if belongs and subject not in self.seen and name not in waiting:
                missing.append(subject)
        if _whole(watch) and len(missing) > max(FEW_MISSING, MOST_MISSING * total):
            self.session.fail(
                f"{self.kind}:*", f"list {watch}: {len(missing):,} of {total:,} are missing: not believed"
            )
            return
        for gone in known.by_subject(self.conn, missing):
            self._by_name(gone.name, gone)

    def _dropped_out(self, watch: str) -> None:
        """Who was among the most used and is not now has few uses, or has gone: looked at by name once, and let go."""
        left = [subject for subject in known.watched(self.conn, watch) if subject not in self.seen]
        for recorded in known.by_subject(self.conn, left):
            if recorded.name in self.ids:
                continue
            self._by_name(recorded.name, recorded)
            if recorded.subject in self.seen:
                self.session.adopt("", recorded.subject)

    def _second_look(self) -> None:
        """Who was missing from an earlier list is in no list any more: looked at once more, then it is gone."""
        for missing in known.once_missing(self.conn, self.kind):
            named = missing.name in self.ids
            if missing.subject in self.seen or not (named or self._some_read):
                continue
            # A name was looked at for whoever has it now; who had it before has not been asked for.
            bearer = known.by_name(self.conn, self.kind, missing.name) if named else None
            if bearer is None or bearer.subject != missing.subject:
                self._by_name(missing.name, missing)
        self._lost_their_names()

    def _by_name(self, name: str, recorded: Known | None = None) -> None:
        recorded = recorded or known.by_name(self.conn, self.kind, name)
        try:
            row = self.session.hub.info(self.kind, name, self.look.patterns)
        except (Unavailable, Disabled) as answer:
            self.session.stage(self.look.not_there(name, recorded, answer))
        except CrawlError as error:
            self.session.fail(f"{self.kind}:{name}", str(error))
        else:
            self._named(row, recorded)

    def _named(self, row: Repository, recorded: Known | None) -> None:
        """A name has answered: it may be another's now, or its owner may have moved."""
        if recorded is not None and recorded.hub_id not in (None, row.hub_id):
            self.displaced.append(recorded)
        same = known.by_hub_id(self.conn, self.kind, [row.hub_id]).get(row.hub_id)
        if same is not None:
            if same.subject in self.seen:
                return
            self.seen.add(same.subject)
        if same is not None and not self.session.full and self.look.is_known(row, facts(row), same):
            self.session.unmoved(same.subject)
            return
        self._observe(row, same, "")

    def _put_off(self) -> None:
        """Read files that still wait, as many as this refresh may."""
        waiting = known.waiting(self.conn, self.kind, self.watch.files_per_refresh)
        for count, recorded in enumerate(waiting, 1):
            self.session.progress(f"{KINDS[self.kind]}: files", count, len(waiting))
            self._read_files(recorded)

    def _read_files(self, recorded: Known) -> None:
        try:
            row = self.session.hub.info(self.kind, recorded.name, self.look.patterns)
        except (Unavailable, Disabled) as answer:
            # It went while its files waited.
            self.session.stage(self.look.not_there(recorded.name, recorded, answer))
            return
        except CrawlError as error:
            self.session.fail(f"{self.kind}:{recorded.name}", str(error))
            return
        if row.hub_id == recorded.hub_id:
            self._observe(row, recorded, "")


def _lost_its_branch(row: Repository, said: Facts, recorded: Known) -> bool:
    """Whether a row says nothing of a repository that had a commit: its branch is gone, not its license (R15)."""
    return row.sha is None and recorded.sha is not None and not (said.license_claimed or said.license_tags)


def _whole(watch: str) -> bool:
    return watch.endswith("/all")


def _is_top(watch: str) -> bool:
    return watch.endswith("/top")


def _newer(row: Repository, recorded: Known | None) -> bool:
    """Of a row that moved while the list was read, the newest head counts."""
    return recorded is None or (row.last_modified or "") > (recorded.last_modified or "")


__all__ = ["KINDS", "KindWalk", "look_at_all"]
