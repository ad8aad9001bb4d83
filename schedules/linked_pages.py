"""What a `license_link` to the web leads to: fetched once a refresh however many repositories share it.

What comes has to be worth believing like a vendor's terms; what is not is kept for a while, so that a person can see
why. A page with the words that are recorded is unchanged, whatever its bytes are.
"""

from __future__ import annotations

from crawler.belief import believe, wrong_page
from crawler.bundle import Document
from crawler.extraction import Extraction, ExtractionError
from crawler.pages import Page
from licenses.text import decode
from schedules.clock import stamp
from schedules.known_files import KnownFiles
from schedules.page_reading import (
    address,
    extraction,
    extractor_of,
    kept_headers,
    read_anew,
    remember_validators,
    validators_of,
)
from schedules.session import Session
from storage import pages
from storage.blobs import sha256
from storage.pages import Validators
from storage.state import StoredDocument

GONE = (404, 410)
SUBJECT = "license_link"  # under which rejected captures are kept: many repositories may share a page


class LinkedPages:
    """Fetches linked pages for one refresh, behind the address guard."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._fetched: dict[str, tuple[Page, Validators]] = {}
        self._rejected: set[str] = set()

    def fetch(self, url: str, files: KnownFiles) -> Document:
        """The page as a document of a bundle; conditional where this repository holds it already."""
        former = files.former("license", url)
        if former is not None:
            former = read_anew(self._session.texts, former, url=url)
        page = self._page(url, former)
        if page.status == "unchanged":
            return Document("license", url, "unchanged")
        if page.status == "failed":
            return self._not_fetched(url, page, former)
        return self._read(url, page, former)

    def _page(self, url: str, former: StoredDocument | None) -> Page:
        held = Validators() if self._session.full else validators_of(self._session.texts, url, former)
        page, asked_with = self._fetched.get(url, (None, Validators()))
        # That nothing is new for another repository tells nothing to one that has another text of the page, or none.
        if page is None or (page.status == "unchanged" and held != asked_with):
            page = self._session.pages.fetch(url, held.etag, held.last_modified, validators_of=held.whose)
            self._fetched[url] = (page, held)
        return page

    def _not_fetched(self, url: str, page: Page, former: StoredDocument | None) -> Document:
        reason = page.reason or "not fetched"
        dangling = page.http_status in GONE or reason.startswith("refused:")
        if dangling and former is None:
            return Document("license", url, "absent", problem=reason)
        # Not to be had this time; that it was refused for its address will not change by itself.
        return self._failed(url, page, reason, None)

    def _read(self, url: str, page: Page, former: StoredDocument | None) -> Document:
        try:
            found, of_a_page = _text_of(page)
        except ExtractionError as error:
            reason = wrong_page(page.content, url=page.final_url, charset=page.charset) or str(error)
            return self._failed(url, page, reason, None)
        former_text = self._session.texts.text(former.text) if former else None
        if former_text != found.text:
            digest = sha256(found.text.encode("utf-8"))
            same = self._same_answers(url, digest, former)
            belief = believe(page.http_status, page.content_type, page.content, found, former_text, same_answers=same)
            if not belief.ok:
                return self._failed(url, page, belief.reason or "not worth believing", digest)
        remember_validators(self._session.texts, url, found.text, page)
        if former_text == found.text:
            return Document("license", url, "unchanged")
        return Document(
            "license", url, "here", page.content, text=found.text if of_a_page else None, etag=page.etag,
            headers=kept_headers(page), extractor=extractor_of() if of_a_page else None,
        )  # fmt: skip

    def _same_answers(self, url: str, digest: bytes, former: StoredDocument | None) -> int:
        since = former.fetched_at if former else None
        count = pages.same_answers(self._session.archive.conn, url, digest, since)
        return count - 1 if count and url in self._rejected else count

    def _failed(self, url: str, page: Page, reason: str, digest: bytes | None) -> Document:
        if page.content and url not in self._rejected:
            self._rejected.add(url)
            with self._session.archive.writing():
                pages.reject(
                    self._session.archive.conn,
                    subject=SUBJECT,
                    url=url,
                    run=self._session.run.id,
                    fetched_at=stamp(page.fetched_at),
                    reason=reason,
                    text_hash=digest,
                    content=page.content,
                )
        return Document("license", url, "failed", problem=reason, later=True)


def _text_of(page: Page) -> tuple[Extraction, bool]:
    """A page's text, and whether that is something else than its decoded bytes (HTML, PDF). Raises ExtractionError."""
    kind = (page.content_type or "").lower()
    looks_html = b"<html" in page.content[:2048].lower()
    looks_pdf = page.content[:1024].lstrip().startswith(b"%PDF-")
    if not ("html" in kind or "pdf" in kind or looks_html or looks_pdf):
        return Extraction(decode(page.content), 1.0, None), False
    found = extraction(page.content, address(page.url, page.final_url), {"content-type": kind}, charset=page.charset)
    return found, True
