"""What a sentence says of the acts that it names: allowed, banned, owed, kept for the licensor, or left alone.

Legal English puts an operator before an act ("may not distribute", "is free to distribute", "must distribute") or
behind it ("distribution is forbidden"). An operator rules the words up to the next one; one that stands behind
its act rules the words before it too. An item of a list begins with what its introduction ends with.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from types import MappingProxyType

from licenses.clauses.patterns import Pattern
from licenses.clauses.ruleset import pattern, words

NONE = "none"
_LONGEST_LEAD = 600
_MOST_OPERATORS = 200  # a sentence with more of them is no sentence
_MODALS = ("may", "can", "and may", "and can", "or may", "or can")
# What such a sentence says holds for those who do not take the license at all.
_ASKING = re.compile(r"\bif you (?:do not|don't) (?:agree|accept)|\bunless you (?:agree|accept)")
_TAIL = re.compile(r" (?:provided|unless|except|without|if|so|in|as)$")
# A sentence that begins so stands by itself, though a list is open.
_OWN_SUBJECT = re.compile(
    r"(?:\S{1,5} )?(?:(?:if|when|unless|we|this|these|there|however)\b"
    r"|(?:the|a|an|any|all|each|such) (?:[\w'-]+ ){1,4}(?:is|are|may|can|could|will|shall|must|has|have)\b)"
)
# "If you pass the model on:" lists what is then to be done.
_OCCASION = re.compile(r"(?:^|[.:;] )(?:if|when|whenever|where) (?:you|licensees?|a recipient)\b[^:;]{3,200}:$")
# "You may pass it on if you:" does too, whatever comes first.
_CONDITIONS = re.compile(
    r"\b(?:if|provided(?: that)?|when|(?:so|as) long as|on condition that) (?:you|licensees?|the licensee)"
    r"(?: also| both)?(?: (?:do|meet|satisfy|fulfil|comply with|agree to)\b[^:;,]{0,80})?:$"
)
_Span = tuple[int, str]  # where a mood begins, and the mood

# The order matters: of operators that begin at the same place, the first listed is taken. "free" says that
# neither a duty nor a ban is laid down; "same" changes nothing; "outside" is an exception to what came before.
_OPERATORS = (
    "same", "excepted", "behind_banned", "behind_granted", "free", "reserved", "banned", "aside", "condition",
    "outside", "due", "granted", "giving", "asked",
)  # fmt: skip


@cache
def _operators() -> tuple[Pattern, Mapping[str, Pattern]]:
    entries = words()
    each = {name: f"(?:{entries['mood_' + name]})" for name in _OPERATORS}
    any_of = pattern(r"(?:" + "|".join(each.values()) + r")|[;:]|\b(?:but|however|whereas|while)\b")
    return any_of, MappingProxyType({name: pattern(rf"\A(?:{source})\z") for name, source in each.items()})


@lru_cache(4096)
def _kind(operator: str) -> str:
    return next((name for name, known in _operators()[1].items() if known.search(operator)), "break")


def mood_at(moods: tuple[_Span, ...], position: int) -> tuple[str, int, int | None]:
    """The mood of the word at a position, and from where to where it holds (None: to the end of the sentence)."""
    place = max(0, bisect_right(moods, (position, "\U0010ffff")) - 1)
    end = moods[place + 1][0] if place + 1 < len(moods) else None
    return moods[place][1], moods[place][0], end


@lru_cache(512)
def moods(lower: str, lead: str) -> tuple[_Span, ...]:
    """Where the moods of a plain, lower-case sentence begin, given the introduction that it hangs from, or ""."""
    if _ASKING.search(lower):
        return ((0, NONE),)
    reader = _Reader(lower, _last_mood(lead) if lead and not _OWN_SUBJECT.match(lower) else NONE)
    for start, end, kind in _found(lower):
        reader.take(start, end, kind)
    return tuple(sorted(reader.spans, key=lambda span: span[0]))


class _Reader:
    """Takes the operators of a sentence in their order."""

    def __init__(self, lower: str, mood: str) -> None:
        self.spans: list[_Span] = [(0, mood)]
        self._lower = lower
        self._mood = mood
        self._clause = 0  # where what an operator behind its act rules begins, at the earliest
        self._denied = False  # "no use is permitted" bans, though "is permitted" grants

    def take(self, start: int, end: int, kind: str) -> None:
        """Take the next operator, which stands at `start` to `end`."""
        if kind == "same" or (kind == "behind_granted" and self._mood in {"due", "excepted"}):
            return  # "must be licensed under" grants nothing
        if kind.startswith("behind_"):
            self._behind(start, end, kind.removeprefix("behind_"))
        elif kind == "condition":
            if self._mood == "banned":
                self._mood = "excepted"
                self.spans[-1] = (self.spans[-1][0], self._mood)
        elif kind == "aside" or (kind == "outside" and self._lower[start - 1 : start] == "("):
            self.spans.append((start, "banned" if kind == "aside" else NONE))
            if (close := self._lower.find("," if kind == "aside" else ")", end)) > 0:
                self.spans.append((close, self._mood))
        elif kind != "break":
            self._before(start, end, kind)
        if kind != "break":
            self._denied = self._lower.startswith(("no", "never"), start)
        self._clause = end

    def _behind(self, start: int, end: int, mood: str) -> None:
        if self._mood != "banned" or not self._denied:
            self._mood = mood
        since = self._subject(start)
        self.spans = [*(span for span in self.spans if span[0] < since), (since, self._mood), (end, self._mood)]

    def _before(self, start: int, end: int, kind: str) -> None:
        mood = _after(kind, self._mood)
        if mood == "granted" and self._lower.startswith(_MODALS, start) and not _subject_holds(self._lower, start):
            mood = "reserved"
        if kind == "due" and self.spans == [(0, NONE)] and self._lower.endswith(" be", start, end):
            self.spans = [(0, mood)]  # "the names are to be kept": what is owed stands before
        self._mood = mood
        self.spans.append((start, mood))

    def _subject(self, start: int) -> int:
        """Where the subject of an operator behind its act begins: after the last "and" if another precedes."""
        if len(self.spans) > 1 and self._clause:
            joined = max(self._lower.rfind(word, self._clause, start) for word in (", and ", ", or "))
            return joined if joined > 0 else self._clause
        return self._clause


def _found(lower: str) -> Iterator[tuple[int, int, str]]:
    position = 0
    for _ in range(_MOST_OPERATORS):
        match = _operators()[0].search(lower, position)
        if match is None or match.end() == match.start():
            return
        operator = lower[match.start() : match.end()]
        kind, position = _kind(operator), match.end()
        if kind.startswith("behind_") and (tail := _TAIL.search(operator)):
            position -= len(tail.group())  # what comes behind may open another operator
        yield match.start(), position, kind


def _subject_holds(lower: str, start: int) -> bool:
    """Whether "may" follows those who use the work, or the work: of the licensor it grants nothing."""
    return _subjects().search(lower[max(0, start - 80) : start]) is not None


@cache
def _subjects() -> Pattern:
    entries = words()
    return pattern(rf"(?:{entries['holder']}|{entries['thing']}|{entries['outputs']})|\A[^a-z]*\z")


def _after(kind: str, mood: str) -> str:
    """The mood after an operator before its act: what is excepted from a grant is banned, and from a ban, open."""
    if kind in {"giving", "asked"}:
        return mood if mood != NONE else "granted" if kind == "giving" else "due"
    if kind != "outside":
        return kind
    if mood == "granted":
        return "banned"
    if mood == "banned":
        return "excepted"
    return mood


@lru_cache(1024)
def _last_mood(lead: str) -> str:
    # An introduction is read as a sentence of its own; what matters is how it ends.
    if _CONDITIONS.search(lead):
        return "due"
    mood = moods(re.sub(r"[|]", " ", lead[-_LONGEST_LEAD:]), "")[-1][1]
    return "due" if mood == NONE and _OCCASION.search(lead) else mood
