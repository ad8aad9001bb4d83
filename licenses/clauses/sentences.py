"""Sections and sentences of a text: what a reader takes in at one go, with the heading it stands under."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import re2

from licenses.clauses import zones
from licenses.clauses.reading import UNSEEN, Plain, plain

LARGEST_TEXT = 2_000_000  # characters; the longest license in use has fewer than 100,000
MOST_SENTENCES = 20_000
_LONGEST_LEAD = 600
_LONGEST_QUOTATION = 500
_LONGEST_LINE = 100_000
_SAMPLE = 20_000  # characters, to tell whether a text stands in a comment

_MARKER = re.compile(
    r"(?:(?P<bullet>[-+\u2022\u25cf\u25e6\u25aa\xb7\u2023]|\*(?!\*))"
    r"|(?P<paren>\(?(?:[a-zA-Z]|[ivxIVX]{1,5}|\d{1,2})\))"
    r"|(?P<number>\d{1,2}(?:\.|(?:\.\d{1,2}){1,3}\.?)(?=[\s\xa0]))"
    r"|(?P<letter>[a-zA-Z]\.|[ivx]{2,5}\.))[\s\xa0]+"
)
_HEADING_WORD = re.compile(
    r"(?i)(?:section|article|part|annex|appendix|exhibit|attachment|schedule|preamble|第.{1,4}[条章])\b"
)
# Headings that open a part of any license, in whatever letters.
_HEADING_NAME = re.compile(
    r"(?i)(?:\d{1,2}\.? )?(?:preamble|introduction|recitals?|definitions?|terms and conditions|conditions|permissions?"
    r"|(?:license )?grants?|grant of \w+|redistribution|restrictions?|disclaimers?|general provisions|termination)"
)
_QUOTED_PREFIX = re.compile(r"[ \t\xa0\u3000]*(?:[>|%][ \t]+)*")
_COMMENT_PREFIXES = {
    leader: re.compile(rf"[ \t\xa0\u3000]*(?:{re.escape(leader)})?(?:[ \t]+|$)")
    for leader in ("#", "*", "//", ";", "--", "%", "|", "dnl", "REM")
}
_LONE_STAR = re.compile(r"(?m)^[ \t]*\*[ \t]*$")
_LEADER = re.compile(r"(?m)^[ \t]{0,8}(#|\*|//|;|--|%|\||dnl|REM)(?=[ \t]|$)")
_MARKDOWN_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]+(?P<title>\S.*)")
# What an editor or a page leaves at the ends of words and lines: no line looks otherwise for it.
_EDGE = re.compile(rf"(?:(?<=\s)|^)[{UNSEEN}]++|(?<![{UNSEEN}])[{UNSEEN}]++(?=\s|$)")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>")
_RULE = re.compile(r"[-=*_~+#/ \t.]{3,}$")

# A sentence ends at a full stop before a capital, at a semicolon, and at a colon before the first item of a list.
_ITEM_START = r"(?:\(?(?:[a-z]|[ivx]{1,5}|\d{1,2})\) |\d{1,2}(?:\.|(?:\.\d{1,2})+\.?) |[a-z]\. |- )"
_BOUNDARY = re.compile(
    r"(?P<stop>[.!?][\"')\]]{0,3}) (?=[\"'(\[]{0,2}[A-Z0-9\u4e00-\u9fff-])"
    r"|(?P<part>;(?: (?:and|or|and/or)\b,?)?) "
    rf"|(?P<colon>:) (?={_ITEM_START})"
    r"|(?P<inner>,(?: (?:and|or))?) (?=\((?:[a-h]|[ivx]{1,4}|\d)\) )"
    r"|(?P<han>[\u3002\uff1b;]\s?(?=[\u4e00-\u9fff(0-9]))"
)
# The label that comes before each within an enumeration.
_BEFORE = {
    after: before
    for labels in ("abcdefgh", "123456789", ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"))
    for before, after in pairwise(labels)
}
_ABBREVIATION = re.compile(
    r"(?i)(?:\b(?:e\.g|i\.e|u\.s|u\.k|u\.s\.c|no|nos|inc|ltd|corp|co|v|vs|art|sec|sect|cf|etc|al|st|dr|mr|ms|"
    r"para|ph\.d)|\b[a-z]|^\(?(?:[0-9.]{1,8}|[a-z]|[ivxlc]{1,6})\)?)\.$"
)
_DEFINITION = re.compile(
    r"(?:- )?(?:[-(]?[0-9a-z.]{0,6}[.)]? ?)?(?:\(?[\"'][^\"]{1,80}[\"'][^.]{0,90}?"
    r"(?:means?|shall mean|will mean|refers? to|is defined|includes?|ha(?:s|ve) the meaning|\u662f\u6307|\u6307)"
    r"|(?:[\w'-]+:? ){1,6}?means?)\b"
)
# A heading that says something, such as a warranty shouted on a line of its own, is a sentence all the same.
_STATES = re.compile(
    r"\b(?:is|are|shall|must|may|will|be|provided|does?|agrees?|licensed|granted|not|cannot|retain|give|include"
    r"|indemnify|use[sd]?|makes?)\b|[;\u4e00-\u9fff]|\bwithout warrant"
)
_OUTRIGHT = re.compile(r"\b(?:is|are|shall|must|may|will|be|provided|not|cannot)\b|[;\u4e00-\u9fff]")
# RE2, since a long word in capitals can be cut into words in very many ways.
_TITLE = re2.compile(
    r"(?:(?i:section|article|part|annex|appendix|exhibit|attachment|schedule) [0-9A-Z]{1,5} ?[:.-]{1,2} )?"
    r"(?:\(?[0-9a-zA-Z.]{1,6}[.)] ?|[-*] )?(?:\d+ )?"
    r"(?:(?:[A-Z][\p{L}\p{N}_'/&-]*|of|and|the|or|in|for|to|on|with|a|by|from|&)[,/]? ?){1,9}[.:]?$"
)
# A paragraph that opens so is a sentence of its own, not an unmarked item of the list before it.
_SUBJECT = re.compile(
    r"(?i)(?:(?:you|we|if|this|these|nothing|except|subject|licensee|licensor|please|by)\b"
    r"|(?:\S+ ){1,5}?(?<!that )(?<!which )(?<!who )(?:may|shall|must|will|reserves|agrees?|is|are|grants?|can)\b)"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, or one item of a list; `source[start:end]` is as written, `plain.text` is its plain copy.

    `section` is the number or heading above it, as written. `lead` is the plain, lower-case introduction that
    a list item hangs from ("you may not:"), outermost first, or "". `defines` tells a bare definition;
    `binding` is false in a preamble, a recital, or advice on how to apply the license. `title` tells a mere
    heading, on its own line or run in before a paragraph; `caption` a short opening without a verb ("4. No
    warranty.") that may be one, or may say all there is to say.
    """

    start: int
    end: int
    plain: Plain
    section: str | None
    lead: str
    defines: bool
    binding: bool
    title: bool
    caption: bool = False


