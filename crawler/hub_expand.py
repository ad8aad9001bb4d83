"""Which fields are asked for by `expand`, and what is done when the Hub no longer knows one, or ignores them all.

A field that is only nice to have is left out; without one that an observation rests on, whole rows are asked for
instead: else a license would seem to have gone because the question was refused (hub-protocol.md L21, L22).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from crawler.hub_answers import BadRequest

_COMMON = ("sha", "lastModified", "createdAt", "private", "disabled", "tags", "cardData", "siblings")
EXPAND = {
    "model": (*_COMMON, "gated", "pipeline_tag", "baseModels", "safetensors", "downloads"),
    "dataset": (*_COMMON, "gated", "downloads"),
    "space": (*_COMMON, "sdk"),
}
NICE_TO_HAVE = ("createdAt", "pipeline_tag", "baseModels", "safetensors", "downloads", "sdk")
WHOLE_LIST_ROWS = (("full", "true"), ("cardData", "true"))

Params = tuple[tuple[str, str], ...]


class Expand:
    """The fields of one kind for one run; `warnings` are told to the user."""

    def __init__(self, kind: str, warnings: list[str]) -> None:
        self.values = list(EXPAND[kind])
        self._warnings = warnings

    def of_list(self) -> Params:
        """The parameters of a list."""
        return self._params() or WHOLE_LIST_ROWS

    def of_info(self) -> Params:
        """The parameters of one repository, which is told whole unless asked for parts."""
        return self._params()

    def _params(self) -> Params:
        return tuple(("expand", value) for value in self.values)

    def refused(self, answer: BadRequest) -> bool:
        """Learn from a 400; whether it was about `expand`, so that asking anew makes sense."""
        said = answer.answer.content.decode("utf-8", "replace")
        if not self.values or "expand" not in said:
            return False
        refused = self._refused(said)
        if refused and set(refused) <= set(NICE_TO_HAVE):
            self._warnings.append(f"the Hub refuses to expand {', '.join(refused)}: done without")
            self.values = [value for value in self.values if value not in refused]
        else:
            named = ", ".join(refused) or "the fields asked for"
            self._warnings.append(f"the Hub refuses to expand {named}: asking for whole rows")
            self.values = []
        return True

    def _refused(self, said: str) -> list[str]:
        """The values that it minds: those it says it received, else those it does not name among the known ones."""
        # Quotes in JSON come with a backslash.
        received = set(re.findall(r'received\s+\\?"([A-Za-z_-]{1,80})\\?"', said))
        if received:
            return [value for value in self.values if value in received]
        named = set(re.findall(r"[A-Za-z_-]+", said))
        return [value for value in self.values if value not in named]

    def ignored(self, rows: Sequence[Any]) -> bool:
        """Whether a page shows that nothing was expanded; whole rows are asked for from then on.

        Plain rows of datasets have a sha, but no plain row has its files.
        """
        told = [row for row in rows if isinstance(row, dict) and "_id" in row]
        if "siblings" not in self.values or not told or any("siblings" in row for row in told):
            return False
        self.values = []
        return True
