from __future__ import annotations

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.belief import believe
from crawler.extraction import ExtractionError, extract
from crawler.extraction.tree import MOST_ELEMENTS

RULE = "You must comply with these terms, and you may not resell the service to others. "


def text(html: bytes) -> str:
    return extract(html, url="https://example.com/terms").text


def test_deep_nesting_loses_no_words() -> None:
    html = b"<div>" * 50_000 + f"<p>{RULE}</p>".encode() + b"</div>" * 50_000 + f"<p>After. {RULE}</p>".encode()
    found = text(html)
    assert found.count("resell") == 2
    assert "After." in found


def test_deep_nesting_of_lists_and_tables_is_bounded() -> None:
    for tag in ("ul><li", "table><tr><td", "blockquote", "b", "a href=x", "ol><li", "h1", "span"):
        assert "resell" in text(f"<{tag}>".encode() * 20_000 + RULE.encode())


def test_too_many_elements_are_refused_with_a_reason() -> None:
    with pytest.raises(ExtractionError, match=r"example\.com.*elements"):
        text(b"<p>a</p>" * (MOST_ELEMENTS + 1))


def test_a_page_of_ten_megabytes_of_data_is_read() -> None:
    data = b"<img src='data:image/png;base64," + b"A" * 10_000_000 + b"'>"
    assert text(data + f"<main><p>{RULE}</p></main>".encode()) == RULE.strip() + "\n"


def test_ten_megabytes_of_text_are_refused() -> None:
    with pytest.raises(ExtractionError, match="characters"):
        text(b"<p>" + RULE.encode() * 125_000 + b"</p>")


@pytest.mark.parametrize(
    "piece",
    [b"<", b"<a", b"<!--", b"&", b"&#x", b"<p class='", b"</p>", b"]]>", b"<![CDATA[", b"<li>x", b"[x](", b"**", b"| ",
     b"<td>x<tr>", b"\x00", b"\xff", b"<br>", b"\n \n", b"<script>", b"<svg><title>"],
)  # fmt: skip
def test_repeated_fragments_are_read_in_time(piece: bytes) -> None:
    html = f"<p>{RULE}</p>".encode() + piece * (60_000 // len(piece))
    extract(html, url=None)


def test_a_pdf_that_is_none_says_so() -> None:
    with pytest.raises(ExtractionError, match=r"example\.com/terms.*PDF"):
        text(b"%PDF-1.7\nnothing of the kind")


def pdf(words: str) -> bytes:
    stream = zlib.compress(f"BT /F1 12 Tf 72 720 Td ({words}) Tj ET".encode())
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    body = b"%PDF-1.4\n" + b"".join(b"%d 0 obj\n%s\nendobj\n" % (n, part) for n, part in enumerate(parts, 1))
    return body + b"trailer << /Root 1 0 R /Size 5 >>\nstartxref\n0\n%%EOF"


def test_a_pdf_is_read_whatever_the_server_calls_it() -> None:
    found = extract(pdf(RULE), url=None, content_type="text/html")
    assert found.text == RULE.strip() + "\n"
    assert found.select is None


PIECES = [
    "<p>", "</p>", "<ul><li>", "</ul>", "<table><tr><td>", "</table>", "<a href='/x?y'>", "</a>", "<h2>", "</h2>",
    "<pre>", "</pre>", "<b>", "</div>", "<nav>", "<template>", "<select>", "<title>", "<body class=cookie>", "<br>",
    "<ol start=9>", "<button>", "<main>", "word", "&nbsp;", "\u202e", "x", " ", "\n", RULE,
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES)))
def test_any_html_gives_stable_text_and_a_belief(parts: list[str]) -> None:
    html = "".join(parts).encode()
    found = extract(html, url="https://example.com/terms")
    assert extract(html, url="https://example.com/terms") == found
    assert 0.0 <= found.confidence <= 1.0
    believe(200, "text/html", html, found, RULE * 20)
    found.text.encode()


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([None, "utf-8", "utf-16", "iso-8859-1", "utf-7", "zip", "big5"]))
def test_any_bytes_are_read(content: bytes, charset: str | None) -> None:
    extract(b"<html>" + content, url=None, charset=charset)
