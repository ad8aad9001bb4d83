from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.extraction import ExtractionError, extract
from licensedrift import door

TERMS = """
<h1>Terms of Service</h1><p>Effective 1 March 2025</p>
<h2>1. Use of the service</h2>
<p>You may use the service only as these terms allow. You must not resell it, nor train other models on it.</p>
<ul><li>You must be 18 years old to agree to these terms.</li><li>We may change the service at any time.</li></ul>
<h2>2. Liability</h2>
<p>To the extent that the law permits, our liability is limited to the fees that you paid in the last year.</p>
<p>See our <a href="https://example.com/policies/usage?utm_source=x">Usage Policy</a>, which is part of these terms.</p>
"""


def page(body: str = TERMS, before: str = "", after: str = "", head: str = "") -> bytes:
    return (
        f"<html><head><title>Terms</title>{head}</head><body>{before}<main>{body}</main>{after}</body></html>".encode()
    )


def text(html: bytes, **options: object) -> str:
    return extract(html, url="https://example.com/terms", **options).text  # type: ignore[arg-type]


def test_terms_become_markdown() -> None:
    found = text(page())
    assert found.startswith("# Terms of Service\n\nEffective 1 March 2025\n\n## 1. Use of the service\n")
    assert "- You must be 18 years old to agree to these terms.\n" in found
    assert "[Usage Policy](https://example.com/policies/usage)" in found
    assert found.endswith(".\n")


def test_the_door_says_where_and_how_sure() -> None:
    found = extract(page(), url=None)
    assert found.select == "main"
    assert found.confidence > 0.6


FURNITURE = """
<header><a href="/">Home</a>
<nav><ul><li><a href="/a">Products</a></li><li><a href="/b">Pricing</a></li></ul></nav></header>
<div id="onetrust-banner-sdk"><p>We use cookies and similar technologies to make this site work and to measure its
use.</p>
<button>Accept all</button></div>
<div class="site-footer"><a href="/jobs">Jobs</a> <a href="/x">Contact</a> © 2025 Example</div>
"""


def test_menus_banners_and_footers_are_left_out() -> None:
    assert text(page(before=FURNITURE)) == text(page())


@pytest.mark.parametrize(
    "changed",
    [
        TERMS.replace("usage?utm_source=x", "usage?session=8f7d6&amp;utm_source=mail"),
        TERMS.replace("<p>Effective", "<p>Updated 3 days ago</p><p>Effective"),
        TERMS.replace("<p>Effective", "<p>5 min read</p><p>Effective"),
        TERMS + "<p>1,204 people found this helpful</p>",
        TERMS + "<p>Was this article helpful? <button>Yes</button> <button>No</button></p>",
        TERMS + '<div class="related-articles"><h3>Related articles</h3><a href="/1">How to pay</a></div>',
        TERMS + '<section><h2>Related articles</h2><ul><li><a href="/1">How to pay</a></li></ul></section>',
        TERMS + "<script nonce='abc123'>window.x = 1</script><style>p{}</style>",
        TERMS + "<form><label>Mail</label><input><button>Subscribe</button></form>",
        TERMS.replace("<h2>2.", "<h2 id='x9f'><a href='#x9f'>#</a> 2."),
        TERMS.replace("<p>", "<p class='css-1x2y3z' data-v='17'>"),
        TERMS.replace("You must not", "<strong>You must not</strong>"),
        TERMS.replace("Usage Policy</a>", "Usage Policy<span class='sr-only'> (opens in a new window)</span></a>"),
        TERMS.replace("You may use", "You\u200b may\u00a0use"),
        TERMS.replace("</h1>", "</h1><img src='data:image/png;base64,AAAA' alt='logo'>"),
    ],
)
def test_what_changes_by_itself_does_not_change_the_text(changed: str) -> None:
    assert text(page(changed)) == text(page())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1 March 2025", "1 April 2025"),
        ("18 years", "16 years"),
        ("the last year", "the last month"),
        ("Usage Policy<", "Use Policy<"),
    ],
)
def test_dates_and_words_change_the_text(old: str, new: str) -> None:
    assert text(page(TERMS.replace(old, new))) != text(page())


def test_obfuscated_mail_addresses_read_as_they_are() -> None:
    def hidden(key: int) -> str:
        code = bytes([key, *(b ^ key for b in b"legal@example.com")]).hex()
        mail = f'<a href="/cdn-cgi/l/email-protection" data-cfemail="{code}">[email&#160;protected]</a>'
        return text(page(TERMS + f"<p>Write to {mail} with any question about these terms.</p>"))

    assert hidden(17) == hidden(99)
    assert "Write to legal@example.com with" in hidden(17)


def test_a_selector_takes_what_a_person_chose() -> None:
    found = extract(page(), url=None, select=["h2", "ul"], remove=["li:first-child"])
    assert found.text == "## 1. Use of the service\n\n- We may change the service at any time.\n\n## 2. Liability\n"
    assert (found.confidence, found.select) == (1.0, "h2, ul")


def test_a_selector_that_matches_nothing_is_named_with_its_page() -> None:
    with pytest.raises(ExtractionError, match=r"https://example\.com/terms.*#gone"):
        text(page(), select=["#gone"])


