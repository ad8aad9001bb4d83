"""A sentence as a reader takes it in: what it hangs from, whom it binds, and what it means that such a one comes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from licenses.clauses.reading import plain
from licenses.comparison import lexicon
from licenses.comparison.alignment import Unit
from licenses.comparison.difference import Side
from licenses.comparison.model import Direction


@dataclass(frozen=True, slots=True)
class Context:
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
        """Introduction and sentence."""
        return f"{self.lead} {self.said}"

    @property
    def operative(self) -> bool:
        """Whether it says what somebody may, must or may not do, rather than inform."""
        if self.heading or lexicon.BINDS.search(self.whole) is None:
            return False
        if not self.binding and (
            lexicon.BINDS_THE_READER.search(self.said) is None or lexicon.REPEATS.search(self.said) is not None
        ):
            return False
        if self.links and lexicon.BINDS.search(self.said) is None:
            return False
        return lexicon.INFORMS.search(self.said) is None or lexicon.INSISTS.search(self.said) is not None

    @property
    def forbids(self) -> bool:
        """Whether it forbids something, by itself or as an item of a list of bans."""
        return lexicon.FORBIDS.search(self.said) is not None or (
            lexicon.FORBIDS.search(innermost(self.lead)) is not None
        )

    @property
    def adding(self) -> Direction:
        """What it means for a reader when such a sentence, or something in it, comes."""
        if lexicon.LEGAL.search(self.said) or lexicon.OF_THE_LICENSOR.search(self.said):
            return "neutral"
        introduction = innermost(self.lead)
        if self.forbids:
            return "tighter"
        if lexicon.BINDS_THE_READER.search(self.said):
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


def innermost(lead: str) -> str:
    """The introduction that a list item hangs from directly: what stands before the last colon."""
    parts = lead.rsplit(":", 2)
    return parts[-2].rsplit(". ", 1)[-1] if len(parts) > 1 else ""


def context_of(unit: Unit, side: Side) -> Context:
    """The context of a sentence of one of the texts."""
    start, end = unit.span
    sentence = side.sentence(start)
    said = lexicon.UNLIMITED.sub(" ", plain(side.text, start, end).lower)
    heading, links = _is_heading(side.text, start, end), _is_links(side.text, start, end)
    if sentence is None:
        return Context(said, "", False, True, heading, links)
    return Context(said, sentence.lead, sentence.defines, sentence.binding, heading, links)


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
