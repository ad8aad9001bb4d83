"""From resemblances to a name. A wrong name costs more than none: where evidence disagrees, the answer is None."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from licenses.catalogue import entry
from licenses.identity.edition import stated_edition
from licenses.identity.evidence import (
    SHORT_LICENSE,
    Difference,
    Head,
    contradicted,
    difference,
    has_heading,
    is_altered,
    other_version,
    own_numbers,
    renamed,
    rewritten,
)
from licenses.identity.identity import Identity
from licenses.identity.parts import Part, parts, shingles_of
from licenses.identity.reference import Overlap, Reference, overlap
from licenses.identity.words import shingles, turns, words

# Fewer words than this are no license, whatever they say.
FEWEST_WORDS = 12
# Similarity from which a text is a license: if its heading has the license's name, a known heading, or none.
NAMED, HEADED, UNNAMED = 0.75, 0.88, 0.955
# Below this no text is looked at more closely.
LEAST = 0.6
# Similarity of texts whose words are the same, and of those that differ in a few.
SAME, ALIKE = 0.998, 0.99
# Of a text whose heading names the license: it may lack a preamble or an appendix.
EXCERPT_EXPLAINED, EXCERPT_CONTAINED = 0.93, 0.7
# Two licenses nearer to each other than this in one text cannot be told apart by words alone.
NEAR_TWINS = 0.08
# A license is alone if the next one is so much less similar.
ALONE = 0.2
# A text that one license explains to this part holds no other one.
ONE_LICENSE = 0.95
# A license that is part of a text names it only if it begins among so many first words.
WITHIN_START = 40
# A license that is the only one within a text must be there to this part.
WITHIN = 0.93
# A text of which known licenses explain less than this is none of them, whatever else it is.
LEAST_SHARE = 0.3


# How a card begins: front matter, which is a line of hyphens and a field.
LONGEST_FIELD = 400
_CARD = re.compile(r"\ufeff?\s*---[ \t]*\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*[a-z_]{2,30}:[ \t]*(?:\r?\n|[^\s])")

Choice = tuple[Overlap, Difference]


class Candidates(Protocol):
    """What finds references for a text's shingles: a Library."""

    def candidates(self, text: frozenset[int], most: int = ...) -> Sequence[Reference]:
        """The references that overlap most."""
        ...


@dataclass(frozen=True, slots=True)
class Subject:
    """A text under examination."""

    text: str
    words: list[str]
    runs: list[int]
    head: Head

    @classmethod
    def of(cls, text: str) -> Subject:
        """Prepare a text."""
        found = words(text)
        return cls(text, found, shingles(found), Head.of(text, found))


def recognize(text: str, libraries: Iterable[Candidates]) -> Identity:
    """Name the license of a text by these libraries. Pure; never raises for what the text says."""
    if _CARD.match(text[:LONGEST_FIELD]):
        # A model card quotes licenses; it is none.
        return Identity()
    subject = Subject.of(text)
    if len(subject.words) < FEWEST_WORDS:
        return Identity()
    own = frozenset(subject.runs)
    found = [overlap(own, one) for library in libraries for one in library.candidates(own)]
    ranked = _best_of_each(found)
    if not ranked:
        return Identity()
    nearest = tuple((one.reference.license, one.similarity) for one in ranked[:3] if one.similarity >= 0.1)
    chosen, held = _whole(subject, ranked), []
    if chosen is None or chosen[0].explained < ONE_LICENSE or not subject.head.names(chosen[0].reference.license):
        held = parts(subject.words, subject.runs, found)
    if chosen is None and (ranked[0].similarity < HEADED or any(part.overlap is ranked[0] for part in held)):
        # If another license is nearer as a whole, and was refused, the text is not this one either.
        chosen = _within(subject, held)
    if chosen is None:
        return Identity(similarity=ranked[0].similarity, nearest=nearest)
    return _answer(subject, chosen, found, held, nearest)


def _best_of_each(found: Iterable[Overlap]) -> list[Overlap]:
    """The best overlap of each license, best first."""
    best: dict[str, Overlap] = {}
    for one in sorted(found, key=lambda o: -o.similarity):
        best.setdefault(one.reference.license, one)
    return list(best.values())


