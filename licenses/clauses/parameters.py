"""Typed values of a clause, read from the sentence that states it.

A rule file says of each parameter how it `reads`; the readers are here. What a text does not state is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from licenses.clauses.amounts import count, currency_of, money, percent
from licenses.clauses.moods import mood_at, moods
from licenses.clauses.patterns import Found
from licenses.clauses.places import law_named, places_named
from licenses.clauses.reading import UNSEEN
from licenses.clauses.ruleset import Rule, Value
from licenses.clauses.sentences import Sentence

_LONGEST_WORDS = 700
_URL = re.compile(
    r"(?:https?://|www\.)[^\s\"'<>()\[\]\u4e00-\u9fff]{3,300}|\b[a-z0-9.-]{2,60}\.[a-z]{2,6}/[^\s\"'<>()\[\]]{2,200}"
)
_UNSEEN = re.compile(f"[{UNSEEN}]")
_QUOTED = re.compile(r"""(?:"|(?<![^ (:])')((?<=")[^"]{1,700}|(?<=')[^'"]{2,500})(?:"|'(?![a-z]))""")
# What the sentence beside one about courts says if it names the law that they apply.
_OF_LAW = re.compile(
    r"\bgovern|constru|\blaws?\b.{0,120}?\b(?:appl(?:y|ies)|rules?)\b|^(?:\S+ ){1,3}law[;.]|"
    r"(?:适用|依据|遵循|依照|受).*法"
)
_DEFINING = ("(", "(the ", "(a ", "(each, a ", "(collectively, ", "(an ")
# Labels in quotation marks that are no words to be shown: a file's name, a term being defined.
# What such a list names is words; another, places where they may stand.
_OF_WORDS = re.compile(r"notice|statement|acknowledg|attribution|credit|text|words|citation|sentence|phrase")
_ITEM = re.compile(r"(?:[-*]|\(?[\w.]{1,6}[.)]) ")
_LABELS = re.compile(r"(?i)(?:notices?|readme|attribution|content filters?|license|licence|model|as is)$")


@dataclass(frozen=True, slots=True)
class Context:
    """Where a clause was found: the whole text, its sentences, the number of the one, and the match in it."""

    source: str
    sentences: Sequence[Sentence]
    number: int
    span: tuple[int, int]

    @property
    def sentence(self) -> Sentence:
        """The sentence that states the clause."""
        return self.sentences[self.number]


