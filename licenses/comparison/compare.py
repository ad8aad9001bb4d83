"""Two texts side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from licenses.comparison.alignment import Unit, mark_passages, passages
from licenses.comparison.cards import both_cards, compare_statements, license_sections, statements
from licenses.comparison.clause_changes import (
    all_parameter_changes,
    clause_changes,
    is_legal,
    is_restriction,
    wording_changes,
)
from licenses.comparison.difference import MOST_UNMATCHED, Difference, Side, difference
from licenses.comparison.grants import CLOSED, between, rank_of_clauses, rank_of_license, together
from licenses.comparison.meaning import Meant, meant
from licenses.comparison.model import ClauseChange, Comparison, Direction, Span
from licenses.comparison.named import badges, licenses_named
from licenses.comparison.telling import effective_date
from licenses.comparison.words import words
from licenses.identity import identify
from licenses.names import same_license
from licenses.reading import Reading, read
from licenses.text import encodable

# Of less than this share of the sentences in common, one text has replaced the other.
_REPLACED = 0.35
# A text that says nothing binding, beside one of at least this many sentences, is a page that was lost.
_LEAST_TEXT = 12
# Licenses that forbid sublicensing give each recipient the grant from the licensor himself: in place of one that
# lets its readers sublicense they take nothing away.
_FORM_OF_GRANT = {"no-sublicense"}
# Shorter than this, in characters, a text can be a pointer to another.
_SHORT = 1_500
_TERMS = re.compile(r"licen[cs]ed?\b|\bterms\b|许可|协议|\breserved\b")
_HAN = re.compile(r"[\u3400-\u9fff]")


def same_words(before: str, after: str) -> bool:
    """Whether both texts say the same words in the same order: case, white space, marks and link targets apart."""
    return before == after or [w.text for w in words(before)] == [w.text for w in words(after)]


def compare(before: str, after: str, *, role: str | None = None) -> Comparison:
    """What changed from `before` to `after` (stored texts). Pure; never raises for what the texts say.

    `role` is the document's (`card`, `license`, `terms`, ...); without it a card is known by its looks.
    """
    before, after = encodable(before), encodable(after)
    left, right = words(before), words(after)
    if [w.text for w in left] == [w.text for w in right]:
        shown = mark_passages(before, after)
        if badges(before) == badges(after):
            return Comparison(False, "neutral", identify(before).license, identify(after).license, passages=shown)
    else:
        shown = passages(before, after, left, right)
    old, new = read(before), read(after)
    base = Comparison(False, "neutral", old.identity.license, new.identity.license, passages=shown)
    if role == "card" or (role is None and both_cards(before, after)):
        return _cards(base, before, after, old, new)
    return _texts(base, Side(before, left), Side(after, right), old, new)


def _cards(base: Comparison, before: str, after: str, old: Reading, new: Reading) -> Comparison:
    stated = statements(before, old.clauses), statements(after, new.clauses)
    substantive, direction = compare_statements(*stated)
    found = clause_changes(stated[0].clauses, stated[1].clauses, reworded=True)
    telling = [change.direction for change in found if change.substantive and not is_legal(change.clause)]
    substantive = substantive or any(change.substantive for change in found)
    if direction == "neutral":
        direction = together(telling)
    residual = [] if substantive else _under_license_heading(before, after)
    if residual:
        substantive, direction = True, together(one.direction for one in residual)
    return _filled(base, found, substantive, direction)


def _under_license_heading(before: str, after: str) -> list[Meant]:
    """What changed in the sections of two cards that speak of the license, read as terms."""
    old, new = (Side(text, within=license_sections(text)) for text in (before, after))
    if not old.units or not new.units or _other_language(old, new):
        return []
    found = _residual(difference(old, new), old, new)
    return [one for one in found if one.direction != "neutral"]


def _texts(base: Comparison, old: Side, new: Side, was: Reading, now: Reading) -> Comparison:
    apart = difference(old, new)
    if _lost_page(old, new, was, now) or _lost_page(new, old, now, was) or _translation(apart, old, new):
        return base
    if _other_language(old, new):
        return _by_clauses_alone(base, was, now)
    residual = list(_residual(apart, old, new))
    reworded = bool(residual)
    swap = _swap(old, new, was, now)
    found = clause_changes(was.clauses, now.clauses, reworded=reworded)
    if swap is not None:
        found = [change for change in found if change.clause not in _FORM_OF_GRANT]
    if not reworded:
        # The same words in other places or other clothes: what the rules see differently is our reading, not theirs.
        # A clause in words that are on one side only is theirs, though no sentence of it seems to bind.
        found = [change for change in found if _on_both_sides(change) or _is_in(change, apart)]
    dates = effective_date(old.text), effective_date(new.text)
    binds_later = None not in dates and dates[0] != dates[1]
    substantive = reworded or binds_later or not all(map(_on_both_sides, found))
    beside = _beside(found, apart)
    residual = residual if beside is apart else _residual(beside, old, new)
    return _filled(base, found, substantive, _direction(found, residual, swap))


def _on_both_sides(change: ClauseChange) -> bool:
    return change.before is not None and change.after is not None


def _is_in(change: ClauseChange, apart: Difference) -> bool:
    """Whether a clause that came or went is stated in words that only its own text has."""
    clause = change.after or change.before
    if clause is None:
        return False
    units = apart.gained if change.after is not None else apart.lost
    return any(unit.span[0] < clause.end and clause.start < unit.span[1] for unit in units)


def _beside(found: Sequence[ClauseChange], apart: Difference) -> Difference:
    """What differs beside boilerplate that came or went whole: the clause tells its direction, not the sentence."""
    spans: tuple[list[Span], list[Span]] = ([], [])
    for change in found:
        clause = change.after or change.before
        if clause is None or _on_both_sides(change) or not is_legal(change.clause) or change.direction == "neutral":
            continue
        spans[change.before is None].append((clause.start, clause.end))
    if not any(spans):
        return apart
    return replace(apart, lost=_outside(spans[0], apart.lost), gained=_outside(spans[1], apart.gained))


def _outside(spans: Sequence[Span], units: Sequence[Unit]) -> tuple[Unit, ...]:
    return tuple(unit for unit in units if not any(unit.span[0] < end and start < unit.span[1] for start, end in spans))


def _residual(apart: Difference, old: Side, new: Side) -> list[Meant]:
    if max(len(apart.lost), len(apart.gained)) > MOST_UNMATCHED:
        return [Meant("neutral", False)]
    return list(meant(apart, old, new))


def _filled(base: Comparison, found: Sequence[ClauseChange], substantive: bool, direction: Direction) -> Comparison:
    return replace(
        base,
        substantive=substantive,
        direction=direction if substantive else "neutral",
        clauses_added=tuple(change.clause for change in found if change.before is None),
        clauses_removed=tuple(change.clause for change in found if change.after is None),
        parameters_changed=all_parameter_changes(found),
        wording_changed=wording_changes(found),
        changes=tuple(found),
    )


@dataclass(frozen=True, slots=True)
class _Swap:
    """One license in place of another: the ranks of their grants, where known."""

    before: int | None
    after: int | None


def _swap(old: Side, new: Side, was: Reading, now: Reading) -> _Swap | None:
    """The swap, if the one license replaced the other; None when a text was edited."""
    one, other = was.identity, now.identity
    named = bool(one.license and other.license) and not same_license(one.license, other.license)
    if not named and _shared(old, new) >= _REPLACED and not _grant_turned(was, now):
        return None
    return _Swap(_rank(old, was), _rank(new, now))


def _rank(side: Side, reading: Reading) -> int | None:
    known = None if reading.identity.altered else rank_of_license(reading.identity.license)
    if known is None and len(side.text) < _SHORT:
        # A pointer: the license it names is the one that binds.
        named = licenses_named(side.text)
        known = rank_of_license(named.pop()) if len(named) == 1 else None
    return rank_of_clauses(c.clause for c in reading.clauses) if known is None else known


def _grant_turned(was: Reading, now: Reading) -> bool:
    """Whether an edit opened to commerce what was closed to it, or the other way round: then that decides."""
    ranks = [rank_of_clauses(c.clause for c in reading.clauses) for reading in (was, now)]
    closed = [rank is not None and rank >= CLOSED for rank in ranks]
    return None not in ranks and closed[0] != closed[1]


def _shared(old: Side, new: Side) -> float:
    common = sum(len(key) for key in old.keys & new.keys)
    return 2 * common / max(1, sum(map(len, old.keys)) + sum(map(len, new.keys)))


def _direction(found: Sequence[ClauseChange], residual: Sequence[Meant], swap: _Swap | None) -> Direction:
    """The contract's rule: the grants of a swap, then clauses, then single sentences; boilerplate last of all."""
    if swap is not None and (whole := between(swap.before, swap.after)) != "neutral":
        return whole
    telling = [change for change in found if change.substantive]
    for chosen in (
        [change.direction for change in telling if not is_legal(change.clause)],
        [one.direction for one in residual if not one.legal],
        [change.direction for change in telling],
        [one.direction for one in residual],
    ):
        if (direction := together(chosen)) != "neutral":
            return direction
    return "neutral"


