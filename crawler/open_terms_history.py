"""Reads an Open Terms Archive collection from a local git clone: each commit is one version, or one snapshot, of terms.

The format (docs.opentermsarchive.org, "Collections"): a file `Service/Terms type.md` (versions) or `.html`, `.pdf`
(snapshots); a commit changes one of them, its author date is when the page was fetched, its message says whether the
page changed ("Record new changes of", "First record of", older: "Update", "Start tracking") or our reading of it did
("Apply technical or declaration upgrade on", older: "Refilter"). A file `Service/Terms type #page.md` is one of
several pages that are combined.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Literal

KINDS = {".md": "text/markdown", ".html": "text/html", ".pdf": "application/pdf"}
# How a message begins whose commit is no change of the page.
UPGRADES = ("apply technical", "refilter", "technical upgrade", "reformat")
MAX_BLOB = 50_000_000  # bytes


class HistoryError(Exception):
    """The path is no git clone of a collection, or git cannot read it."""


@dataclass(frozen=True, slots=True)
class Record:
    """One commit of one file. `at` is the author date (ISO 8601, UTC); `content` None says that the file went away.

    `page` tells pages of one document apart, empty where there is one. `upgrade` says that the page did not change,
    only the collection's reading of it.
    """

    service: str
    type: str
    page: str
    commit: str
    at: str
    media_type: str
    content: bytes | None
    upgrade: bool
    change: Literal["A", "M", "D", "R"] = "M"


def count(repository: Path) -> int:
    """How many commits there are. Raises HistoryError."""
    return int(_git(repository, "rev-list", "--count", "HEAD").strip())


def read_history(repository: Path, after: str | None = None) -> Iterator[Record]:
    """Every record, oldest first; after the commit `after`, if it is one of this history. Raises HistoryError."""
    _git(repository, "rev-parse", "--git-dir")
    span = f"{after}..HEAD" if after and _knows(repository, after) else "HEAD"
    log = subprocess.Popen(
        # -z and raw names: a file's name is a stranger's.
        ["git", "-C", str(repository), "log", "--reverse", "--raw", "--no-renames", "--no-abbrev", "-z", "-m",
         "--first-parent", "--format=%x01%H%x00%at%x00%s", span],
        stdout=subprocess.PIPE,
    )  # fmt: skip
    blobs = subprocess.Popen(
        ["git", "-C", str(repository), "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert log.stdout is not None and blobs.stdin is not None and blobs.stdout is not None
    try:
        for commit in _commits(log.stdout):
            for change in commit.changes:
                record = _record(commit, change, blobs.stdin, blobs.stdout)
                if record is not None:
                    yield record
    finally:
        blobs.stdin.close()
        for process in (log, blobs):
            process.terminate()
            process.wait()


def _git(repository: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(repository), *arguments], capture_output=True, text=True, check=True)
    except FileNotFoundError as error:
        raise HistoryError("git is not installed") from error
    except subprocess.CalledProcessError as error:
        raise HistoryError(f"{repository}: {error.stderr.strip() or 'git cannot read it'}") from error
    return done.stdout


def _knows(repository: Path, commit: str) -> bool:
    try:
        _git(repository, "merge-base", "--is-ancestor", commit, "HEAD")
    except HistoryError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Change:
    oid: str
    status: str
    path: str


@dataclass(frozen=True, slots=True)
class _Commit:
    sha: str
    at: int
    subject: str
    changes: list[_Change]


def _commits(stream: IO[bytes]) -> Iterator[_Commit]:
    """Commits from `git log --raw -z`, read piece by piece."""
    waiting = b""
    while chunk := stream.read(1 << 16):
        waiting += chunk
        *whole, waiting = waiting.split(b"\x01")
        yield from (_commit(part) for part in whole if part.strip(b"\0\n"))
    if waiting.strip(b"\0\n"):
        yield _commit(waiting)


def _commit(part: bytes) -> _Commit:
    fields = part.split(b"\0")
    subject = fields[2].decode("utf-8", "replace").strip()
    changes, rest = [], [field.lstrip(b"\n") for field in fields[3:]]
    for place, field in enumerate(rest):
        if field.startswith(b":") and place + 1 < len(rest):
            _, _, _, oid, status = field.decode("ascii", "replace").split(" ")[:5]
            changes.append(_Change(oid, status[0], rest[place + 1].decode("utf-8", "replace")))
    return _Commit(fields[0].decode("ascii"), int(fields[1]), subject, changes)


def _record(commit: _Commit, change: _Change, ask: IO[bytes], answer: IO[bytes]) -> Record | None:
    path = PurePosixPath(change.path)
    media_type = KINDS.get(path.suffix.lower())
    if media_type is None or len(path.parts) != 2:
        return None  # README, LICENSE, metadata of the collection
    kind, _, page = path.stem.partition(" #")
    content = None if change.status == "D" else _blob(change.oid, ask, answer)
    return Record(
        path.parts[0],
        kind,
        page,
        commit.sha,
        datetime.fromtimestamp(commit.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        media_type,
        content,
        commit.subject.lower().startswith(UPGRADES),
    )


def _blob(oid: str, ask: IO[bytes], answer: IO[bytes]) -> bytes:
    ask.write(f"{oid}\n".encode())
    ask.flush()
    header = answer.readline().split()
    if len(header) != 3:
        raise HistoryError(f"git has no object {oid}")
    size = int(header[2])
    if size > MAX_BLOB:
        raise HistoryError(f"object {oid} has {size:,} bytes")
    content = answer.read(size)
    answer.read(1)
    return content
