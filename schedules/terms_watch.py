"""Looks at vendors' pages: every [[terms]] of the configuration, hosts side by side, one request at a time a host.

A page is a document of its subject `terms:Service/Type`. What comes is extracted and has to be worth believing before
it counts; the same text at another visit is nothing new, whatever its bytes are.
"""

from __future__ import annotations

from collections.abc import Sequence

from crawler.belief import believe, wrong_page
from crawler.declarations.terms import Source, Terms
from crawler.extraction import ExtractionError
from crawler.pages import Ask, Page
from schedules.clock import stamp
from schedules.errors import UnknownSubjects
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
from storage import known, pages
from storage.blobs import sha256
from storage.pages import Validators
from storage.records import DocumentSeen, Facts, Observation
from storage.state import StoredDocument


def look_at_all(session: Session, only: Sequence[str]) -> None:
    """Look at every declared document, or at `only` of them (`terms:Service/Type`).

    Raises UnknownSubjects for an `only` that nobody declares.
    """
    declared = {terms.subject: terms for terms in session.config.terms}
    for subject in only:
        if subject.startswith("terms:") and subject not in declared:
            raise UnknownSubjects(f"--only {subject}: config.toml declares no such terms")
    wanted = [terms for subject, terms in declared.items() if not only or subject in only]
    looks = [TermsLook(session, terms) for terms in wanted]
    asks = _asks(looks)
    waiting = {look: {source.url for source in look.sources} for look in looks}
    for count, (ask, page) in enumerate(session.pages.fetch_all(asks), 1):
        session.progress("pages", count, len(asks))
        for look in looks:
            if ask.url in waiting[look] and look.fetcher(ask.url) == ask.fetcher:
                look.take(ask.url, page)
                waiting[look].discard(ask.url)
                if not waiting[look]:
                    look.stage()


def _asks(looks: Sequence[TermsLook]) -> list[Ask]:
    """One request for each page however many documents are on it; conditional if all hold the same answer of it."""
    asks: dict[tuple[str, str], Ask] = {}
    for look in looks:
        for source in look.sources:
            ask = look.ask(source)
            if asks.setdefault((ask.url, ask.fetcher), ask) != ask:
                asks[ask.url, ask.fetcher] = Ask(ask.url, fetcher=ask.fetcher)
    return list(asks.values())


class TermsLook:
    """One declared document: what is known of it, and what its pages brought."""

    def __init__(self, session: Session, terms: Terms) -> None:
        self.session, self.terms = session, terms
        self.sources = list({source.url: source for source in terms.sources()}.values())
        self._by_url = {source.url: source for source in self.sources}
        self.name = f"{terms.service}/{terms.type}"
        self._conn = session.archive.conn
        self._known = known.by_name(self._conn, "terms", self.name)
        stored = known.documents(self._conn, self._known.version) if self._known else ()
        self._former = {document.place: self._read_anew(document) for document in stored}
        self._seen: dict[str, DocumentSeen] = {}

    def _read_anew(self, document: StoredDocument) -> StoredDocument:
        source = self._by_url.get(document.place)
        if source is None:
            return document
        return read_anew(
            self.session.texts, document, url=source.url, select=source.select, remove=source.remove,
            kind=self.terms.type,
        )  # fmt: skip

    def ask(self, source: Source) -> Ask:
        """The request for a page: conditional where its text is here."""
        former = self._former.get(source.url)
        held = Validators()
        # What a browser renders may change while the page around it, which the validators speak of, does not; and
        # selectors that no longer fit the stored page have to fail again.
        fits = former is not None and former.extractor in (None, extractor_of(source.select, source.remove))
        if fits and source.fetcher == "http" and not self.session.full:
            held = validators_of(self.session.texts, source.url, former)
        return Ask(source.url, held.etag, held.last_modified, held.whose, source.fetcher)

    def fetcher(self, url: str) -> str:
        """What fetches this page: "http" or "browser"."""
        return self._by_url[url].fetcher

    def take(self, url: str, page: Page) -> None:
        """Take a page that was fetched."""
        source = self._by_url[url]
        if page.status == "unchanged":
            self._seen[url] = DocumentSeen("terms", url, "unchanged")
        elif page.status == "failed":
            self._failed(source, page, page.reason or "not fetched", None)
        else:
            self._take_content(source, page)

    def _take_content(self, source: Source, page: Page) -> None:
        former = self._former.get(source.url)
        try:
            found = extraction(
                page.content, address(source.url, page.final_url), {"content-type": page.content_type or ""},
                source.select, source.remove, page.charset, self.terms.type,
            )  # fmt: skip
        except ExtractionError as error:
            # A page that is an error page has no such element, but that is not what a person should look for.
            self._failed(source, page, wrong_page(page.content, url=page.final_url) or str(error), None)
            return
        digest = sha256(found.text.encode("utf-8"))
        former_text = self.session.texts.text(former.text) if former else None
        if former_text != found.text:
            since = former.fetched_at if former else None
            same = pages.same_answers(self._conn, source.url, digest, since)
            belief = believe(page.http_status, page.content_type, page.content, found, former_text, same_answers=same)
            if not belief.ok:
                self._failed(source, page, belief.reason or "not worth believing", digest)
                return
        self._here(source, page, found.text, former)

    def _here(self, source: Source, page: Page, text: str, former: StoredDocument | None) -> None:
        remember_validators(self.session.texts, source.url, text, page)
        if former is not None and self.session.texts.text(former.text) == text:
            self._seen[source.url] = DocumentSeen("terms", source.url, "unchanged")
            return
        content_hash, text_hash = self.session.texts.keep("terms", page.content, text=text, after=former)
        self._seen[source.url] = DocumentSeen(
            "terms",
            source.url,
            "here",
            content_hash,
            text_hash,
            len(page.content),
            page.etag,
            fetched_at=stamp(page.fetched_at),
            headers=kept_headers(page),
            extractor=extractor_of(source.select, source.remove),
        )

    def _failed(self, source: Source, page: Page, reason: str, digest: bytes | None) -> None:
        self._seen[source.url] = DocumentSeen("terms", source.url, "failed", problem=reason)
        said = reason if reason.startswith(source.url) else f"{source.url}: {reason}"
        self.session.fail(self.terms.subject, said)
        if page.content:
            with self.session.archive.writing():
                pages.reject(
                    self._conn,
                    subject=self.terms.subject,
                    url=source.url,
                    run=self.session.run.id,
                    fetched_at=stamp(page.fetched_at),
                    reason=reason,
                    text_hash=digest,
                    content=page.content,
                )

    def stage(self) -> None:
        """All pages are there: put the document aside, if there is anything new to say."""
        seen = [self._seen[source.url] for source in self.sources]
        statuses = {document.status for document in seen}
        places = {source.url for source in self.sources}
        if statuses == {"unchanged"} and places == set(self._former):
            self.session.unmoved(self._known.subject if self._known else None)
        elif statuses != {"failed"} and (self._known is not None or "failed" not in statuses):
            # A document whose pages have not all been seen once is not recorded: half of it would look like all.
            self.session.stage(
                Observation(
                    kind="terms",
                    hub_id=self.name,
                    name=self.name,
                    facts=Facts(),
                    documents=tuple(seen),
                    since=self._since(seen),
                )
            )

    def _since(self, seen: Sequence[DocumentSeen]) -> str | None:
        """A page says when it was captured; when its words were changed, nobody tells."""
        return max((d.fetched_at for d in seen if d.fetched_at and d.status == "here"), default=None)
