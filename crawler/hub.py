"""The Hub as the refresh asks it: lists, one repository, which files it has, a file, its history.

All through huggingface_hub's session (`hub_http`); rows are read raw (`repository`).
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, quote

import httpx2
from huggingface_hub import constants

from crawler.addresses import AddressGuard, AddressRefused
from crawler.errors import CrawlError, NoSuchRevision, Unavailable
from crawler.guarded_http import FetchFailed, Limits, get
from crawler.hub_answers import Answer, BadRequest
from crawler.hub_expand import EXPAND, Expand
from crawler.hub_files import File, Files, git_oid
from crawler.hub_http import HubHttp, Request
from crawler.hub_json import array, record
from crawler.hub_lists import Page, Walk, next_page
from crawler.hub_names import api_path, repo_path
from crawler.repository import BadRow, Repository, from_row, time_of
from crawler.settings import Contact, Network

MOST_PATHS = 2000  # of one paths-info request
COMMITS = 1000  # of one page of history
# Its telemetry asks the Hub for one thing more, and fails where a file in HF_HOME is spoiled (hub-protocol.md 5.2).
constants.HF_HUB_DISABLE_TELEMETRY = True
_OID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as the tree has it: git's name of it, its size in bytes, and when and by which
    commit it was last written (ISO 8601; sha).

    Of a file in LFS, git's name is that of the pointer; `sha256` is that of the bytes.
    """

    path: str
    oid: str | None
    size: int
    committed_at: str | None = None
    sha256: str | None = None
    commit: str | None = None

    def names(self, content: bytes) -> bool:
        """Whether this is the file with that content, as far as the tree tells."""
        if self.sha256 is not None:
            return hashlib.sha256(content).hexdigest() == self.sha256
        return self.oid is None or git_oid(content) == self.oid


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: its sha, and its date (ISO 8601, UTC)."""

    sha: str
    date: str


class Hub:
    """One Hub for one run. `patterns` are more names of license files; `sleep` is time.sleep but in tests."""

    def __init__(
        self,
        endpoint: str,
        token: str | None,
        network: Network,
        contact: Contact,
        *,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.endpoint = endpoint
        self.network = network
        self._http = HubHttp(endpoint, token, network, contact, sleep)
        # The endpoint's own host always passes; what it redirects to is a stranger's.
        host = httpx2.URL(endpoint).host
        self._guard = AddressGuard([*network.allow, host])
        self._files = Files(self._http, self._elsewhere, network.max_file_bytes)
        self.warnings: list[str] = []
        self._expand = {kind: Expand(kind, self.warnings) for kind in EXPAND}

    @property
    def counts(self) -> dict[str, int]:
        """Requests so far, by budget."""
        return self._http.counts

    @property
    def received(self) -> int:
        """Bytes of bodies so far."""
        return self._http.bytes

    @property
    def server_time(self) -> str | None:
        """The Hub's own clock as of its last answer (ISO 8601, UTC); None if it did not tell."""
        try:
            moment = parsedate_to_datetime(self._http.server_date or "")
        except ValueError:
            return None
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def pages(
        self,
        kind: str,
        *,
        author: str | None = None,
        sort: str = "createdAt",
        limit: int | None = None,
        patterns: Sequence[str] = (),
        start: str | None = None,
    ) -> Iterator[Page]:
        """Pages of a list, newest first by `sort`; of one author, or of all. Raises CrawlError, RunStopped.

        `start` is the `onward` of a page of a former walk.
        """
        walk = Walk(
            self._http, kind, author=author, sort=sort, limit=limit, patterns=patterns,
            max_bytes=self.network.max_list_bytes, expand=self._expand[kind], start=start,
        )  # fmt: skip
        try:
            yield from walk.pages()
        finally:
            self.warnings += walk.warnings

    def info(self, kind: str, name: str, patterns: Sequence[str] = ()) -> Repository:
        """One repository by its name, renames followed. Raises Unavailable, Disabled, CrawlError, RunStopped."""
        answer = self._info(kind, name)
        try:
            return from_row(kind, answer.value, patterns)
        except BadRow as error:
            raise CrawlError(str(error)) from error

    def _info(self, kind: str, name: str) -> Answer:
        request = Request(
            api_path(kind, name),
            params=self._expand[kind].of_info(),
            max_bytes=self.network.max_list_bytes,
            read=record,
        )
        try:
            return self._http.ask(request)
        except BadRequest as refused:
            if not self._expand[kind].refused(refused):
                raise
        return self._info(kind, name)

    def paths_info(self, kind: str, name: str, revision: str, paths: Sequence[str]) -> dict[str, Entry]:
        """Which of `paths` exist at `revision`: one request. Missing ones are not in the answer."""
        found: dict[str, Entry] = {}
        for start in range(0, len(paths), MOST_PATHS):
            request = Request(
                f"{api_path(kind, name)}/paths-info/{quote(revision, safe='')}",
                method="POST",
                form={"paths": list(paths[start : start + MOST_PATHS]), "expand": "true"},
                max_bytes=self.network.max_list_bytes,
                read=array,
            )
            answer = self._http.ask(request)
            for item in answer.value or ():
                entry = _entry(item)
                if entry is not None:
                    found[entry.path] = entry
        return found

    def file(self, kind: str, name: str, revision: str | None, path: str, etag: str | None = None) -> File:
        """A file at a commit; with `etag`, only if it changed. See crawler/hub_files.py."""
        return self._files.get(kind, name, revision, path, etag)

    def contains_commit(self, kind: str, name: str, revision: str, commit: str) -> bool | None:
        """Whether `commit` is in the history of `revision`; None where the Hub does not tell.

        One page of history is read. In a longer one, a commit that can still be asked for counts as there.
        """
        path = api_path(kind, name) + "/commits/"
        try:
            listed = self._http.ask(
                Request(path + quote(revision, safe=""), params=(("limit", str(COMMITS)),), read=array)
            )
            if any(isinstance(item, dict) and item.get("id") == commit for item in listed.value or ()):
                return True
            if "next" not in listed.headers.get("link", "").lower():
                return False
            self._http.ask(Request(path + quote(commit, safe=""), params=(("limit", "1"),), read=array))
        except NoSuchRevision:
            return False
        except CrawlError:
            return None
        return True

    def history(self, kind: str, name: str, revision: str) -> list[Commit]:
        """All commits of `revision`, newest first, a thousand a request. Raises CrawlError, NoSuchRevision."""
        found: list[Commit] = []
        url: str | None = api_path(kind, name) + "/commits/" + quote(revision, safe="") + f"?limit={COMMITS}"
        seen: set[str] = set()
        while url is not None and url not in seen:
            seen.add(url)
            path, _, query = url.partition("?")
            answer = self._http.ask(Request(path, params=tuple(parse_qsl(query)), read=array))
            found += [one for item in answer.value or () if (one := _commit(item)) is not None]
            onward = next_page(answer)
            url = None if onward is None else httpx2.URL(onward).raw_path.decode("ascii")
        return found

    def license_tags(self) -> list[str]:
        """The license identifiers that the Hub knows today, in its order."""
        answer = self._http.ask(Request("/api/models-tags-by-type", read=record))
        rows = answer.value.get("license") if isinstance(answer.value, dict) else None
        named = [row.get("id") for row in rows or () if isinstance(row, dict)]
        return [name.removeprefix("license:") for name in named if isinstance(name, str)]

    def _elsewhere(self, url: str, max_bytes: int) -> bytes:
        """Fetch a redirect's target on another origin: no token, guarded, and what answers must be the file itself."""
        limits = Limits(self.network.timeout_seconds, max_bytes, self.network.min_rate)
        try:
            target = self._guard.check(url)
            answer = get(target.url, self._guard, headers={}, limits=limits, deadline_in=self.network.deadline_seconds)
        except (FetchFailed, AddressRefused) as error:
            raise CrawlError(f"the file is stored elsewhere, and that failed: {error}") from error
        if answer.status != 200:
            raise CrawlError(f"the file is stored elsewhere, and that answers {answer.status}")
        return answer.content


def _commit(item: Any) -> Commit | None:
    sha, date = (item.get("id"), time_of(item.get("date"))) if isinstance(item, dict) else (None, None)
    return Commit(sha, date) if isinstance(sha, str) and _OID.fullmatch(sha) and date is not None else None


def _entry(item: Any) -> Entry | None:
    if not isinstance(item, dict) or item.get("type") != "file" or not isinstance(item.get("path"), str):
        return None
    oid, size, commit = item.get("oid"), item.get("size"), item.get("lastCommit")
    date = time_of(commit.get("date")) if isinstance(commit, dict) else None
    lfs = item.get("lfs")
    linked = lfs.get("oid") if isinstance(lfs, dict) else None
    return Entry(
        item["path"],
        oid if isinstance(oid, str) and _OID.fullmatch(oid) else None,
        size if isinstance(size, int) else 0,
        date,
        linked if isinstance(linked, str) and _OID.fullmatch(linked) else None,
        sha if isinstance(sha := commit.get("id") if isinstance(commit, dict) else None, str) else None,
    )


__all__ = ["Entry", "Hub", "Page", "Unavailable", "repo_path"]
