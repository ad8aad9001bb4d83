"""How well a sentence proves what it says: a lawyer cites the operative words, not an introduction or a notice.

What stands in the front of a text, in a definition, between quotation marks or in an indemnity may state a clause;
but where a numbered section states it too, that is the proof.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from licenses.clauses.sentences import Sentence

OPERATIVE = 0
BESIDE_THE_POINT = 1
MERE_CAPTION = 2

_LONGEST_LABEL = 60  # characters; what is quoted at greater length is for somebody to show or to include
_LARGEST_FRONT = 0.5  # of all sentences
_FIRST = re.compile(r"(?i)(?:(?:section|article|part|§)? ?(?:1|i|one)\b(?!\.\d)|第一[条章]|(?:\d+\. ?)?definitions?\b)")
_SECOND = re.compile(r"(?i)(?:(?:section|article|part|§)? ?(?:2|ii|two)\b(?!\.\d)|第二[条章])")
_INTRODUCES = re.compile(r"(?i)(?:[\dIVX]+[.:)]? ?)?(?:introduction|preface|foreword|about\b|引言|前言)")
_DEFINES_BELOW = re.compile(r"[\")] (?:shall |will )?(?:means?|refers? to)\b|following meanings?|(?:is|are) defined as")
_BINDS = re.compile(r"\b(?:grants?|may|must|shall|agrees?)\b")
_ACCEPTS = re.compile(
    r"(?:\S{1,6} )?by (?:\w+ing|your use)\b.{0,400}\bagrees? (?:\S+ ){0,4}?(?:bound|terms|agreement)\b"
)
_INDEMNIFIES = re.compile(r"\bindemni\w+|\bhold (?:\S+ ){0,6}?harmless")
_FOR_OTHERS = re.compile(
    r"\b(?:must|shall|will|should|to) (?:\S+ )?(?:include|contain|carry|impose|incorporate)s? (?:\S+ ){0,4}?"
    r"(?:disclaim\w+|provisions?|limitations?|exclusions?)\b"
)


def front_of(sentences: Sequence[Sentence]) -> int:
    """How many sentences stand before the first section of a text that has numbered ones; else none."""
    first = next((at for at, one in enumerate(sentences) if one.section and _FIRST.match(one.section)), 0)
    if first > _LARGEST_FRONT * len(sentences):
        return 0
    counted = any(one.section and _SECOND.match(one.section) for one in sentences[first:])
    return first if counted else 0


def weakness(sentence: Sentence, span: tuple[int, int], *, front: bool, definitions: bool, legal: bool) -> int:
    """How little a match in a sentence proves: `OPERATIVE`, or more.

    `front` tells that it stands before the first section. Where `definitions` are where the clause is at home, they
    prove it. Of a `legal` clause, what others are told to write into their terms is no proof.
    """
    if sentence.caption:
        return MERE_CAPTION
    lower, section = sentence.plain.lower, sentence.section or ""
    if front or _INTRODUCES.match(section) or _ACCEPTS.match(lower):
        return BESIDE_THE_POINT
    if not definitions and (sentence.defines or _hangs_from_definition(sentence.lead)):
        return BESIDE_THE_POINT
    if _quoted(sentence.plain.text, span) or (legal and _FOR_OTHERS.search(lower)):
        return BESIDE_THE_POINT
    if not _INDEMNIFIES.search(lower, *span) and _INDEMNIFIES.search(f"{section.lower()} {sentence.lead} {lower}"):
        return BESIDE_THE_POINT
    return OPERATIVE


def _hangs_from_definition(lead: str) -> bool:
    """Whether the introductions of an item end with one that defines, behind which none grants or binds."""
    ends = [match.end() for match in _DEFINES_BELOW.finditer(lead)]
    return bool(ends) and _BINDS.search(lead, ends[-1]) is None


def _quoted(text: str, span: tuple[int, int]) -> bool:
    """Whether a match lies within a long quotation: words to be shown, or those of another text."""
    opened = text.rfind('"', 0, span[0])
    if opened < 0 or text.count('"', 0, span[0]) % 2 == 0:
        return False
    closed = text.find('"', span[0])
    return (closed if closed >= 0 else len(text)) - opened > _LONGEST_LABEL
