"""Full-text search: which words stand in which stored text, and in which event.

Three FTS5 tables without content of their own: a text is in the table `blob` already, an event in `event`, and the row
ids are theirs. They know which words a text has, not where (`detail=none`: some 6 % of the text's size instead of
30 %); whoever shows a text reads it and finds the place. Like what they speak of, they are only ever added to.
"""

from __future__ import annotations

import re
import sqlite3

from licenses.text import decode
from storage.blobs import BlobStore, DamagedBlob

LICENSE_WORDS, CARD_WORDS, EVENT_WORDS = "license_words", "card_words", "event_words"
_KIND = "content = '', detail = none, tokenize = 'unicode61 remove_diacritics 2'"
TABLES = f"""
create virtual table {LICENSE_WORDS} using fts5(text, {_KIND});
create virtual table {CARD_WORDS} using fts5(text, {_KIND});
create virtual table {EVENT_WORDS} using fts5(text, {_KIND});
"""
LONGEST = 1_000_000  # characters of a text whose words are kept
# Keys, hashes and pictures written as letters: nobody looks for them, and each would be a word of its own.
_NO_WORD = re.compile(r"[A-Za-z0-9+/=_-]{80,}")
# Scripts that put no blanks between words: Han, Kana, Thai, Lao, Burmese, Khmer.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(f"[{UNSPACED}]+")


def pairs(run: str) -> list[str]:
    """Every two neighbors of a run of an unspaced script, and its last character: what is kept as its words."""
    return [run[place : place + 2] for place in range(len(run))]


def _kept(text: str) -> str:
    return _RUN.sub(lambda run: f" {' '.join(pairs(run[0]))} ", _NO_WORD.sub(" ", text[:LONGEST]))


def add_text(conn: sqlite3.Connection, blobs: BlobStore, role: str, text: int) -> None:
    """Keep the words of a document's text (blob id), if they are not kept already. Nothing of a damaged one."""
    table = CARD_WORDS if role == "card" else LICENSE_WORDS
    if conn.execute(f"select 1 from {table} where rowid = ?", (text,)).fetchone():
        return
    try:
        content = decode(blobs.get(text))
    except DamagedBlob:
        return
    conn.execute(f"insert into {table} (rowid, text) values (?, ?)", (text, _kept(content)))


def add_event(conn: sqlite3.Connection, event: int, before: str | None, after: str | None) -> None:
    """Keep the words of what an event says was so and is so."""
    said = "\n".join(part for part in (before, after) if part)
    if said:
        conn.execute(f"insert into {EVENT_WORDS} (rowid, text) values (?, ?)", (event, _kept(said)))


def add_all(conn: sqlite3.Connection) -> None:
    """Keep the words of everything that is in an archive made before there were such tables."""
    blobs = BlobStore(conn)
    texts = (
        "select iif(role = 'card', 'card', 'license'), text from document union"
        " select iif(d.role = 'card', 'card', 'license'), r.text from rereading r join document d on d.id = r.document"
    )
    for role, text in conn.execute(f"{texts} order by 2").fetchall():
        add_text(conn, blobs, role, text)
    for event, before, after in conn.execute("select id, before, after from event order by id").fetchall():
        add_event(conn, event, before, after)
