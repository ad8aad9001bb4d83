"""A file of a repository by pinned commit: through /resolve/, conditional, its bytes checked against git's name.

An LFS file is on another origin: fetched there without the token, behind the address guard.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from crawler.errors import CrawlError, Gated, NoSuchRevision
from crawler.hub_answers import Answer, Transient
from crawler.hub_http import HubHttp, Request
from crawler.hub_names import is_plain, repo_path

_GIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ZIPPED = re.compile(r'"?[-;](?:gzip|br|zstd|df)$')
NOT_ANNOUNCED = "the bytes are not those announced"
_POINTER = b"version https://git-lfs.github.com/spec/v1"
POINTER_BYTES = 1024


@dataclass(frozen=True, slots=True)
class File:
    """What asking for one file brought.

    `status`: "here" (with `content`), "unchanged" (304), "absent" (surely not in that commit), "failed" (`problem`).
    `etag` is unquoted; `revision` the commit that was really read; `size` in bytes where it is known. `later` marks
    a failure that asking again another day may make up for; what is too large today will be so tomorrow.
    """

    status: Literal["here", "unchanged", "absent", "failed"]
    content: bytes | None = None
    etag: str | None = None
    revision: str | None = None
    size: int = 0
    problem: str | None = None
    later: bool = False


Elsewhere = Callable[[str, int], bytes]


def git_oid(content: bytes) -> str:
    """Git's own name of a file's bytes: SHA-1 over a header and them."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


class Files:
    """Fetches files. `elsewhere(url, max_bytes)` fetches from another origin, without token; raises CrawlError."""

    def __init__(self, http: HubHttp, elsewhere: Elsewhere, max_bytes: int) -> None:
        self._http, self._elsewhere, self._max_bytes = http, elsewhere, max_bytes

    def get(self, kind: str, name: str, revision: str | None, path: str, etag: str | None = None) -> File:
        """Fetch `path` at `revision`; a commit that was squashed away is asked for at main instead (R17).

        Raises what HubHttp.ask raises except what speaks of this file alone.
        """
        try:
            return self._at(kind, name, revision or "main", path, etag)
        except NoSuchRevision:
            if revision is None:
                raise
            return self._at(kind, name, "main", path, etag)
        except Gated as error:
            return File("failed", problem=f"gated: {error}")

    def _at(self, kind: str, name: str, revision: str, path: str, etag: str | None) -> File:
        if not is_plain(path):
            return File("absent")
        url = f"{repo_path(kind, name)}/resolve/{quote(revision, safe='')}/{quote(path, safe='/')}"
        headers = {"Accept-Encoding": "gzip"}
        if etag:
            headers["If-None-Match"] = f'"{etag}"'
        request = Request(url, headers=headers, max_bytes=self._max_bytes, read=_checked)
        answer = self._http.ask(request)
        if answer.status in (301, 302, 303, 307, 308):
            return self._linked(request, answer, etag)
        return _file(answer, self._max_bytes, conditional=etag is not None)

    def _linked(self, request: Request, answer: Answer, etag: str | None) -> File:
        """Follow to the CDN. Its own ETag is not the file's; X-Linked-Etag on the redirect is the SHA-256."""
        for attempt in (1, 2):
            linked = plain_etag(answer.headers.get("x-linked-etag"))
            revision = answer.headers.get("x-repo-commit")
            if linked is not None and linked == etag:
                return File("unchanged", etag=linked, revision=revision)
            size = _number(answer.headers.get("x-linked-size"))
            if size > self._max_bytes:
                return _too_large(size, linked, revision)
            try:
                content = self._elsewhere(answer.headers.get("location", ""), self._max_bytes)
            except CrawlError as error:
                if attempt == 2:
                    return File("failed", None, linked, revision, size, str(error), later=True)
                # Links to the CDN expire: a fresh one, once (F14).
                answer = self._http.ask(request)
                continue
            if linked and _SHA256.fullmatch(linked) and hashlib.sha256(content).hexdigest() != linked:
                return File("failed", None, linked, revision, size, NOT_ANNOUNCED, later=True)
            return File("here", content, linked, revision, len(content))
        raise AssertionError("unreachable")


def _checked(answer: Answer) -> None:
    """Whether these are the bytes that the Hub announces; raises Transient where asking again may help (F15)."""
    if not answer.whole:
        return
    etag = plain_etag(answer.headers.get("etag"))
    if etag and _GIT.fullmatch(etag) and git_oid(answer.content) != etag:
        raise Transient("the bytes are not those that the ETag names")


def _file(answer: Answer, max_bytes: int, *, conditional: bool) -> File:
    revision, etag = answer.headers.get("x-repo-commit"), plain_etag(answer.headers.get("etag"))
    if answer.status == 304 and conditional:
        return File("unchanged", etag=etag, revision=revision)
    if answer.status == 404:
        return File("absent", revision=revision)
    if answer.status != 200:
        return File("failed", problem=f"the Hub answers {answer.status} to a plain request", later=True)
    if not answer.whole:
        return _too_large(_number(answer.headers.get("content-length")), etag, revision, max_bytes)
    content = answer.content
    if content.startswith(_POINTER) and len(content) <= POINTER_BYTES:
        # Where that very pointer was committed as if it were the file, it will come again.
        later = git_oid(content) != etag
        return File("failed", None, etag, revision, problem="an LFS pointer came instead of the file", later=later)
    if _is_a_wall(answer, etag):
        return File("failed", revision=revision, problem="a web page came instead of the file", later=True)
    return File("here", content, etag, revision, len(content))


def _is_a_wall(answer: Answer, etag: str | None) -> bool:
    """Whether a web page came under no name of git's: a login, a proxy. The Hub sends files as plain text."""
    if etag is not None and _GIT.fullmatch(etag):
        return False
    return "html" in answer.headers.get("content-type", "") and b"<html" in answer.content[:1024].lower()


def _too_large(size: int, etag: str | None, revision: str | None, cap: int = 0) -> File:
    said = f"{size:,} bytes" if size else f"over {cap:,} bytes"
    return File("failed", etag=etag, revision=revision, size=size, problem=f"too large: {said}")


def plain_etag(value: str | None) -> str | None:
    """An ETag without `W/`, quotes, and the suffix that a compressing proxy adds; None for none."""
    if not value:
        return None
    # A header that came twice is joined by a comma; proxies put what they did before or after the closing quote.
    plain = value.split(",")[0].strip().removeprefix("W/").strip('"')
    return _ZIPPED.sub("", plain).strip('"') or None


def _number(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 16 else 0
