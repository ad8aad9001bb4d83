"""All that binds a user of one repository, gathered with as few requests as the Hub allows.

Card, license files, use policies, notices, gate, and what `license_link` leads to. Nothing is fetched whose commit is
known; of a moved commit, nothing whose git name is known; bytes that some other repository brought are not fetched
twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from crawler.errors import BudgetSpent, CrawlError, Disabled, Gated, NoSuchRevision, Unavailable
from crawler.gate import gate_text
from crawler.hub import Entry, Hub
from crawler.hub_files import NOT_ANNOUNCED, File
from crawler.license_files import CARD, Link, read_link, role_of
from crawler.repository import Repository

Status = Literal["here", "known", "unchanged", "absent", "failed"]
# Where a row has no siblings: the names that are worth asking for.
USUAL = (CARD, "LICENSE", "LICENSE.md", "LICENSE.txt", "NOTICE", "USE_POLICY.md", "COPYING")
GATE_PLACE = "extra_gated"
# The place of a document that is no file of the repository itself; file names may have colons too.
_ELSEWHERE = re.compile(r"(?i)https?://|(?:model|dataset|space):[^/]+/[^/]+/.")


@dataclass(frozen=True, slots=True)
class Document:
    """One text of the bundle. `place` is a path, `kind:org/name/path` of another repository, or a URL.

    `status`: "here" (with `content`), "known" (the archive has the bytes that git calls `oid`), "unchanged" (as the
    archive has it at this place), "absent" (surely not there), "failed" (`problem` says why; what was known stands).
    `text` is the extracted text where it is not simply the decoded bytes. `later` marks a failure that the next run
    may make up for, `put_off` one for which only the budget was not there.
    """

    role: str
    place: str
    status: Status
    content: bytes | None = None
    text: str | None = None
    etag: str | None = None
    oid: str | None = None
    revision: str | None = None
    committed_at: str | None = None
    problem: str | None = None
    headers: str | None = None
    extractor: str | None = None
    later: bool = False
    put_off: bool = False


@dataclass
class Bundle:
    """The documents of one repository; `incomplete` when some have to be asked for again in the next run."""

    documents: list[Document] = field(default_factory=list)

    @property
    def incomplete(self) -> bool:
        """Whether the next run has to look again although the commit is the same."""
        return any(document.status == "failed" and document.later for document in self.documents)

    @property
    def lacks_own_files(self) -> bool:
        """Whether files of the repository itself could not be had this time, so that its state is not known."""
        return bool(self._lacking())

    @property
    def put_off(self) -> bool:
        """Whether all that lacks waits for the budget alone: no failure of anybody."""
        return all(document.put_off for document in self._lacking())

    def _lacking(self) -> list[Document]:
        return [d for d in self.documents if d.status == "failed" and d.later and not is_elsewhere(d.place)]


def is_elsewhere(place: str) -> bool:
    """Whether a place is outside of the repository: an URL, or `kind:org/name/path`."""
    return _ELSEWHERE.match(place) is not None


class Known(Protocol):
    """What the archive knows of a repository's files. `sha` is the commit whose files are all there, or None."""

    sha: str | None

    def places(self) -> list[tuple[str, str]]:
        """Role and place of every document."""

    def etag(self, role: str, place: str) -> str | None:
        """The ETag under which it was fetched."""

    def oid(self, role: str, place: str) -> str | None:
        """Git's name of it."""

    def revision(self, role: str, place: str) -> str | None:
        """The commit at which it was read."""

    def known_blob(self, oid: str) -> bool:
        """Whether bytes of that git name are here, from whichever repository."""


FetchPage = Callable[[str], Document]


def gather(
    hub: Hub, repository: Repository, known: Known, fetch_page: FetchPage, patterns: Sequence[str] = ()
) -> Bundle:
    """Gather the bundle of `repository`. Raises what speaks of the whole repository (Unavailable, RunStopped ...)."""
    link = link_of(repository, hub.endpoint)
    gathering = _Gathering(hub, repository, known, tuple(patterns))
    documents = gathering.own_files(link)
    gate = gate_text(repository.card_data)
    if gate is not None:
        documents.append(Document("gate", GATE_PLACE, "here", gate, revision=repository.sha))
    if link is not None and link.where in ("hub", "web"):
        documents += linked(hub, link, known, fetch_page)
    return Bundle(documents)


def link_of(repository: Repository, endpoint: str) -> Link | None:
    """Where the card's license_link leads, if there is one."""
    card = repository.card_data if isinstance(repository.card_data, dict) else {}
    return read_link(card.get("license_link"), repository.kind, repository.name, endpoint)


def leads_away(repository: Repository, endpoint: str) -> bool:
    """Whether the license is kept elsewhere, so that an unmoved repository does not mean an unmoved license."""
    link = link_of(repository, endpoint)
    return link is not None and link.where in ("hub", "web")


