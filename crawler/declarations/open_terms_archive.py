"""Declarations of Open Terms Archive, read as they are.

A service is a file `Service.json`: `name`, and `terms` (in old files `documents`) by type, each with `fetch`,
`select`, `remove`, `filter`, `executeClientScripts`, or `combine`, a list of such pages that inherit from it.
Selectors are CSS or ranges ({startBefore | startAfter, endBefore | endAfter}), one or a list.
`Service.history.json` has, by type, former declarations with `validUntil`.
Described at docs.opentermsarchive.org, "Terms of a service: declarations".
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec

from crawler.declarations.terms import Fetcher, Terms, TermsPage
from crawler.extraction.selection import Range, Selector

LARGEST = 2_000_000  # bytes of one file
FOLDERS = ("declarations", "services")  # where a collection keeps them
# What this filter of the engine does, our extraction does anyway: no parameter of a link is ever kept.
NEEDLESS_FILTERS = frozenset({"removeQueryParams"})


class DeclarationError(Exception):
    """A file is no declaration that can be used; the text says where and why."""


_Selectors = str | Range | list[str | Range]


class _Page(msgspec.Struct, frozen=True, rename="camel"):
    """A page as declared. Unknown keys are ignored: the format grows."""

    fetch: str | None = None
    select: _Selectors | None = None
    remove: _Selectors | None = None
    filter: Any = None
    execute_client_scripts: bool | None = None
    combine: Annotated[list[_Page], msgspec.Meta(min_length=1)] | None = None
    valid_until: str | None = None


class _Service(msgspec.Struct, frozen=True):
    name: str
    terms: dict[str, _Page] = {}
    documents: dict[str, _Page] = {}


class Dated(msgspec.Struct, frozen=True):
    """A declaration and when it stopped being so (UTC); None for the one in force."""

    terms: Terms
    valid_until: datetime | None


def read_declaration(path: Path) -> list[Terms]:
    """The documents of a service as declared now. Raises DeclarationError."""
    service = _read(path, _Service)
    declared = {**service.documents, **service.terms}
    return [_terms(path, service.name, kind, page) for kind, page in declared.items()]


def read_history(path: Path) -> dict[str, list[Dated]]:
    """Every declaration that a service has had, by type, oldest first; the one in force is the last.

    Of the older ones those of `Service.history.json` beside `path`, if there is one. Raises DeclarationError.
    """
    dated: dict[str, list[Dated]] = {}
    service = _read(path, _Service)
    beside = path.with_name(f"{path.stem}.history.json")
    former = _read(beside, dict[str, list[_Page]]) if beside.is_file() else {}
    for kind, pages in former.items():
        dated[kind] = [
            Dated(_terms(beside, service.name, kind, page), _time(beside, kind, page.valid_until)) for page in pages
        ]
    for terms in read_declaration(path):
        dated.setdefault(terms.type, []).append(Dated(terms, None))
    for entries in dated.values():
        entries.sort(key=lambda entry: entry.valid_until or datetime.max.replace(tzinfo=UTC))
    return dated


def declared_at(entries: list[Dated], at: datetime) -> Terms | None:
    """The one of a type's declarations, oldest first, that was in force at a time; None after it ended."""
    return next((entry.terms for entry in entries if entry.valid_until is None or at <= entry.valid_until), None)


def declaration_files(path: Path) -> Iterator[Path]:
    """The files of services at `path`: a file, a folder of them, or a collection's folder."""
    if path.is_file():
        yield path
        return
    folder = next((path / name for name in FOLDERS if (path / name).is_dir()), path)
    for file in sorted(folder.glob("*.json")):
        if not file.name.endswith(".history.json"):
            yield file


def filters_not_run(path: Path) -> list[tuple[str, str]]:
    """The filters of a declaration that are programs of its own: (terms type, name). They are not run."""
    service = _read(path, _Service)
    return [
        (kind, name)
        for kind, page in {**service.documents, **service.terms}.items()
        for part in [page, *(page.combine or [])]
        for name in _filter_names(part.filter)
        if name not in NEEDLESS_FILTERS
    ]


def _filter_names(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [name for item in values for name in (item if isinstance(item, dict) else [item]) if isinstance(name, str)]


def _read(path: Path, shape: Any) -> Any:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DeclarationError(f"{path}: {error.strerror or error}") from error
    if len(content) > LARGEST:
        raise DeclarationError(f"{path}: {len(content):,} bytes, too large for a declaration")
    try:
        return msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DeclarationError(f"{path}: {error}") from error


def _terms(path: Path, service: str, kind: str, page: _Page) -> Terms:
    """Ours for theirs. Raises DeclarationError naming the type."""
    try:
        if page.combine:
            parts = [_inheriting(part, page) for part in page.combine]
            if any(part.fetch is None for part in parts):
                raise ValueError("a combined page has no `fetch`")
            return _combined(service, kind, parts)
        if page.fetch is None:
            raise ValueError("it has no `fetch`")
        return Terms(
            service=service,
            type=kind,
            url=[page.fetch],
            select=_selectors(page.select),
            remove=_selectors(page.remove),
            fetcher=_fetcher(page),
        )
    except ValueError as error:
        raise DeclarationError(f"{path}: {kind}: {error}") from error


def _inheriting(part: _Page, whole: _Page) -> _Page:
    scripts = part.execute_client_scripts
    return msgspec.structs.replace(
        part,
        fetch=part.fetch or whole.fetch,
        select=whole.select if part.select is None else part.select,
        remove=whole.remove if part.remove is None else part.remove,
        execute_client_scripts=whole.execute_client_scripts if scripts is None else scripts,
    )


def _combined(service: str, kind: str, parts: list[_Page]) -> Terms:
    first = parts[0]
    if all(
        (part.select, part.remove, _fetcher(part)) == (first.select, first.remove, _fetcher(first)) for part in parts
    ):
        return Terms(
            service=service,
            type=kind,
            url=[part.fetch or "" for part in parts],
            select=_selectors(first.select),
            remove=_selectors(first.remove),
            fetcher=_fetcher(first),
        )
    pages = [
        TermsPage(part.fetch or "", _selectors(part.select) or None, _selectors(part.remove) or None, _fetcher(part))
        for part in parts
    ]
    return Terms(service=service, type=kind, pages=pages)


def _fetcher(page: _Page) -> Fetcher:
    return "browser" if page.execute_client_scripts else "http"


def _selectors(value: _Selectors | None) -> list[Selector]:
    """A list of selectors. Of several in CSS one must match, not each: they become one with commas."""
    if value is None:
        return []
    values = value if isinstance(value, list) else [value]
    css = [selector for selector in values if isinstance(selector, str)]
    ranges = [selector for selector in values if isinstance(selector, Range)]
    return [*([", ".join(css)] if css else []), *ranges]


def _time(path: Path, kind: str, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError as error:
        raise DeclarationError(f"{path}: {kind}: validUntil {value!r} is no time") from error
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
