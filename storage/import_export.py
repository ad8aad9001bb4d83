"""Makes an archive from a folder that `storage/export.py` wrote: the views say then what they said when it was written.

Only into an archive without a snapshot, in one transaction. What the rules of today have read is read again rather
than copied, so nothing is believed that the stored texts do not prove; answers of former rules are taken over. Marks
of how far lists were read are not exported: the next refresh sweeps, and finds what it knows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from storage import export_marks, lineage, words
from storage.archive import Archive
from storage.blobs import sha256
from storage.current import COLUMNS
from storage.dated_states import MARK
from storage.export import NOT_EXPORTED, part_number
from storage.understanding import Understanding, rules_id

ROWS = 2000
_RUN = ("id", "started_at", "finished_at", "status", "scope", "requests", "tool_version", "rules_version", "subjects",
        "changed", "events", "bytes")  # fmt: skip
_VERSION = ("id", "valid_from", "valid_to", "since", "until", "origin", "availability", "gated", "license_claimed",
            "license_name", "license_link", "license_tags", "base_model", "card_error")  # fmt: skip
_EVENT = ("id", "parent", "at", "kind", "role", "direction", "substantive", "flip", "clause", "before", "after",
          "evidence_before", "evidence_after", "rules_version")  # fmt: skip
_DOCUMENT = ("role", "path_or_url", "bytes", "etag", "fetched_at", "committed_at", "problem", "headers", "extractor")
_BYTES = ("row_hash", "sha")  # of `current`: hexadecimal in the export
Row = dict[str, Any]


class NotRestored(Exception):
    """The folder is no export of ours, is not whole, or the archive has snapshots of its own."""


def restore(archive: Archive, folder: Path, *, progress: Callable[[str, int, int | None], None]) -> dict[str, int]:
    """Read the folder into `archive`; rows by table. Raises NotRestored, OSError."""
    if not export_marks.is_export(folder):
        raise NotRestored(f"{folder}: no folder that `licensedrift export` wrote")
    if archive.conn.execute("select 1 from subject").fetchone():
        raise NotRestored(f"{archive.path}: holds something already; name a new archive with --db")
    with archive.writing():
        archive.conn.execute("pragma defer_foreign_keys = on")
        restoring = _Restoring(archive, folder, progress)
        try:
            restoring.all()
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise NotRestored(f"{folder}: not as `licensedrift export` writes it: {error!r}") from error
    return restoring.done


class _Restoring:
    def __init__(self, archive: Archive, folder: Path, progress: Callable[[str, int, int | None], None]) -> None:
        self._archive, self._conn, self._folder, self._progress = archive, archive.conn, folder, progress
        self._subject_of: dict[int, int] = {}
        self._documents: dict[tuple[Any, ...], int] = {}
        self.done: dict[str, int] = {}

    def all(self) -> None:
        """Every table, those that are pointed at first."""
        self._texts()
        self._whole("snapshots", self._run)
        self._whole("learned", self._learned)
        self._whole("subjects", self._subject)
        self._added("version_subjects", self._version_subject)
        # Only now that there is what it points at: else each version would be looked for in all of it.
        self._whole("subjects", self._current, again=True)
        self._added("versions", self._version)
        self._added("version_ends", self._end)
        self._added("documents", self._document)
        self._added("event_subjects", self._event_subject)
        self._added("drift", self._event)
        self._whole("findings", self._finding)
        self._whole("systems", self._system)
        self._whole("dumps", self._dump)
        self._clauses()
        words.add_all(self._conn)
        lineage.add_all(self._conn)

    def _rows(self, path: Path) -> Iterator[Row]:
        for batch in pq.ParquetFile(path).iter_batches(ROWS):
            yield from batch.to_pylist()

    def _parts(self, table: str) -> list[Path]:
        return sorted(self._folder.glob(f"{table}/*/part-*.parquet"), key=part_number)

    def _added(self, table: str, take: Callable[[Row], None]) -> None:
        """A table that grows: all its parts."""
        for path in self._parts(table):
            self._take(table, path, take)

    def _whole(self, table: str, take: Callable[[Row], None], *, again: bool = False) -> None:
        """A table that every export writes whole: its last part, if that is of the last export (none: no rows)."""
        if again:
            self.done.pop(table, None)
        last = export_marks.marks(self._folder)["snapshot"]
        for path in self._parts(table)[-1:]:
            if part_number(path)[0] == last:
                self._take(table, path, take)

    def _take(self, table: str, path: Path, take: Callable[[Row], None]) -> None:
        for row in self._rows(path):
            take(row)
            self.done[table] = self.done.get(table, 0) + 1
            if self.done[table] % ROWS == 0:
                self._progress(table, self.done[table], None)

    def _insert(self, table: str, values: Row) -> int:
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        cursor = self._conn.execute(f"insert into {table} ({names}) values ({marks})", tuple(values.values()))
        return int(cursor.lastrowid or 0)

    def _texts(self) -> None:
        def text(row: Row) -> None:
            self._put(row["text_hash"], row["text"].encode("utf-8"))

        self._added("texts", text)
        self._added("contents", lambda row: self._put(row["content_hash"], row["content"]))

    def _put(self, digest: str, content: bytes) -> None:
        if sha256(content).hex() != digest:
            raise NotRestored(f"{self._folder}: text {digest}: its bytes have another hash")
        self._archive.blobs.put(content)

    def _blob(self, digest: str) -> int:
        found = self._archive.blobs.find(bytes.fromhex(digest))
        if found is None:
            raise NotRestored(f"{self._folder}: the text {digest} is missing")
        return found

    def _run(self, row: Row) -> None:
        self._insert("run", {name: row[name] for name in _RUN})

    def _learned(self, row: Row) -> None:
        kept = {name: row[name] for name in ("license", "edition", "source", "learned_in")}
        self._insert("learned", kept | {"text": self._blob(row["text_hash"])})

    def _subject(self, row: Row) -> None:
        hub_id = bytes.fromhex(row["hub_id"]) if row["hub_id"] else None
        self._insert("subject", {"id": row["id"], "kind": row["kind"], "hub_id": hub_id, "name": row["name"]})

    def _current(self, row: Row) -> None:
        """The row of `current` of a subject that has one."""
        if row["version"] is None:
            return
        values = {name: row[name] for name in COLUMNS if name not in NOT_EXPORTED}
        values |= {name: bytes.fromhex(row[name]) if row[name] else None for name in _BYTES}
        self._insert("current", {"subject": row["id"], "watch": self._watch(row)} | values)

    def _watch(self, row: Row) -> int | None:
        if row["watch"] is None:
            return None
        said = (row["watch"], row["watch_seen_in"])
        self._conn.execute("insert or ignore into watch (name, seen_in) values (?, ?)", said)
        return int(self._conn.execute("select id from watch where name = ?", said[:1]).fetchone()[0])

    def _version_subject(self, row: Row) -> None:
        self._subject_of[row["id"]] = row["subject_id"]
        self._insert("version", {
            "id": row["id"], "subject": row["subject_id"], "files_read": row["files_read"],
            "bundle_hash": b"", "availability": "", "gated": "",
        })  # fmt: skip

    def _version(self, row: Row) -> None:
        values = {name: row[name] for name in _VERSION if name != "id"}
        values["sha"] = bytes.fromhex(row["sha"]) if row["sha"] else None
        values["bundle_hash"] = bytes.fromhex(row["bundle_hash"] or "")
        self._conn.execute(
            f"update version set {', '.join(f'{name} = ?' for name in values)} where id = ?",
            (*values.values(), row["id"]),
        )

    def _end(self, row: Row) -> None:
        self._conn.execute(
            "update version set valid_to = ?, until = ? where id = ?", (row["valid_to"], row["until"], row["id"])
        )

    def _document(self, row: Row) -> None:
        """A document, once; a version that has it is a row of the export each."""
        subject = self._subject_of[row["version"]]
        key = (subject, *(row[name] for name in _DOCUMENT), row["content_hash"], row["text_hash"], row["revision"])
        if key not in self._documents:
            content = self._blob(row["content_hash"])
            values = {name: row[name] for name in _DOCUMENT if name not in ("path_or_url", "bytes")}
            self._documents[key] = self._insert("document", values | {
                "subject": subject, "place": row["path_or_url"], "size": row["bytes"], "content": content,
                "text": self._blob(row["text_hash"]), "oid": self._oid(row, content),
                "revision": bytes.fromhex(row["revision"]) if row["revision"] else None,
            })  # fmt: skip
        self._conn.execute("insert into version_document values (?, ?)", (row["version"], self._documents[key]))

    def _oid(self, row: Row, content: int) -> bytes | None:
        """Git's name of a repository's file, so that a refresh need not fetch what is here."""
        if row["revision"] is None:
            return None
        data = self._archive.blobs.get(content)
        oid = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).digest()
        self._conn.execute("insert or ignore into git_blob values (?, ?)", (oid, content))
        return oid

    def _event_subject(self, row: Row) -> None:
        self._insert("event", {
            "id": row["id"], "subject": row["subject_id"], "version": row["version"], "at": "", "kind": "",
            "direction": "", "substantive": 0, "rules_version": "",
        })  # fmt: skip

    def _event(self, row: Row) -> None:
        values = {name: row[name] for name in _EVENT if name != "id"} | {"run": row["snapshot"]}
        for side in ("before", "after"):
            digest = row[f"{side}_hash"]
            values[f"{side}_text"] = bytes.fromhex(digest) if digest else None
        self._conn.execute(
            f"update event set {', '.join(f'{name} = ?' for name in values)} where id = ?",
            (*values.values(), row["id"]),
        )
        if row["kind"] == "renamed" and row["snapshot"] is not None:
            self._conn.execute(
                "insert or ignore into former_name select ?, s.kind, s.id, ? from event e"
                " join subject s on s.id = e.subject where e.id = ?", (row["before"], row["snapshot"], row["id"]),
            )  # fmt: skip

    def _finding(self, row: Row) -> None:
        kind, _, name = row["subject"].partition(":")
        (subject,) = self._conn.execute(
            "select s.id from subject s left join current c on c.subject = s.id where s.kind = ? and s.name = ?"
            " order by c.unavailable_since is not null, s.id desc", (kind, name),
        ).fetchone()  # fmt: skip
        kept = {name: row[name] for name in ("claim", "claimed", "found", "evidence", "severity")}
        self._insert("finding", kept | {"subject": subject, "valid_from": row["snapshot"], "rules_version": ""})

    def _system(self, row: Row) -> None:
        kept = {name: row[name] for name in (
            "developer", "modality", "type", "license", "restrictions", "subjects", "evidence", "reason",
        )}  # fmt: skip
        self._insert("system", kept | {"name": row["system"], "position": self.done.get("systems", 0)})

    def _dump(self, row: Row) -> None:
        """What a dump could not tell: where it begins to be told, that is no drift."""
        if not row["name"].startswith(MARK) or not isinstance(json.loads(row["value"]), list):
            raise ValueError(f"no mark of a dump: {row['name'][:100]!r}")
        self._insert("state", {"name": row["name"], "value": row["value"]})

    def _clauses(self) -> None:
        """What today's rules say is read anew; what former ones said is taken over."""
        understanding = Understanding(self._archive)

        def clause(row: Row) -> None:
            if row["rules_version"] != understanding.version:
                kept = {name: row[name] for name in (
                    "clause", "quote", "quote_start", "quote_end", "section", "parameters",
                )}  # fmt: skip
                rules = rules_id(self._conn, row["rules_version"])
                self._insert("clause", kept | {"text": self._blob(row["text_hash"]), "rules": rules})

        self._added("clauses", clause)
        for count, blob in enumerate(list(understanding.unread()), 1):
            understanding.of(blob)
            self._progress("texts read", count, None)
