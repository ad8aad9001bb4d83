"""Looks at one repository: is it as it was, and if not, what does it hold now?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from crawler.bundle import Document, gather, leads_away
from crawler.errors import Disabled
from crawler.extraction import ExtractionError
from crawler.repository import Repository
from crawler.settings import Watch
from licenses.card import read_card
from licenses.text import oddity
from schedules.clock import now, stamp
from schedules.known_files import KnownFiles
from schedules.linked_pages import LinkedPages
from schedules.observing import facts, row_hash
from schedules.page_reading import extraction, extractor_of
from schedules.session import Session
from storage import known
from storage.known import Known
from storage.records import Availability, DocumentSeen, DocumentStatus, Facts, Kind, Observation, Role
from storage.state import unpacked


class RepositoryLook:
    """Turns rows and files of one kind into observations."""

    def __init__(self, session: Session, kind: Kind, watch: Watch, pages: LinkedPages) -> None:
        self.session, self.kind, self.pages = session, kind, pages
        self.patterns = tuple(watch.license_files)

    def is_known(self, row: Repository, said: Facts, recorded: Known) -> bool:
        """Whether nothing can have changed: the row says what it said, and no link leads out of the repository."""
        return self.same_row(row, said, recorded) and not recorded.files_behind and not self.leads_away(row)

    def same_row(self, row: Repository, said: Facts, recorded: Known) -> bool:
        """Whether the row says what it said."""
        here = recorded.availability not in ("unavailable", "disabled")
        return here and recorded.row_hash == row_hash(row.name, said)

    def leads_away(self, row: Repository) -> bool:
        """Whether the license is kept outside of the repository."""
        return leads_away(row, self.session.endpoint)

    def from_row(self, row: Repository, said: Facts, recorded: Known | None, watch: str) -> Observation:
        """What the row alone tells; its files are put off."""
        moved = recorded is None or recorded.sha != row.sha or recorded.files_behind
        # A gate that opened at the same commit lets files through that were refused before.
        moved = moved or (recorded is not None and recorded.gated != said.gated)
        return self._observation(row, said, recorded, watch, None, behind=moved)

    def observe(self, row: Repository, recorded: Known | None, watch: str) -> Observation | None:
        """Look at the files that may have changed; None keeps the last version, since not all could be had.

        Raises crawler.errors.CrawlError if nothing could.
        """
        files = KnownFiles(self.session, recorded, full=self.session.full)
        if recorded is not None and recorded.row_hash != row_hash(row.name, facts(row)):
            # Another row at the same commit: a gate that opened lets files through that were refused before.
            files.sha = None
        bundle = gather(self.session.hub, row, files, lambda url: self.pages.fetch(url, files), patterns=self.patterns)
        documents = [self._with_content(document) for document in bundle.documents]
        seen = tuple(self._document(document, files) for document in documents)
        for document in seen:
            if document.status == "failed":
                self.session.fail(f"{self.kind}:{row.name}", f"{document.place}: {document.problem}")
        if bundle.lacks_own_files:
            # What is new is recorded by its row, so that files which come tomorrow are no news of tomorrow.
            by_row = recorded is None or bundle.put_off
            return self.from_row(row, facts(row), recorded, watch) if by_row else None
        said = facts(row, _card_error(documents, recorded))
        return self._observation(row, said, recorded, watch, seen, behind=bundle.incomplete)

    def _observation(
        self,
        row: Repository,
        said: Facts,
        recorded: Known | None,
        watch: str,
        documents: tuple[DocumentSeen, ...] | None,
        *,
        behind: bool,
    ) -> Observation:
        return Observation(
            kind=self.kind,
            hub_id=row.hub_id,
            name=row.name,
            facts=said,
            row_hash=row_hash(row.name, said),
            documents=documents,
            since=self._since(row, recorded),
            files_behind=behind,
            # Whole kinds are walked by the hundred thousand: there it is asked when the files' turn comes.
            history_rewritten=documents is not None and self._rewritten(row, recorded),
            watch=watch,
        )

    def not_there(self, name: str, recorded: Known | None, answer: Exception | None) -> Observation:
        """What to record of a name that does not answer, or that answers for somebody else."""
        availability: Availability = "disabled" if isinstance(answer, Disabled) else "unavailable"
        return Observation(
            kind=self.kind,
            hub_id=recorded.hub_id if recorded else None,
            name=recorded.name if recorded else name,
            facts=Facts(availability=availability),
        )

    def _with_content(self, document: Document) -> Document:
        """A document whose bytes another repository has brought, with these bytes."""
        if document.status != "known" or not document.oid:
            return document
        return replace(document, status="here", content=self.session.texts.content_of(document.oid))

    def _document(self, document: Document, files: KnownFiles) -> DocumentSeen:
        status: DocumentStatus = "here" if document.status == "known" else document.status
        hashes: tuple[str | None, str | None] = (None, None)
        if document.content is not None and document.text is None:
            document = _with_text(document)
        if document.content is not None:
            former = files.former(document.role, document.place)
            hashes = self.session.texts.keep(
                document.role, document.content, text=document.text, after=former, oid=document.oid
            )
        return DocumentSeen(
            cast(Role, document.role),
            document.place,
            status,
            *hashes,
            len(document.content or b""),
            document.etag,
            document.oid,
            document.revision,
            stamp(now()),
            document.committed_at,
            document.problem or self._oddity(document),
            document.headers,
            document.extractor,
        )

    def _oddity(self, document: Document) -> str | None:
        """What a reader of the stored text should know of its bytes."""
        extracted = document.content is None or document.text is not None
        return None if extracted else oddity(document.content or b"")

    def _since(self, row: Repository, recorded: Known | None) -> str | None:
        """A commit dates a change of content; what no commit shows is dated by the refresh that saw it."""
        if recorded is None or recorded.sha != row.sha:
            return row.last_modified
        return None

    def _rewritten(self, row: Repository, recorded: Known | None) -> bool:
        """Whether the commit that we knew is no longer in the history of what is there now."""
        if recorded is None or not row.sha:
            return False
        # Where files waited, the head is known already: then the question is of the commit that our files are of.
        ours = recorded.sha if recorded.sha != row.sha else self._commit_of_files(recorded)
        if not ours or ours == row.sha:
            return False
        return self.session.hub.contains_commit(self.kind, row.name, row.sha, ours) is False

    def _commit_of_files(self, recorded: Known) -> str | None:
        """The commit at which the newest of the recorded files was read, if newer ones wait."""
        if not recorded.files_behind:
            return None
        read = [one for one in known.documents(self.session.archive.conn, recorded.version) if one.revision]
        return unpacked(max(read, key=lambda one: one.fetched_at or "").revision) if read else None


def _with_text(document: Document) -> Document:
    """A PDF is no text as it stands: its text is extracted, as that of a page is."""
    content = document.content or b""
    if not content[:1024].lstrip().startswith(b"%PDF-"):
        return document
    try:
        found = extraction(content, document.place, {"content-type": "application/pdf"})
    except ExtractionError as error:
        return replace(document, problem=document.problem or str(error))
    return replace(document, text=found.text, extractor=extractor_of())


def _card_error(documents: Sequence[Document], recorded: Known | None) -> str | None:
    """What is wrong with the card's front matter: of the card as it is now, else as it was recorded."""
    card = next((document for document in documents if document.role == "card"), None)
    if card is not None and card.content is not None:
        return read_card(card.content).error
    still = card is not None and card.status in ("unchanged", "failed")
    return recorded.card_error if recorded and still else None
