"""Whether a change of words is a change of rights or duties, and for whom the better."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from licenses.clauses.sentences import Sentence, sentences
from licenses.comparison import lexicon
from licenses.comparison.alignment import Unit, word_changes
from licenses.comparison.grants import opposite
from licenses.comparison.model import Direction, Span
from licenses.comparison.telling import telling_units
from licenses.comparison.words import Word

# Two sentences that are alike to this degree (percent) are one sentence, reworded.
_REWORDED = 55.0
# More unmatched sentences than this a side: the text was rewritten, and single sentences prove nothing.
MOST_UNMATCHED = 250
_LONGEST_KEY = 2_000
# The same for a sentence beside one that stands in both texts; looked for only where few are left.
_TRIMMED = 75.0
_MOST_TRIMMED = 60
# With more changes than this in it, a sentence was written anew.
_MOST_CHANGES = 5


@dataclass(frozen=True, slots=True)
class Meant:
    """One change that touches a right or a duty. `legal` is boilerplate: liability, courts, warranty."""

    direction: Direction
    legal: bool


class Side:
    """One of the two texts, with what is asked of it again and again; only what begins in `within`, if given."""

    def __init__(
        self, text: str, words: Sequence[Word] | None = None, within: Sequence[Span] | None = None
    ) -> None:
        self.text = text
        self.units = telling_units(text, words)
        if within is not None:
            self.units = [unit for unit in self.units if any(a <= unit.span[0] < b for a, b in within)]
        self.keys = {unit.key for unit in self.units}
        self.stream = f" {' '.join(unit.key for unit in self.units)} "

    @cached_property
    def sentences(self) -> Sequence[Sentence]:
        """The sentences with their leads; read only when something differs."""
        return sentences(self.text)

    @cached_property
    def _starts(self) -> list[int]:
        return [sentence.start for sentence in self.sentences]

    def sentence(self, position: int) -> Sentence | None:
        """The sentence at a place of the text."""
        number = bisect_right(self._starts, position) - 1
        return self.sentences[number] if number >= 0 else None

    def says(self, key: str) -> bool:
        """Whether these words stand in it, one after another."""
        return key in self.keys or f" {key} " in self.stream

    def missing(self, other: Side) -> list[Unit]:
        """The sentences of this text that the other does not have anywhere; each once."""
        candidates = {unit.key: unit for unit in self.units if unit.key not in other.keys}
        if len(candidates) > MOST_UNMATCHED:
            return list(candidates.values())
        return [unit for key, unit in candidates.items() if not other.says(key)]


@dataclass(frozen=True, slots=True)
class Difference:
    """What two texts say differently: sentences on one side only, and pairs of reworded ones."""

    lost: tuple[Unit, ...]
    gained: tuple[Unit, ...]
    reworded: tuple[tuple[Unit, Unit], ...]


def difference(old: Side, new: Side) -> Difference:
    """The sentences that differ, wherever they stand: a sentence that moved, or stands there twice, is the same."""
    lost, gained = old.missing(new), new.missing(old)
    if len(lost) > MOST_UNMATCHED or len(gained) > MOST_UNMATCHED:
        return Difference(tuple(lost), tuple(gained), ())
    pairs = _pairs(lost, gained, _REWORDED)
    lost = [unit for unit in lost if unit not in {one for one, _ in pairs}]
    gained = [unit for unit in gained if unit not in {other for _, other in pairs}]
    # A sentence that was cut short, or went on: what is left of it says nothing that the other text does not.
    if len(lost) + len(gained) <= _MOST_TRIMMED:
        shortened, lengthened = _best(lost, new.units), _best(gained, old.units)
        pairs += list(shortened.items()) + [(former, unit) for unit, former in lengthened.items()]
        lost = [unit for unit in lost if unit not in shortened]
        gained = [unit for unit in gained if unit not in lengthened]
    return Difference(tuple(lost), tuple(gained), tuple(pairs))


def _pairs(lost: Sequence[Unit], gained: Sequence[Unit], cutoff: float) -> list[tuple[Unit, Unit]]:
    """The most alike of both sides, each once, in the order of the old text."""
    scored = sorted(
        (
            (score, a, b)
            for a, one in enumerate(lost)
            for b, other in enumerate(gained)
            if (score := fuzz.ratio(one.key[:_LONGEST_KEY], other.key[:_LONGEST_KEY], score_cutoff=cutoff))
        ),
        key=lambda item: (-item[0], item[1], item[2]),
    )
    pairs: dict[int, int] = {}
    for _, a, b in scored:
        if a not in pairs and b not in pairs.values():
            pairs[a] = b
    return [(lost[a], gained[b]) for a, b in sorted(pairs.items())]


def _best(units: Sequence[Unit], among: Sequence[Unit]) -> dict[Unit, Unit]:
    """For each of these the sentence of the other text that is most like it, if one is."""
    keys = [unit.key[:_LONGEST_KEY] for unit in among]
    found = {}
    for unit in units:
        best = process.extractOne(unit.key[:_LONGEST_KEY], keys, scorer=fuzz.ratio, score_cutoff=_TRIMMED)
        if best is not None and len(unit.words) > 5:
            found[unit] = among[best[2]]
    return found


def meant(found: Difference, old: Side, new: Side) -> Iterator[Meant]:
    """The changes among these that touch a right or a duty."""
    for unit in found.lost:
        if (one := _whole(unit, old)) is not None:
            yield Meant(opposite(one.direction), one.legal)
    for unit in found.gained:
        if (one := _whole(unit, new)) is not None:
            yield one
    for before, after in found.reworded:
        yield from _reworded(before, after, old, new)


@dataclass(frozen=True, slots=True)
class _Context:
    """A sentence as a reader takes it in: with the introduction it hangs from, in plain lower case.

    `links` tells a row of links, or the text of one: what one navigates by.
    """

    said: str
    lead: str
    defines: bool
    binding: bool
    heading: bool
    links: bool

    @property
    def whole(self) -> str:
        return f"{self.lead} {self.said}"

    @property
    def operative(self) -> bool:
        if self.heading or not self.binding or lexicon.BINDS.search(self.whole) is None:
            return False
        if self.links and lexicon.BINDS.search(self.said) is None:
            return False
        return lexicon.INFORMS.search(self.said) is None or lexicon.INSISTS.search(self.said) is not None

    @property
    def forbids(self) -> bool:
        """Whether it forbids something, by itself or as an item of a list of bans."""
        return lexicon.FORBIDS.search(self.said) is not None or (
            lexicon.FORBIDS.search(_innermost(self.lead)) is not None
        )

    @property
    def adding(self) -> Direction:
        """What it means for a reader when such a sentence, or something in it, comes."""
        if lexicon.LEGAL.search(self.said) or lexicon.OF_THE_LICENSOR.search(self.said):
            return "neutral"
        introduction = _innermost(self.lead)
        if self.forbids:
            return "tighter"
        if lexicon.ALLOWS.search(introduction):
            return "looser"
        if lexicon.ALLOWS.search(self.said) and not lexicon.INSISTS.search(self.said):
            return "looser"
        for said in (self.said, introduction, self.lead):
            if lexicon.DEMANDS.search(said) or lexicon.FORBIDS.search(said):
                return "tighter"
            if lexicon.ALLOWS.search(said):
                return "looser"
        return "neutral"


def _innermost(lead: str) -> str:
    """The introduction that a list item hangs from directly: what stands before the last colon."""
    parts = lead.rsplit(":", 2)
    return parts[-2].rsplit(". ", 1)[-1] if len(parts) > 1 else ""


def _context(unit: Unit, side: Side) -> _Context:
    start, end = unit.span
    sentence = side.sentence(start)
    said = lexicon.UNLIMITED.sub(" ", " ".join(side.text[start:end].lower().split()))
    heading, links = _is_heading(side.text, start, end), _is_links(side.text, start, end)
    if sentence is None or sentence.end < start:
        return _Context(said, "", False, True, heading, links)
    return _Context(said, sentence.lead, sentence.defines, sentence.binding, heading, links)


_LINK_TEXT = re.compile(r"\[[^\[\]\n]{0,300}\]\([^()\s]{0,2000}\)")


def _is_links(text: str, start: int, end: int) -> bool:
    """Whether the lines around a stretch are links for the most part, and no sentence."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    lines = text[first : min(len(text) if last < 0 else last, first + 5_000)].strip()
    left = _LINK_TEXT.sub("", lines)
    return "](" in lines and sum(map(str.isalpha, left)) * 4 < sum(map(str.isalpha, lines)) and not left.endswith(".")


