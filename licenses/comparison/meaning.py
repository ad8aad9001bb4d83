"""Whether a change of words is a change of rights or duties, and for whom the better."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter

from rapidfuzz.distance import OSA

from licenses.comparison import lexicon
from licenses.comparison.alignment import Unit, word_changes
from licenses.comparison.context import Context, context_of
from licenses.comparison.difference import Difference, Side
from licenses.comparison.grants import opposite, together
from licenses.comparison.model import Direction
from licenses.comparison.words import Word

# With more changes than this in it, a sentence was written anew.
_MOST_CHANGES = 5


@dataclass(frozen=True, slots=True)
class Meant:
    """One change that touches a right or a duty. `legal` is boilerplate: liability, courts, warranty."""

    direction: Direction
    legal: bool


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


def _whole(unit: Unit, side: Side) -> Meant | None:
    """What a sentence means that came (or, turned round, went) as a whole."""
    context = context_of(unit, side)
    if len(unit.words) < 3 or not context.operative:
        return None
    if context.defines and not lexicon.TERRITORY.search(context.said):
        return None
    legal = lexicon.LEGAL.search(context.said) is not None
    return Meant(context.adding, legal)


def _reworded(before: Unit, after: Unit, old: Side, new: Side) -> Iterator[Meant]:
    contexts = context_of(before, old), context_of(after, new)
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
        found = [Meant(_by_charged_words(*whole, contexts) or "neutral", all(one.legal for one in found))]
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
    # By where it stands: a list of numbers without a stop is one sentence of thousands.
    place = bisect_left(stretch.words, word.start, key=attrgetter("start"))
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


def _hunk(gone: _Stretch, come: _Stretch, contexts: tuple[Context, Context]) -> Meant | None:
    """What it means that within one sentence some words went and others came."""
    charged = gone.charged() or come.charged()
    operative = any(context.operative for context in contexts)
    if not operative or _same_in_other_words(gone, come):
        return None
    bounded = any(lexicon.TERRITORY.search(context.said) for context in contexts)
    if any(context.defines for context in contexts):
        territory = any(lexicon.TERRITORY.search(" ".join(side.texts)) for side in (gone, come))
        scope = any(lexicon.SCOPE_TERM.search(context.said[:120]) for context in contexts)
        if not territory and (scope or not charged):
            return None
    one_sided = not gone.words or not come.words
    if gone.names() and come.names() and not (bounded and one_sided):
        return None
    legal = any(lexicon.LEGAL.search(context.said) for context in contexts)
    return Meant(_turn(gone, come, contexts), legal)


def _same_in_other_words(gone: _Stretch, come: _Stretch) -> bool:
    """Grammar and slips of the pen: only joints differ, or words differ by their endings or by a letter or two.

    A word that carries weight is the same only as another for the same thing.
    """
    if gone.words and len(gone.words) == len(come.words):
        # Word for word, joints too: "inculding" for "including".
        left, right = gone.texts, come.texts
    else:
        left, right = [word.text for word in gone.weighty], [word.text for word in come.weighty]
    if len(left) != len(right) or (not left and (gone.charged() or come.charged())):
        return False
    return all(_akin(one, other) for one, other in zip(left, right, strict=True))


# Before a word these make it say the contrary.
_TURNING = {"in", "un", "non", "ir", "im", "dis"}


def _akin(one: str, other: str) -> bool:
    if one == other or lexicon.ALIKE.get(one, one) == lexicon.ALIKE.get(other, other):
        return True
    shorter, longer = sorted((one, other), key=len)
    if one in lexicon.CHARGED or other in lexicon.CHARGED:
        # A letter astray in a long word ("modfy"), or one of several.
        slip = not (one in lexicon.CHARGED and other in lexicon.CHARGED) or longer == f"{shorter}s"
        return slip and len(shorter) >= 5 and OSA.distance(one, other, score_cutoff=1) <= 1
    if longer.endswith(shorter) and longer[: -len(shorter)] in _TURNING:
        return False
    ending = len(longer) - len(shorter)
    if len(shorter) >= 3 and longer.startswith(shorter) and ending <= (3 if len(shorter) < 5 else 5):
        return True
    if len(shorter) < 4 or not (one.isalpha() and other.isalpha()):
        return False
    return OSA.distance(one, other, score_cutoff=2) <= (1 if len(longer) < 8 else 2)


def _turn(gone: _Stretch, come: _Stretch, contexts: tuple[Context, Context]) -> Direction:
    """The direction of a change within a sentence."""
    turned = _by_charged_words(gone, come, contexts)
    if turned is not None:
        return turned
    adding = _adding(contexts)
    if adding == "mixed":
        return contexts[1].adding
    left, right = set(gone.texts), set(come.texts)
    triggers = lexicon.TRIGGERING | lexicon.UNITS
    if adding == "tighter" and bool(triggers & left) != bool(triggers & right):
        # A ban or a duty that holds only above something: the trigger gone, it holds always.
        return "looser" if triggers & right else "tighter"
    come_more = len(come.weighty) - len(gone.weighty)
    if come_more == 0:
        return "neutral"
    return adding if come_more > 0 else opposite(adding)


def _adding(contexts: tuple[Context, Context]) -> Direction:
    """What it means that something comes into this sentence. One that turned from a right to a ban tells no more."""
    return together(context.adding for context in contexts)


def _by_charged_words(gone: _Stretch, come: _Stretch, contexts: tuple[Context, Context]) -> Direction | None:
    """The direction that words tell which except, limit or open, where they stand on one side only."""
    left, right = ({lexicon.ALIKE.get(text, text) for text in side.texts} for side in (gone, come))
    left, right = left - right, right - left
    adding = _adding(contexts)
    directions: list[tuple[frozenset[str], Direction]] = [
        (lexicon.EXCEPTING, opposite(adding)),
        (lexicon.NARROWING, "tighter"),
        (lexicon.LAVISH, "looser"),
    ]
    if not all(context.forbids for context in contexts):
        directions.append((lexicon.WIDENING, "looser"))
    for words, sign in directions:
        added, removed = bool(words & right), bool(words & left)
        if added != removed:
            return sign if added else opposite(sign)
    return None
