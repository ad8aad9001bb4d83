"""How a text is laid out never changes which clauses it has; offsets always lead to the very words."""

from __future__ import annotations

import textwrap

from hypothesis import given, settings
from hypothesis import strategies as st

from licenses.clauses import find_clauses
from licenses.clauses.sentences import sentences
from tests.shared_corpus import CORPUS, needs_corpus

LICENSE = """FOO COMMUNITY LICENSE AGREEMENT

"Agreement" means the terms and conditions set forth herein.

1. License Rights and Redistribution

a. Grant of Rights. You are granted a non-exclusive, non-transferable, revocable and royalty-free license to use, \
reproduce, distribute, and create derivative works of the Foo Materials.

b. Redistribution. If you distribute the Foo Materials, or a product or service that contains any of them, you \
shall (A) provide a copy of this Agreement with any such materials; and (B) prominently display "Built with Foo" on \
a related website. You must cause any modified files to carry prominent notices stating that you changed the files.

c. Your use must adhere to the Acceptable Use Policy (available at https://example.org/policy), which is hereby \
incorporated by reference into this Agreement.

2. Additional Commercial Terms

If the monthly active users of your products exceed 700 million users in the preceding calendar month, you must \
request a license from Foo, which Foo may grant in its sole discretion.

3. Restrictions

You agree that you will not use the Foo Materials:

- for military purposes or in weapons;

- to exploit or harm minors;

- to violate any applicable law.

4. Disclaimer of Warranty

UNLESS REQUIRED BY LAW, THE FOO MATERIALS ARE PROVIDED ON AN "AS IS" BASIS, WITHOUT WARRANTIES OF ANY KIND.

5. Term

Foo may terminate this Agreement if you breach any of its terms. This Agreement is governed by the laws of the \
State of Oregon.
"""

EXPECTED = {
    "acceptable-use-policy", "commercial-use", "display-attribution", "distribution", "governing-law",
    "include-license", "mau-threshold", "modification", "network-use-is-distribution", "no-warranty", "revocable",
    "state-changes", "termination-on-breach", "use-restrictions",
}  # fmt: skip
HEADINGS = ("License Rights and Redistribution", "Additional Commercial Terms", "Restrictions", "Term\n")


def ids(text: str) -> set[str]:
    found = find_clauses(text)
    assert all(text[hit.start : hit.end] == hit.quote and hit.quote.strip() for hit in found)
    return {hit.clause for hit in found}


def wrapped(text: str, width: int, indent: str) -> str:
    paragraphs = text.split("\n\n")
    return "\n\n".join(textwrap.fill(p, width, subsequent_indent=indent, break_long_words=False) for p in paragraphs)


def test_the_license_has_its_clauses() -> None:
    assert ids(LICENSE) == EXPECTED


@settings(max_examples=40, deadline=None)
@given(st.integers(40, 140), st.sampled_from(["", "  ", "      ", "\t"]))
def test_wrapping_changes_nothing(width: int, indent: str) -> None:
    assert ids(wrapped(LICENSE, width, indent)) == EXPECTED


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from([('"', "\u201c", "\u201d"), ('"', '"', '"'), ('"', "\u201e", "\u201c")]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["- ", "* ", "\u2022 ", "\u00b7 "]),
    st.sampled_from([" ", "\u00a0"]),
    st.booleans(),
)
def test_quotes_line_ends_and_bullets_change_nothing(
    quotes: tuple[str, str, str], newline: str, bullet: str, blank: str, shouted: bool
) -> None:
    mark, opening, closing = quotes
    parts = LICENSE.split(mark)
    text = "".join(part + (opening if i % 2 == 0 else closing) for i, part in enumerate(parts))[:-1]
    text = text.replace("\n- ", f"\n{bullet}").replace("use the", f"use{blank}the")
    for heading in HEADINGS if shouted else ():
        text = text.replace(heading, heading.upper())
    assert ids(text.replace("\n", newline)) == EXPECTED


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, len(LICENSE)), max_size=25), st.sampled_from(["\u200b", "\ufeff", "\u2060", "\u00ad"]))
def test_invisible_characters_change_nothing(places: list[int], unseen: str) -> None:
    text = LICENSE
    for place in sorted(places, reverse=True):
        text = text[:place] + unseen + text[place:]
    assert ids(text) == EXPECTED


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(["# ", "// ", "> ", " * "]))
def test_a_license_in_a_comment_is_the_same(prefix: str) -> None:
    text = "".join(f"{prefix}{line}".rstrip(" ") + "\n" for line in wrapped(LICENSE, 76, "").split("\n"))
    assert ids(text) == EXPECTED


def test_markdown_emphasis_and_entities_change_nothing() -> None:
    text = LICENSE.replace("Grant of Rights.", "**Grant of Rights.**").replace('"', "&quot;")
    text = text.replace("1. License", "## 1. License").replace("revocable", "__revocable__")
    assert ids(text) == EXPECTED


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_read_and_every_quote_is_real(text: str) -> None:
    ids(text)
    for sentence in sentences(text):
        assert 0 <= sentence.start <= sentence.end <= len(text)
        assert sentence.plain.text == sentence.plain.text.strip()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from([*LICENSE.split("\n"), "&amp;", "<br>", "\u200b", "(a)", "1.", '"', ";", ":"]), max_size=40
    )
)
def test_shuffled_lines_keep_quotes_real(lines: list[str]) -> None:
    ids("\n".join(lines))


def test_sections_are_named_as_written() -> None:
    found = {hit.clause: hit.section for hit in find_clauses(LICENSE)}
    assert found["mau-threshold"] == "2. Additional Commercial Terms"
    assert found["no-warranty"] == "4. Disclaimer of Warranty"


@needs_corpus
def test_real_texts_wrapped_anew_have_the_same_clauses() -> None:
    for name in ("scancode/qwen-2024.txt", "scancode/llama-3.1-license-2024.txt", "scancode/isc.txt"):
        text = (CORPUS / "licences" / name).read_text(encoding="utf-8")
        unwrapped = "\n\n".join(" ".join(p.split()) for p in text.split("\n\n"))
        assert ids(wrapped(unwrapped, 60, "")) == ids(unwrapped), name