@dataclass(slots=True)
class _Lead:
    """An introduction that items hang from: the style of its own marker, its text, the style of its items.

    `opens` is false where it merely breaks off: the next item of its own style may stand beside it, not under it.
    """

    style: str
    text: str
    opens: bool = True
    items: str = ""


@dataclass(slots=True)
class _Block:
    """Lines that run on: a paragraph, a heading, or an item of a list; `follows` tells an item on the next line."""

    start: int
    end: int
    heading: bool = False
    follows: bool = False


def sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences in the order of the text; of a text beyond the caps, those of its beginning."""
    text = _EDGE.sub(lambda match: " " * len(match.group()), text[:LARGEST_TEXT])
    reader = _Reader(text)
    for block in _blocks(text):
        reader.read(block)
        if len(reader.found) >= MOST_SENTENCES:
            break
    return tuple(reader.found[:MOST_SENTENCES])


class _Labels:
    """The labels of the list that is open, to know its next item from a number at the start of a wrapped line."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, int]] = set()

    def note(self, marker: re.Match[str] | None) -> None:
        """Remember the marker of a block that begins; one without a marker ends the list."""
        if marker is None:
            self._seen.clear()
        else:
            self._seen.add(self._place(marker))

    def goes_on(self, marker: re.Match[str]) -> bool:
        """Whether the marker is the next of the list, or of one within which this one stands."""
        kind, place = self._place(marker)
        return (kind, place - 1 if place else 0) in self._seen

    @staticmethod
    def _place(marker: re.Match[str]) -> tuple[str, int]:
        kind, label = marker.lastgroup or "", marker.group().strip(" ().\t\xa0")
        if kind == "bullet":
            return kind, 0
        last = label.rsplit(".", 1)[-1]
        return kind, int(last) if last.isdigit() else ord(last[-1].lower()) - 96 if last else 0


