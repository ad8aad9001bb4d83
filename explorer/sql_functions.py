"""SQL functions that the pages and saved queries use; docs/explorer.md describes them for readers."""

from __future__ import annotations

import sqlite3

from explorer.visible import visible
from licenses.text import decode
from storage.blobs import BlobStore, DamagedBlob

# One value of a result: enough for every license, small enough that a query over all texts stays in memory.
MOST_CHARACTERS = 500_000
# (how it is called, what it gives), for readers.
DESCRIBED = (
    (
        "text(hash)",
        f"the stored text with this text_hash, up to {MOST_CHARACTERS:,} characters; null if it is not in the archive",
    ),
    ("quote(hash, start, end)", "the characters of that text from start up to end, as clauses and evidence name them"),
    ("author(subject)", "who a subject belongs to: meta-llama of model:meta-llama/Llama-3.1-8B; null for terms"),
    ("visible(text)", "the text with hidden and direction-changing characters written out, as ⟦U+202E⟧"),
)


def stored_text(blobs: BlobStore, text_hash: object) -> str | None:
    """The stored text with this SHA-256 (hexadecimal), or None if it is not here or cannot be read."""
    try:
        digest = bytes.fromhex(str(text_hash))
    except ValueError:
        return None
    if len(digest) != 32:
        return None
    try:
        content = blobs.by_hash(digest)
    except DamagedBlob:
        return None
    return None if content is None else decode(content)


def register(conn: sqlite3.Connection) -> None:
    """Give a connection `text(hash)`, `quote(hash, start, end)`, `author(subject)` and `visible(text)`.

    On a database that is no archive, `text` and `quote` answer null.
    """
    blobs = BlobStore(conn)

    def whole(text_hash: object) -> str | None:
        try:
            return stored_text(blobs, text_hash)
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return None
            raise

    def text(text_hash: object) -> str | None:
        found = whole(text_hash)
        return None if found is None else found[:MOST_CHARACTERS]

    def quote(text_hash: object, start: object, end: object) -> str | None:
        found = whole(text_hash)
        if found is None or not isinstance(start, int) or not isinstance(end, int):
            return None
        return found[start : min(end, start + MOST_CHARACTERS)] if 0 <= start <= end else None

    def author(subject: object) -> str | None:
        _, _, name = str(subject).partition(":")
        return name.partition("/")[0] if "/" in name else None

    conn.create_function("text", 1, text)
    conn.create_function("quote", 3, quote)
    conn.create_function("author", 1, author, deterministic=True)
    conn.create_function("visible", 1, lambda value: None if value is None else visible(value), deterministic=True)
