"""What there is on a Hub, at every moment: told in Python, or by folders that a person can edit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import RLock
from typing import Any

from demo.git_objects import Commit, File, Tree
from demo.moments import to_ms, to_text
from demo.repository import Repository
from demo.view import View

KINDS = ("models", "datasets", "spaces")
KEPT_VIEWS = 4

Files = Mapping[str, "bytes | str | File | None"]


class World:
    """Repositories and what becomes of them. Tell it in the order in which it happens.

    `kind` is `models`, `datasets` or `spaces`, `name` is `owner/name`, `date` an ISO 8601 time or day (UTC where
    it names no zone). A running DemoHub shows every change at once, from its date on.
    """

    def __init__(self) -> None:
        self.repositories: dict[str, list[Repository]] = {kind: [] for kind in KINDS}
        self._bearers: dict[tuple[str, str], list[Repository]] = defaultdict(list)
        self._views: dict[int, View] = {}
        self._lock = RLock()

    def put(
        self,
        kind: str,
        name: str,
        *,
        date: str,
        files: Files | None = None,
        message: str | None = None,
        lfs: Sequence[str] = (),
        xet: Sequence[str] = (),
        **settings: Any,
    ) -> str:
        """Make a repository, or commit to its main branch: `files` to write, None for one to take away.

        Other words are settings (demo.repository.DEFAULTS) that hold from then on; without `files` there is no
        commit where the repository exists already. Returns the `_id`. Raises ValueError if main has a later
        commit, TypeError for an unknown setting.
        """
        when = to_ms(date)
        with self._changing():
            repository = self._holder(kind, name, when)
            is_new = repository is None
            if repository is None:
                repository = Repository(kind, name, when)
                self.repositories[kind].append(repository)
                self._bearers[kind, name].append(repository)
            if files is not None or is_new:
                title = message or ("initial commit" if is_new else f"Update {', '.join(files or ())}"[:72])
                parent = repository.heads.at(when)
                tree = _changed(parent.files if parent else Tree(), files or {}, lfs, xet)
                self._commit(repository, when, tree, title, parent)
            repository.change(when, settings)
            return repository.hub_id

    def set(self, kind: str, name: str, *, date: str, **settings: Any) -> None:
        """Change settings; no commit, so neither sha nor lastModified moves. Raises KeyError, TypeError."""
        with self._changing():
            self.get(kind, name, date).change(to_ms(date), settings)

    def rename(self, kind: str, name: str, new: str, *, date: str) -> None:
        """Give a repository another name. The old one redirects until somebody puts it anew."""
        when = to_ms(date)
        with self._changing():
            repository = self.get(kind, name, date)
            if self._holder(kind, new, when):
                raise ValueError(f"{kind} {new} is taken on {date}")
            repository.names.add(when, new)
            repository.forget_states()
            self._bearers[kind, new].append(repository)

    def delete(self, kind: str, name: str, *, date: str) -> None:
        """Take a repository away."""
        with self._changing():
            self.get(kind, name, date).deleted = to_ms(date)

    def rewrite_history(self, kind: str, name: str, *, date: str, files: Files, commit_date: str | None = None) -> None:
        """A force-push: from `date` on main is one new root commit (dated `commit_date`) with just these files."""
        with self._changing():
            commit = Commit(
                _changed(Tree(), files, (), ()),
                date=to_ms(commit_date or date),
                title="Start over",
                author=name.split("/")[0],
                parent=None,
            )
            repository = self.get(kind, name, date)
            repository.heads.add(to_ms(date), commit)
            repository.forget_states()

    def drop_main(self, kind: str, name: str, *, date: str) -> None:
        """Take the main branch away: every revision becomes unknown."""
        with self._changing():
            repository = self.get(kind, name, date)
            repository.heads.add(to_ms(date), None)
            repository.forget_states()

    def point(self, kind: str, name: str, ref: str, *, date: str, files: Files | None = None) -> None:
        """Let a ref (`refs/tags/v1`, `refs/heads/dev`, `refs/pr/1`) name main's head, or a commit upon it."""
        when = to_ms(date)
        with self._changing():
            repository = self.get(kind, name, date)
            head = repository.heads.at(when)
            if head is None:
                raise ValueError(f"{kind} {name} has no commit on {date}")
            if files is not None:
                tree = _changed(head.files, files, (), ())
                head = Commit(tree, date=when, title=f"Update {ref}", author=head.author, parent=head)
            repository.point(when, ref, head)

    def get(self, kind: str, name: str, date: str) -> Repository:
        """Who has the name at `date`, else who had it last. Raises KeyError."""
        when = to_ms(date)
        found = self._holder(kind, name, when) or self._former(kind, name, when)
        if found is None:
            raise KeyError(f"no {kind} {name} on {date}")
        return found

    def names(self, kind: str, date: str) -> list[str]:
        """All names of a kind at a date, in the order of making."""
        when = to_ms(date)
        states = (repository.state_at(when) for repository in self.repositories[kind])
        return [state.name for state in states if state]

    def dates(self) -> list[str]:
        """Every day (`2026-01-10`) on which something happens, in order."""
        times: set[int] = set()
        for repository in (one for kind in KINDS for one in self.repositories[kind]):
            times.update(repository.heads.times, repository.names.times)
            times.update(repository.changes.times if repository.changes else ())
            times.update([repository.deleted] if repository.deleted is not None else ())
        return sorted({to_text(time)[:10] for time in times})

    def view(self, when: int) -> View:
        """Everything as of a moment (milliseconds). Views are kept until the world changes."""
        with self._lock:
            view = self._views.get(when)
            if view is None:
                while len(self._views) >= KEPT_VIEWS:
                    del self._views[next(iter(self._views))]
                view = self._views[when] = View(self.repositories, self._bearers, when)
            return view

    def _holder(self, kind: str, name: str, when: int) -> Repository | None:
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is none of {', '.join(KINDS)}")
        for repository in self._bearers.get((kind, name), ()):
            if repository.lives(when) and repository.names.at(when) == name:
                return repository
        return None

    def _former(self, kind: str, name: str, when: int) -> Repository | None:
        bearers = self._bearers.get((kind, name), ())
        return next((one for one in reversed(bearers) if one.lives(when)), None)

    def _commit(self, repository: Repository, when: int, tree: Tree, title: str, parent: Commit | None) -> None:
        if repository.heads.times and repository.heads.times[-1] > when:
            raise ValueError(f"{repository.names.at(when)} has a later commit already: put in order of dates")
        author = (repository.names.at(when) or "").split("/")[0]
        repository.heads.add(when, Commit(tree, date=when, title=title, author=author, parent=parent))
        repository.forget_states()

    def _changing(self) -> _Changing:
        return _Changing(self)

    @classmethod
    def generated(cls, **options: Any) -> World:
        """Many repositories with cheap cards (demo.generated.fill says which options there are)."""
        from demo.generated import fill

        world = cls()
        fill(world, **options)
        return world

    @classmethod
    def from_folder(cls, path: str | Path) -> World:
        """Read folders that a person can edit (demo.folders says how). Raises ValueError naming what is wrong."""
        from demo.folders import tell

        world = cls()
        tell(world, Path(path))
        return world


class _Changing:
    """Holds the world still while it changes, and forgets what was drawn of it."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __enter__(self) -> None:
        self.world._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self.world._views.clear()
        self.world._lock.release()


def _changed(tree: Tree, files: Files, lfs: Sequence[str], xet: Sequence[str]) -> Tree:
    changed = Tree(tree)
    for path, content in files.items():
        if content is None:
            changed.pop(path, None)
        elif isinstance(content, File):
            changed[path] = content
        else:
            data = content.encode() if isinstance(content, str) else content
            changed[path] = File(data, lfs=path in lfs, xet=path in xet)
    return changed
