"""Real pages of vendors, where the corpus lies beside the checkout."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crawler.belief import believe
from crawler.extraction import extract
from tests.shared_corpus import CORPUS, needs_corpus

PAGES = CORPUS / "vendor_pages"
RAW = sorted(PAGES.glob("*/*/raw-*.html")) if PAGES.is_dir() else []
# What the peer took for these days is no terms either: an empty shell, a page that sells, an imprint.
NO_TERMS = {
    "le-chat/commercial-terms/raw-2025-12-02-2eae66a1.html",
    "le-chat/commercial-terms/raw-2026-02-26-5006b4d1.html",
    "le-chat/terms-of-service-legal/raw-2026-05-23-3be452be.html",
    "microsoft-copilot/terms-of-service/raw-2026-08-04-7d86619c.html",
}


def name(path: Path) -> str:
    return path.relative_to(PAGES).as_posix()


@needs_corpus
@pytest.mark.parametrize("path", RAW, ids=name)
def test_terms_are_found_and_believed_and_other_pages_are_not(path: Path) -> None:
    content = path.read_bytes()
    found = extract(content, url="https://example.com/terms")
    belief = believe(200, "text/html", content, found, None)
    assert belief.ok == (name(path) not in NO_TERMS), belief.reason
    if belief.ok:
        assert found.confidence >= 0.7
        assert found.select
        assert extract(content, url="https://example.com/terms", select=[found.select]).text


@needs_corpus
@pytest.mark.parametrize("folder", ["replicate/terms-of-service", "le-chat/terms-of-service"])
def test_pages_that_differ_in_noise_alone_have_the_same_text(folder: str) -> None:
    one, other = sorted((PAGES / folder).glob("noise-pair-*.html"))
    assert one.read_bytes() != other.read_bytes()
    assert extract(one.read_bytes(), url=None).text == extract(other.read_bytes(), url=None).text


def noisy(html: bytes) -> bytes:
    """A page as it might come the next day: parameters, nonces, a banner, offers, ages; not a word of its terms."""
    html = re.sub(rb'(<a\b[^>]*?href=")([^"#?]+)"', rb'\1\2?utm_source=mail&sid=81723"', html)
    html = html.replace(b"<script", b'<script nonce="9f2"').replace(b"<div", b'<div data-request="77"')
    html = re.sub(rb"(</h1>)", rb"\1<div>Updated 3 days ago</div><div>6 min read</div>", html, count=1)
    html = re.sub(rb"(<body[^>]*>)", rb'\1<div class="news"><a href="/new">Try our new model</a></div>', html, count=1)
    other = b'<section><h2>Related articles</h2><ul><li><a href="/a1">How to cancel a plan</a></li></ul></section>'
    place = b"</main>" if b"</main>" in html else b"</body>"
    banner = (
        b"<div><p>We use cookies to improve what you see on this site.</p><button>Accept all cookies</button></div>"
    )
    return html.replace(place, other + place, 1).replace(b"</body>", banner + b"</body>")


@needs_corpus
@pytest.mark.parametrize("path", [path for path in RAW if name(path) not in NO_TERMS][::5], ids=name)
def test_noise_of_another_day_changes_no_text(path: Path) -> None:
    content = path.read_bytes()
    assert extract(noisy(content), url=None).text == extract(content, url=None).text
