"""Takes over what `reinterpret --parquet` answered beside an export: what workers elsewhere read, the archive has.

The folder came from elsewhere, so it is proved and not trusted: the rules must be those of this process, a text must
be in the archive, each quotation must stand in it where it is said to, and every so many texts are read here as well.
A file is taken over whole or not at all; a run that was stopped goes on with the texts that still lack an answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from licenses.clauses import Clause, vocabulary
from licenses.identity import Identity
from licenses.reading import Reading, read
from licenses.text import decode
from schedules.errors import RefreshError
from schedules.reinterpret_parquet import ANALYSES, FOLDER, RULES
from storage.archive import Archive
from storage.export import SCHEMAS
from storage.progress import Progress
from storage.understanding import Understanding, save_analysis

READ_HERE = 100  # of so many texts one is read here, too: other answers than ours are not believed
Row = dict[str, Any]


class AnswersRefused(RefreshError):
    """The folder holds no answers of today's rules, or answers that the stored texts do not bear out."""


def take_answers(archive: Archive, understanding: Understanding, folder: Path, progress: Progress) -> int:
    """Take over the answers below `folder`; how many texts had none before. Raises AnswersRefused, ArchiveError."""
    source = _source(folder, understanding.version)
    files = sorted((source / "analyses").glob("*.parquet"))
    taken = 0
    for number, path in enumerate(files, 1):
        try:
            analyses = _rows(path, ANALYSES, understanding.version)
            clauses = _by_text(_rows(source / "clauses" / path.name, SCHEMAS["clauses"], understanding.version))
            if not clauses.keys() <= {row["text_hash"] for row in analyses}:
                raise ValueError("clauses of a text that it does not speak of")
            with archive.writing():
                for row in analyses:
                    taken += _take(archive, understanding, row, clauses.get(row["text_hash"], []), number)
        except (OSError, pa.ArrowException, ValueError, TypeError, KeyError, AttributeError) as error:
            said = (str(error).strip() or type(error).__name__).splitlines()[0][:300]
            raise AnswersRefused(f"{path}: {said}") from error
        progress("files of answers", number, len(files))
    return taken


def _source(folder: Path, version: str) -> Path:
    source = folder / FOLDER / f"{RULES}{version}"
    if source.is_dir():
        return source
    there = sorted(path.name.removeprefix(RULES) for path in folder.glob(f"{FOLDER}/{RULES}*"))
    said = f"are by the rules {', '.join(there)}" if there else "are not there"
    raise AnswersRefused(
        f"{folder}: answers by the rules {version}, which this archive reads by, {said};"
        f" `licensedrift export {folder}` and `reinterpret --parquet {folder}` make them"
    )


def _rows(path: Path, schema: Any, version: str) -> list[Row]:
    found: list[Row] = pq.ParquetFile(path).read(schema.names).cast(schema).to_pylist()
    if any(row["rules_version"] != version for row in found):
        raise ValueError("holds answers by other rules than its folder says")
    return found


def _by_text(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["text_hash"], []).append(row)
    return found


def _take(archive: Archive, understanding: Understanding, row: Row, clauses: list[Row], number: int) -> bool:
    """Save one answer, if the archive has the text and none yet. Raises ValueError for one that is not borne out."""
    digest = bytes.fromhex(row["text_hash"])
    blob = archive.blobs.find(digest)
    if blob is None or _is_read(archive, blob, understanding.rules):
        return False
    text = decode(archive.blobs.get(blob))
    reading = Reading(_identity(row), tuple(_clauses(row["text_hash"], text, clauses)))
    if _is_sample(digest, number) and reading != read(text, understanding.learned):
        raise ValueError(f"text {row['text_hash']}: the same rules answer otherwise here")
    save_analysis(archive.conn, blob, understanding.rules, reading)
    return True


def _is_sample(digest: bytes, number: int) -> bool:
    """Others of each file: a worker whose rules are not what it says gives itself away."""
    return int.from_bytes(digest[:4], "big") % READ_HERE == number % READ_HERE


def _is_read(archive: Archive, blob: int, rules: int) -> bool:
    found = archive.conn.execute("select 1 from analysis where text = ? and rules = ?", (blob, rules)).fetchone()
    return found is not None


def _identity(row: Row) -> Identity:
    licenses, nearest = orjson.loads(row["licenses"] or "[]"), orjson.loads(row["nearest"] or "[]")
    if not isinstance(licenses, list) or not 0 <= row["similarity"] <= 1:  # NaN is neither
        raise ValueError(f"text {row['text_hash']}: no license is named like this")
    return Identity(
        row["license"],
        row["spdx"],
        row["edition"],
        row["similarity"],
        bool(row["altered"]),
        tuple(map(str, licenses)),
        tuple((str(name), float(score)) for name, score in nearest),
    )


def _clauses(digest: str, text: str, rows: list[Row]) -> Iterator[Clause]:
    for row in rows:
        start, end = row["quote_start"], row["quote_end"]
        if row["clause"] not in vocabulary() or not 0 <= start < end or text[start:end] != row["quote"]:
            raise ValueError(f"text {digest}: no {row['clause']!r} stands at the characters {start} to {end}")
        parameters = orjson.loads(row["parameters"])
        if not isinstance(parameters, dict):
            raise ValueError(f"text {digest}: the values of {row['clause']!r} are none")
        yield Clause(row["clause"], row["quote"], start, end, row["section"], parameters)
