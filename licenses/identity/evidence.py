"""What speaks for and against a resemblance: headings, and the words that a text has beyond a reference.

Two licenses of one family share nearly all their words; what tells them apart is a name, a version or one word such
as "research". So a resemblance counts only if those agree.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from licenses.catalogue import entry
from licenses.identity.reference import Reference
from licenses.identity.words import TURNING, WIDTH, visible, words
from licenses.names import FAMILIES, mentions, name_to_license, same_license

# The heading of a license is within this many words, and characters, of its start.
HEAD_WORDS, HEAD_CHARACTERS = 40, 500
# Additions to licenses shorter than this, in shingles, make another license of it if they bind.
SHORT_LICENSE = 500
# A name that begins after more words than this is mentioned, not the heading ("... is based on the Apache License").
TITLE_BEGINS, TITLE_ENDS = 14, 16
# Lines of copyright have no more words than this; what follows is looked at.
LONGEST_COPYRIGHT = 24

# A word of a heading that makes another license of it.
TELLING = frozenset(
    {
        "research",
        "noncommercial",
        "commercial",
        "non",
        "modified",
        "community",
        "policy",
        "use",
        "acceptable",
        "prohibited",
        "nd",
        "nc",
        "sa",
        "by",
        "noderivatives",
        "noderivs",
        "derivatives",
        "sharealike",
        "share",
        "alike",
        "opensource",
        "responsibleai",
        "zero",
        "lesser",
        "affero",
        "library",
        "documentation",
        "clear",
        "strict",
        "sharing",
        "permissive",
        "data",
        "code",
        "weights",
        "small",
        "business",
        "academic",
        "educational",
        "open",
        "reciprocal",
        "exception",
        "simplified",
        "addendum",
        "amendment",
        "supplemental",
        "enterprise",
        "evaluation",
        "trial",
        "attribution",
        "personal",
        "clickthrough",
        "strong",
        "weak",
        "preview",
        "++",
    }
)
# Those that make another license even of one that is named.
MODIFYING = frozenset({"modified", "addendum", "amendment", "supplemental", "exception", "preview"})
# What a name behind these words is: another license, on which this one is modelled.
_BORROWED = re.compile(
    r"(?i)\b(?:based (?:in part )?(?:up)?on|identical to|derived from|modif\w+|adapted from|similar to)\W"
)
_YEAR = re.compile(r"(?:19|20)\d\d$")
_AFTER_COPYRIGHT = frozenset({"c", "yyyy", "year", "years"})
_HEADING_WORDS = frozenset({"license", "agreement", "policy", "contract", "rail", "openrail", "eula"})
# Words of a condition. An appendix without them is a remark.
BINDING = frozenset(
    {
        "shall",
        "must",
        "may",
        "only",
        "provided",
        "agree",
        "agrees",
        "prohibited",
        "restricted",
        "commercial",
        "condition",
    }
)


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a text: its first words, the ids that its heading names, and all ids named in it.

    Ids stand in the order of the text; families are left out.
    """

    first: tuple[str, ...]
    named: tuple[str, ...]
    mentioned: tuple[str, ...]

    @classmethod
    def of(cls, text: str, found: list[str]) -> Head:
        """The head of a text whose words are `found`."""
        start = visible(text[: 4 * HEAD_CHARACTERS]).lstrip()[:HEAD_CHARACTERS]
        found_names = [one for one in mentions(start) if one[0] not in FAMILIES]
        heading = [
            license_id
            for license_id, first, last in found_names
            if len(words(start[:first])) < TITLE_BEGINS
            and TELLING.isdisjoint(words(start[max(0, first - 30) : first])[-1:])
            and not _BORROWED.search(start[max(0, first - 40) : first])
            and (not own_numbers(license_id) or any(sign.isdigit() for sign in start[first:last]))
        ]
        mentioned = dict.fromkeys(license_id for license_id, _, _ in found_names)
        return cls(tuple(found[:HEAD_WORDS]), tuple(dict.fromkeys(heading)), tuple(mentioned))

    def names(self, license_id: str) -> bool:
        """Whether the heading names this license."""
        return any(same_license(one, license_id) for one in self.named)

    def mentions(self, license_id: str) -> bool:
        """Whether the first sentences name this license."""
        return any(same_license(one, license_id) for one in self.mentioned)

    def holds(self, title: tuple[str, ...]) -> bool:
        """Whether the head holds these words in a row."""
        size = len(title)
        return bool(size) and any(self.first[at : at + size] == title for at in range(len(self.first) - size + 1))


@dataclass(frozen=True, slots=True)
class Difference:
    """What a text has beyond a reference, and how much of the reference it lacks.

    `head` are such words among the first ones of the text; `added` are those that are no heading, in their order,
    each run ended by "", lines of copyright left out; `lacking` estimates the words that only the
    reference has; `start` is the position of the first shared word; `idle` counts the shingles that differ for
    headings and lines of copyright only.
    """

    head: tuple[str, ...]
    added: tuple[str, ...]
    lacking: int
    start: int
    idle: int

    @property
    def added_count(self) -> int:
        """The number of words in `added`."""
        return sum(1 for word in self.added if word)


