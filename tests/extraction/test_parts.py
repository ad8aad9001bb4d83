"""Links, ranges, languages and lines: what extraction and belief are made of."""

from __future__ import annotations

import base64

import pytest

from crawler.extraction import ExtractionError, Range, extract
from crawler.extraction.links import stable_target
from crawler.extraction.volatile import is_volatile
from crawler.languages import language_of

PAGE = "https://www.example.com/legal/terms"
CODED = base64.urlsafe_b64encode(b"https://example.org/policy").decode().rstrip("=")


@pytest.mark.parametrize(
    ("href", "target"),
    [
        ("/policies/usage/", "https://example.com/policies/usage"),
        ("https://example.com/policies/usage?utm_source=a&x=1#part", "https://example.com/policies/usage"),
        ("http://www.example.com/en-GB/policies/usage", "https://example.com/policies/usage"),
        ("/intl/de/policies/usage", "https://example.com/policies/usage"),
        ("privacy", "https://example.com/legal/privacy"),
        (f"https://count.example/ck/a?!&&p=8f7&u=a1{CODED}&ntb=1", "https://example.org/policy"),
        ("https://www.google.com/url?q=https://example.org/policy&sa=D", "https://example.org/policy"),
        ("#part-2", None),
        ("/legal/terms?session=1", None),
        ("javascript:void(0)", None),
        ("mailto:legal@example.com", None),
        ("data:text/html,x", None),
        ("https://[broken", None),
        ("https://example.org/" + "a" * 5000, None),
    ],
)
def test_links_are_said_so_that_the_same_target_reads_the_same(href: str, target: str | None) -> None:
    assert stable_target(href, PAGE) == target


ARTICLE = "<body><p>before</p><h2 id=a>First</h2><p>one</p><div><p>two</p><h2 id=b>Second</h2></div><p>after</p></body>"


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (Range(startBefore="#a", endBefore="#b"), "## First\n\none\n\ntwo\n"),
        (Range(startAfter="#a", endBefore="#b"), "one\n\ntwo\n"),
        (Range(startBefore="#a", endAfter="#b"), "## First\n\none\n\ntwo\n\n## Second\n"),
        (Range(startAfter="#a", endAfter="#b"), "one\n\ntwo\n\n## Second\n"),
    ],
)
def test_ranges_take_what_is_between_two_elements(span: Range, text: str) -> None:
    assert extract(ARTICLE.encode(), url=PAGE, select=[span]).text == text


def test_a_range_can_be_removed() -> None:
    span = Range(startBefore="#a", endAfter="#b")
    assert extract(ARTICLE.encode(), url=PAGE, select=["body"], remove=[span]).text == "before\n\nafter\n"


def test_a_range_whose_end_is_gone_is_named() -> None:
    with pytest.raises(ExtractionError, match="#gone"):
        extract(ARTICLE.encode(), url=PAGE, select=[Range(startBefore="#a", endAfter="#gone")])


def test_a_fragment_names_one_of_the_documents_of_a_page() -> None:
    def document(name: str) -> str:
        rules = "".join(f"<p>Under the {name} you must not do the thing of number {n} at all.</p>" for n in range(20))
        return f"<article id={name}><h1>{name}</h1>{rules}</article>"

    html = f"<body>{document('terms')}{document('privacy')}</body>".encode()
    assert "Under the privacy" in extract(html, url="https://example.com/legal").text
    found = extract(html, url="https://example.com/legal#terms")
    assert "Under the privacy" not in found.text
    assert found.select == "#terms"


def legal_page(*names: str) -> bytes:
    def document(name: str) -> str:
        rules = "".join(f"<p>Under the {name} you must not do the thing of number {n} at all.</p>" for n in range(40))
        return f"<div><h2>{name}</h2>{rules}</div>"

    return f"<body><main>{''.join(map(document, names))}</main></body>".encode()


def test_of_several_documents_on_a_page_the_declared_one_is_taken() -> None:
    html = legal_page("Terms of Use", "Privacy Policy", "Data Processing Agreement")
    found = extract(html, url=PAGE, kind="Terms of Service")
    assert found.text.startswith("## Terms of Use\n")
    assert "Privacy" not in found.text
    assert "Under the Data" in extract(html, url=PAGE).text


@pytest.mark.parametrize(
    "names", [("Terms of Use", "Fees", "Privacy"), ("Scope", "Terms of Use", "Fees"), ("Terms of Use", "Cookies")]
)
def test_sections_of_one_document_are_not_taken_apart(names: tuple[str, ...]) -> None:
    assert (
        extract(legal_page(*names), url=PAGE, kind="Terms of Service").text
        == extract(legal_page(*names), url=PAGE).text
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("You must agree to the terms of this service before you use any of our products and features", "en"),
        ("Sie müssen den Bedingungen für die Nutzung zustimmen und dürfen das Angebot nicht verkaufen", "de"),
        ("Vous devez accepter les conditions et vous ne pouvez pas vendre le service dans les pays", "fr"),
        ("Debe aceptar los términos y las condiciones del servicio para usar una cuenta con su nombre", "es"),
        ("本サービスの利用規約に同意していただく必要があります。" * 5, "ja"),
        ("您必须同意本服务的用户协议，否则不得使用。" * 6, "zh"),
        ("Вы должны принять условия соглашения, прежде чем пользоваться сервисом и продуктами " * 2, "ru"),
        ("GPT-4o API v2 2024 Llama", None),
        ("", None),
    ],
)
def test_languages_are_told_apart(text: str, code: str | None) -> None:
    assert language_of((text * 2).split()) == code


@pytest.mark.parametrize(
    "line",
    ["Updated 3 days ago", "Last updated by Ann over a week ago", "7 min read", "1,204 views", "2 comments", "Share"],
)
def test_lines_that_change_by_themselves_are_known(line: str) -> None:
    assert is_volatile(line)


@pytest.mark.parametrize(
    "line",
    [
        "Effective 1 March 2025", "Last updated: March 1, 2025", "Updated on 2025-03-01", "Version 3",
        "You must be 18 years old.", "Closed beta", "用户协议", "Within 30 days", "Members of the public",
    ],
)  # fmt: skip
def test_dates_and_rules_are_not(line: str) -> None:
    assert not is_volatile(line)