class _Gathering:
    """The files of the repository itself."""

    def __init__(self, hub: Hub, repository: Repository, known: Known, patterns: tuple[str, ...]) -> None:
        self.hub, self.repository, self.known, self.patterns = hub, repository, known, patterns

    def own_files(self, link: Link | None) -> list[Document]:
        row, known = self.repository, self.known
        if row.sha is not None and row.sha == known.sha:
            return [
                Document(role, place, "unchanged")
                for role, place in known.places()
                if role != "gate" and not is_elsewhere(place)
            ]
        if row.sha is None:
            return []
        wanted = self._wanted(link)
        try:
            if len(wanted) == 1 and row.siblings is not None:
                return [self._fetched(role, path, None) for path, role in wanted.items()]
            entries = self.hub.paths_info(row.kind, row.name, row.sha, list(wanted)) if wanted else {}
        except NoSuchRevision:
            # The row is older than the repository: its commit was squashed away. Ask for main, file by file.
            return [self._fetched(role, path, None) for path, role in wanted.items()]
        return [self._known_or_fetched(role, path, entries[path]) for path, role in wanted.items() if path in entries]

    def _wanted(self, link: Link | None) -> dict[str, str]:
        siblings = self.repository.siblings
        names = USUAL if siblings is None else siblings
        wanted = {path: "card" if path == CARD else role_of(path, self.patterns) or "license" for path in names}
        if link is not None and link.where == "here":
            # A row's siblings are trimmed to names that speak of licenses; the link may lead to any file.
            wanted.setdefault(link.path, "license")
        return wanted

    def _known_or_fetched(self, role: str, path: str, entry: Entry) -> Document:
        if entry.oid is not None and entry.oid == self.known.oid(role, path):
            return Document(role, path, "unchanged")
        if entry.oid is not None and self.known.known_blob(entry.oid):
            return Document(
                role, path, "known", oid=entry.oid, etag=entry.oid, revision=self.repository.sha,
                committed_at=entry.committed_at,
            )  # fmt: skip
        if entry.size > self.hub.network.max_file_bytes:
            return Document(role, path, "failed", problem=f"too large: {entry.size:,} bytes")
        return self._fetched(role, path, entry)

    def _fetched(self, role: str, path: str, entry: Entry | None) -> Document:
        row = self.repository
        try:
            file = self.hub.file(row.kind, row.name, row.sha, path, self.known.etag(role, path))
        except (Unavailable, Disabled):
            raise
        except CrawlError as error:
            return failed(role, path, error)
        if entry is not None and _is_another(file, entry, row.sha):
            return Document(role, path, "failed", problem=NOT_ANNOUNCED, later=True)
        document = of_file(role, path, file)
        date = entry.committed_at if entry is not None else row.last_modified
        oid = entry.oid if entry is not None and entry.oid else document.oid
        return replace(document, committed_at=date, oid=oid)


def _is_another(file: File, entry: Entry, revision: str | None) -> bool:
    """Whether other bytes came than those that the tree names at this commit: a proxy's page, half a file (F15)."""
    if file.content is None or file.revision not in (None, revision):
        return False
    linked = entry.sha256 is None and len(file.etag or "") == 64  # the tree names a pointer: it tells nothing
    return not linked and not entry.names(file.content)


def of_file(role: str, place: str, file: File) -> Document:
    """A fetched file as a document."""
    oid = file.etag if file.etag and len(file.etag) == 40 else None
    # What is too large or gated today will be so tomorrow: not asked for again until its row changes.
    return Document(
        role, place, file.status, file.content, etag=file.etag, oid=oid, revision=file.revision,
        problem=file.problem, later=file.later,
    )  # fmt: skip


def failed(role: str, place: str, error: CrawlError) -> Document:
    """A document that could not be had this time."""
    later = isinstance(error, BudgetSpent) or not isinstance(error, Gated | NoSuchRevision)
    return Document(role, place, "failed", problem=str(error), later=later, put_off=isinstance(error, BudgetSpent))


def linked(hub: Hub, link: Link, known: Known, fetch_page: FetchPage) -> list[Document]:
    """What license_link leads to outside the repository: at most one document; a dangling link is none."""
    if link.where == "web":
        return [fetch_page(link.url)]
    role, place = role_of(link.path) or "license", f"{link.kind}:{link.name}/{link.path}"
    held = known.oid(role, place) is not None or known.etag(role, place) is not None
    try:
        target = hub.info(link.kind, link.name)
        if target.sha is not None and target.sha == known.revision(role, place):
            return [Document(role, place, "unchanged")]
        file = hub.file(link.kind, link.name, target.sha, link.path, known.etag(role, place))
    except (Unavailable, Disabled, NoSuchRevision) as gone:
        # The text that we hold stays; that its source is gone is said where it is read.
        return [Document(role, place, "failed" if held else "absent", problem=str(gone))]
    except CrawlError as error:
        return [failed(role, place, error)]
    document = of_file(role, place, file)
    if document.status == "failed" and not document.later and not held:
        # Behind a gate, or too large: so it will be tomorrow. To us the link leads nowhere, which is no failure.
        return [replace(document, status="absent")]
    return [document]
