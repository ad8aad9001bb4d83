"""Reads dumps of the Hub's lists (Parquet): what each row says of a repository's license, and nothing else of it.

Of the columns only those that a version is made of are read; one that a dump lacks is untold, which is not the same
as empty. Rows in which all is as the Hub writes it are read by the column, any other by hand as rows of a list are
(crawler/repository.py); both ways say the same of the same row.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crawler.repository import BadRow, as_gated, as_hub_id, as_sha, base_models_of, from_row
from schedules.observing import claim, facts
from storage.records import Availability, Facts, Kind, Observation

ROWS = 5000  # read, and recorded, together
BUFFER = 1 << 20  # bytes: a column of a row group is read by pieces, however large the group is
_DATE = re.compile(r"(?<!\d)(20\d\d)[-_]?(\d\d)[-_]?(\d\d)")
_KINDS: dict[str, Kind] = {"dataset": "dataset", "space": "space", "model": "model"}
_FOLDERS: dict[str, Kind] = {"datasets": "dataset", "spaces": "space", "models": "model"}
_IN_JSON = ("cardData", "tags", "baseModels")
_NAMES = ("id", "modelId")
_NEEDED = (*_NAMES, "_id", "sha", "gated", "private", "disabled", "tags", "cardData", "baseModels")
_MOST_NAME = 1024  # characters
_TAG = "license:"
Words = str | list[str] | None


class DumpError(Exception):
    """A file is no dump, or nothing tells its date."""


class _Card(msgspec.Struct, gc=False):
    license: Words = None
    license_name: Words = None
    license_link: Words = None
    base_model: Words = None


_read_card: Callable[[str], _Card] = msgspec.json.Decoder(_Card).decode


@dataclass(frozen=True)
class Dump:
    """A file that is one: when it was taken (ISO 8601, UTC), of what kind, how many rows, which facts it cannot tell.

    `untold` are names of fields of `Facts`; "card" is among them where there is no `cardData`.
    """

    path: Path
    moment: str
    kind: Kind
    rows: int
    columns: tuple[str, ...]
    untold: frozenset[str]
    by_column: bool


def look_at(path: Path, moment: str | None, kind: Kind | None, today: str) -> Dump:
    """What a file is, from its name and its footer. Raises DumpError, in one line."""
    moment = moment or _date_of(path)
    if moment[:10] > today[:10]:
        raise DumpError(f"{path}: a dump of {moment[:10]}, which is still to come")
    try:
        with pq.ParquetFile(path) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
    except (OSError, ValueError, pa.ArrowException) as error:
        raise _unreadable(path, error) from error
    columns = tuple(dict.fromkeys(name for name in _NEEDED if name in schema.names))
    if not any(name in columns for name in _NAMES):
        raise DumpError(f"{path}: no dump of the Hub's lists, since it has no column `id`")
    plain = all(_as_usual(name, schema) for name in columns)
    return Dump(path, moment, kind or _kind_of(path), rows, columns, _untold(columns), plain)


def files_of(dump: Path) -> list[Path]:
    """The file, or all Parquet files of a folder. Raises DumpError where there are none."""
    if not dump.is_dir():
        return [dump]
    found = sorted(path for path in dump.rglob("*.parquet") if path.is_file())
    if not found:
        raise DumpError(f"{dump}: no file of this folder is called *.parquet")
    return found


def _date_of(path: Path) -> str:
    """The date in a file's name, else in the name of a folder that it is in (`models/2025-11-03/0000.parquet`)."""
    for name in (path.name, *(folder.name for folder in path.absolute().parents[:2])):
        for found in _DATE.finditer(name):
            try:
                return f"{date(*map(int, found.groups())).isoformat()}T00:00:00Z"
            except ValueError:
                continue  # digits, but no day
    raise DumpError(f"{path}: its name tells no date; say it with --date")


