"""Runs the rules over the sentences of a text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from heapq import merge
from itertools import accumulate, groupby, islice, repeat
from operator import itemgetter
from typing import Any

from licenses.clauses.clause import Clause
from licenses.clauses.moods import mood_at, moods
from licenses.clauses.parameters import Context, banned_uses, values
from licenses.clauses.patterns import Found, Pattern
from licenses.clauses.prefilter import Prefilter
from licenses.clauses.proof import MERE_CAPTION, OPERATIVE, front_of, weakness
from licenses.clauses.ruleset import Find, Rule, pattern, rules
from licenses.clauses.sentences import Sentence, sentences

_LONGEST_QUOTE = 700
_MOST_PLACES = 40  # in one sentence
_MOST_TRIED = 400  # sentences looked at closely for one clause: more of them is no license


@dataclass(frozen=True, slots=True)
class _Page:
    """The lower-case plain sentences, one a line, where each line begins, and how many are the front of the text.

    `possible` are the patterns that may match in them (see `_asked_of_pages`).
    """

    sentences: Sequence[Sentence]
    lines: bytes
    starts: Sequence[int]
    front: int
    possible: frozenset[Pattern]

    def has(self, pattern: Pattern) -> bool:
        """Whether a pattern matches anywhere."""
        return pattern in self.possible and pattern.within(self.lines)

    def matching(self, pattern: Pattern) -> Iterator[int]:
        """The numbers of the sentences in which a pattern matches, in their order."""
        return pattern.lines(self.lines, self.starts) if self.sentences and pattern in self.possible else iter(())


@dataclass(frozen=True, slots=True)
class _Hit:
    """What found a clause: the find, the number of the sentence, and the span of the match in its plain copy."""

    find: Find
    number: int
    span: tuple[int, int]


def found_in(text: str) -> tuple[Clause, ...]:
    """The clauses of a text, ordered by where they stand in it."""
    read = sentences(text)
    lines = [sentence.plain.lower.encode() for sentence in read]
    starts = list(accumulate((len(line) + 1 for line in lines[:-1]), initial=0))
    joined = b"\n".join(lines)
    page = _Page(read, joined, starts, front_of(read), _asked_of_pages().possible(joined))
    hits: dict[str, _Hit] = {}
    banned: dict[str, tuple[int, tuple[int, int]]] = {}
    for rule in rules():
        if rule.unless_text is not None and page.has(rule.unless_text):
            continue
        if "fields" in rule.values:
            naming = rule.values["fields"].any_value
            named = tuple(islice(page.matching(naming), _MOST_TRIED)) if naming is not None else ()
            banned = banned_uses(rule, read, named)
            hit = _Hit(rule.finds[0], *next(iter(banned.values()))) if banned else None
        else:
            hit = _first(rule, page)
        if hit is not None:
            hits[rule.clause] = hit
    kept: list[Clause] = []
    for rule, hit in _standing(hits, page):
        context = Context(text, read, hit.number, hit.span)
        if "fields" in rule.values:
            clause = _clause(rule, text, context, {"fields": sorted(banned)})
            each = {field: _stated(rule, text, read[number], span) for field, (number, span) in banned.items()}
            kept.append(replace(clause, named=each))
        else:
            kept.append(_clause(rule, text, context, {}))
    return tuple(sorted(kept, key=lambda clause: (clause.start, clause.clause)))


@cache
def _asked_of_pages() -> Prefilter:
    """Every pattern that is asked of whole pages."""
    scans = (find.scan for rule in rules() for find in rule.finds)
    ruling_out = (rule.unless_text for rule in rules())
    naming = (rule.values["fields"].any_value for rule in rules() if "fields" in rule.values)
    return Prefilter(pattern for pattern in (*scans, *ruling_out, *naming) if pattern is not None)


def _standing(hits: dict[str, _Hit], page: _Page) -> Iterator[tuple[Rule, _Hit]]:
    """The hits that stand beside one another, and those that follow from others."""
    overruled = {other for hit in hits.values() for other in hit.find.over}
    for rule in rules():
        hit = hits.get(rule.clause)
        if hit is None and rule.follows_from and all(other in hits for other in rule.follows_from):
            hit = hits[rule.follows_from[0]]
            if rule.unless_text is not None and page.has(rule.unless_text):
                continue
        if hit is None or rule.clause in overruled:
            continue
        if any(other in hits for other in rule.unless_found + hit.find.alone):
            continue
        yield rule, hit


def _first(rule: Rule, page: _Page) -> _Hit | None:
    """The sentence that proves the clause best: the least weak, by the earliest of the rule's finds, the first."""
    best: _Hit | None = None
    rank = (MERE_CAPTION + 1, 0)
    for number, positions in _candidates(rule.finds, page):
        for position in positions:
            if (OPERATIVE, position) >= rank:
                break
            find = rule.finds[position]
            match = _states(find, page.sentences[number])
            if match is not None:
                weak = weakness(
                    page.sentences[number], match.span(),
                    front=number < page.front, definitions=find.defining != "skip", legal=rule.legal,
                )  # fmt: skip
                if (weak, position) < rank:
                    best, rank = _Hit(find, number, match.span()), (weak, position)
        if rank == (OPERATIVE, 0):
            break
    return best