def difference(found: list[str], runs: list[int], held: frozenset[int]) -> Difference:
    """Compare a text (its words and shingles) with the shingles of a reference, or of several together."""
    matched = bytes(map(held.__contains__, runs))
    head: list[str] = []
    added: list[str] = []
    idle = seams = 0
    for first, behind in _gaps(matched):
        begins, ends = first == 0, behind == len(matched)
        seams += not begins and not ends
        # A shingle reaches over WIDTH words: those that a neighbor shares are not added.
        start, stop = (0 if begins else first + WIDTH - 1), (len(found) if ends else behind)
        run = found[start:stop]
        if _is_copyright(found, start):
            run = run[LONGEST_COPYRIGHT:]
        if start < TITLE_ENDS:
            head += run
            # What is longer than a heading is said besides it.
            run = run if len(run) > TITLE_BEGINS else []
        if run:
            added += [*run, ""]
        else:
            idle += behind - first
    lacking = len(held) - len(held.intersection(runs)) - (WIDTH - 1) * seams
    return Difference(tuple(head), tuple(added), max(0, lacking), max(0, matched.find(1)), idle)


def _is_copyright(found: list[str], start: int) -> bool:
    """Whether a line of copyright begins within three words of this one: "Copyright (c)" or "Copyright 2024"."""
    return any(
        found[at] == "copyright" and (found[at + 1] in _AFTER_COPYRIGHT or _YEAR.match(found[at + 1]))
        for at in range(max(0, start - 3), min(len(found) - 1, start + 3))
    )


def _gaps(matched: bytes) -> list[tuple[int, int]]:
    """The runs of zeros as (first, behind the last)."""
    gaps = []
    at = matched.find(0)
    while at >= 0:
        end = matched.find(1, at)
        end = len(matched) if end < 0 else end
        gaps.append((at, end))
        at = matched.find(0, end)
    return gaps


def contradicted(head: Head, found: Difference, reference: Reference, same: bool = False) -> str | None:
    """Why the text's heading rules the license out, though its words resemble it. None if it does not.

    If the words are the `same`, the heading may say less than that of the reference.
    """
    named = head.names(reference.license)
    if head.named and not named:
        # Some licenses bear another's name: a modified MIT license that is headed "MIT License".
        own = name_to_license(" ".join(reference.title))
        if not (own and head.holds(reference.title) and same_license(own, head.named[0])):
            return f"the heading names {head.named[0]}"
    strange = (MODIFYING if named else TELLING).intersection(found.head) - set(reference.title)
    if strange:
        return f"the heading adds {min(strange)}"
    title = reference.title
    if named:
        return None
    numbers = own_numbers(reference.license)
    versions = {word for word in found.head if "." in word}
    if numbers and versions and numbers.isdisjoint(head.first):
        return f"the heading says {min(versions)}"
    if same or not title or head.holds(title) or not has_heading(head, found):
        return None
    near = set(head.first[:TITLE_ENDS])
    wanting = TELLING.intersection(title) - near
    wanting |= numbers.intersection(title) - near
    return f"the heading lacks {min(wanting)}" if wanting else None


def other_version(head: Head, found: Difference, reference: Reference) -> str | None:
    """The version that the heading states beside the word, if the license has a number and it is another one."""
    numbers = {number.removesuffix(".0") for number in own_numbers(reference.license)}
    if not numbers:
        return None
    near = head.first[:TITLE_ENDS]
    stated = {
        number.removesuffix(".0")
        for word, number in pairwise(near)
        if word in {"version", "v"} and number[0].isdigit() and number in found.head and not _YEAR.match(number)
    }
    return min(stated) if stated and numbers.isdisjoint(stated) else None


def has_heading(head: Head, found: Difference) -> bool:
    """Whether the text begins with something of its own, or with a name."""
    begins = (*head.first[:TITLE_BEGINS], *found.head)
    return bool(head.named) or not _HEADING_WORDS.isdisjoint(begins)


def own_numbers(license_id: str) -> set[str]:
    """The numbers that belong to a license's name, as words: "3.1" of llama3.1; not the 3 of a slug with "sv3d"."""
    known = entry(license_id)
    numbers = {word for word in words(known.id if known else license_id) if word[0].isdigit()}
    if known and known.names:
        numbers &= {word for name in known.names for word in words(name)}
    return numbers


def renamed(found: Difference) -> str | None:
    """The word that stands where the reference has a name of its own, again and again. None if there is none."""
    counted = Counter(word for word in (*found.added, *found.head) if (word and not word[0].isdigit()) or "." in word)
    if not counted:
        return None
    word, times = counted.most_common(1)[0]
    return word if times >= 4 and (len(word) > 3 or "." in word) else None


def rewritten(found: Difference, reference: Reference) -> bool:
    """Whether a short license has been given a condition more: it is another license then."""
    return reference.size < SHORT_LICENSE and found.added_count >= 8 and not BINDING.isdisjoint(found.added)


def is_altered(found: Difference) -> bool:
    """Whether the words depart from the reference by more than a slip: by some words, a turning one, or a number."""
    numbers = any(word.isdigit() and len(word) > 1 and not _YEAR.match(word) for word in found.added)
    return found.added_count >= 6 or found.lacking >= 8 or numbers or not TURNING.isdisjoint(found.added)
