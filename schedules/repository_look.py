"""Looks at one repository: is it as it was, and if not, what does it hold now?"""

from __future__ import annotations

from crawler.bundle import Document, gather
from crawler.errors import Disabled, Unavailable
from crawler.license_files import needs_looking
from crawler.repository import Repository
from crawler.settings import Watch
from licenses.card import read_card
from schedules.clock import now, stamp
from schedules.known_files import KnownFiles
from schedules.observing import facts, row_hash
from schedules.session import Session
from storage import known
from storage.known import Known
from storage.records import DocumentSeen, Facts, Observation


class RepositoryLook:
    """Turns rows and files of one kind into observations."""

    def __init__(self, session: Session, kind: str, watch: Watch) -> None:
        self.session, self.kind, self.watch = session, kind, watch
        self.conn = session.archive.conn

    def is_known(self, row: Repository, recorded: Known) -> bool:
        """Whether nothing can have changed: the row says what it said, and no link leads out of the repository."""
        return (
            recorded.row_hash == row_hash(row)
            and not recorded.files_behind
            and recorded.availability not in ("unavailable", "disabled")
            and not needs_looking(row, self.session.endpoint)
        )

    def observe(self, row: Repository, recorded: Known | None, watch: str) -> Observation:
        """Look at the files that may have changed. Raises crawler.errors.CrawlError if they cannot be had."""
        files = KnownFiles(self.session, recorded, full=self.session.full)
        bundle = gather(self.session.hub, row, files, self.session.fetch_link)
        seen = tuple(self._document(document, files) for document in bundle.documents)
        for document in seen:
            if document.status == "failed":
                self.session.fail(f"{self.kind}:{row.name}", f"{document.place}: {document.problem}")
        return Observation(
            kind=self.kind,  # type: ignore[arg-type]
            hub_id=row.hub_id,
            name=row.name,
            facts=self._facts(row, bundle.documents),
            row_hash=row_hash(row) if not bundle.incomplete else b"",
            documents=seen,
            since=self._since(row, recorded),
            files_behind=bundle.incomplete,
            history_rewritten=self._rewritten(row, recorded),
            watch=watch,
        )

    def not_there(self, name: str, recorded: Known | None, answer: Exception | None) -> Observation:
        """What to record of a name that does not answer, or that answers for somebody else."""
        availability = "disabled" if isinstance(answer, Disabled) else "unavailable"
        return Observation(
            kind=self.kind,  # type: ignore[arg-type]
            hub_id=recorded.hub_id if recorded else None,
            name=recorded.name if recorded else name,
            facts=Facts(availability=availability),  # type: ignore[arg-type]
        )

    def _document(self, document: Document, files: KnownFiles) -> DocumentSeen:
        content, status = document.content, document.status
        if content is None and document.oid and status == "known":
            content = self.session.texts.content_of(document.oid)
        hashes: tuple[str | None, str | None] = (None, None)
        if content is not None:
            former = files.former(document.role, document.place)
            hashes = self.session.texts.keep(document.role, content, after=former, oid=document.oid)
        return DocumentSeen(
            document.role,
            document.place,
            "here" if content is not None else document.status,  # type: ignore[arg-type]
            *hashes,
            len(content or b""),
            document.etag,
            document.oid,
            document.revision,
            document.fetched_at or stamp(now()),
            document.committed_at,
            document.problem,
        )

    def _facts(self, row: Repository, documents: list[Document]) -> Facts:
        card = next((d.content for d in documents if d.role == "card" and d.content is not None), None)
        return facts(row, read_card(card).card_error if card is not None else None)

    def _since(self, row: Repository, recorded: Known | None) -> str | None:
        """A commit dates a change of content; what no commit shows is dated by the refresh that saw it."""
        if recorded is None or recorded.sha != row.sha:
            return row.last_modified
        return None

    def _rewritten(self, row: Repository, recorded: Known | None) -> bool:
        """Whether the commit that we knew is no longer in the history of what is there now."""
        if recorded is None or not recorded.sha or not row.sha or recorded.sha == row.sha:
            return False
        return self.session.hub.contains_commit(self.kind, row.name, row.sha, recorded.sha) is False