def _is_heading(text: str, start: int, end: int) -> bool:
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    last = len(text) if last < 0 else last
    if "\n" in text[start:end] or end - start > 120:
        return False
    line = text[first:last].strip()
    if line.startswith("#"):
        return True
    under = text[last + 1 : last + 8].strip()
    if under and set(under) <= set("=-"):
        return True
    shown = line.strip("*_# \t")
    return bool(shown) and shown == shown.upper() and len(shown) < 80 and not shown.endswith((".", ";", ","))


def _whole(unit: Unit, side: Side) -> Meant | None:
    """What a sentence means that came (or, turned round, went) as a whole."""
    context = _context(unit, side)
    if len(unit.words) < 3 or not context.operative:
        return None
    if context.defines and not lexicon.TERRITORY.search(context.said):
        return None
    legal = lexicon.LEGAL.search(context.said) is not None
    return Meant(context.adding, legal)


def _reworded(before: Unit, after: Unit, old: Side, new: Side) -> Iterator[Meant]:
    contexts = _context(before, old), _context(after, new)
    changes = word_changes(before.words, after.words)
    found = []
    for a, b, c, d in changes:
        gone, come = _Stretch(before, a, b, old.text), _Stretch(after, c, d, new.text)
        if gone.moved_to(new) and come.moved_to(old):
            continue
        if (one := _hunk(gone, come, contexts)) is not None:
            found.append(one)
    if found and len(changes) > _MOST_CHANGES:
        # Said anew from end to end: only the words that limit or open tell a direction.
        whole = _Stretch(before, 0, len(before.words), old.text), _Stretch(after, 0, len(after.words), new.text)
        found = [Meant(_by_charged_words(*whole, contexts) or "neutral", found[0].legal)]
    yield from found


