"""From a page's bytes to the text that is compared: extraction, its version, and readings anew by a later one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from email.message import Message
from urllib.parse import urlsplit

import orjson

from crawler.declarations.terms import Source, Terms
from crawler.extraction import ExtractionError, Selector, extract
from crawler.extraction.model import VERSION, Extraction
from crawler.pages import Page
from schedules.gathering import TextStore
from storage import pages
from storage.blobs import sha256
from storage.pages import Validators
from storage.state import StoredDocument

# Of a page's answer, what tells where its bytes came from and when they were new. As content-location the address
# is kept that gave them, where that is another than the one asked for: links are read against it.
KEPT_HEADERS = (
    "content-type",
    "content-location",
    "content-language",
    "date",
    "last-modified",
    "etag",
    "server",
    "age",
)


def extractor_of(select: Sequence[Selector] = (), remove: Sequence[Selector] = ()) -> str:
    """The name of an extraction: its version, and what a declaration selects and removes."""
    if not select and not remove:
        return VERSION
    said = repr(([str(one) for one in select], [str(one) for one in remove]))
    return f"{VERSION}+{hashlib.sha256(said.encode()).hexdigest()[:8]}"


def validators_of(texts: TextStore, url: str, former: StoredDocument | None) -> Validators:
    """What makes a request for `url` conditional on the text that this document has; empty where nothing does.

    Validators are kept by URL and text: several documents may be on one page (or many repositories link to it),
    and one that missed the page's last change must not hear that nothing has changed since.
    """
    return Validators() if former is None else pages.validators(texts.archive.conn, _key(url, texts.text(former.text)))


def remember_validators(texts: TextStore, url: str, text: str, page: Page) -> None:
    """Keep the validators of an answer that was read as `text`."""
    with texts.archive.writing():
        found = Validators(page.etag, page.last_modified, page.final_url)
        pages.remember(texts.archive.conn, _key(url, text), found)


def _key(url: str, text: str) -> str:
    return f"{url}#{sha256(text.encode('utf-8')).hex()[:16]}"


class DeclaredPages:
    """What is declared of the pages that are stored: two documents may be on one page, each with its selectors."""

    def __init__(self, declared: Sequence[Terms]) -> None:
        self._sources = {terms.subject: terms.sources() for terms in declared}

    def page(self, subject: str, document: StoredDocument) -> Source | None:
        """How a stored document is read today; None where nobody knows, so that it stays as it was read.

        A page of a subject's past that is declared no longer (it moved, say) is read by the selectors that read it,
        if those are still declared for one of the subject's pages.
        """
        sources = self._sources.get(subject, []) if document.role == "terms" else []
        for source in sources:
            if source.url == document.place:
                return source
        url = document.place
        if "://" not in url:  # of an imported collection, where a page is called by its service alone
            url = f"https://{subject.partition(':')[2].rpartition('/')[0]}"
        suffix = (document.extractor or "").partition("+")[2]
        if not suffix:
            return Source(url, [], [], "http")
        for source in sources:
            if extractor_of(source.select, source.remove).partition("+")[2] == suffix:
                return Source(url, source.select, source.remove, source.fetcher)
        return None


def read_anew(
    texts: TextStore,
    document: StoredDocument,
    *,
    url: str,
    select: Sequence[Selector] = (),
    remove: Sequence[Selector] = (),
    kind: str | None = None,
) -> StoredDocument:
    """The document as today's extraction reads it: from its stored bytes, if another one read it before.

    Keeps the new text in the archive. A page that today's selectors no longer fit stays as it was read. Without
    `kind`, the terms type is that of the document's subject.
    """
    extractor = extractor_of(select, remove)
    if document.extractor in (None, extractor) or document.id is None:
        return document
    headers = orjson.loads(document.headers) if document.headers else {}
    content, kind = texts.archive.blobs.get(document.content), kind or _terms_type(texts, document)
    try:
        found = extraction(content, address(url, headers.get("content-location") or url), headers, select, remove,
                           kind=kind)  # fmt: skip
    except ExtractionError:
        return document
    text = texts.keep_text(document.role, found.text, after=document.text)
    with texts.archive.writing():
        pages.reread(texts.archive.conn, document.id, extractor, text)
    return texts.reloaded(document, text, extractor)


def _terms_type(texts: TextStore, document: StoredDocument) -> str | None:
    """The terms type of the subject that has this document; None of a repository's."""
    if document.role != "terms":
        return None
    row = texts.archive.conn.execute(
        "select s.name from version_document vd join version v on v.id = vd.version join subject s on s.id = v.subject"
        " where vd.document = ? limit 1",
        (document.id,),
    ).fetchone()
    return row[0].rpartition("/")[2] if row else None


def address(asked: str, final: str) -> str:
    """Where a page came from, with the fragment that was asked for: it may name one of several documents."""
    fragment = urlsplit(asked).fragment
    same_host = urlsplit(asked).hostname == urlsplit(final).hostname
    return f"{final.partition('#')[0]}#{fragment}" if fragment and same_host else final


def extraction(
    content: bytes,
    url: str,
    headers: Mapping[str, str],
    select: Sequence[Selector] = (),
    remove: Sequence[Selector] = (),
    charset: str | None = None,
    kind: str | None = None,
) -> Extraction:
    """Extract a page's text; `kind` is the terms type, for a page that holds several. Raises ExtractionError.

    Without `charset` it is that of the content-type in `headers`.
    """
    return extract(
        content,
        url=url,
        charset=charset or _charset(headers.get("content-type")),
        select=select,
        remove=remove,
        content_type=headers.get("content-type"),
        kind=kind,
    )


def _charset(content_type: str | None) -> str | None:
    message = Message()
    message["Content-Type"] = " ".join((content_type or "text/html").split())
    charset = message.get_param("charset")
    return charset if isinstance(charset, str) else None


def kept_headers(page: Page) -> str:
    """The headers of its answer that are worth keeping, as JSON with lower-case names."""
    lower = {name.lower(): value for name, value in page.headers.items()}
    lower["content-location"] = page.final_url
    if page.final_url == page.url:
        del lower["content-location"]
    return orjson.dumps({name: lower[name][:500] for name in KEPT_HEADERS if name in lower}).decode()
