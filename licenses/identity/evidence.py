"""What speaks for and against a resemblance: headings, and the words that a text has beyond a reference.

Two licenses of one family share nearly all their words; what tells them apart is a name, a version or one word such
as "research". So a resemblance counts only if those agree.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from licenses.catalogue import entry
from licenses.identity.reference import Reference
from licenses.identity.words import WIDTH, words
from licenses.names import mentions, same_license

# The heading of a license is within this many words, and characters, of its start.
HEAD_WORDS, HEAD_CHARACTERS = 40, 500

# A word of a heading that makes another license of it.
TELLING = frozenset(
    """research noncommercial commercial non modified community policy use acceptable prohibited nd nc sa by
    noderivatives noderivs derivatives sharealike share alike opensource responsibleai zero lesser affero library
    documentation clear strict sharing permissive data code weights small business academic educational open
    reciprocal exception simplified addendum amendment supplemental enterprise evaluation trial attribution
    personal clickthrough strong weak preview""".split()
)  # fmt: skip
# Words that change what a clause means: one of them, added, is an alteration.
TURNING = frozenset("not no non never noncommercial commercial research only must except prohibited unless".split())
# Words of a condition. An appendix without them is a remark.
BINDING = frozenset("shall must may only provided agree agrees prohibited restricted commercial condition".split())
_MONTHS = frozenset(
    "january february march april may june july august september october november december".split()
)


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a text: its first words, and the ids that it names, in order."""

    first: tuple[str, ...]
    named: tuple[str, ...]

    @classmethod
    def of(cls, text: str, found: list[str]) -> Head:
        """The head of a text whose words are `found`."""
        named = mentions(text.lstrip()[:HEAD_CHARACTERS])
        return cls(tuple(found[:HEAD_WORDS]), tuple(dict.fromkeys(license_id for license_id, _, _ in named)))

    def names(self, license_id: str) -> bool:
        """Whether the head names this license first (or as one of several)."""
        return any(same_license(one, license_id) for one in self.named)

    def holds(self, title: tuple[str, ...]) -> bool:
        """Whether the head holds these words in a row."""
        size = len(title)
        return bool(size) and any(self.first[at : at + size] == title for at in range(len(self.first) - size + 1))


@dataclass(frozen=True, slots=True)
class Difference:
    """What a text has beyond a reference, and how much of the reference it lacks.

    `head` are the words before the first ones that both share, and others of the heading; `added` are further words
    in their order, each run ended by "", lines of copyright left out; `lacking` estimates the words that only the
    reference has; `start` is the position of the first shared word.
    """

    head: tuple[str, ...]
    added: tuple[str, ...]
    lacking: int
    start: int

    @property
    def added_count(self) -> int:
        return sum(1 for word in self.added if word)


def difference(found: list[str], runs: list[int], reference: Reference) -> Difference:
    """Compare a text (its words and shingles) with a reference."""
    held = frozenset(reference.shingles)
    covered = bytearray(len(found))
    matched = bytearray(one in held for one in runs)
    sites, before = 0, 1
    for at, hit in enumerate(matched):
        if hit:
            covered[at : at + WIDTH] = b"\1" * WIDTH
        elif before:
            sites += 1
        before = hit
    start = covered.find(1)
    head: list[str] = []
    added: list[str] = []
    for first, last in _gaps(covered[: len(found)]):
        run = found[first:last]
        if "copyright" in run[:3] or "copyright" in found[max(0, first - 3) : first]:
            run = run[12:] if len(run) > 24 else []
        if first < HEAD_WORDS:
            head += run[: HEAD_WORDS - first]
            run = run[HEAD_WORDS - first :]
        if run:
            added += [*run, ""]
    missing = reference.size - len(held.intersection(runs))
    return Difference(tuple(head), tuple(added), max(0, missing - (WIDTH - 1) * sites), max(0, start))


def _gaps(covered: bytearray) -> list[tuple[int, int]]:
    """The runs of zeros as (first, behind the last)."""
    gaps = []
    at = covered.find(0)
    while at >= 0:
        end = covered.find(1, at)
        end = len(covered) if end < 0 else end
        gaps.append((at, end))
        at = covered.find(0, end)
    return gaps


def contradicted(head: Head, found: Difference, reference: Reference) -> str | None:
    """Why the text's heading rules the license out, though its words resemble it. None if it does not."""
    if head.named and not head.names(reference.license):
        return f"the heading names {head.named[0]}"
    strange = TELLING.intersection(found.head)
    if strange:
        return f"the heading adds {min(strange)}"
    title = reference.title
    if title and not head.holds(title) and not head.names(reference.license):
        wanting = TELLING.intersection(title) - set(head.first)
        if wanting:
            return f"the heading lacks {min(wanting)}"
        numbers = own_numbers(reference.license).intersection(title)
        if numbers - set(head.first):
            return f"the heading lacks {min(numbers)}"
    return None


def own_numbers(license_id: str) -> set[str]:
    """The numbers that belong to a license's name, as words: "3.1" of llama3.1."""
    known = entry(license_id)
    return {word for word in words(known.id if known else license_id) if word[0].isdigit()}


def renamed(found: Difference) -> str | None:
    """The word that stands where the reference has a name of its own, again and again. None if there is none."""
    counted = Counter(word for word in (*found.added, *found.head) if word and not word[0].isdigit() or "." in word)
    if not counted:
        return None
    word, times = counted.most_common(1)[0]
    return word if times >= 4 else None


def is_altered(found: Difference) -> bool:
    """Whether the words depart from the reference by more than a slip: a clause more or less, or a turning word."""
    return found.added_count >= 6 or found.lacking >= 8 or not TURNING.isdisjoint(found.added)