def _comment_prefix(text: str) -> re.Pattern[str]:
    """What opens the lines of a text that stands in a comment; else what opens quoted lines."""
    leaders = Counter(match.group(1) for match in _LEADER.finditer(text[:_SAMPLE].replace("\r", "\n")))
    lines = sum(1 for line in text[:_SAMPLE].splitlines() if line.strip())
    leader, most = leaders.most_common(1)[0] if leaders else ("", 0)
    # A list has stars too; but only a comment has lines with a star alone.
    if most > 0.7 * max(lines, 5) and (leader != "*" or _LONE_STAR.search(text, 0, _SAMPLE)):
        return _COMMENT_PREFIXES[leader]
    return _QUOTED_PREFIX


def _lines(text: str) -> Iterator[tuple[int, int]]:
    for match in re.finditer(r"[^\r\n\x0b\x0c\x85\u2028\u2029]+|\r\n?|[\n\x0b\x0c\x85\u2028\u2029]", text):
        if match.group()[0] not in "\r\n\x0b\x0c\x85\u2028\u2029":
            for start in range(match.start(), match.end(), _LONGEST_LINE):
                yield start, min(match.end(), start + _LONGEST_LINE)
        else:
            yield match.start(), match.start()


def _blocks(text: str) -> Iterator[_Block]:
    """Paragraphs, headings and items. An empty line ends a block; so does an item after a closed line."""
    current: _Block | None = None
    after_line = False
    prefix = _comment_prefix(text)
    labels = _Labels()
    for start, end in _lines(text):
        if start == end:
            if not after_line and current is not None:
                yield _judged(current, text)
                current = None
            after_line = False
            continue
        after_line = True
        line = text[start:end]
        bare = prefix.match(line)
        body = line[bare.end() :] if bare else line
        shown = _TAG.sub("", body)
        if not shown.strip("*_ \t\xa0\u200b\ufeff>#") or _RULE.match(shown):
            if current is not None:
                yield _judged(current, text)
            current = None
            continue
        heading = _MARKDOWN_HEADING.match(body) is not None
        marker = _MARKER.match(shown)
        item = marker is not None and current is not None and (_closed(current, text) or labels.goes_on(marker))
        if current is None or heading or item or current.heading:
            if current is not None:
                yield current
            current = _Block(end - len(body), end, heading, follows=item)
            labels.note(marker)
        else:
            current.end = end
    if current is not None:
        yield _judged(current, text)


def _closed(block: _Block, text: str) -> bool:
    """Whether what has been read of a block could be all of it."""
    tail = _TAG.sub("", text[max(block.start, block.end - 40) : block.end]).replace("\xa0", " ").rstrip(" \t*_\"')")
    return tail.endswith((".", ";", ":", "; and", "; or", " to", "\u3002", "\uff1b", "\uff1a"))


def _judged(block: _Block, text: str) -> _Block:
    """The block, known to stand between empty lines: it may be a heading."""
    block.heading = block.heading or _looks_like_heading(text[block.start : min(block.end, block.start + 200)])
    return block


def _looks_like_heading(block: str) -> bool:
    words = _TAG.sub("", block).strip(" \t\xa0*_#=")
    if "\n" in words and len(words) < 180 and words.isupper() and not words.endswith((".", ";", ",", ":")):
        return True
    if not words or len(words) > 90 or "\n" in words:
        return False
    if _HEADING_WORD.match(words) or _HEADING_NAME.fullmatch(words):
        return True
    body = _MARKER.sub("", words, count=1)
    return body[:1].isupper() and not body.endswith((".", ";", ",", ":", "\u3002"))


