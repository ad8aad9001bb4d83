"""The past of a repository from the Hub's own git: its card and license files at each commit that touched them.

The tree of a commit says by which commit each file was last written. So one question a state is enough: ask the
head, jump to the commit before the last one that touched any of the files, ask there, and so on. Only where a file
was deleted in between (no commit of a file that is left tells of it) the commit is searched for by halving. A file
that came and went between two such states leaves no trace in either tree, and is not found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crawler.bundle import USUAL
from crawler.errors import CrawlError
from crawler.hub import Commit, Entry, Hub
from crawler.license_files import CARD, role_of
from crawler.repository import Repository


@dataclass(frozen=True, slots=True)
class PastState:
    """What a repository's files were from a commit on: the files by path, as that commit's tree has them."""

    commit: Commit
    files: dict[str, Entry]


def past_states(hub: Hub, repository: Repository, patterns: Sequence[str] = ()) -> list[PastState]:
    """All states, oldest first. Raises CrawlError, NoSuchRevision, RunStopped."""
    if repository.sha is None:
        return []
    commits = hub.history(repository.kind, repository.name, repository.sha)
    paths = tuple(dict.fromkeys([*(repository.siblings or ()), *USUAL]))
    walk = _Walk(hub, repository, commits, paths)
    states = walk.states()
    return states[::-1]


def role(path: str, patterns: Sequence[str] = ()) -> str:
    """The role of a file in a bundle."""
    return "card" if path == CARD else role_of(path, tuple(patterns)) or "license"


class _Walk:
    def __init__(self, hub: Hub, repository: Repository, commits: list[Commit], paths: tuple[str, ...]) -> None:
        self._hub, self._repository, self._commits, self._paths = hub, repository, commits, paths
        self._places = {commit.sha: place for place, commit in enumerate(commits)}
        self._trees: dict[int, dict[str, Entry]] = {}

    def states(self) -> list[PastState]:
        """Newest first: at each step the state that holds at `place`, and since when."""
        found: list[PastState] = []
        place = 0
        while place < len(self._commits):
            files = self._tree(place)
            since = self._since(place, files)
            since = self._deleted_since(place, since, files)
            found.append(PastState(self._commits[since], files))
            place = since + 1
        # Before the first of the files there is nothing to tell.
        while found and not found[-1].files:
            found.pop()
        return found

    def _tree(self, place: int) -> dict[str, Entry]:
        if place not in self._trees:
            row = self._repository
            self._trees[place] = self._hub.paths_info(row.kind, row.name, self._commits[place].sha, self._paths)
        return self._trees[place]

    def _since(self, place: int, files: dict[str, Entry]) -> int:
        """The place of the commit that last wrote one of the files, as seen from `place` (places grow with age)."""
        written = [self._places.get(entry.commit or "", -1) for entry in files.values()]
        if any(one < place for one in written):
            # A commit that is not in this history: the tree tells nothing, so step by step.
            return place
        return min(written, default=len(self._commits) - 1)

    def _deleted_since(self, place: int, since: int, files: dict[str, Entry]) -> int:
        """The place of a deletion between `place` and `since`, if there was one; else `since`."""
        if since <= place or self._same(since, files):
            return since
        low, high = place, since  # the files are as at `place`: at `low` yes, at `high` no
        while high - low > 1:
            middle = (low + high) // 2
            if self._same(middle, files):
                low = middle
            else:
                high = middle
        return low

    def _same(self, place: int, files: dict[str, Entry]) -> bool:
        # The commit that wrote the newest file may have deleted nothing before; one question tells.
        return {path: entry.oid for path, entry in self._tree(place).items()} == {
            path: entry.oid for path, entry in files.items()
        }


def fetch(hub: Hub, repository: Repository, state: PastState, path: str) -> tuple[bytes, str | None]:
    """The bytes of a file in a state, and its ETag. Raises CrawlError when they cannot be had."""
    file = hub.file(repository.kind, repository.name, state.commit.sha, path)
    if file.content is None:
        raise CrawlError(f"{path} at {state.commit.sha[:10]}: {file.problem or file.status}")
    return file.content, file.etag
