"""Words of a page that change by themselves: ages, counters, reading times, ids of a request."""

from __future__ import annotations

import re2

_AGE = (
    r"(?:(?:about|over|almost|less than|more than)\s+)?(?:a|an|one"
    r"|\d{1,4})\s+(?:second|minute|min|hour|day|week|month|year)s?"
    r"\s+ago|yesterday|just now|today|this week|this month|last week"
)
# A short line that is nothing but one of these says nothing about the terms.
_LINES = (
    rf"(?i)(?:\W*(?:last\s+)?(?:updated|modified|edited|reviewed|published|posted|written|changed)\b[^.]{{0,40}}?)?"
    rf"\s*(?:by [\w .]{{2,40}}?)?\W*(?:{_AGE})\W*",
    r"(?i)\W*\d{1,3}\s*-?\s*min(?:ute)?s?\s+(?:read|to read)\W*"
    r"|\W*(?:reading time|time to read)\W{1,3}\d{1,3}.{0,12}",
    r"(?i)\W*[\d.,]{1,12}\s*[km]?\s+(?:views?|comments?|likes?"
    r"|shares?|followers?|reads|downloads|stars|people|users|members)"
    r"(?:\s+(?:online|found this helpful|like this|viewed this))?\W*",
    r"(?i)\W*\d{1,7}\s+(?:out\s+)?of\s+\d{1,7}\s+found this helpful\W*",
    r"(?i)\W*(?:was this|did this|is this|were you|have more|still have"
    r"|still need|can't find|need more)\b[^.]{0,60}\?\W*(?:yes|no|\W){0,6}",
    r"(?i)\W*(?:thanks|thank you) for your feedback\W*",
    r"(?i)\W*(?:request|session|ray|trace|correlation|transaction|incident|event|visitor)\s*id\W.{4,80}",
    r"(?i)\W*(?:skip to (?:main )?(?:content|footer|navigation)"
    r"|back to top|scroll to top|print(?: this page)?|share|copy link"
    r"|copied|log ?in|sign ?in|sign up|get started|subscribe"
    r"|close|menu|search|previous|next|download pdf|loading)\W*",
    r"(?i)\W*(?:copy link to|link to this|permalink|anchor)\b.{0,40}",
    r"[\pP\pS\pZ\s]*",
)
# Compiled as one: a page has thousands of lines, and a call costs more than the search.
_LINE = re2.compile("|".join(f"(?:{pattern})" for pattern in _LINES))
_YEARS = re2.compile(
    r"(?i)(?:all rights reserved.{0,40})?(?:©|\(c\)|copyright)\s.{0,40}\d{4}.{0,90}|©.{0,90}|all rights reserved\W*"
)
# Within a line: an age in brackets, a screen reader's hint.
_HINTS = re2.compile(r"(?i)\s*\((?:opens|opens up|will open|external link)(?:,? opens)? in (?:a )?new (?:window|tab)\)")
_HEADER_ID = re2.compile(r"\s+[¶#🔗]$")


def without_hints(line: str) -> str:
    """The line without what is said to screen readers about its links, and without signs that link to a heading."""
    if "(" in line:
        line = str(_HINTS.sub("", line))
    return str(_HEADER_ID.sub("", line)) if line.endswith(("¶", "#", "🔗")) else line


def is_volatile(line: str) -> bool:
    """Whether a line of text (without its Markdown) is only a counter, an age or a control."""
    if len(line) > 140:
        return line.count(" ") >= 20 and len(set(line[:2000].split())) <= 2  # a ruler of "word word word …"
    return _LINE.fullmatch(line) is not None


def is_copyright_line(line: str) -> bool:
    """Whether a line is a notice of copyright, as it stands at the foot of a page with the current year."""
    return len(line) <= 140 and _YEARS.fullmatch(line) is not None