def values(rule: Rule, context: Context, known: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that the text states, beside those already `known`."""
    found: dict[str, Any] = dict(known)
    for name, value in rule.values.items():
        if name in found or (value.beside and value.beside not in found):
            continue
        reader = _READERS.get(value.reads)
        stated = reader(value, context) if reader is not None else None
        if stated is not None:
            found[name] = stated
    return found


def _count(value: Value, context: Context) -> int | None:
    return count(context.sentence.plain.lower, value.unit)


def _money(value: Value, context: Context) -> float | int | None:
    stated = money(context.sentence.plain.lower)
    return None if stated is None else stated[0]


def _currency(value: Value, context: Context) -> str | None:
    return currency_of(context.sentence.plain.lower)


def _percent(value: Value, context: Context) -> float | int | None:
    return percent(context.sentence.plain.lower)


def _choice(value: Value, context: Context) -> str | None:
    lower = context.sentence.plain.lower
    otherwise = value.otherwise if isinstance(value.otherwise, str) else None
    return next((name for name, pattern in value.values if pattern.search(lower)), otherwise)


def _flag(value: Value, context: Context) -> bool | None:
    """True if `yes` matches (in the sentence, or anywhere), false if `no` does, else what is `otherwise`."""
    lower = context.sentence.plain.lower
    asked = f"{context.sentence.lead} {lower}" if value.where == "lead" else lower  # "you are encouraged to:"
    if value.no is not None and value.no.search(asked):
        return False
    if value.yes is not None:
        nearby = [lower] if value.where != "document" else (s.plain.lower for s in context.sentences)
        if any(value.yes.search(text) for text in nearby):
            return True
    return value.otherwise if isinstance(value.otherwise, bool) else None


def _url(value: Value, context: Context) -> str | None:
    """The address that follows the mention, or else one in the sentence, or the first near another mention."""
    written = context.source[context.sentence.plain.locate(*context.span)[0] : context.sentence.end]
    stated = _URL.search(_UNSEEN.sub("", written)) or _URL.search(_written(context, context.sentence))
    if stated is None and value.yes is not None:
        for sentence in context.sentences:
            if value.yes.search(sentence.plain.lower) and (stated := _URL.search(_written(context, sentence))):
                break
    # Markdown writes an underscore with a backslash before it.
    return stated.group().replace("\\_", "_").rstrip(".,;:") if stated else None


def _written(context: Context, sentence: Sentence) -> str:
    return _UNSEEN.sub("", context.source[sentence.start : sentence.end])


def _words(value: Value, context: Context) -> str | None:
    """The words to be shown: in quotation marks after the verb, or else what follows a colon."""
    near = context.sentences[context.number : context.number + 3]
    for sentence in near:
        first = sentence is context.sentence
        for match in _QUOTED.finditer(sentence.plain.text):
            before = sentence.plain.lower[: match.start()]
            if _LABELS.fullmatch(match.group(1)) or before.endswith(_DEFINING):
                continue
            if first and match.end() <= context.span[0] and value.after is not None:
                continue  # other words, of another duty
            if value.after is None or not first or value.after.search(before):
                return _as_written(context, sentence, match.span(1))
        if first and not sentence.plain.text.endswith((":", "following")):
            break
    return _after_colon(near, context) if value.where == "colon" else None


def _after_colon(near: Sequence[Sentence], context: Context) -> str | None:
    """Words without quotation marks: behind the last colon of the sentence, or in the sentence after it."""
    sentence = near[0]
    text = sentence.plain.text
    colon = text.rfind(":")
    before = sentence.plain.lower[:colon] if colon >= 0 else ""
    if colon < len(text) - 20 and "following" in before and _OF_WORDS.search(before[-90:]):
        return _as_written(context, sentence, (colon + 2, len(text)))
    if text.endswith(":") and len(near) > 1:
        return _as_written(context, near[1], (0, len(near[1].plain.text)))
    return None


def _law(value: Value, context: Context) -> str | None:
    """The place whose law the sentence names; else that of a sentence beside it; else the place of the courts."""
    near = context.sentences[max(0, context.number - 3) : context.number + 4]
    for sentence in (context.sentence, *(other for other in near if _OF_LAW.search(other.plain.lower))):
        if (span := law_named(sentence.plain.text, courts=False)) is not None:
            return _as_written(context, sentence, span)
    span = law_named(context.sentence.plain.text)
    return None if span is None else _as_written(context, context.sentence, span)


def _as_written(context: Context, sentence: Sentence, span: tuple[int, int]) -> str:
    """The words of the source on one line, without marks of emphasis."""
    start, end = sentence.plain.locate(*span)
    return " ".join(_UNSEEN.sub("", context.source[start:end]).replace("*", "").split())[:_LONGEST_WORDS]


def _phrase(value: Value, context: Context) -> str | None:
    """The words themselves that `yes` matches."""
    lower = context.sentence.plain.lower
    match = value.yes.search(lower) if value.yes is not None else None
    return None if match is None else lower[match.start() : match.end()].strip()


def _territories(value: Value, context: Context) -> list[str] | None:
    return places_named(context.sentence.plain.lower) or None


_READERS: Mapping[str, Callable[[Value, Context], Any]] = {
    "count": _count,
    "money": _money,
    "currency": _currency,
    "percent": _percent,
    "choice": _choice,
    "flag": _flag,
    "url": _url,
    "words": _words,
    "law": _law,
    "phrase": _phrase,
    "territories": _territories,
}


def banned_uses(
    rule: Rule, sentences: Sequence[Sentence], naming: Iterable[int]
) -> dict[str, tuple[int, tuple[int, int]]]:
    """The fields of use that the text bans: each with the first sentence that bans it, and the match in it.

    They stand in the order of the text.

    `naming` are the numbers of the sentences that name a field. A ban is one that a find matches, or an item of
    a list whose introduction a find calls one (`above`).
    """
    value = rule.values["fields"]
    banned: dict[str, tuple[int, tuple[int, int]]] = {}
    judged: dict[str, bool] = {}
    for number in naming:
        sentence = sentences[number]
        if not sentence.binding or sentence.defines or sentence.title:
            continue
        lower = sentence.plain.lower
        named = {name: match for name, pattern in value.values if (match := pattern.search(lower))}
        if not _hangs_from_ban(rule, sentence, judged):
            named = _within_ban(rule, sentence, named)
        if not named or any(find.unless is not None and find.unless.search(lower) for find in rule.finds):
            continue
        for name, match in named.items():
            banned.setdefault(name, (number, match.span()))
    return banned


def _within_ban(rule: Rule, sentence: Sentence, named: dict[str, Found]) -> dict[str, Found]:
    """Those fields of a sentence that it bans: all if a find of no mood matches, else those named within the ban."""
    lower = sentence.plain.lower
    if any(not find.mood and find.says.search(lower) for find in rule.finds):
        return named
    finds = [find for find in rule.finds if find.mood and all(other.search(lower) for other in find.also)]
    read = moods(lower, sentence.lead)
    return {
        name: match
        for name, match in named.items()
        if any(mood_at(read, match.start())[0] in find.mood for find in finds)
    }


def _hangs_from_ban(rule: Rule, sentence: Sentence, judged: dict[str, bool]) -> bool:
    if not sentence.lead and _ITEM.match(sentence.plain.lower) is None:
        return False
    above = f"{(sentence.section or '').lower()} | {sentence.lead}"
    if above not in judged:
        judged[above] = any(find.above is not None and find.above.search(above) for find in rule.finds)
    return judged[above]