def _kind_of(path: Path) -> Kind:
    """As the file's name says, else as one of its folders is called; a model where nothing does."""
    name = path.stem.lower()
    folders = (_FOLDERS.get(folder.name.lower()) for folder in path.absolute().parents[:2])
    found = [kind for word, kind in _KINDS.items() if word in name]
    return next((kind for kind in (*found, *folders) if kind), "model")


def _untold(columns: tuple[str, ...]) -> frozenset[str]:
    told = {
        "gated": ("gated",),
        "availability": ("private", "disabled"),
        "card": ("cardData",),
        "license_claimed": ("cardData", "tags"),
        "license_name": ("cardData",),
        "license_link": ("cardData",),
        "license_tags": ("tags",),
        "base_model": ("cardData", "baseModels"),
    }
    return frozenset(fact for fact, by in told.items() if not any(column in columns for column in by))


def _as_usual(name: str, schema: Any) -> bool:
    """Whether a column has the type in which the public dumps have it."""
    kind = schema.field(name).type
    if name in ("private", "disabled"):
        return bool(pa.types.is_boolean(kind))
    if name == "gated":
        return bool(_is_text(kind) or pa.types.is_boolean(kind))
    if name == "tags":
        return _is_list(kind) and _is_text(kind.value_type)
    if name == "baseModels":
        models = _field(kind, "models")
        return models is not None and _is_list(models) and _is_text(_field(models.value_type, "id"))
    return _is_text(kind)


def _field(kind: Any, name: str) -> Any:
    found = kind.get_field_index(name) if pa.types.is_struct(kind) else -1
    return kind.field(found).type if found >= 0 else None


def _is_text(kind: Any) -> bool:
    return kind is not None and bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_list(kind: Any) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))


def batches(dump: Dump) -> Iterator[list[Observation | None]]:
    """Its rows in order, some thousands at a time; None for one that names no repository. Raises DumpError."""
    try:
        # What it frees the system's allocator gives back sooner than pyarrow's own.
        pa.set_memory_pool(pa.system_memory_pool())
        with pq.ParquetFile(dump.path, buffer_size=BUFFER) as file:
            # By one thread: more hold more memory, and reading is a fifth of the work.
            for batch in file.iter_batches(ROWS, columns=list(dump.columns), use_threads=False):
                yield _rows(dump, batch)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise _unreadable(dump.path, error) from error


def _unreadable(path: Path, error: Exception) -> DumpError:
    said = (str(error).strip() or type(error).__name__).splitlines()[0]
    return DumpError(f"{path}: cannot be read as Parquet: {said[:300]}")


def _rows(dump: Dump, batch: Any) -> list[Observation | None]:
    if dump.by_column:
        try:
            return _Columns(dump, batch).rows()
        except UnicodeDecodeError:
            pass  # one of its texts is no UTF-8: each row by itself, to lose no other
    return [by_hand(dump.kind, batch, place) for place in range(batch.num_rows)]


def by_hand(kind: Kind, batch: Any, place: int) -> Observation | None:
    """One row as a row of a list: JSON in strings is read, a missing `_id` is made up for the reader."""
    try:
        row = batch.slice(place, 1).to_pylist()[0]
        plain = {name: _plain(name, value) for name, value in row.items()}
        with_id = bool(plain.get("_id"))
        repository = from_row(kind, plain if with_id else plain | {"_id": "0" * 24})
    except (BadRow, UnicodeDecodeError):
        return None
    return Observation(kind, repository.hub_id if with_id else None, repository.name, facts(repository))


def _plain(name: str, value: Any) -> Any:
    if name in _IN_JSON and isinstance(value, str):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return None
    if name == "gated":
        return _gate(value)
    if name == "cardData" and isinstance(value, dict):
        return {key: one for key, one in value.items() if one is not None}
    return value


def _gate(value: Any) -> Any:
    """In a column of texts the gate that is none is written as Python does it."""
    return value.lower() if isinstance(value, str) and value.lower() in ("false", "true") else value


class _Odd(Exception):
    """Something in a row is not as the Hub writes it."""