class _Reader:
    """Cuts blocks into sentences and keeps track of the section and of the lists that are open."""

    def __init__(self, text: str) -> None:
        self.found: list[Sentence] = []
        self._text = text
        self._section: str | None = None
        self._leads: list[_Lead] = []
        self._explaining = self._preamble = self._closing = False
        self._aside = False  # a paragraph that a run-in heading calls a preamble or the like
        self._after_colon = False
        self._open = ("", "")  # the beginning of a sentence whose items may go on in the next lines, and its style

    def read(self, block: _Block) -> None:
        """Add the sentences of a block."""
        copy = plain(self._text, block.start, block.end)
        if not copy.text:
            return
        self._open_zone(block, copy)
        head, head_style = self._open if block.follows else ("", "")
        self._aside = False
        for number, (start, end) in enumerate(_cuts(copy.text)):
            piece = copy.text[start:end]
            if piece in {"and", "or", "and/or"}:
                continue
            marker = _label(piece)
            style = _style(marker, piece) if marker else ""
            if marker is not None:
                self._place_item(style, first=marker.group().lstrip(" (").startswith(("1", "a", "i", "A", "-", "*")))
                if marker.lastgroup == "number" and not self._leads and not block.heading:
                    self._number(marker.group().strip(), piece[marker.start() :])
            elif number == 0 and not block.heading:
                self._maybe_leave_lists(piece)
            # Items stand beside one another: none is the introduction of the next.
            beside = bool(style) and style == head_style
            self._add(copy, (start, end), "" if beside else head, style, block)
            if number == 0 and self.found[-1].title and not block.heading and end < len(copy.text):
                self._aside = bool(zones.EXPLAINING.search(piece)) and not zones.BINDING_AGAIN.search(piece)
            if piece.endswith((".", "!", "?", ":")):
                head = ""
            elif not head:
                head, head_style = copy.lower[start:end], style
        self._open = (head, head_style)
        if self._closing and zones.ADVICE_ENDS.search(copy.lower):
            self._closing = False

    def _open_zone(self, block: _Block, copy: Plain) -> None:
        """Notice where explanations begin and end, and the section that a heading opens."""
        block.heading = block.heading and not self._is_item(copy.text)
        if block.heading:
            self._enter(copy)
        elif (closing := zones.CLOSING.search(copy.lower[:80])) is not None:
            self._closing = zones.ATTACHED.search(copy.lower, closing.end()) is None
        elif self._closing and zones.ATTACHED.match(copy.lower):
            self._closing = False
        elif self._explaining and (
            zones.BINDING_AGAIN.search(copy.lower) or (self._preamble and zones.FIRST_SECTION.match(copy.lower))
        ):
            self._explaining = False

    def _add(self, copy: Plain, span: tuple[int, int], head: str, style: str, block: _Block) -> None:
        start, end = span
        first, last = copy.locate(start, end)
        piece, part = copy.text[start:end], copy.part(start, end)
        lead = _shortened(" ".join([lead.text for lead in self._leads] + ([head] if head else [])))
        binding = not (self._explaining or self._closing or self._aside or zones.OF_THE_TEXT.search(part.lower))
        defines = bool(_DEFINITION.match(part.lower))
        title = len(piece) < 90 and _is_title(piece, part.lower, block, opens=not lead or end < len(copy.text))
        opens = start == 0 and end < len(copy.text) and piece.endswith((".", ":"))
        alone = start == 0 and end == len(copy.text) and style.startswith("number") and bool(_TITLE.match(piece))
        caption = (opens or alone) and not title and len(piece) < 50 and _STATES.search(part.lower) is None
        self.found.append(Sentence(first, last, part, self._section, lead, defines, binding, title, caption))
        self._after_colon = piece.endswith((":", ": and", "following", " to", " not", ": or"))
        cut_short = end == len(copy.text) and len(piece) > 40 and piece[-1].isalpha() and not block.heading
        if self._after_colon or cut_short:
            self._leads.append(_Lead(style, _shortened(copy.lower[start:end]), self._after_colon))
            del self._leads[1:-3]

    def _enter(self, heading: Plain) -> None:
        title = heading.text.strip("#=*- ")
        self._section = title[:90] or self._section
        self._leads.clear()
        self._after_colon = False
        self._explaining = bool(zones.EXPLAINING.search(title)) and not zones.BINDING_AGAIN.search(title)
        self._preamble = zones.PREAMBLE.search(title) is not None
        closing = zones.CLOSING.search(title)
        attached = zones.BINDING_AGAIN.search(title[closing.end() :].strip() if closing else title)
        self._closing = not attached and (self._closing or closing is not None)

    def _number(self, number: str, piece: str) -> None:
        title = re.match(r"\S+ ([A-Z][^.:;]{2,60})[.:]", piece)
        self._section = f"{number.rstrip('.')}. {title.group(1)}" if title else number.rstrip(".")

    def _is_item(self, piece: str) -> bool:
        """Whether a short capitalized line is the next item of an open list rather than a heading."""
        marker = _label(piece)
        if marker is None or not self._leads:
            return False
        style = _style(marker, piece)
        inner = self._leads[-1]
        return any(lead.items == style for lead in self._leads) or (not inner.items and inner.style != style)

    def _place_item(self, style: str, *, first: bool) -> None:
        """Close the lists that an item of this style does not belong to."""
        for position in range(len(self._leads) - 1, -1, -1):
            lead = self._leads[position]
            if lead.items == style or (not lead.items and (lead.style != style or (first and lead.opens))):
                lead.items = style
                del self._leads[position + 1 :]
                return
            if lead.style == style:
                del self._leads[position:]
                return
        if style.startswith("number"):
            self._leads.clear()

    def _maybe_leave_lists(self, piece: str) -> None:
        """A paragraph without a marker right after a colon is an item; a full sentence ends the lists."""
        if self._leads and not self._after_colon and _SUBJECT.match(piece):
            self._leads.clear()


