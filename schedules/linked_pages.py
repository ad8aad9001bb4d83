"""What a `license_link` to the web leads to: fetched once a refresh however many repositories share it."""

from __future__ import annotations

from crawler.belief import believe
from crawler.bundle import Document
from crawler.extraction import ExtractionError
from crawler.pages import Page
from schedules.known_files import KnownFiles
from schedules.page_reading import extraction, extractor_of, kept_headers
from schedules.session import Session
from storage.state import StoredDocument

GONE = (404, 410)


class LinkedPages:
    """Fetches linked pages for one refresh, behind the address guard."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._fetched: dict[str, Page] = {}

    def fetch(self, url: str, files: KnownFiles) -> Document:
        """The page as a document of a bundle; conditional where this repository holds it already."""
        former = files.former("license", url)
        page = self._fetched.get(url)
        if page is None:
            page = self._fetched[url] = self._session.pages.fetch(url, etag=files.etag("license", url))
        if page.status == "unchanged" and former is None:
            # Another repository had it; this one needs its bytes.
            page = self._fetched[url] = self._session.pages.fetch(url)
        return self._document(url, page, files)

    def _document(self, url: str, page: Page, files: KnownFiles) -> Document:
        if page.status == "unchanged":
            return Document("license", url, "unchanged")
        if page.status == "failed":
            dangling = page.http_status in GONE or (page.reason or "").startswith("refused:")
            if dangling and files.former("license", url) is None:
                return Document("license", url, "absent", problem=page.reason)
            # Not to be had this time; that it was refused for its address will not change by itself.
            return Document("license", url, "failed", problem=page.reason, later=True)
        try:
            text = self._believed(page, files.former("license", url))
        except NotBelieved as error:
            return Document("license", url, "failed", problem=str(error), later=True)
        return Document(
            "license", url, "here", page.content, text=text, etag=page.etag, headers=kept_headers(page.headers),
            extractor=None if text is None else extractor_of(),
        )  # fmt: skip

    def _believed(self, page: Page, former: StoredDocument | None) -> str | None:
        """The text of a page where that is not its decoded bytes (HTML, PDF). Raises NotBelieved."""
        kind = (page.content_type or "").lower()
        looks_html = b"<html" in page.content[:2048].lower()
        if not ("html" in kind or "pdf" in kind or looks_html):
            return None
        try:
            found = extraction(page.content, page.final_url, {"content-type": kind}, charset=page.charset)
        except ExtractionError as error:
            raise NotBelieved(str(error)) from error
        former_text = self._session.texts.text(former.text) if former else None
        belief = believe(page.http_status, page.content_type, page.content, found, former_text)
        if not belief.ok:
            raise NotBelieved(belief.reason or "not worth believing")
        return found.text


class NotBelieved(Exception):
    """A page that is not what the link promises; the text says why."""