def _lost_page(empty: Side, full: Side, nothing: Reading, something: Reading) -> bool:
    """Whether one side is an error page or the rest of a page, and no terms: then nothing was lifted or imposed."""
    if nothing.identity.license or nothing.clauses or len(full.units) < _LEAST_TEXT:
        return False
    if len(empty.text) * 5 > len(full.text) or not (something.clauses or something.identity.license):
        return False
    return not any(len(unit.words) > 3 and _TERMS.search(unit.key) for unit in empty.units)


def _other_language(old: Side, new: Side) -> bool:
    """Whether one text is Chinese and the other is not at all: then no sentence can be laid beside another."""
    shares = sorted(len(_HAN.findall(side.stream)) / max(1, len(side.stream.replace(" ", ""))) for side in (old, new))
    return shares[0] < 0.02 and shares[1] > 0.5


def _by_clauses_alone(base: Comparison, was: Reading, now: Reading) -> Comparison:
    """Texts in two languages: only bans that came or went tell of more than translation."""
    found = [
        change
        for change in clause_changes(was.clauses, now.clauses, reworded=True)
        if change.before is None or change.after is None
    ]
    telling = [change for change in found if is_restriction(change.clause)]
    return _filled(base, found if telling else [], bool(telling), together(change.direction for change in telling))


def _only_script_apart(before: Unit, after: Unit) -> bool:
    """Whether two headings differ by the name of a language in its script: "License" and "License 中文"."""
    apart = {word.text for word in before.words} ^ {word.text for word in after.words}
    return all(_HAN.match(word) for word in apart)


def _translation(apart: Difference, old: Side, new: Side) -> bool:
    """Whether all that came (or went) is the same text in another script, as a whole."""
    if (apart.lost and apart.gained) or not all(_only_script_apart(*pair) for pair in apart.reworded):
        return False
    units = apart.lost or apart.gained
    added = "".join(word.text for unit in units for word in unit.words)
    rest = (old if apart.gained else new).stream
    return (
        len(added) > 600 and len(_HAN.findall(added)) > 0.6 * len(added) and len(_HAN.findall(rest)) < 0.05 * len(rest)
    )