def _is_title(piece: str, lower: str, block: _Block, *, opens: bool) -> bool:
    """Whether a short piece is a heading: by its capitals if it runs in, by saying nothing if it stands alone."""
    if opens and _TITLE.match(piece):
        return _OUTRIGHT.search(lower) is None
    return block.heading and _STATES.search(lower) is None


def _shortened(lead: str) -> str:
    """The beginning of the outermost introduction and the end of the innermost."""
    if len(lead) <= _LONGEST_LEAD:
        return lead
    return f"{lead[: _LONGEST_LEAD // 2]} {lead[-_LONGEST_LEAD // 2 :]}"


def _label(piece: str) -> re.Match[str] | None:
    """The marker of an item; of one that has a bullet and a label, the label."""
    marker = _MARKER.match(piece)
    if marker is None or marker.lastgroup != "bullet":
        return marker
    return _MARKER.match(piece, marker.end()) or marker


def _style(marker: re.Match[str], piece: str) -> str:
    kind = marker.lastgroup or ""
    label = marker.group().strip(" ().")
    if kind == "number":
        return f"number{label.count('.')}"
    if kind in {"paren", "letter"}:
        shape = "digit" if label.isdigit() else "roman" if re.fullmatch(r"[ivxIVX]+", label) else "letter"
        return kind + shape + ("upper" if label.isupper() else "")
    return kind


def _cuts(text: str) -> Iterator[tuple[int, int]]:
    """The spans of the sentences in a plain paragraph."""
    start = 0
    for match in _BOUNDARY.finditer(text):
        end = match.start() + len(match.group().rstrip())
        if match.lastgroup == "stop" and _ABBREVIATION.search(text[max(start, end - 12) : end].rstrip("\"')]")):
            continue
        if match.lastgroup == "inner" and not _goes_on(text, match.end()):
            continue
        if match.lastgroup != "han" and _inside_quotes(text, start, end):
            continue
        if end > start:
            yield start, end
        start = match.end()
    if start < len(text):
        yield start, len(text)


def _goes_on(text: str, position: int) -> bool:
    """Whether the label at the position is the first of an enumeration, or follows another: no "(c) 2026" is."""
    label = text[position + 1 : text.find(")", position)]
    return label in {"a", "i", "1"} or f"({_BEFORE.get(label, label)})" in text[:position]


def _inside_quotes(text: str, start: int, end: int) -> bool:
    """Whether a quotation that opened since `start` is still open: words to be shown are not to be cut."""
    opened = text.rfind('"', start, end - 1)
    return end - opened < _LONGEST_QUOTATION and text.count('"', start, end) % 2 == 1
