"""Two texts side by side: which lines go together, and which words differ inside the lines that changed.

Lines first, words only inside what changed. Long lines are cut into sentences, so that a paragraph on one line folds
and aligns like any other. White space is no difference. Time and memory are bounded whatever the texts say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from explorer.sequence_match import matching_pairs

LARGEST_TEXT = 2_000_000  # characters; what lies beyond is neither compared nor shown
MOST_LINES = 60_000  # likewise; only hostile texts have more within the cap
LONG_LINE = 320  # characters; longer lines are cut at the ends of their sentences
_HARD_CUT = 2_000  # characters; where no sentence ends
CONTEXT = 3  # unchanged rows shown around a change
_LEAST_FOLD = 4  # rows; a fold that hides less than this hides more than it helps
_ALIKE = 0.34  # share of the words in common from which two lines are one line that changed
_MOST_WORDS = 60_000  # in one changed stretch; beyond it lines are shown as replaced, without marking words

Kind = Literal["same", "changed", "left", "right", "replaced"]

_SENTENCE_END = re.compile(r"[.;:!?][\"'\u201d\u2019)\]*_]{0,4}\s+|[\u3002\uff1b\uff01\uff1f]")
_HAN = "\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = re.compile(rf"[{_HAN}]|[^\W_{_HAN}]+|[^\w\s]|_")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line; `marked` if the other side has other words there."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text as it is shown: `number` from 1, `part` from 1 (long lines come in parts), `start` in the text.

    `anchor` is unique on its side: `12`, and `12.2` for the second part.
    """

    number: int
    part: int
    start: int
    pieces: tuple[Piece, ...]

    @property
    def anchor(self) -> str:
        """The name by which a link finds it, without the letter of its side."""
        return str(self.number) if self.part == 1 else f"{self.number}.{self.part}"

    @property
    def text(self) -> str:
        """Its words as they stand there."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Row:
    """What stands side by side. `same` and `changed` have both sides; `replaced` has both, with nothing in common."""

    kind: Kind
    left: Line | None
    right: Line | None


@dataclass(frozen=True, slots=True)
class Run:
    """Rows in a row: unchanged ones that may be folded away, or the changes with the rows around them."""

    folded: bool
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class TextDiff:
    """All rows in the order of the texts, and how many differ. `cut` says that a text was longer than is compared."""

    rows: tuple[Row, ...]
    changed: int
    cut: bool

    def runs(self, start: int = 0, stop: int | None = None) -> list[Run]:
        """The rows from `start` to `stop`, with unchanged stretches far from any change folded."""
        return _folded(self.rows[start:stop])


@dataclass(frozen=True, slots=True)
class _Segment:
    """A line, or a part of a long one, before it is known what changed in it."""

    number: int
    part: int
    start: int
    text: str

    def line(self, pieces: Sequence[Piece] | None = None) -> Line:
        return Line(self.number, self.part, self.start, tuple(pieces or (Piece(self.text, False),)))

    def marked(self) -> Line:
        return self.line([Piece(self.text, bool(self.text.strip()))])


def text_diff(left: str, right: str) -> TextDiff:
    """Lay two texts side by side. Never raises; 200 kB take well under a second, the cap bounds the rest."""
    cut = any(len(text) > LARGEST_TEXT or text.count("\n") >= MOST_LINES for text in (left, right))
    old, new = _segments(left[:LARGEST_TEXT]), _segments(right[:LARGEST_TEXT])
    rows: list[Row] = []
    here, there = 0, 0
    for one, other in [*_equal_lines(old, new), (len(old), len(new))]:
        rows += _stretch(old[here:one], new[there:other])
        if one < len(old):
            rows.append(Row("same", old[one].line(), new[other].line()))
        here, there = one + 1, other + 1
    return TextDiff(tuple(rows), sum(row.kind != "same" for row in rows), cut)


def _equal_lines(old: Sequence[_Segment], new: Sequence[_Segment]) -> list[tuple[int, int]]:
    """Lines that say the same. Blank lines are no help: they would tie together what does not belong together."""
    ours, theirs = ([n for n, segment in enumerate(side) if segment.text.strip()] for side in (old, new))
    pairs = matching_pairs([_key(old[n].text) for n in ours], [_key(new[n].text) for n in theirs])
    return [(ours[one], theirs[other]) for one, other in pairs]


def _key(text: str) -> str:
    return " ".join(text.split())


def _segments(text: str) -> list[_Segment]:
    found = []
    position = 0
    lines = text.split("\n", MOST_LINES)
    # What follows the last line end is no line if it is empty, and beyond the cap if it is a rest.
    if not lines[-1] or len(lines) > MOST_LINES:
        lines.pop()
    for number, line in enumerate(lines, 1):
        start = position
        for part, piece in enumerate(_parts(line), 1):
            found.append(_Segment(number, part, start, piece))
            start += len(piece)
        position += len(line) + 1
    return found


def _parts(line: str) -> list[str]:
    """A long line cut where its sentences end, and where it must be; any other as it is."""
    if len(line) <= LONG_LINE:
        return [line]
    ends = [match.end() for match in _SENTENCE_END.finditer(line)]
    parts, start = [], 0
    for end in [*ends, len(line)]:
        while end - start > _HARD_CUT:
            parts.append(line[start : start + _HARD_CUT])
            start += _HARD_CUT
        # A short end of a sentence ("e.g.", a number) stays with what follows it.
        if end - start >= 60 or (end == len(line) and end > start):
            parts.append(line[start:end])
            start = end
    return parts


def _stretch(old: Sequence[_Segment], new: Sequence[_Segment]) -> list[Row]:
    """Rows for lines that differ: those that share many words beside each other, with the other words marked."""
    if not old and not new:
        return []
    if not old or not new:
        return [_alone(s, None) for s in old] + [_alone(None, s) for s in new]
    left, right = _Side(old), _Side(new)
    if max(len(left.words), len(right.words)) > _MOST_WORDS:
        return _zipped(old, new)
    words = _without_crumbs(matching_pairs(left.words, right.words), len(left.words), len(right.words))
    partners = _partners(left, right, words)
    kept = ({one for one, _ in words}, {other for _, other in words})
    rows: list[Row] = []
    here, there = 0, 0
    for one, other in [*partners, (len(old), len(new))]:
        rows += _unpaired(left, right, (here, one), (there, other), kept)
        if one < len(old):
            rows.append(_pair(left.pieces(one, kept[0]), right.pieces(other, kept[1])))
        here, there = one + 1, other + 1
    return rows


def _pair(left: Line, right: Line) -> Row:
    differs = any(piece.marked for line in (left, right) for piece in line.pieces)
    return Row("changed" if differs else "same", left, right)


def _alone(left: _Segment | None, right: _Segment | None) -> Row:
    blank = not (left or right or _Segment(0, 0, 0, "")).text.strip()
    kind: Kind = "same" if blank else ("left" if left else "right")
    return Row(kind, left.marked() if left else None, right.marked() if right else None)


def _zipped(old: Sequence[_Segment], new: Sequence[_Segment]) -> list[Row]:
    both = min(len(old), len(new))
    rows = [Row("replaced", one.marked(), other.marked()) for one, other in zip(old, new, strict=False)]
    return rows + [_alone(s, None) for s in old[both:]] + [_alone(None, s) for s in new[both:]]


class _Side:
    """The words of one side of a stretch, and the line in which each stands."""

    def __init__(self, segments: Sequence[_Segment]) -> None:
        self.segments = segments
        self.words: list[str] = []
        self.line_of: list[int] = []
        self._spans: list[tuple[int, int]] = []
        self._first: list[int] = []
        for number, segment in enumerate(segments):
            self._first.append(len(self.words))
            for match in _WORD.finditer(segment.text):
                self.words.append(match.group())
                self.line_of.append(number)
                self._spans.append(match.span())
        self._first.append(len(self.words))

    def count(self, line: int) -> int:
        """How many words stand in a line."""
        return self._first[line + 1] - self._first[line]

    def lone(self, line: int, kept: set[int]) -> tuple[Line, bool]:
        """A line without a partner, and whether it differs: marked as a whole unless its words only moved."""
        missing = sum(word not in kept for word in range(self._first[line], self._first[line + 1]))
        if missing > (1 - _ALIKE) * self.count(line):
            return self.segments[line].marked(), True
        return self.pieces(line, kept), missing > 0

    def pieces(self, line: int, kept: set[int]) -> Line:
        """The line, in stretches of words that are on both sides, or on this one only."""
        segment = self.segments[line]
        pieces: list[Piece] = []
        position, marked_before = 0, False
        for word in range(self._first[line], self._first[line + 1]):
            start, end = self._spans[word]
            marked = word not in kept
            if marked and marked_before:
                pieces[-1] = Piece(segment.text[position - len(pieces[-1].text) : end], True)
            else:
                if start > position:
                    pieces.append(Piece(segment.text[position:start], False))
                pieces.append(Piece(segment.text[start:end], marked))
            position, marked_before = end, marked
        if position < len(segment.text):
            pieces.append(Piece(segment.text[position:], False))
        return segment.line(_joined(pieces))


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    texts: list[list[str]] = []
    marks: list[bool] = []
    for piece in pieces:
        if marks and marks[-1] == piece.marked:
            texts[-1].append(piece.text)
        else:
            texts.append([piece.text])
            marks.append(piece.marked)
    return [Piece("".join(text), mark) for text, mark in zip(texts, marks, strict=True)]


def _without_crumbs(pairs: Sequence[tuple[int, int]], left: int, right: int) -> list[tuple[int, int]]:
    """The pairs without lone words that happen to stand in two passages which are otherwise not alike."""
    runs: list[list[tuple[int, int]]] = []
    for one, other in pairs:
        if runs and (one - 1, other - 1) == runs[-1][-1]:
            runs[-1].append((one, other))
        else:
            runs.append([(one, other)])
    kept: list[tuple[int, int]] = []
    before = (0, 0)
    for number, run in enumerate(runs):
        following = runs[number + 1][0] if number + 1 < len(runs) else (left, right)
        gap_before = max(run[0][0] - before[0], run[0][1] - before[1])
        gap_after = max(following[0] - run[-1][0] - 1, following[1] - run[-1][1] - 1)
        if len(run) * 3 > min(gap_before, gap_after):
            kept += run
        before = (run[-1][0] + 1, run[-1][1] + 1)
    return kept


def _partners(left: _Side, right: _Side, words: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Lines that go beside each other: in order, each with at most one, those with the most words in common."""
    common: dict[tuple[int, int], int] = {}
    for one, other in words:
        key = left.line_of[one], right.line_of[other]
        common[key] = common.get(key, 0) + 1
    found: list[tuple[int, int]] = []
    # Word pairs are in order on both sides, so are the pairs of lines: only a clash with the last one is possible.
    for (one, other), count in common.items():
        if count < _ALIKE * max(1, min(left.count(one), right.count(other))):
            continue
        if found and (found[-1][0] == one or found[-1][1] == other):
            if count > common[found[-1]]:
                found[-1] = (one, other)
        else:
            found.append((one, other))
    return [
        pair
        for number, pair in enumerate(found)
        if number == 0 or (pair[0] > found[number - 1][0] and pair[1] > found[number - 1][1])
    ]


