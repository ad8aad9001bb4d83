"""From a tree to Markdown that reads the same whenever the page means the same.

Emphasis, images and the way of writing lists are looks, which sites change without changing a word, so they leave
no mark; headings, lists, tables and links do. A short paragraph all in bold is kept as such: it is a heading.
"""

from __future__ import annotations

import re
import unicodedata

import re2
from bs4 import NavigableString, Tag
from markdownify import MarkdownConverter

from crawler.extraction.links import decode_mail, hidden_mail, stable_target
from crawler.extraction.volatile import is_copyright_line, is_volatile, without_hints

# Sets of characters only, for which the standard library is as linear and has no wrapper's cost for each short line.
_INVISIBLE = re.compile("[\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ue000-\uf8ff]")
_SPACES = re.compile("[\t\f\v\r\x85\xa0\u1680\u2000-\u200a\u202f\u205f\u3000 ]+")
_MARKS = re2.compile(r"^\s*(?:[-*+]|#{1,6}|\d{1,3}\.|\|)?\s*")
_LINK = re2.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")
_ITEM = re2.compile(r"(?:-|\d{1,3}\.) ")
_BOLD_PARTS = ("strong", "b")


class _Converter(MarkdownConverter):
    """markdownify with looks left out and links made stable."""

    def __init__(self, page_url: str | None) -> None:
        super().__init__(
            heading_style="atx", bullets="-", escape_asterisks=False, escape_underscores=False, escape_misc=False,
            wrap=True, wrap_width=None,
        )  # fmt: skip
        self._page_url = page_url
        self._numbers: dict[int, int] = {}  # of each ordered list, the number of its last item

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        href = str(el.get("href") or "")
        words = text.strip()
        if href.startswith("#") and not any(c.isalnum() for c in words):
            return ""  # a sign that links a heading to itself
        mail = decode_mail(str(el.get("data-cfemail") or "")) or hidden_mail(href)
        if mail and "@" not in words.replace("[email", ""):
            return mail
        if not words or "\n" in words or "[" in words or "_inline" in parent_tags:
            return text
        target = stable_target(href, self._page_url)
        if target is None or _bare(target) == _bare(words):
            return text
        lead, trail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        return f"{lead}[{words}]({target}){trail}"

    def convert_span(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        mail = decode_mail(str(el.get("data-cfemail") or ""))
        return mail or text

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_inline" not in parent_tags and "li" not in parent_tags and _all_bold(el):
            words = " ".join(text.split())
            return f"\n\n**{words}**\n\n" if 0 < len(words) <= 100 and "](" not in words else f"\n\n{text}\n\n"
        words = text.strip()
        if "_inline" in parent_tags:
            return f" {words} "
        return f"\n\n{words}\n\n" if words else ""

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        text = text.strip()
        if not text:
            return "\n"
        mark = "- "
        if el.parent is not None and el.parent.name == "ol":
            key = id(el.parent)
            self._numbers[key] = number = self._numbers.get(key, _start(el.parent) - 1) + 1
            mark = f"{number}. "
        first, *others = text.split("\n")
        return "\n".join([mark + first, *(" " * len(mark) + line if line else "" for line in others)]) + "\n"

    def _plain(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return text

    convert_b = convert_strong = convert_em = convert_i = convert_del = convert_s = convert_code = convert_kbd = _plain
    convert_samp = convert_sub = convert_sup = convert_q = _plain

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return ""

    def convert_hr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return "\n\n"

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        # Terms are put in <pre> to keep their lines, not because they are code.
        return f"\n\n{text}\n\n"


def to_markdown(parts: list[Tag], page_url: str | None) -> str:
    """The Markdown of some elements in a row, tidied; one line feed at the end, nothing for nothing."""
    converter = _Converter(page_url)
    return tidy("\n\n".join(str(converter.convert_soup(_prepared(part))) for part in parts))


def tidy(text: str, *, of_a_page: bool = True) -> str:
    """Text with one way of spacing, without invisible characters.

    Of a page also without controls, words that change by themselves, and its last line with the year.
    """
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    lines: list[str] = []
    for raw in text.split("\n"):
        indent = len(raw) - len(raw.lstrip(" "))
        line = without_hints(_SPACES.sub(" ", raw)).strip()
        bare = _bare_line(line)
        if of_a_page and line and (not bare or is_volatile(bare)) and not line.startswith("|"):
            continue
        if _ITEM.match(line):
            line = " " * min(indent, 12) + line
            # Items stand close whether their page puts paragraphs into them or not.
            if len(lines) > 1 and not lines[-1] and (indent or _ITEM.match(lines[-2].lstrip())):
                lines.pop()
        if line or (lines and lines[-1]):
            lines.append(line)
    while lines and (not lines[-1] or (of_a_page and is_copyright_line(_bare_line(lines[-1])))):
        lines.pop()
    return "\n".join(lines) + "\n" if lines else ""


def _start(ordered: Tag) -> int:
    value = str(ordered.get("start") or "1")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else 1


def _bare_line(line: str) -> str:
    """A line without its Markdown."""
    bare = line[_MARKS.match(line).end() :]
    return str(_LINK.sub(r"\1", bare) if "](" in bare else bare).strip("* ")


def _bare(target: str) -> str:
    return target.lower().removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/.")


def _all_bold(paragraph: Tag) -> bool:
    """Whether every word of a paragraph stands in bold."""
    bold = False
    for node in paragraph.descendants:
        if not isinstance(node, NavigableString) or not node.strip():
            continue
        up = node.parent
        while up is not None and up is not paragraph and up.name not in _BOLD_PARTS:
            up = up.parent
        if up is None or up is paragraph:
            return False
        bold = True
    return bold


def _prepared(part: Tag) -> Tag:
    """Make the tree say what it shows: layout tables as blocks, spacing inside lines kept."""
    for table in part.find_all("table"):
        if _is_layout(table):
            for cell in table.find_all(["tbody", "thead", "tfoot", "tr", "td", "th"]):
                cell.name = "div"
            table.name = "div"
    return part


def _is_layout(table: Tag) -> bool:
    if table.get("role") in ("presentation", "none") or table.find("table") is not None:
        return True
    rows = table.find_all("tr", limit=3)
    return not rows or max(len(row.find_all(["td", "th"], recursive=False)) for row in rows) < 2
