"""From resemblances to a name. A wrong name costs more than none: where evidence disagrees, the answer is None."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from licenses.catalogue import entry
from licenses.identity.edition import stated_edition
from licenses.identity.evidence import BINDING, Difference, Head, contradicted, difference, is_altered, renamed
from licenses.identity.identity import Identity
from licenses.identity.reference import Overlap, Reference, overlap
from licenses.identity.words import shingles, words
from licenses.names import same_license

# Fewer words than this are no license, whatever they say.
FEWEST_WORDS = 12
# Similarity from which a text is a license whose heading agrees, and one without a heading of its own.
NAMED, UNNAMED = 0.88, 0.955
# Two licenses nearer to each other than this in one text cannot be told apart by words alone.
NEAR_TWINS = 0.06
# A license within a longer text: this much of it is there, it begins among the first words, and it is no phrase.
WITHIN, WITHIN_START, WITHIN_SHORTEST = 0.93, 40, 150
# A text of which less than this is the license is not that license, whatever else it is.
LEAST_SHARE = 0.3
# Appendices to licenses shorter than this, in shingles, make another license of it if they bind.
SHORT_LICENSE = 500


class Candidates(Protocol):
    """What finds references for a text's shingles: a Library."""

    def candidates(self, text: frozenset[int], most: int = ...) -> Sequence[Reference]: ...


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
    subject = Subject.of(text)
    if len(subject.words) < FEWEST_WORDS:
        return Identity()
    own = frozenset(subject.runs)
    found = [overlap(own, one) for library in libraries for one in library.candidates(own)]
    ranked = _best_of_each(found)
    if not ranked:
        return Identity()
    nearest = tuple((one.reference.license, one.similarity) for one in ranked[:3] if one.similarity >= 0.1)
    chosen = _whole(subject, ranked) or _within(subject, found)
    if chosen is None:
        return Identity(similarity=ranked[0].similarity, nearest=nearest)
    return _answer(subject, chosen, found, nearest)


def _best_of_each(found: Iterable[Overlap]) -> list[Overlap]:
    """The best overlap of each license, best first."""
    best: dict[str, Overlap] = {}
    for one in sorted(found, key=lambda o: -o.similarity):
        best.setdefault(one.reference.license, one)
    return list(best.values())


def _whole(subject: Subject, ranked: list[Overlap]) -> tuple[Overlap, Difference] | None:
    """The license that the whole text is."""
    top = ranked[0]
    if top.similarity < NAMED:
        return None
    head = subject.head
    if not head.names(top.reference.license):
        # The heading may name a twin whose words are as near.
        twins = [one for one in ranked if head.names(one.reference.license)]
        if twins and top.similarity - twins[0].similarity <= NEAR_TWINS:
            top = twins[0]
    found = difference(subject.words, subject.runs, top.reference)
    if contradicted(head, found, top.reference) or renamed(found):
        return None
    agrees = head.names(top.reference.license) or head.holds(top.reference.title)
    if top.similarity < (NAMED if agrees else UNNAMED):
        return None
    return top, found


def _within(subject: Subject, found: list[Overlap]) -> tuple[Overlap, Difference] | None:
    """The license with which a longer text begins."""
    fitting = [
        one
        for one in found
        if one.contained >= WITHIN and one.reference.size >= WITHIN_SHORTEST and one.explained >= LEAST_SHARE
    ]
    for one in sorted(fitting, key=lambda o: -o.shared):
        gap = difference(subject.words, subject.runs, one.reference)
        if gap.start > WITHIN_START or contradicted(subject.head, gap, one.reference):
            continue
        if one.reference.size < SHORT_LICENSE and one.explained < NAMED and not BINDING.isdisjoint(gap.added):
            return None
        return one, gap
    return None


def _answer(
    subject: Subject,
    chosen: tuple[Overlap, Difference],
    found: list[Overlap],
    nearest: tuple[tuple[str, float], ...],
) -> Identity:
    top, gap = chosen
    license_id = top.reference.license
    known = entry(license_id)
    spdx = known.spdx if known else (license_id if license_id[:1].isupper() else None)
    return Identity(
        license=license_id,
        spdx=spdx,
        edition=_edition(subject, top, found),
        similarity=top.similarity,
        altered=is_altered(gap),
        licenses=_several(subject, top, found),
        nearest=nearest,
    )


def _edition(subject: Subject, top: Overlap, found: list[Overlap]) -> str | None:
    """The edition, if the text does not state another one and no other edition is as near."""
    edition = top.reference.edition
    stated = stated_edition(subject.text)
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


def _several(subject: Subject, top: Overlap, found: list[Overlap]) -> tuple[str, ...]:
    """The ids of all licenses of a file that holds more than one, in no more than one part each; else ()."""
    if top.explained >= NAMED:
        return ()
    left = set(subject.runs).difference(top.reference.shingles)
    ids = [top.reference.license]
    for one in sorted(found, key=lambda o: -o.shared):
        reference = one.reference
        if one.contained < WITHIN or reference.size < WITHIN_SHORTEST:
            continue
        if any(same_license(reference.license, known) for known in ids):
            continue
        if len(left.intersection(reference.shingles)) >= 0.85 * reference.size:
            ids.append(reference.license)
            left.difference_update(reference.shingles)
    return tuple(ids) if len(ids) > 1 else ()