class _Stretch:
    """Words of a sentence that went or came."""

    def __init__(self, unit: Unit, first: int, last: int, text: str) -> None:
        self.words = unit.words[first:last]
        self.before = unit.words[first - 1] if first else None
        self.after = unit.words[last] if last < len(unit.words) else None
        self.opens = first == 0
        self._source = text

    @property
    def texts(self) -> list[str]:
        return [word.text for word in self.words]

    @property
    def weighty(self) -> list[Word]:
        """Those that are more than joints."""
        return [word for word in self.words if word.text not in lexicon.IDLE]

    def charged(self) -> bool:
        return any(word.text in lexicon.CHARGED or _measures(word, self) for word in self.words) or bool(
            lexicon.HAN_CHARGED.search("".join(self.texts))
        )

    def moved_to(self, other: Side) -> bool:
        """Empty, or long enough to be known again elsewhere in the other text."""
        return not self.words or (len(self.words) > 5 and other.says(" ".join(self.texts)))

    def surface(self, word: Word) -> str:
        return self._source[word.start : word.end]

    def currency_before(self, word: Word) -> bool:
        return self._source[max(0, word.start - 2) : word.start].strip()[-1:] in set("$€£¥")

    def names(self) -> bool:
        """Whether all that is said here is a name or the number of a version."""
        shown = self.weighty
        return all(_is_name(word, self, position == 0 and self.opens) for position, word in enumerate(shown))


def _measures(word: Word, stretch: _Stretch) -> bool:
    """Whether a number counts something (days, users, money), rather than versions or sections."""
    if word.kind != "number":
        return False
    place = stretch.words.index(word)
    after = stretch.words[place + 1] if place + 1 < len(stretch.words) else stretch.after
    return stretch.currency_before(word) or (after is not None and after.text in lexicon.UNITS)