@pytest.mark.parametrize("selector", ["p[", "::before(", "p:has(", ">>>"])
def test_what_is_no_selector_is_said_to_be_none(selector: str) -> None:
    with pytest.raises(ExtractionError):
        text(page(), select=[selector])


@pytest.mark.parametrize("name", ["cookies", "cookie-policy", "consent", "social", "feedback", "sharing", "login"])
def test_sections_named_like_furniture_stay(name: str) -> None:
    section = f"<section id='{name}'><h2>On this</h2><p>You must not share, log in or consent for others.</p></section>"
    assert "consent for others" in text(page(TERMS + section))


@pytest.mark.parametrize(
    "kept",
    [
        "<aside><p>In short: this means that you must not sell what our service gives you to anyone else.</p></aside>",
        "<div role=alert><p>These terms change on 1 May 2026, as you were told.</p></div>",
        "<p>You may <button>opt out</button> of training in your settings at any time.</p>",
        "<div><template shadowrootmode=open><p>You must pay what you owe us in time.</p></template></div>",
        "<details><summary>What if not?</summary><p>Then we may end this agreement.</p></details>",
    ],
)
def test_remarks_notices_and_words_on_buttons_are_text(kept: str) -> None:
    words = " ".join(re.sub("<[^>]*>", " ", kept).split())
    assert words.replace("? ", "? ") in " ".join(text(page(TERMS + kept)).split())


def test_a_nameless_banner_is_known_by_its_button() -> None:
    banner = "<div><div><p>We and our partners use cookies to measure how this site is used by you.</p>"
    for inside in ("before", "after"):
        found = text(page(**{inside: banner + "<div><button>Accept all</button><a>Reject</a></div></div></div>"}))
        assert found == text(page())


def test_short_sections_that_a_heading_unfolds_stay() -> None:
    button = "<button aria-expanded=false aria-controls=a1>May I sell it?</button>"
    faq = f"<h3>{button}</h3><div id=a1 hidden>No, never.</div>"
    assert "### May I sell it?\n\nNo, never.\n" in text(page(TERMS + faq))


def test_a_wrapper_with_a_banners_name_keeps_its_terms() -> None:
    html = f"<body class='has-cookie-banner'><div class='cookie-footer-modal'>{TERMS}</div></body>".encode()
    assert "our liability is limited" in text(html)


def test_headings_that_unfold_their_sections_stay() -> None:
    body = (
        TERMS
        + "<h2><button aria-expanded='false'>3. Disputes</button></h2><div hidden><p>"
        + "Courts of Oslo decide. " * 12
    )
    found = text(page(body))
    assert "## 3. Disputes" in found
    assert "Courts of Oslo decide." in found


@pytest.mark.parametrize(
    ("encoding", "charset"),
    [
        ("utf-8", "iso-8859-1"),
        ("cp1252", "iso-8859-1"),
        ("cp1252", None),
        ("utf-16", None),
        ("cp1252", "x-no-such"),
        ("shift_jis", "shift_jis"),
    ],
)
def test_the_encoding_is_found_whatever_the_server_says(encoding: str, charset: str | None) -> None:
    mark = "「規約」" if encoding == "shift_jis" else "“as is” – café"
    html = page(TERMS.replace("only as these", mark)).decode().encode(encoding)
    assert mark in text(html, charset=charset)


def test_plain_text_is_taken_as_it_is() -> None:
    assert text(b"Terms\r\n\r\nYou may   use it.\n", content_type="text/plain") == "Terms\n\nYou may use it.\n"


def test_a_license_in_plain_text_keeps_its_lines() -> None:
    license_text = "Menu\n\n---\n\nYou may use it.\n\nCopyright (c) 2024 Example\n"
    assert text(license_text.encode(), content_type="text/plain; charset=utf-8") == license_text


def test_the_command_answers_as_the_contract_says(tmp_path: Path) -> None:
    file = tmp_path / "terms.html"
    file.write_bytes(page())
    answer = CliRunner().invoke(door, ["extract", str(file), "--select", "main", "--json"])
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout) == {"text": text(page()), "confidence": 1.0, "select": "main"}


def test_the_command_names_file_and_selector_that_matches_nothing(tmp_path: Path) -> None:
    file = tmp_path / "terms.html"
    file.write_bytes(page())
    answer = CliRunner().invoke(door, ["extract", str(file), "--select", "#gone"])
    assert answer.exit_code == 3
    assert str(file) in answer.stderr
    assert "#gone" in answer.stderr


@pytest.mark.parametrize(
    "wrapper",
    ["<div><div>{}</div></div>", "<div id='terms-body'>{}</div>", "<section></section><section><p></p>{}</section>"],
)
def test_the_selector_found_finds_the_same_again(wrapper: str) -> None:
    html = ("<nav><a href='/'>Home</a></nav><div>Menu</div>" + wrapper.format(TERMS) + "<footer>©</footer>").encode()
    found = extract(html, url=None)
    assert found.select
    assert extract(html, url=None, select=[found.select]).text == found.text
