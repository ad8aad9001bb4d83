"""The whole Hub as of one moment, with every order that lists are asked for in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import RLock
from typing import Any

from demo.repository import Repository, State

Keys = list[tuple[int, str]]

# What a list may be sorted by: always descending, ties by _id ascending.
SORTS: Mapping[str, Callable[[State], int]] = {
    "lastModified": lambda state: state.modified,
    "createdAt": lambda state: state.created,
    "downloads": lambda state: int(state.settings["downloads"]),
    "likes": lambda state: int(state.settings["likes"]),
    "likes30d": lambda state: int(state.settings["likes"]),
    "trendingScore": lambda state: int(state.settings["trendingScore"]),
    "num_parameters": lambda state: int(state.settings["parameters"] or 0),
}


class View:
    """What is there at `when` (milliseconds), by name and in order. Thread-safe; made once, asked often."""

    def __init__(
        self,
        repositories: Mapping[str, list[Repository]],
        bearers: Mapping[tuple[str, str], list[Repository]],
        when: int,
    ) -> None:
        self.when, self._bearers, self._lock = when, bearers, RLock()
        self._states = {
            kind: [state for one in found if (state := one.state_at(when))] for kind, found in repositories.items()
        }
        self._names: dict[str, dict[str, State]] = {}
        self._orders: dict[tuple[str, str, str | None], tuple[Keys, list[State]]] = {}
        self.pages: dict[Any, Any] = {}  # whole answers, for a hub that keeps them

    def states(self, kind: str) -> list[State]:
        """All repositories of a kind, in the order of making."""
        return self._states[kind]

    def find(self, kind: str, name: str) -> State | None:
        """The repository of that name."""
        with self._lock:
            if kind not in self._names:
                self._names[kind] = {state.name: state for state in self._states[kind]}
            return self._names[kind].get(name)

    def moved(self, kind: str, name: str) -> State | None:
        """The repository that bore the name last and has another now."""
        left: list[tuple[int, State]] = []
        for one in self._bearers.get((kind, name), ()):
            state = one.state_at(self.when)
            upto = one.names.index(self.when)
            former = [i for i in range(upto) if one.names.values[i] == name]
            if state is not None and former:
                left.append((one.names.times[former[-1] + 1], state))
        return max(left, key=lambda pair: pair[0])[1] if left else None

    def ordered(self, kind: str, sort: str, author: str | None = None) -> tuple[Keys, list[State]]:
        """Sort keys (minus the value, _id) and the states they belong to; of one author, or of all."""
        key = (kind, sort, author)
        with self._lock:
            if key not in self._orders:
                value = SORTS[sort]
                states = self._states[kind]
                if author is not None:
                    states = [state for state in states if state.author == author]
                pairs = sorted((((-value(state), state.hub_id), state) for state in states), key=lambda pair: pair[0])
                self._orders[key] = ([pair[0] for pair in pairs], [pair[1] for pair in pairs])
            return self._orders[key]