def _unpaired(
    left: _Side, right: _Side, ours: tuple[int, int], theirs: tuple[int, int], kept: tuple[set[int], set[int]]
) -> list[Row]:
    """Rows between two pairs: lines without a partner. Words of theirs that merely moved to another line stay bare."""
    lefts = [left.lone(n, kept[0]) for n in range(*ours)]
    rights = [right.lone(n, kept[1]) for n in range(*theirs)]
    rows: list[Row] = []
    here = there = 0
    while here < len(lefts) or there < len(rights):
        one, one_differs = lefts[here] if here < len(lefts) else (None, False)
        other, other_differs = rights[there] if there < len(rights) else (None, False)
        if one and other and bool(one.text.strip()) != bool(other.text.strip()):
            # A blank line goes beside a blank line, or alone.
            one, other = (None, other) if one.text.strip() else (one, None)
            one_differs = other_differs = False
        here, there = here + (one is not None), there + (other is not None)
        kind: Kind = "same"
        if one_differs or other_differs:
            kind = "replaced" if one and other else ("left" if one else "right")
        rows.append(Row(kind, one, other))
    return rows


def _folded(rows: Sequence[Row]) -> list[Run]:
    near = [False] * len(rows)
    for number, row in enumerate(rows):
        if row.kind != "same":
            for place in range(max(0, number - CONTEXT), min(len(rows), number + CONTEXT + 1)):
                near[place] = True
    runs: list[Run] = []
    start = 0
    for number in range(1, len(rows) + 1):
        if number == len(rows) or near[number] != near[start]:
            folded = not near[start] and number - start >= _LEAST_FOLD
            if runs and not folded and not runs[-1].folded:
                runs[-1] = Run(False, runs[-1].rows + tuple(rows[start:number]))
            else:
                runs.append(Run(folded, tuple(rows[start:number])))
            start = number
    return runs
