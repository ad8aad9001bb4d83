"""The words of a text that can carry meaning: no numbering, references, links, dates, copyright lines, articles."""

from __future__ import annotations

import re
from collections.abc import Sequence

from licenses.comparison import lexicon
from licenses.comparison.alignment import Unit, units
from licenses.comparison.words import Word, blanked, words

# What is silent and longer than this is a line about copyright: no sentence runs across it.
_LONGEST_LABEL = 14
# What stands for the number of a version: another version is the same license for another model.
_VERSION = "#"
_ARTICLES = frozenset({"a", "an", "the"})
_LABEL = r"(?:\d{1,3}(?:\.\d{1,3}){0,4}|[a-z]|[ivx]{1,6})"
_SILENT = (
    # The numbers of items: at the start of a line, in parentheses, and between sentences of a text on one line.
    re.compile(rf"(?im)^[ \t>*#|_\\-]{{0,12}}\(?{_LABEL}\\?[.)]+[*_]{{0,3}}(?=\s|$)"),
    re.compile(rf"(?im)^[ \t>*]{{0,8}}#{{1,6}}[ \t]*{_LABEL}(?=\s)"),
    re.compile(rf"(?i)\({_LABEL}\)"),
    re.compile(rf"(?i)(?<=[.;:!?]\s){_LABEL}[.)](?=\s)"),
    re.compile(r"[一二三四五六七八九十]{1,3}、|第[一二三四五六七八九十0-9]{1,3}[条款章节]"),
    # What another part of the text is called.
    re.compile(
        r"(?i)\b(?:sections?|articles?|paragraphs?|clauses?|exhibits?|annex|appendix|attachment|schedule|part)"
        r"[ \xa0\n]{1,2}(?P<label>\(?(?:\d{1,3}[0-9.()a-z]{0,10}|[a-z](?![a-z])|[ivx]{1,5}(?![a-z])))"
    ),
    # What a page says of its links.
    re.compile(r"(?i)\(opens in (?:a )?new (?:window|tab)\)"),
    # Who holds the copyright, and since when; filled in or not.
    re.compile(
        r"(?i)(?:copyright|©)[ \t]{0,3}(?:\(c\)|©)?[ \t]{0,3}(?:\[|\{|<)?(?:(?:19|20)\d\d|yyyy|year)[^\n]{0,120}"
        r"|(?im:^[ \t>*#/]{0,10}copyright[ \t]{1,3}(?:\(c\)|©)?[^\n]{0,120}$)"
        r"|(?:\(c\)|©)[ \t]{0,3}(?:19|20)\d\d[^\n]{0,120}"
    ),
    re.compile(r"(?i)\[yyyy\]|\[name of copyright owner\]|<year>|<name of author>|\[fullname\]|\[year\]"),
)


def telling_units(text: str, known: Sequence[Word] | None = None) -> list[Unit]:
    """The sentences of a text, as the words in them that can carry meaning. `known` are its words, if at hand."""
    found = words(text) if known is None else known
    silent = _silent(text)
    kept: list[Word] = []
    cuts: set[int] = set()
    position = 0
    for number, word in enumerate(found):
        while position < len(silent) and silent[position][1] <= word.start:
            position += 1
        if position < len(silent) and silent[position][0] <= word.start:
            if silent[position][1] - silent[position][0] > _LONGEST_LABEL:
                cuts.add(len(kept))
            continue
        if word.kind in {"link", "date"} or word.text in _ARTICLES:
            continue
        around = found[max(0, number - 1) : number + 2]
        if word.kind == "number" and number and _is_version(text, *around):
            word = word._replace(text=_VERSION)
        kept.append(word)
    return units(text, kept, cuts)


def _is_version(text: str, before: Word, number: Word, after: Word | None = None) -> bool:
    """Whether a number tells the version of something with a name ("Llama 3.1"), and counts nothing."""
    name = text[before.start : before.end]
    if before.kind != "word" or not name[:1].isupper() or text[before.end : number.start] not in {" ", "-", ""}:
        return False
    if before.text in lexicon.CHARGED | lexicon.TRIGGERING | lexicon.IDLE | lexicon.CURRENCIES:
        return False
    return after is None or after.text not in lexicon.UNITS


def _silent(text: str) -> Sequence[tuple[int, int]]:
    text = blanked(text)
    spans = []
    for pattern in _SILENT:
        for match in pattern.finditer(text):
            spans.append(match.span("label") if "label" in pattern.groupindex else match.span())
    spans.sort()
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


_EFFECTIVE = re.compile(r"(?i)\beffective\b(?:\s+(?:date|as of|from|on|since))?[^\w\n]{0,12}")
_VERSION_LINE = re.compile(r"(?i)version\s+$")


def effective_date(text: str) -> str | None:
    """The day from which a text says that it binds, as `2025-09-15`; None where it does not say so in its head."""
    head = text[:4_000]
    for match in _EFFECTIVE.finditer(head):
        if _VERSION_LINE.search(head[: match.start()]):
            continue
        following = next(iter(words(head[match.end() : match.end() + 40])), None)
        if following is not None and following.kind == "date":
            return following.text
    return None
