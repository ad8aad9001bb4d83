"""Checks an archive: every stored byte against its hash, every reference, every interval."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from licenses.text import decode
from storage.archive import Archive
from storage.blobs import BlobStore, DamagedBlob, sha256
from storage.progress import Progress

# Each query gives one row a fault: (what, which).
_QUESTIONS = {
    "version {} points at a document that is not there": (
        "select vd.version from version_document vd left join document d on d.id = vd.document where d.id is null"
    ),
    "subject {} has more than one open version": (
        "select subject from version where valid_to is null and valid_from is not null"
        " group by subject having count(*) > 1"
    ),
    "subject {}'s current state is not its open version": (
        "select c.subject from current c join version v on v.id = c.version where v.valid_to is not null"
    ),
    "version {} ends before it begins": "select id from version where valid_to is not null and valid_to < valid_from",
    "version {} belongs to a run that is no snapshot": (
        "select v.id from version v join run r on r.id = v.valid_from where r.status not in ('complete', 'partial')"
    ),
    "event {} belongs to a run that is no snapshot": (
        "select e.id from event e join run r on r.id = e.run where r.status not in ('complete', 'partial')"
    ),
}


def verify(archive: Archive, progress: Progress = lambda *_: None) -> dict[str, Any]:
    """`{"texts": n, "versions": n, "damaged": [one line each]}`; an archive without fault has an empty list."""
    damaged = [*_integrity(archive.conn), *_blobs(archive.blobs, archive.conn, progress)]
    for fault, query in _QUESTIONS.items():
        damaged += [fault.format(row[0]) for row in archive.conn.execute(query)]
    damaged += _quotes(archive, progress)
    texts, versions = archive.conn.execute(
        "select (select count(*) from blob), (select count(*) from version)"
    ).fetchone()
    return {"texts": texts, "versions": versions, "damaged": damaged}


def _integrity(conn: sqlite3.Connection) -> Iterator[str]:
    for (line,) in conn.execute("pragma integrity_check"):
        if line != "ok":
            yield f"SQLite: {line}"
    for table, row, parent, _ in conn.execute("pragma foreign_key_check"):
        yield f"{table} row {row} points at nothing in {parent}"


def _blobs(blobs: BlobStore, conn: sqlite3.Connection, progress: Progress) -> Iterator[str]:
    (texts,) = conn.execute("select count(*) from blob").fetchone()
    for count, (blob, digest) in enumerate(conn.execute("select id, sha256 from blob order by id"), 1):
        try:
            if sha256(blobs.get(blob)) != digest:
                yield f"text {digest.hex()}: its bytes have another hash"
        except DamagedBlob as error:
            yield f"text {digest.hex()}: {error}"
        progress("texts", count, texts)


def _quotes(archive: Archive, progress: Progress) -> Iterator[str]:
    """Every quoted clause must stand where it is said to stand."""
    text, shown = None, ""
    (quotes,) = archive.conn.execute("select count(*) from clause").fetchone()
    rows = archive.conn.execute("select text, clause, quote, quote_start, quote_end from clause order by text")
    for count, (blob, clause, quote, start, end) in enumerate(rows, 1):
        progress("quotations", count, quotes)
        if blob != text:
            text = blob
            try:
                shown = decode(archive.blobs.get(blob))
            except DamagedBlob:
                continue  # told already
        if shown[start:end] != quote:
            yield f"text {blob}: the quote of clause {clause} is not at {start}:{end}"
