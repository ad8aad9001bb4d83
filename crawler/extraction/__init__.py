"""From a page as fetched to the text of its terms: `extract` is the door."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote, urldefrag

from bs4 import BeautifulSoup, Tag

from crawler.extraction.blocks import Weights
from crawler.extraction.body import Places, confidence, find_body
from crawler.extraction.documents import the_one_declared
from crawler.extraction.encoding import decode_page
from crawler.extraction.markdown import tidy, to_markdown
from crawler.extraction.model import Extraction, ExtractionError
from crawler.extraction.noise import drop_consent_prompts, drop_hidden, drop_link_lists, drop_noise, drop_other_articles
from crawler.extraction.pdf import pdf_text
from crawler.extraction.selection import Range, Selector, remove_selected, selected
from crawler.extraction.tree import drop_what_is_never_text, parse, strings

__all__ = ["Extraction", "ExtractionError", "Range", "Selector", "extract"]

LONGEST_PAGE = 20_000_000  # bytes
LEAST_DOCUMENT = 100  # words of prose in an element that a URL's fragment names
LONGEST_TEXT = 2_000_000  # characters; the longest terms seen have 200,000


def extract(
    html: bytes,
    *,
    url: str | None,
    charset: str | None = None,
    select: Sequence[Selector] = (),
    remove: Sequence[Selector] = (),
    content_type: str | None = None,
    kind: str | None = None,
) -> Extraction:
    """The text of a page's terms as Markdown: of what `select` selects, else of what is most like the terms.

    `charset` and `content_type` are those of the Content-Type header; `url` resolves links and names the page in
    errors; `kind` is the terms type, for pages that hold all of a vendor's documents. PDF and plain text are read
    too. Raises ExtractionError, one line naming the page (and the selector).
    """
    page = url or "the page"
    if len(html) > LONGEST_PAGE:
        raise ExtractionError(f"{page}: {len(html):,} bytes, more than any page of terms")
    media = (content_type or "").partition(";")[0].strip().lower()
    if html[:1024].lstrip().startswith(b"%PDF-") or media in ("application/pdf", "application/x-pdf"):
        return Extraction(tidy(pdf_text(html, page), of_a_page=False), 0.9, None)
    text = decode_page(html, charset)
    if media in ("text/plain", "text/markdown", "application/markdown") and "<html" not in text[:2048].lower():
        return Extraction(tidy(text[:LONGEST_TEXT], of_a_page=False), 0.9, None)
    soup = parse(text, page)
    return _selected(soup, select, remove, url, page) if select else _found(soup, remove, url, page, kind)


def _selected(
    soup: BeautifulSoup, select: Sequence[Selector], remove: Sequence[Selector], url: str | None, page: str
) -> Extraction:
    # Selected before scripts and controls are taken out, so that any element can serve as a landmark.
    remove_selected(soup, remove, page)
    parts = selected(soup, select, page)
    for part in parts:
        if not part.decomposed:
            drop_hidden(part)
            drop_what_is_never_text(part)
    _refuse_endless(parts, page)
    text = to_markdown([part for part in parts if not part.decomposed], url)
    if not text:
        raise ExtractionError(f"{page}: what {', '.join(map(str, select))!r} selects holds no text")
    return Extraction(text, 1.0, ", ".join(map(str, select)))


def _found(soup: BeautifulSoup, remove: Sequence[Selector], url: str | None, page: str, kind: str | None) -> Extraction:
    remove_selected(soup, remove, page)
    places = Places(soup)
    root = soup.body or soup
    # Both look at buttons, which are no text and go next.
    drop_consent_prompts(root)
    drop_hidden(root)
    titles = " ".join(title.get_text()[:200] for title in soup.find_all("title", limit=1))
    drop_what_is_never_text(soup)
    weights = Weights(root)
    whole = weights[root].prose
    drop_noise(root, weights)
    drop_other_articles(root)
    drop_link_lists(root)
    body = _named_by_fragment(root, url) or the_one_declared(root, kind) or find_body(root)
    sure = confidence(body, whole, titles)
    _refuse_endless([body], page)
    return Extraction(to_markdown([body], url), sure, places.css(body))


def _named_by_fragment(root: Tag, url: str | None) -> Tag | None:
    """The part that the URL's fragment names, where it holds a document: some pages hold all of a vendor's terms."""
    fragment = unquote(urldefrag(url or "").fragment)
    if not fragment:
        return None
    tag = root.find(id=fragment)
    return tag if isinstance(tag, Tag) and Weights(tag)[tag].prose >= LEAST_DOCUMENT else None


def _refuse_endless(parts: Sequence[Tag], page: str) -> None:
    size = sum(len(text) for part in parts for text in strings(part))
    if size > LONGEST_TEXT:
        raise ExtractionError(f"{page}: {size:,} characters of text, more than any terms")