def _whole(subject: Subject, ranked: list[Overlap]) -> Choice | None:
    """The license that the whole text is."""
    head = subject.head
    top = ranked[0]
    if top.similarity < SAME and not head.names(top.reference.license):
        # The heading may name a twin whose words are as near.
        twins = [one for one in ranked if head.names(one.reference.license)]
        if twins and top.similarity - twins[0].similarity <= NEAR_TWINS:
            top = twins[0]
    named = head.names(top.reference.license)
    excerpt = named and top.explained >= EXCERPT_EXPLAINED and top.contained >= EXCERPT_CONTAINED
    if top.similarity < LEAST and not excerpt:
        return None
    found = difference(subject.words, subject.runs, top.reference.shingles)
    near = _similarity(top, found)
    if (near < (NAMED if named else HEADED) and not excerpt) or other_version(head, found, top.reference):
        return None
    if near >= SAME and head.holds(top.reference.title):
        return top, found
    if contradicted(head, found, top.reference, near >= SAME):
        return None
    if not named and renamed(found):
        return None
    known = entry(top.reference.license)
    # A vendor may reword its own license under its name; a license of SPDX's list is as it is.
    if rewritten(found, top.reference) and not (named and known and not known.spdx):
        return None
    if named or head.holds(top.reference.title):
        return top, found
    told = near >= ALIKE or (near >= UNNAMED and not has_heading(head, found))
    if told and head.mentions(top.reference.license):
        return top, found
    # Without a heading, words alone decide: if a twin is near, hardly any may be lacking.
    alone = len(ranked) == 1 or ranked[1].similarity < top.similarity - ALONE
    slips = max(5, len(subject.words) // 100)
    if near >= UNNAMED and (alone or (found.lacking <= 5 and found.added_count <= slips)):
        return top, found
    return None


def _similarity(top: Overlap, found: Difference) -> float:
    """The similarity without headings and lines of copyright."""
    return min(1.0, 2 * top.shared / max(1, top.text_size - found.idle + top.reference.size))


def _within(subject: Subject, held: list[Part]) -> Choice | None:
    """The license with which a longer text begins; with it, in that text, may be others that are known."""
    if not held or held[0].start > WITHIN_START:
        return None
    first = held[0].overlap
    together = shingles_of(held)
    if len(together.intersection(subject.runs)) < LEAST_SHARE * first.text_size:
        return None
    gap = difference(subject.words, subject.runs, together)
    if contradicted(subject.head, gap, first.reference):
        return None
    named = subject.head.names(first.reference.license)
    appended_only = gap.added.count("") <= 1
    if not named and (
        has_heading(subject.head, gap) or gap.lacking > 5 or (not appended_only and gap.added_count > 10)
    ):
        return None
    if len(held) == 1 and first.contained < WITHIN:
        return None
    short = first.reference.size < SHORT_LICENSE
    if len(held) == 1 and (rewritten(gap, first.reference) or (short and not appended_only)):
        return None
    return first, gap


def _answer(
    subject: Subject,
    chosen: Choice,
    found: list[Overlap],
    held: list[Part],
    nearest: tuple[tuple[str, float], ...],
) -> Identity:
    top, gap = chosen
    several = tuple(one.overlap.reference.license for one in held)
    license_id = top.reference.license
    known = entry(license_id)
    return Identity(
        license=license_id,
        spdx=known.spdx if known else None,
        edition=_edition(subject, top, found),
        similarity=_similarity(top, gap),
        altered=is_altered(gap) or (len(several) < 2 and turns(subject.words) != top.reference.turns),
        licenses=several if len(several) > 1 and top.reference.license in several else (),
        nearest=nearest,
    )


def _edition(subject: Subject, top: Overlap, found: list[Overlap]) -> str | None:
    """The edition, if the text does not state another one and no other edition is as near."""
    edition = top.reference.edition
    stated = stated_edition(subject.text)
    if stated in own_numbers(top.reference.license):
        stated = None
    if edition is None or (stated and stated != edition and edition[0].isdigit()):
        return None
    rivals = {
        one.reference.edition
        for one in found
        if one.reference.license == top.reference.license and one.similarity >= top.similarity
    }
    if stated in rivals:
        return stated
    return edition if rivals == {edition} else None