class _Columns:
    """A batch whose columns have the usual types."""

    def __init__(self, dump: Dump, batch: Any) -> None:
        self._kind, self._batch, self._has = dump.kind, batch, dump.columns
        self._count = batch.num_rows
        self._named = [self._values(name) for name in _NAMES if name in dump.columns]
        self._ids, self._shas = self._values("_id"), self._values("sha")
        self._gates, self._cards = self._values("gated"), self._values("cardData")
        self._private, self._disabled = self._values("private"), self._values("disabled")
        self._tags = self._license_tags()
        self._bases = self._base_models()

    def _values(self, name: str) -> list[Any]:
        return self._batch.column(name).to_pylist() if name in self._has else [None] * self._count

    def _license_tags(self) -> dict[int, list[str]]:
        """The licenses that tags name, by row: the others (most of a dump) never become strings of Python's."""
        if "tags" not in self._has:
            return {}
        tags = self._batch.column("tags")
        return _by_row(tags, lambda flat: flat, lambda flat: pc.starts_with(flat, _TAG))

    def _base_models(self) -> dict[int, list[Any]]:
        if "baseModels" not in self._has:
            return {}
        models = pc.struct_field(self._batch.column("baseModels"), ["models"])
        return _by_row(models, lambda flat: pc.struct_field(flat, ["id"]), None)

    def rows(self) -> list[Observation | None]:
        """Each row, in order."""
        found: list[Observation | None] = []
        for place in range(self._count):
            try:
                found.append(self._one(place))
            except (_Odd, msgspec.MsgspecError, ValueError, RecursionError):
                found.append(by_hand(self._kind, self._batch, place))
        return found

    def _one(self, place: int) -> Observation:
        name = next((values[place] for values in self._named if values[place]), None)
        hub_id, gate = self._ids[place], _gate(self._gates[place])
        if not name or len(name) > _MOST_NAME or (hub_id is not None and as_hub_id(hub_id) is None):
            raise _Odd
        card = self._card(place)
        tags = tuple(tag.removeprefix(_TAG) for tag in self._tags.get(place, ()))
        bases = self._bases.get(place) or _listed(card.base_model if card else None)
        for text in (name, gate if isinstance(gate, str) else "", *tags, *bases):
            if text is not None and not (text.isascii() and "\0" not in text):
                raise _Odd
        claimed, license_name, link = claim(_asked(card)) if card else (None, None, None)
        said = Facts(
            availability=_availability(self._private[place], self._disabled[place]),
            gated=as_gated(gate),
            license_claimed=claimed if claimed is not None else (tags[0] if tags else None),
            license_name=license_name,
            license_link=link,
            license_tags=tags,
            base_model=base_models_of(bases) if bases else (),
            sha=as_sha(self._shas[place]),
        )
        return Observation(self._kind, hub_id, name, said)

    def _card(self, place: int) -> _Card | None:
        card = self._cards[place]
        if card is None:
            return None
        if "\\u0000" in card or "\0" in card:
            raise _Odd
        return _read_card(card)


def _asked(card: _Card) -> dict[str, Any]:
    return {"license": card.license, "license_name": card.license_name, "license_link": card.license_link}


def _listed(value: Words) -> list[str]:
    return [value] if isinstance(value, str) else value or []


def _availability(private: Any, disabled: Any) -> Availability:
    return "disabled" if disabled is True else "private" if private is True else "available"


def _by_row(lists: Any, value: Callable[[Any], Any], which: Callable[[Any], Any] | None) -> dict[int, list[Any]]:
    """What stands in a column of lists, by the number of its row; `which` chooses among it."""
    values, rows = value(pc.list_flatten(lists)), pc.list_parent_indices(lists)
    if which is not None:
        chosen = which(values)
        values, rows = values.filter(chosen), rows.filter(chosen)
    found: dict[int, list[Any]] = {}
    for row, one in zip(rows.to_pylist(), values.to_pylist(), strict=True):
        found.setdefault(row, []).append(one)
    return found
