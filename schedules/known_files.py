"""What the archive knows of one repository's files, in the shape in which the crawler asks for it."""

from __future__ import annotations

from schedules.session import Session
from storage import known
from storage.known import Known
from storage.state import StoredDocument, unpacked


class KnownFiles:
    """Answers the crawler's question `is this file already here?` for one repository.

    With `full`, the archive plays dumb, so that every file is asked for again.
    """

    def __init__(self, session: Session, recorded: Known | None, *, full: bool) -> None:
        self.sha = None if full or recorded is None or recorded.files_behind else recorded.sha
        self._texts = session.texts
        self._full = full
        rows = known.documents(session.archive.conn, recorded.version) if recorded else ()
        self._by_place = {(row.role, row.place): row for row in rows}

    def former(self, role: str, place: str) -> StoredDocument | None:
        """The recorded document at this place."""
        return self._by_place.get((role, place))

    def places(self) -> list[tuple[str, str]]:
        """Role and place of every recorded document."""
        return list(self._by_place)

    def etag(self, role: str, place: str) -> str | None:
        """The ETag under which the recorded document was fetched, for a conditional request."""
        row = self.former(role, place)
        return None if row is None or self._full else row.etag

    def oid(self, role: str, place: str) -> str | None:
        """Git's name of the recorded document."""
        row = self.former(role, place)
        return None if row is None or self._full else unpacked(row.oid)

    def revision(self, role: str, place: str) -> str | None:
        """The commit at which the recorded document was read."""
        row = self.former(role, place)
        return None if row is None or self._full else unpacked(row.revision)

    def known_blob(self, oid: str) -> bool:
        """Whether bytes of that git name are here, from whichever repository."""
        return not self._full and self._texts.known_oid(oid)