def _is_name(word: Word, stretch: _Stretch, opens: bool) -> bool:
    if word.text in lexicon.CHARGED:
        return False
    if word.kind == "number":
        return not _measures(word, stretch)
    shown = stretch.surface(word)
    if any(character.isdigit() for character in shown):
        return True
    return shown[:1].isupper() and not opens


def _hunk(gone: _Stretch, come: _Stretch, contexts: tuple[_Context, _Context]) -> Meant | None:
    """What it means that within one sentence some words went and others came."""
    charged = gone.charged() or come.charged()
    operative = any(context.operative for context in contexts)
    if not operative or _same_in_other_words(gone, come):
        return None
    after = contexts[1]
    if any(context.defines for context in contexts):
        territory = any(lexicon.TERRITORY.search(" ".join(side.texts)) for side in (gone, come))
        scope = lexicon.SCOPE_TERM.search(after.said[:120]) is not None
        if not territory and (scope or not charged):
            return None
    if gone.names() and come.names() and not (lexicon.TERRITORY.search(after.said) and not gone.words):
        return None
    legal = lexicon.LEGAL.search(after.said) is not None
    return Meant(_turn(gone, come, contexts), legal)


def _same_in_other_words(gone: _Stretch, come: _Stretch) -> bool:
    """Grammar and slips of the pen: only joints differ, or words differ by their endings or by a letter or two.

    A word that carries weight is the same only as another for the same thing.
    """
    left, right = [word.text for word in gone.weighty], [word.text for word in come.weighty]
    if len(left) != len(right) or (not left and (gone.charged() or come.charged())):
        return False
    return all(_akin(one, other) for one, other in zip(left, right, strict=True))


# Before a word these make it say the contrary.
_TURNING = {"in", "un", "non", "ir", "im", "dis"}


def _akin(one: str, other: str) -> bool:
    if one == other or lexicon.ALIKE.get(one, one) == lexicon.ALIKE.get(other, other):
        return True
    if one in lexicon.CHARGED or other in lexicon.CHARGED:
        return False
    shorter, longer = sorted((one, other), key=len)
    if longer.endswith(shorter) and longer[: -len(shorter)] in _TURNING:
        return False
    ending = len(longer) - len(shorter)
    if len(shorter) >= 3 and longer.startswith(shorter) and ending <= (3 if len(shorter) < 5 else 5):
        return True
    if len(shorter) < 4 or not (one.isalpha() and other.isalpha()):
        return False
    return OSA.distance(one, other, score_cutoff=2) <= (1 if len(longer) < 8 else 2)


def _turn(gone: _Stretch, come: _Stretch, contexts: tuple[_Context, _Context]) -> Direction:
    """The direction of a change within a sentence."""
    turned = _by_charged_words(gone, come, contexts)
    if turned is not None:
        return turned
    adding = _adding(contexts)
    left, right = set(gone.texts), set(come.texts)
    triggers = lexicon.TRIGGERING | lexicon.UNITS
    if adding == "tighter" and bool(triggers & left) != bool(triggers & right):
        # A ban or a duty that holds only above something: the trigger gone, it holds always.
        return "looser" if triggers & right else "tighter"
    come_more = len(come.weighty) - len(gone.weighty)
    if come_more == 0:
        return "neutral"
    return adding if come_more > 0 else opposite(adding)


def _adding(contexts: tuple[_Context, _Context]) -> Direction:
    before, after = (context.adding for context in contexts)
    return after if after != "neutral" else before


def _by_charged_words(gone: _Stretch, come: _Stretch, contexts: tuple[_Context, _Context]) -> Direction | None:
    """The direction that words tell which except, limit or open, where they stand on one side only."""
    left, right = ({lexicon.ALIKE.get(text, text) for text in side.texts} for side in (gone, come))
    left, right = left - right, right - left
    adding = _adding(contexts)
    directions: list[tuple[frozenset[str], Direction]] = [
        (lexicon.EXCEPTING, opposite(adding)),
        (lexicon.NARROWING, "tighter"),
    ]
    if not all(context.forbids for context in contexts):
        directions.append((lexicon.WIDENING, "looser"))
    for words, sign in directions:
        added, removed = bool(words & right), bool(words & left)
        if added != removed:
            return sign if added else opposite(sign)
    return None
