"""Where the terms are on a page that nobody wrote a selector for, and how sure that is."""

from __future__ import annotations

from collections import Counter

import re2
from bs4 import PageElement, Tag

from crawler.extraction.blocks import HEADINGS, Weights, ancestors
from crawler.extraction.legal import ORDINARY, legal_rate
from crawler.extraction.tree import elements
from crawler.languages import LEGAL_WORDS_KNOWN, language_of

UNLIKE_TERMS = 0.012  # rate of legal words below which a text is something else
ENOUGH = 0.9  # of the page's prose in <main>; less, and the rest may be terms too
A_SENTENCE_OR_TWO = 40  # words of prose that may be about the page's controls, whatever share they are
NEARLY_ALL = 0.97  # the same for what promises less than <main>
_TITLE = re2.compile(
    r"(?i)terms|polic(?:y|ies)|licen[sc]e|agreement|conditions|legal|guidelines|notice|addendum|privacy|rules|principles"
)
_DATE = re2.compile(
    r"(?i)\b(?:effective|updated|modified|revised|version|dated?|as of|in force)\b.{0,40}\b(?:19|20)\d\d\b"
    r"|\b(?:19|20)\d\d-\d\d-\d\d\b|\b\d{1,2}[./]\d{1,2}[./](?:\d\d)?\d\d\b"
)
_STABLE_NAME = re2.compile(r"[A-Za-z][A-Za-z-]{2,40}")


def find_body(root: Tag) -> Tag:
    """The element that holds the terms: <main> or <article> if it has nearly all prose, else the narrowest that has.

    A title and a date just outside of the paragraphs are taken along.
    """
    weights = Weights(root)
    whole = weights[root].prose
    if not whole:
        return root
    tags = elements(root)
    for name, enough in (("article", NEARLY_ALL), ("main", ENOUGH)):
        for tag in [tag for tag in tags if tag.name == name or tag.get("role") == name][:20]:
            if weights[tag].prose >= min(enough * whole, whole - A_SENTENCE_OR_TWO):
                return _with_title(tag, root, weights)
    tag = root
    while (inner := _heaviest(tag, weights)) is not None and weights[inner].prose >= NEARLY_ALL * whole:
        titled = inner.find("h1") is not None
        if any(_says_something(child, weights, titled) for child in tag.children if child is not inner):
            break
        tag = inner
    return _with_title(tag, root, weights)


def _says_something(node: PageElement, weights: Weights, titled: bool) -> bool:
    """Whether a node beside the bulk of the text belongs to it: a title, a date, a sentence.

    A bulk that is `titled` needs no other title, nor the sentence that a site puts below its own.
    """
    if not isinstance(node, Tag):
        return bool(_DATE.search(str(node)[:300]))
    if weights[node].prose > (A_SENTENCE_OR_TWO if titled else 0):
        return True
    if not titled and (node.name in HEADINGS or node.find(["h1", "h2"]) is not None):
        return True
    return weights[node].words < 60 and bool(_DATE.search(node.get_text(" ")[:600]))


def _heaviest(tag: Tag, weights: Weights) -> Tag | None:
    children = [child for child in tag.children if isinstance(child, Tag)]
    return max(children, key=lambda child: weights[child].prose, default=None)


def _with_title(tag: Tag, root: Tag, weights: Weights) -> Tag:
    """Widen from `tag` to where the title is, if that brings little else but a date or a note."""
    if tag is root:
        return root
    for up in (*ancestors(tag, root), root):
        if tag.find("h1") is not None or tag.name == "main":
            break
        more = weights[up].words - weights[tag].words
        linked = weights[up].linked - weights[tag].linked
        if more > max(40, 0.03 * weights[tag].words) or linked > max(8, 0.5 * more):
            break
        tag = up
    return tag


def confidence(tag: Tag, whole: int, title: str) -> float:
    """How sure it is that `tag` is the terms, 0 to 1.

    By its length, its share of the `whole` page's words of prose, how much of it is sentences, its legal words,
    and a title that says so.
    """
    weight = Weights(tag)[tag]
    text = tag.get_text(" ")
    legal = legal_rate(text)
    if language_of(text.split()) not in LEGAL_WORDS_KNOWN:
        legal = max(legal, ORDINARY / 2)  # its words of law are not known: they tell nothing
    title += " ".join(heading.get_text(" ")[:200] for heading in tag.find_all("h1", limit=2))
    parts = (
        (0.25, weight.prose / 400),
        (0.15, weight.prose / whole if whole else 0.0),
        (0.15, 1.25 * weight.prose / max(1, weight.words)),
        (0.25, legal / ORDINARY),
        (0.20, 1.0 if _TITLE.search(title) else 0.0),
    )
    sure = sum(part * min(1.0, value) for part, value in parts)
    return round(min(sure, 0.3 if legal < UNLIKE_TERMS else 1.0), 2)


class Places:
    """Where each element stands in the page as it was sent, to say so in CSS after much has been taken out."""

    def __init__(self, soup: Tag) -> None:
        self._nth: dict[int, int] = {}
        self._often: Counter[str] = Counter()
        counts: dict[tuple[int, str], int] = {}
        for tag in elements(soup):
            key = (id(tag.parent), tag.name)
            self._nth[id(tag)] = counts[key] = counts.get(key, 0) + 1
            self._often.update((tag.name, f"#{tag.get('id')}", f"[role={tag.get('role')}]"))

    def css(self, tag: Tag) -> str:
        """A selector that finds `tag` alone in its page: short and lasting where there is such a one."""
        steps: list[str] = []
        at: Tag | None = tag
        while at is not None and at.parent is not None:
            lasting = self._lasting(at)
            if lasting:
                return " > ".join([lasting, *reversed(steps)])
            steps.append(f"{at.name}:nth-of-type({self._nth.get(id(at), 1)})")
            at = at.parent
        return " > ".join(reversed(steps)) or "body"

    def _lasting(self, tag: Tag) -> str | None:
        name = f"#{tag.get('id') or ''}"
        if tag.name == "body":
            return "body"
        if tag.name in ("main", "article") and self._often[tag.name] == 1:
            return tag.name
        if _STABLE_NAME.fullmatch(name[1:]) and self._often[name] == 1:
            return name
        return "[role=main]" if tag.get("role") == "main" and self._often["[role=main]"] == 1 else None
