"""The archive as Parquet: a night writes a night's files, for DuckDB, pandas, Spark, `datasets` and ourselves.

    DIR/<table>/snapshot_date=2026-11-25/part-000007.parquet     7 is the last snapshot that is in it
                                         part-000007-0009.parquet  rows that came after it, written by export 9

What is only ever added (versions, documents, texts, clauses, drift) is written once, from where the last export ended
(`DIR/_exported.json`); an interval that was closed since, also one of the imported past, is a row of `version_ends`;
`catalog`, `systems` and `findings` are written whole, as of the last snapshot, and so are `learned`, the texts that the
archive's rules know beside those of the catalogue, and `dumps`, what imported dumps could not tell; of `subjects` only
the newest is kept. Files appear under their names when they are whole; those of an export that was stopped are taken
away by the next one, which writes their rows again.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from licenses.text import decode
from storage import export_marks, runs
from storage.archive import Archive
from storage.current import COLUMNS
from storage.dataset_card import CARD
from storage.progress import Progress

Columns = dict[str, Sequence[Any]]  # of some rows
ROWS = 20_000  # a row group
_PART = re.compile(r"part-(\d+)(?:-(\d+))?\.parquet(\.partial)?", re.ASCII)
SUBJECT = "s.kind || ':' || s.name"
# Ids that other columns stand for; and what the next sweep says anew (an older archive has no such column).
NOT_EXPORTED = ("subject", "watch", "has_license_files")
_CURRENT = ", ".join(
    f"lower(hex(c.{name})) as {name}" if name in ("sha", "row_hash") else f"c.{name}"
    for name in COLUMNS
    if name not in NOT_EXPORTED
)


@dataclass(frozen=True)
class Table:
    """One table of the export. `query` takes (after, until) of each counter, or nothing where it is written whole."""

    name: str
    counters: tuple[str, ...]
    query: str
    rows: str = ""  # what tells beforehand how many rows there are at most: its counter, or "subject"


TABLES = (
    Table("versions", ("version",), "select * from versions where id > ? and id <= ?", "version"),
    Table(
        "documents",
        ("version",),
        "select * from documents where version > ? and version <= ?",
    ),
    Table(
        "drift",
        ("event",),
        "select * from drift where id > ? and id <= ?",
        "event",
    ),
    Table(
        "clauses",
        ("clause",),
        "select lower(hex(b.sha256)) as text_hash, c.clause, c.quote, c.quote_start, c.quote_end, c.section,"
        " c.parameters, r.version as rules_version from clause c join blob b on b.id = c.text"
        " join rules r on r.id = c.rules where c.rowid > ? and c.rowid <= ?",
    ),
    Table(
        "version_ends",
        ("run", "version", "event"),
        f"select v.id, {SUBJECT} as subject, v.valid_to, v.until from version v join subject s on s.id = v.subject"
        " where v.valid_to > ?1 and v.valid_to <= ?2"
        # The past ends by no run: looked at is the past of everybody who has something new (in a first export, nobody).
        f" union all select v.id, {SUBJECT}, v.valid_to, v.until from"
        " (select subject from version where ?3 > 0 and id > ?3 and id <= ?4"
        "  union select subject from event where ?3 > 0 and id > ?5 and id <= ?6) new"
        " join version v on v.subject = new.subject join subject s on s.id = v.subject"
        " where v.valid_from is null and v.until is not null and v.id <= ?3",
    ),
    Table("catalog", (), "select * from catalog", "subject"),
    Table("systems", (), "select * from systems"),
    Table("findings", (), "select * from findings"),
    Table("snapshots", (), "select * from snapshots"),
    Table(
        "learned",
        (),
        "select l.license, l.edition, lower(hex(b.sha256)) as text_hash, l.source, l.learned_in"
        " from learned l join blob b on b.id = l.text order by l.license, l.text",
    ),
    # What the views do not show, but an archive that is made from the export needs: storage/import_export.py.
    Table(
        "subjects",
        (),
        f"select s.id, s.kind, lower(hex(s.hub_id)) as hub_id, s.name, {_CURRENT}, w.name as watch,"
        " w.seen_in as watch_seen_in from subject s left join current c on c.subject = s.id"
        " left join watch w on w.id = c.watch order by s.id",
        "subject",
    ),
    Table("dumps", (), "select name, value from state where name like 'dump:%' order by name"),
    Table(
        "version_subjects",
        ("version",),
        "select id, subject as subject_id, files_read from version where id > ? and id <= ?",
        "version",
    ),
    Table(
        "event_subjects",
        ("event",),
        "select id, subject as subject_id, version from event where id > ? and id <= ?",
        "event",
    ),
    Table(
        "contents",
        ("document",),
        "select lower(hex(b.sha256)) as content_hash, b.id as blob from blob b where b.id in"
        " (select content from document where id > ?1 and id <= ?2 and content <> text)"
        " and not exists (select 1 from document d where d.content = b.id and d.content <> d.text and d.id <= ?1)"
        " and not exists (select 1 from document d where d.text = b.id and d.id <= ?2) order by b.id",
    ),
)
_LAST = {
    "version": "select ifnull(max(id), 0) from version",
    "event": "select ifnull(max(id), 0) from event",
    "clause": "select ifnull(max(rowid), 0) from clause",
    "run": "select ifnull(max(id), 0) from snapshots",
    "document": "select ifnull(max(id), 0) from document",
    "rereading": "select ifnull(max(id), 0) from rereading",
}


class NothingToExport(Exception):
    """There is no snapshot yet."""


def export(archive: Archive, folder: Path, *, progress: Progress) -> dict[str, int]:
    """Write what is new since the last export to `folder`; rows by table. Raises NothingToExport, OSError.

    `progress` is told (table, rows written, how many there are at most, if that is known). Nothing is written if
    nobody wrote to the archive since.
    """
    last = runs.last(archive)
    if last is None:
        raise NothingToExport("there is no snapshot yet; `licensedrift refresh` takes one")
    as_it_is = _last_written(archive.path)
    former = export_marks.marks(folder)
    _tidy(folder, former)
    if (former.get("archive"), former.get("snapshot")) == (as_it_is, last["id"]):
        return {table.name: 0 for table in TABLES} | {"texts": 0}
    conn = archive.conn
    conn.execute("begin")  # one state for all tables, whatever a refresh does meanwhile
    try:
        last = runs.last(archive) or last
        marks: dict[str, Any] = {name: int(conn.execute(query).fetchone()[0]) for name, query in _LAST.items()}
        marks |= {"snapshot": int(last["id"]), "exports": former.get("exports", 0) + 1, "archive": as_it_is}
        again = former.get("snapshot") == marks["snapshot"]
        partition = f"snapshot_date={last['started_at'][:10]}"
        written = {}
        for table in TABLES:
            bound = tuple(mark for name in table.counters for mark in (former.get(name, 0), marks[name]))
            target = _target(folder / table.name / partition, marks, added=again and bool(table.counters))
            rows = _rows(conn, table.query, bound)
            if table.name == "contents":
                rows = _contents(archive, rows)
            told = _teller(progress, table.name, _at_most(conn, table, bound))
            written[table.name] = _write(target, rows, SCHEMAS[table.name], told)
        target = _target(folder / "texts" / partition, marks, added=again)
        bound = tuple(mark for name in ("document", "rereading") for mark in (former.get(name, 0), marks[name]))
        texts = _texts(archive, bound)
        written["texts"] = _write(target, texts, SCHEMAS["texts"], _teller(progress, "texts", None))
    finally:
        conn.execute("commit")
    export_marks.keep(folder / "README.md", CARD.format(snapshot=last["id"], date=last["started_at"][:10]))
    export_marks.keep_marks(folder, marks)
    _drop_former_subjects(folder, marks)
    return written


def _teller(progress: Progress, table: str, of: int | None) -> Callable[[int], None]:
    return lambda count: progress(table, count, of)


def _last_written(database: Path) -> str:
    """Changes whenever somebody writes to the archive (also when it is copied, or its log is folded into it)."""
    said = []
    for path in (database, database.with_name(database.name + "-wal")):
        found = path.stat() if path.exists() else None
        said.append(f"{found.st_size} {found.st_mtime_ns}" if found and found.st_size else "none")
    return ", ".join(said)


def _at_most(conn: sqlite3.Connection, table: Table, bound: tuple[int, ...]) -> int | None:
    if table.rows == "subject":
        return int(conn.execute("select count(*) from subject").fetchone()[0])
    return bound[1] - bound[0] if table.rows else None


def _target(folder: Path, marks: dict[str, Any], *, added: bool) -> Path:
    """The file to write. What was added to a snapshot that is exported already goes beside its file."""
    suffix = f"-{marks['exports']:04}" if added else ""
    return folder / f"part-{marks['snapshot']:06}{suffix}.parquet"


def _tidy(folder: Path, marks: dict[str, Any]) -> None:
    """Take away what an export wrote that did not reach its end: its rows will be written again."""
    tables = [table.name for table in TABLES] + ["texts"]
    for name in tables:
        for path in folder.glob(f"{name}/snapshot_date=*/part-*"):
            found = _PART.fullmatch(path.name)
            if found is None:
                continue
            unfinished = found[3] is not None
            later = int(found[1]) > marks.get("snapshot", 0) or int(found[2] or 0) > marks.get("exports", 0)
            if unfinished or later:
                path.unlink()


def _drop_former_subjects(folder: Path, marks: dict[str, Any]) -> None:
    """`subjects` is the largest file of a night, and of use to `import-hub` alone, which reads the newest."""
    for path in folder.glob("subjects/snapshot_date=*/part-*.parquet"):
        if part_number(path)[0] < marks["snapshot"]:
            path.unlink()
            if not any(path.parent.iterdir()):
                path.parent.rmdir()


def _rows(conn: sqlite3.Connection, query: str, bound: tuple[int, ...]) -> Iterator[Columns]:
    cursor = conn.execute(query, bound)
    names = [column[0] for column in cursor.description]
    while batch := cursor.fetchmany(ROWS):
        yield dict(zip(names, zip(*batch, strict=True), strict=True))


def _texts(archive: Archive, bound: tuple[int, ...]) -> Iterator[Columns]:
    """Texts that are new, each once: of documents, and what a later extractor made of them, since clauses quote it."""
    query = (
        "select b.id, lower(hex(b.sha256)), b.size from blob b where b.id in"
        " (select text from document where id > ?1 and id <= ?2"
        "  union select text from rereading where id > ?3 and id <= ?4)"
        " and not exists (select 1 from document d where d.text = b.id and d.id <= ?1)"
        " and not exists (select 1 from rereading r where r.text = b.id and r.id <= ?3) order by b.id"
    )
    cursor = archive.conn.execute(query, bound)
    while batch := cursor.fetchmany(500):
        blobs, digests, sizes = zip(*batch, strict=True)
        yield {"text_hash": digests, "bytes": sizes, "text": [decode(archive.blobs.get(blob)) for blob in blobs]}


def _contents(archive: Archive, batches: Iterator[Columns]) -> Iterator[Columns]:
    """The bytes of documents whose text is not simply these bytes: pages, PDFs, odd encodings."""
    for batch in batches:
        for start in range(0, len(batch["blob"]), 100):
            some = slice(start, start + 100)
            contents = [archive.blobs.get(blob) for blob in batch["blob"][some]]
            yield {"content_hash": batch["content_hash"][some], "content": contents}


def part_number(path: Path) -> tuple[int, int]:
    """(the last snapshot that is in a file, the export that added it), to have files in the order they were written.

    Raises ValueError for a file that no export wrote.
    """
    found = _PART.fullmatch(path.name)
    if found is None:
        raise ValueError(f"{path}: no part of an export")
    return int(found[1]), int(found[2] or 0)


def _write(target: Path, batches: Iterator[Columns], schema: pa.Schema, told: Callable[[int], None]) -> int:
    """Write a file, whole or not at all; none where there are no rows."""
    count, writer = 0, None
    unfinished = target.with_name(target.name + ".partial")
    try:
        for columns in batches:
            if writer is None:
                target.parent.mkdir(parents=True, exist_ok=True)
                writer = pq.ParquetWriter(unfinished, schema, compression="zstd")
            table = pa.table([pa.array(columns[field.name], field.type) for field in schema], schema=schema)
            writer.write_table(table)
            count += table.num_rows
            told(count)
    finally:
        if writer is not None:
            writer.close()
    if writer is not None:
        unfinished.replace(target)
    return count


_TEXT, _INT, _REAL = pa.string(), pa.int64(), pa.float64()


def _schema(text: str, integers: str = "", reals: str = "") -> pa.Schema:
    fields = [(name, _TEXT) for name in text.split()]
    fields += [(name, _INT) for name in integers.split()] + [(name, _REAL) for name in reals.split()]
    return pa.schema(fields)


SCHEMAS = {
    "versions": _schema(
        "subject since until origin sha bundle_hash availability gated license_claimed license_name license_link"
        " license_tags base_model card_error",
        "id valid_from valid_to",
    ),
    "documents": _schema(
        "subject role path_or_url content_hash text_hash fetched_at etag revision committed_at problem headers"
        " extractor",
        "version bytes",
    ),
    "drift": _schema(
        "at subject kind role direction clause before after before_hash after_hash evidence_before evidence_after"
        " rules_version",
        "id parent snapshot substantive flip",
    ),
    "clauses": _schema("text_hash clause quote section parameters rules_version", "quote_start quote_end"),
    "version_ends": _schema("subject until", "id valid_to"),
    "catalog": _schema(
        "subject kind author license_claimed license_name license_link license_found edition openness gated modality"
        " base_model sha last_modified first_seen last_changed last_seen unavailable_since gone_at availability"
        " card_error",
        "parameters downloads",
        "similarity",
    ),
    "systems": _schema("system developer modality type license restrictions subjects evidence reason"),
    "findings": _schema("subject claim claimed found evidence severity", "snapshot"),
    "snapshots": _schema(
        "started_at finished_at status scope requests tool_version rules_version", "id subjects changed events bytes"
    ),
    "texts": _schema("text_hash text", "bytes"),
    "learned": _schema("license edition text_hash source", "learned_in"),
    "subjects": _schema(
        "kind hub_id name row_hash sha last_modified created_at modality unavailable_since gone_at license_found"
        " edition openness watch",
        "id version first_run changed_run seen_in files_behind parameters downloads has_weights watch_seen_in",
        "similarity",
    ),
    "dumps": _schema("name value"),
    "version_subjects": _schema("", "id subject_id files_read"),
    "event_subjects": _schema("", "id subject_id version"),
    "contents": pa.schema([("content_hash", _TEXT), ("content", pa.binary())]),
}
