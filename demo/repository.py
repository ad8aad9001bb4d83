"""One repository through time: its commits, names and settings, and its state as of a moment."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from demo.cards import card_data, derived_tags
from demo.git_objects import Commit
from demo.moments import to_ms

T = TypeVar("T")

# What a repository is set to where nobody said otherwise. None of it moves lastModified.
DEFAULTS: dict[str, Any] = {
    "gated": False,  # False, "auto" or "manual"
    "gated_license": False,  # True: strangers may not read the license file of a gated repository either
    "private": False,
    "disabled": False,  # True: 403 for everybody; "hidden": strangers are told 401, as if it had never been
    "downloads": 0,
    "likes": 0,
    "trendingScore": 0,
    "pipeline_tag": None,
    "library_name": None,
    "tags": [],  # tags the server adds of itself
    "parameters": None,  # number of model parameters
    "sdk": None,
    "description": None,
    "created_at": None,  # ISO 8601; else when it was first put
}


class Timeline(Generic[T]):
    """Values by the moment from which they hold; of two for the same moment the later given wins."""

    __slots__ = ("times", "values")

    def __init__(self) -> None:
        self.times: list[int] = []
        self.values: list[T] = []

    def add(self, when: int, value: T) -> None:
        """`value` holds from `when` (milliseconds) until the next one."""
        place = bisect_right(self.times, when)
        self.times.insert(place, when)
        self.values.insert(place, value)

    def index(self, when: int) -> int:
        """Which value holds at `when`; -1 before the first."""
        return bisect_right(self.times, when) - 1

    def at(self, when: int) -> T | None:
        """The value that holds at `when`."""
        place = self.index(when)
        return self.values[place] if place >= 0 else None


class State:
    """A repository as of one moment. Rendered rows are kept with it, since it never changes."""

    __slots__ = ("_card", "head", "name", "refs", "repository", "rows", "settings")

    def __init__(
        self,
        repository: Repository,
        name: str,
        head: Commit | None,
        settings: Mapping[str, Any],
        refs: Mapping[str, Commit],
    ) -> None:
        self.repository, self.name, self.head, self.settings, self.refs = repository, name, head, settings, refs
        self.rows: dict[Any, bytes] = {}
        self._card: Any = State

    @property
    def hub_id(self) -> str:
        """The `_id`: 24 hex, the same under every name."""
        return self.repository.hub_id

    @property
    def kind(self) -> str:
        """`models`, `datasets` or `spaces`."""
        return self.repository.kind

    @property
    def author(self) -> str:
        """The owner, empty for a name without a slash."""
        return self.name.split("/")[0] if "/" in self.name else ""

    @property
    def created(self) -> int:
        """When the repository was made."""
        said = self.settings["created_at"]
        return to_ms(said) if said else self.repository.created

    @property
    def modified(self) -> int:
        """The date of the head of main; a setting never moves it."""
        return self.head.date if self.head else self.created

    @property
    def card(self) -> dict[str, Any] | None:
        """The front matter of README.md on main."""
        if self._card is State:
            readme = self.head.files.get("README.md") if self.head else None
            self._card = card_data(readme.in_git) if readme else None
        card: dict[str, Any] | None = self._card
        return card

    @property
    def library(self) -> str | None:
        """The library the model is for, as set or as the card says."""
        return self.settings["library_name"] or (self.card or {}).get("library_name")

    @property
    def pipeline(self) -> str | None:
        """The task the model is for, as set or as the card says."""
        return self.settings["pipeline_tag"] or (self.card or {}).get("pipeline_tag")

    @property
    def tags(self) -> list[str]:
        """All tags: the card's, the derived, and those the server adds."""
        return derived_tags(self.card, self.library, self.pipeline) + list(self.settings["tags"])

    def commit(self, revision: str) -> Commit | None:
        """The commit that a branch, tag, ref or full sha names; only what a ref still reaches."""
        if revision in ("main", "refs/heads/main"):
            return self.head
        for ref, commit in self.refs.items():
            if revision in (ref, ref.removeprefix("refs/heads/"), ref.removeprefix("refs/tags/")):
                return commit
        if len(revision) != 40:
            return None
        tips = [*([self.head] if self.head else []), *self.refs.values()]
        return next((one for tip in tips for one in tip.history() if one.sha == revision), None)

    def as_of(self, commit: Commit) -> State:
        """The same repository with another commit at its head."""
        if commit is self.head:
            return self
        return State(self.repository, self.name, commit, self.settings, self.refs)


class Repository:
    """One identity on the Hub over all its names. Every time is in milliseconds since 1970."""

    __slots__ = ("_states", "changes", "created", "deleted", "heads", "hub_id", "kind", "names", "refs")

    def __init__(self, kind: str, name: str, created: int) -> None:
        self.kind, self.created = kind, created
        seed = hashlib.sha1(f"{kind}:{name}:{created}".encode(), usedforsecurity=False).hexdigest()
        self.hub_id = f"{created // 1000 & 0xFFFFFFFF:08x}{seed[:16]}"
        self.heads: Timeline[Commit | None] = Timeline()
        self.names: Timeline[str] = Timeline()
        # What changes in the settings, not the settings: so they may be told in any order.
        self.changes: Timeline[dict[str, Any]] | None = None
        self.refs: Timeline[dict[str, Commit]] | None = None
        self.deleted: int | None = None
        self._states: dict[tuple[int, ...], State] = {}
        self.names.add(created, name)

    def lives(self, when: int) -> bool:
        """Whether it is there at `when`."""
        return self.created <= when and (self.deleted is None or when < self.deleted)

    def settings_at(self, when: int) -> Mapping[str, Any]:
        """All settings as of `when`."""
        if self.changes is None:
            return DEFAULTS
        settings = dict(DEFAULTS)
        for change in self.changes.values[: self.changes.index(when) + 1]:
            settings.update(change)
        return settings

    def change(self, when: int, settings: Mapping[str, Any]) -> None:
        """Set something from `when` on. Raises TypeError for a setting that does not exist."""
        if unknown := set(settings) - set(DEFAULTS):
            raise TypeError(f"no such setting of a repository: {', '.join(sorted(unknown))}")
        if settings:
            self.changes = self.changes or Timeline()
            self.changes.add(when, dict(settings))
            self.forget_states()

    def point(self, when: int, ref: str, commit: Commit) -> None:
        """Let a ref other than main name a commit from `when` on."""
        self.refs = self.refs or Timeline()
        self.refs.add(when, {**(self.refs.at(when) or {}), ref: commit})
        self.forget_states()

    def state_at(self, when: int) -> State | None:
        """The state as of `when`, None before it was made and after it was deleted."""
        if not self.lives(when):
            return None
        key = (
            self.heads.index(when),
            self.names.index(when),
            self.changes.index(when) if self.changes else 0,
            self.refs.index(when) if self.refs else 0,
        )
        state = self._states.get(key)
        if state is None:
            refs = self.refs.at(when) if self.refs else None
            name = self.names.values[key[1]]
            state = State(self, name, self.heads.at(when), self.settings_at(when), refs or {})
            self._states[key] = state
        return state

    def forget_states(self) -> None:
        """Called after every change: indexes may have moved."""
        self._states.clear()
