"""What stands in a text and is read as one word, or not at all: dates, links, the markup behind what one sees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

Kind = Literal["hidden", "date", "link"]

_UNSEEN = "\u200b-\u200f\u2060-\u2064\ufeff\xad\u202a-\u202e\u2066-\u2069\ufe0e\ufe0f"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?:{'|'.join(_MONTHS)})[a-z]{{0,6}}"
_GAP = rf"[\s{_UNSEEN}]{{1,5}}"
# Each date begins with a digit or with the letter of a month, and holds a year.
_DATE = re.compile(
    r"(?<![a-z0-9/.-])(?=[0-9jfmasond])(?:"
    rf"(?P<month1>{_MONTH})\.?{_GAP}(?P<day1>\d{{1,2}})(?:st|nd|rd|th)?,?{_GAP}(?P<year1>(?:19|20)\d\d)"
    rf"|(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?{_GAP}(?P<month2>{_MONTH})\.?,?{_GAP}(?P<year2>(?:19|20)\d\d)"
    r"|(?P<year3>(?:19|20)\d\d)\s?[-/.\u5e74]\s?(?P<month3>\d{1,2})\s?[-/.\u6708]\s?(?P<day3>\d{1,2})(?:\s?\u65e5)?(?!\d)"
    r"|(?P<day4>\d{1,2})/(?P<month4>\d{1,2})/(?P<year4>(?:19|20)\d\d)"
    rf"|(?P<month5>{_MONTH})\.?{_GAP}(?P<year5>(?:19|20)\d\d)"
    r")(?![a-z0-9])",
    re.IGNORECASE,
)
_ENDS_LINK = r"\s<>()\[\]\"'\u201c\u201d\u3000-\u303f\uff00-\uffef"
_ADDRESS = re.compile(rf"(?:[hH][tT][tT][pP][sS]?://|[wW][wW][wW]\.)[^{_ENDS_LINK}]{{1,2000}}")
_BARE_PATH = re.compile(rf"\.[a-zA-Z]{{2,10}}/[^{_ENDS_LINK}]{{0,2000}}")
_HOST_BEFORE = re.compile(r"(?:[a-zA-Z0-9-]{1,40}\.){0,3}[a-zA-Z0-9-]{1,40}$")
_BOX_BEFORE = re.compile(r"[a-zA-Z0-9_.+-]{1,64}$")
_HOST_AFTER = re.compile(r"@[a-zA-Z0-9-]{1,64}(?:\.[a-zA-Z0-9-]{1,64}){1,5}")
# Not every word in angle brackets is a tag: `<owner>` is a blank to fill in, `<a@b.org>` an address.
_TAGS = (
    "a|abbr|article|aside|audio|b|big|blockquote|body|br|button|center|cite|code|col|dd|del|details|div|dl|dt|em|figcaption"
    "|figure|font|footer|form|g|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|kbd|label|li|link|main|mark|meta|nav"
    "|noscript|ol|option|p|path|picture|pre|q|s|samp|script|section|select|small|source|span|strong|style|sub|summary|sup"
    "|svg|table|tbody|td|tfoot|th|thead|title|tr|tt|u|ul|var|video"
)
# An image, the target of a Markdown link, the tags and comments of HTML: no words that a reader sees.
_HIDDEN = re.compile(
    r"(?i)!\[[^\[\]\n]{0,300}(?=\]\()"
    r"|\]\(\s?[^()\s]{0,2000}(?:\([^()\s]{0,500}\)[^()\s]{0,500}){0,3}(?:\s\"[^\"\n]{0,300}\")?\)"
    rf"|</?(?:{_TAGS})(?=[\s/>])[^<>\n]{{0,500}}>"
    r"|<![^<>]{0,2000}>"
)


class Special(NamedTuple):
    """A stretch read as one word (`text`), or hidden."""

    start: int
    end: int
    kind: Kind
    text: str = ""


def specials(text: str) -> list[Special]:
    """All of them in the order of the text; where two overlap, the one that begins first."""
    found = [Special(*match.span(), "hidden") for match in _HIDDEN.finditer(text)]
    found += [Special(*match.span(), "date", _date(match)) for match in _DATE.finditer(text)]
    found += _links(text)
    found.sort(key=lambda one: (one.start, -one.end))
    kept: list[Special] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _links(text: str) -> Iterator[Special]:
    for match in _ADDRESS.finditer(text):
        yield from _link(match.group(), match.start())
    if "@" in text:
        for match in _HOST_AFTER.finditer(text):
            box = _BOX_BEFORE.search(text, max(0, match.start() - 64), match.start())
            if box is not None:
                yield from _link(text[box.start() : match.end()], box.start())
    for match in _BARE_PATH.finditer(text):
        host = _HOST_BEFORE.search(text, max(0, match.start() - 160), match.start())
        if host is not None:
            yield from _link(text[host.start() : match.end()], host.start())


def _link(whole: str, start: int) -> Iterator[Special]:
    """An address without scheme, `www.` and closing slash."""
    shown = whole.rstrip(".,;:!?*_\\")
    name = re.sub(r"^(?:https?://)?(?:www\.)?", "", shown.casefold().replace("\\", "")).rstrip("/")
    if name:
        yield Special(start, start + len(shown), "link", name)


def _date(match: re.Match[str]) -> str:
    """`2025-09-15`, or `2025-09` where no day is named."""
    form = next(form for form in "12345" if match["year" + form])
    month = match["month" + form]
    number = int(month) if month.isdigit() else _MONTHS.index(month[:3].lower()) + 1
    day = f"-{int(match['day' + form]):02}" if form != "5" else ""
    return f"{match['year' + form]}-{number:02}{day}"
