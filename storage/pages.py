"""What the archive keeps of web pages beside their documents: validators, captures not believed, later readings."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

import zstandard

from storage import words
from storage.blobs import BlobStore

KEPT_REJECTED = 20  # captures a page, so that a person can see why


@dataclass(frozen=True, slots=True)
class Validators:
    """What makes the next request for a page conditional; `whose` is the final URL that gave them."""

    etag: str | None = None
    last_modified: str | None = None
    whose: str | None = None


def validators(conn: sqlite3.Connection, url: str) -> Validators:
    """Those of the last good answer; empty ones if there are none."""
    row = conn.execute("select etag, last_modified, whose from validator where url = ?", (url,)).fetchone()
    return Validators(*row) if row else Validators()


def remember(conn: sqlite3.Connection, url: str, found: Validators) -> None:
    """Keep the validators of a good answer."""
    conn.execute(
        "insert into validator values (?, ?, ?, ?) on conflict(url) do update set etag = excluded.etag,"
        " last_modified = excluded.last_modified, whose = excluded.whose",
        (url, found.etag, found.last_modified, found.whose),
    )


def reject(
    conn: sqlite3.Connection,
    *,
    subject: str,
    url: str,
    run: int,
    fetched_at: str,
    reason: str,
    text_hash: bytes | None,
    content: bytes,
) -> None:
    """Keep a capture that was not believed; of one page the last `KEPT_REJECTED` are kept."""
    conn.execute(
        "insert into rejected (subject, url, run, fetched_at, reason, text_hash, size, data)"
        " values (?, ?, ?, ?, ?, ?, ?, ?)",
        (subject, url, run, fetched_at, reason, text_hash, len(content), zstandard.compress(content, 10)),
    )
    conn.execute(
        "delete from rejected where url = ? and id not in"
        " (select id from rejected where url = ? order by id desc limit ?)",
        (url, url, KEPT_REJECTED),
    )


def same_answers(conn: sqlite3.Connection, url: str, text_hash: bytes, since: str | None) -> int:
    """How many captures in a row had this very text and were not believed, since the last one that was."""
    rows = conn.execute(
        "select text_hash from rejected where url = ? and fetched_at > ? order by id desc", (url, since or "")
    )
    count = 0
    for (digest,) in rows:
        if digest != text_hash:
            break
        count += 1
    return count


def reread(conn: sqlite3.Connection, document: int, extractor: str, text: int) -> None:
    """Keep the text that a later extractor takes from a document's bytes."""
    conn.execute("insert into rereading (document, extractor, text) values (?, ?, ?)", (document, extractor, text))
    words.add_text(conn, BlobStore(conn), "terms", text)
