"""The addresses of the explorer's pages, made in one place."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode


def _query(path: str, /, **values: object) -> str:
    given = {key: value for key, value in values.items() if value not in (None, "")}
    # A backslash or a control character of a stranger's is percent-encoded by urlencode, as everything else is.
    return f"{path}?{urlencode(given)}" if given else path


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses below one database; `base` is Datasette's address of it, such as `/licensedrift`."""

    base: str

    def drift(self, **filters: object) -> str:
        """The timeline, filtered."""
        return _query(f"{self.base}/-/drift", **filters)

    def feed(self, form: str, **filters: object) -> str:
        """A feed of the same filters: `xml` is Atom, `json` is JSON Feed."""
        return _query(f"{self.base}/-/drift/feed.{form}", **filters)

    def event(self, event: int) -> str:
        """One event."""
        return f"{self.base}/-/drift/event/{event}"

    def subject(self, name: str, /, **values: object) -> str:
        """One subject, by its full name (`model:org/name`)."""
        segments = name.split("/")
        # Browsers resolve dot segments, encoded or not, and servers drop empty ones: such a name goes into the query.
        if any(segment in ("", ".", "..") for segment in segments):
            return _query(f"{self.base}/-/subject", name=name, **values)
        return _query(f"{self.base}/-/subject/{quote(name, safe='/:')}", **values)

    def text(self, text_hash: str, start: int | None = None, end: int | None = None) -> str:
        """A stored text, at a quotation if its offsets are given."""
        path = _query(f"{self.base}/-/text/{quote(text_hash, safe='')}", start=start, end=end)
        return path if start is None else f"{path}#quote"

    def raw(self, text_hash: str) -> str:
        """A stored text as a plain file."""
        return f"{self.base}/-/text/{quote(text_hash, safe='')}.txt"

    def compare(self, left: str, right: str, subject: str | None = None) -> str:
        """Two stored texts side by side."""
        return _query(f"{self.base}/-/compare", left=left, right=right, subject=subject)

    def versions(self, subject: str, before: int | None = None, after: int | None = None) -> str:
        """Two versions of a subject side by side; the last two that differ, if none are named."""
        return _query(f"{self.base}/-/compare", subject=subject, **{"from": before, "to": after})

    def systems(self, **values: object) -> str:
        """The list of systems."""
        return _query(f"{self.base}/-/systems", **values)

    def openness(self) -> str:
        """The grid of degrees of openness."""
        return f"{self.base}/-/openness"

    def licenses(self, **values: object) -> str:
        """Every distinct license text."""
        return _query(f"{self.base}/-/licenses", **values)

    def runs(self, **values: object) -> str:
        """The refreshes."""
        return _query(f"{self.base}/-/runs", **values)

    def rejected(self, **values: object) -> str:
        """Captures that were not believed."""
        return _query(f"{self.base}/-/rejected", **values)

    def capture(self, number: int) -> str:
        """The bytes of a capture that was not believed."""
        return f"{self.base}/-/rejected/{number}"

    def questions(self) -> str:
        """The saved queries."""
        return f"{self.base}/-/questions"

    def search(self, **values: object) -> str:
        """Search over events, clauses and names."""
        return _query(f"{self.base}/-/search", **values)

    def view(self, name: str, /, **values: object) -> str:
        """A view or a saved query as Datasette shows it; `name` may end in .csv or .json."""
        return _query(f"{self.base}/{name}", **values)
