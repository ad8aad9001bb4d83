"""The paths of a repository on the Hub. Names are strangers' data: one that would lead to another path is refused."""

from __future__ import annotations

import re
from urllib.parse import quote

from crawler.errors import CrawlError

SECTION = {"model": "models", "dataset": "datasets", "space": "spaces"}
# One part or two, none of them empty or dots that lead elsewhere.
_NAME = re.compile(r"(?!\.{1,2}(?:/|\Z))[^/]+(?:/(?!\.{1,2}\Z)[^/]+)?", re.DOTALL)
_PAGES = {"model": "", "dataset": "datasets/", "space": "spaces/"}


def api_path(kind: str, name: str) -> str:
    """`/api/models/owner/name`, quoted. Raises CrawlError."""
    return f"/api/{SECTION[kind]}/{_quoted(name)}"


def repo_path(kind: str, name: str) -> str:
    """`/owner/name`, quoted, where a repository's files are. Raises CrawlError."""
    return f"/{_PAGES[kind]}{_quoted(name)}"


def is_plain(path: str) -> bool:
    """Whether a path stays below where it is put: clients and servers resolve `..`, and git has no such file."""
    return all(part not in ("", ".", "..") for part in path.split("/"))


def is_name(name: str) -> bool:
    """Whether a repository can have this name: it leads to no other path."""
    return _NAME.fullmatch(name) is not None


def _quoted(name: str) -> str:
    if not is_name(name):
        raise CrawlError(f"no name of a repository: {name[:100]!r}")
    return quote(name, safe="/")
