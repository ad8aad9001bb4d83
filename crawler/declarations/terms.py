"""[[terms]] of config.toml: one document of a vendor, on one page or on several combined."""

from __future__ import annotations

from typing import Literal

import msgspec

from crawler.extraction.selection import Range, Selector

Fetcher = Literal["http", "browser"]


class TermsPage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """[[terms.pages]]: one page of a document whose pages need selectors of their own.

    What is not said here is as the document says.
    """

    url: str
    select: list[Selector] | None = None
    remove: list[Selector] | None = None
    fetcher: Fetcher | None = None


class Source(msgspec.Struct, frozen=True):
    """One page to fetch, with all that is said about it. `select` is empty where the terms are to be found."""

    url: str
    select: list[Selector]
    remove: list[Selector]
    fetcher: Fetcher


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A vendor's document. `type` is an Open Terms Archive name; `select` and `remove` are CSS selectors or ranges.

    Several URLs are combined in their order; so are `pages`, which may have selectors of their own. `fetcher`
    "browser" needs the extra `[browser]`.
    """

    service: str
    type: str
    url: list[str] = []
    select: list[Selector] = []
    remove: list[Selector] = []
    fetcher: Fetcher = "http"
    pages: list[TermsPage] = []

    def __post_init__(self) -> None:
        if bool(self.url) == bool(self.pages):
            raise ValueError("terms need either `url` or `pages`")
        if not self.service.strip() or not self.type.strip():
            raise ValueError("terms need a `service` and a `type`")
        for url in [*self.url, *(page.url for page in self.pages)]:
            if not url.startswith(("http://", "https://")):
                raise ValueError(f"{url!r} is no http(s) URL")

    @property
    def subject(self) -> str:
        """The document's name in the archive: `terms:Service/Terms type`."""
        return f"terms:{self.service}/{self.type}"

    def sources(self) -> list[Source]:
        """The pages that the document is on, in the order in which they are combined."""
        pages = self.pages or [TermsPage(url) for url in self.url]
        return [
            Source(
                page.url,
                self.select if page.select is None else page.select,
                self.remove if page.remove is None else page.remove,
                page.fetcher or self.fetcher,
            )
            for page in pages
        ]


__all__ = ["Fetcher", "Range", "Source", "Terms", "TermsPage"]
