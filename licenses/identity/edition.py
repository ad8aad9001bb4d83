"""Which edition of its license a text says it is: a version in its heading, else a date near it."""

from __future__ import annotations

import re

from licenses.identity.words import visible

# Headings and dates stand within this many characters.
_HEAD, _DATED_HEAD = 260, 700

_VERSION = re.compile(r"(?i)\bv(?:ersion|\.)?\s{0,3}(\d{1,3}(?:\.\d{1,3}){0,3})\b")
_MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october"]
_MONTHS += ["november", "december"]
_DATE = re.compile(rf"(?i)\b({'|'.join(_MONTHS)})\s{{1,4}}(\d{{1,2}})(?:st|nd|rd|th)?,?\s{{1,4}}(20\d\d)\b")
_DATE_DAY_FIRST = re.compile(rf"(?i)\b(\d{{1,2}})(?:st|nd|rd|th)?\s{{1,4}}({'|'.join(_MONTHS)}),?\s{{1,4}}(20\d\d)\b")
_ISO = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")


def stated_edition(text: str) -> str | None:
    """The version ("1.1.1") or date ("2024-04-01") that a text's head states. None if it states neither."""
    text = visible(text[: 4 * _DATED_HEAD]).strip()
    version = _VERSION.search(text[:_HEAD])
    if version:
        return version.group(1)
    head = text[:_DATED_HEAD]
    found = _DATE.search(head)
    if found:
        return _iso(found.group(3), found.group(1), found.group(2))
    found = _DATE_DAY_FIRST.search(head)
    if found:
        return _iso(found.group(3), found.group(2), found.group(1))
    found = _ISO.search(head)
    return found.group() if found else None


def _iso(year: str, month: str, day: str) -> str:
    return f"{year}-{_MONTHS.index(month.casefold()) + 1:02}-{int(day):02}"
