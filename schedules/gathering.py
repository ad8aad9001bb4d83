"""Brings the documents of one repository into the archive: stores bytes, keeps what is known, says what failed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from licenses.text import decode
from storage.archive import Archive
from storage.blobs import sha256
from storage.known import hash_of_git_blob
from storage.state import StoredDocument, packed
from storage.understanding import Understanding

# A card is judged by its claim, not by clauses: nothing to read ahead.
READ_AHEAD = ("license", "policy", "gate", "terms")


@dataclass
class TextStore:
    """Stores the bytes of documents and has them read by the rules, before the snapshot is recorded.

    Both are keyed by hash, so what a killed run leaves behind is no harm: the next run finds it.
    """

    archive: Archive
    understanding: Understanding

    def keep(
        self, role: str, content: bytes, *, text: str | None = None, after: StoredDocument | None = None,
        oid: str | None = None,
    ) -> tuple[str, str]:  # fmt: skip
        """Store a document; `text` is its extracted text where that is not its decoded bytes. Returns both hashes."""
        shown = (decode(content) if text is None else text).encode("utf-8")
        with self.archive.writing():
            blobs = self.archive.blobs
            content_id = blobs.put(content, after.content if after else None)
            text_id = content_id if shown == content else blobs.put(shown, after.text if after else content_id)
            if oid is not None:
                self.archive.conn.execute("insert or ignore into git_blob values (?, ?)", (packed(oid), content_id))
        if role in READ_AHEAD:
            self.understanding.of(text_id)
        return sha256(content).hex(), sha256(shown).hex()

    def keep_text(self, role: str, text: str, *, after: int | None = None) -> int:
        """Store a text alone; returns its blob id."""
        with self.archive.writing():
            blob = self.archive.blobs.put(text.encode("utf-8"), after)
        if role in READ_AHEAD:
            self.understanding.of(blob)
        return blob

    def text(self, blob: int) -> str:
        """A stored text by its blob id."""
        return decode(self.archive.blobs.get(blob))

    def reloaded(self, document: StoredDocument, text: int, extractor: str) -> StoredDocument:
        """The document with the text that another extraction took from its bytes."""
        return replace(document, text=text, extractor=extractor)

    def known_oid(self, oid: str) -> bool:
        """Whether the bytes that git calls `oid` are here already."""
        return hash_of_git_blob(self.archive.conn, oid) is not None

    def content_of(self, oid: str) -> bytes:
        """The bytes that git calls `oid`."""
        digest = hash_of_git_blob(self.archive.conn, oid)
        content = self.archive.blobs.by_hash(bytes.fromhex(digest)) if digest else None
        assert content is not None
        return content