def _candidates(finds: Sequence[Find], page: _Page) -> Iterator[tuple[int, Sequence[int]]]:
    """The sentences that a find may be in, in their order, each with those finds' places; of too many, the first."""
    possible = [(at, find.scan) for at, find in enumerate(finds) if find.scan in page.possible]
    if not possible:
        return
    merged = merge(*(zip(page.matching(scan), repeat(at)) for at, scan in possible))
    for number, marks in islice(groupby(merged, key=itemgetter(0)), _MOST_TRIED):
        yield number, [at for _, at in marks]


def _states(find: Find, sentence: Sentence) -> Found | None:
    if sentence.title or (not sentence.binding and not find.explaining):
        return None
    if (find.defining == "skip" and sentence.defines) or (find.defining == "only" and not sentence.defines):
        return None
    lower = sentence.plain.lower
    match = _said(find, sentence)
    if match is None or not all(other.search(lower) for other in find.also):
        return None
    if find.unless is not None and find.unless.search(lower):
        return None
    if find.unless_service is not None and find.unless_service.search(lower) and not _of_work().search(lower):
        return None
    if find.under is not None and not find.under.search(_above(sentence)):
        return None
    if find.not_under is not None and find.not_under.search(_above(sentence)):
        return None
    return match


@cache
def _of_work() -> Pattern:
    return pattern("{licensed_work}")


def _said(find: Find, sentence: Sentence) -> Found | None:
    """Where the sentence says it, in one of the moods that the find wants."""
    lower = sentence.plain.lower
    if not find.mood:
        return find.says.search(lower)
    if (match := find.says.search(lower)) is None:
        return None
    read = moods(lower, sentence.lead)
    for _ in range(_MOST_PLACES):
        if match is None:
            return None
        mood, start, end = mood_at(read, match.start())
        if mood in find.mood and not (
            (find.unless_there and find.unless_there.search(lower[start:end]))
            or (find.but_not and find.but_not.search(lower[match.start() : match.end()]))
        ):
            return match
        # The next place may begin within this one: a list of acts has several that may matter.
        match = find.says.search(lower, match.start() + 1)
    return None


def _above(sentence: Sentence) -> str:
    return f"{(sentence.section or '').lower()} | {sentence.lead}"


def _clause(rule: Rule, text: str, context: Context, known: dict[str, Any]) -> Clause:
    clause = _stated(rule, text, context.sentence, context.span)
    return replace(clause, parameters=values(rule, context, known))


def _stated(rule: Rule, text: str, sentence: Sentence, span: tuple[int, int]) -> Clause:
    """The clause as a match in a sentence proves it: by the whole sentence, or of a long one by what is around."""
    length = len(sentence.plain.text)
    start, stop = sentence.start, sentence.end
    if length > _LONGEST_QUOTE:
        room = max(0, (_LONGEST_QUOTE - (span[1] - span[0])) // 2)
        first, last = max(0, span[0] - room), min(length, span[1] + room)
        first = sentence.plain.text.rfind(" ", 0, first) + 1 if first else 0
        end = sentence.plain.text.find(" ", last)
        start, stop = sentence.plain.locate(first, end if end > 0 else length)
    return Clause(rule.clause, text[start:stop], start, stop, sentence.section)
