"""Where the terms are on a page that nobody wrote a selector for, and how sure that is."""

from __future__ import annotations

import re2
from bs4 import Tag

from crawler.extraction.blocks import Weights, ancestors

ENOUGH = 0.9  # of the page's prose; less, and the rest may be terms too
_LEGAL = re2.compile(
    r"(?i)\b(?:terms|agreement|policy|policies|license|licence|licensee|licensor|shall|liability|liable|warrant(?:y|ies)"
    r"|indemnif\w+|prohibited|govern(?:ed|ing)|herein|hereby|thereof|pursuant|consent|rights|applicable law|arbitration"
    r"|comply|compliance|restrictions?|must not|may not|permitted|intellectual property|services?|third[- ]part(?:y|ies))\b"
)
_TITLE = re2.compile(
    r"(?i)terms|polic(?:y|ies)|licen[sc]e|agreement|conditions|legal|guidelines|notice|addendum|privacy|rules|principles"
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
    for name in ("article", "main"):
        for tag in root.find_all(lambda t, name=name: t.name == name or t.get("role") == name, limit=20):
            if weights[tag].prose >= ENOUGH * whole:
                return _with_title(tag, root, weights)
    tag = root
    while (inner := _heaviest(tag, weights)) is not None and weights[inner].prose >= 0.97 * whole:
        tag = inner
    return _with_title(tag, root, weights)


def _heaviest(tag: Tag, weights: Weights) -> Tag | None:
    children = [child for child in tag.children if isinstance(child, Tag)]
    return max(children, key=lambda child: weights[child].prose, default=None)


def _with_title(tag: Tag, root: Tag, weights: Weights) -> Tag:
    """Widen from `tag` to where the title is, if that brings little else but a date or a note."""
    for up in ancestors(tag, root):
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

    By its length, its share of the `whole` page's words of prose, how much of it is sentences, legal words, a title that says so.
    """
    weight = Weights(tag)[tag]
    text = tag.get_text(" ")[:200_000]
    legal = len(_LEGAL.findall(text)) / max(1, weight.words)
    title += " ".join(heading.get_text(" ")[:200] for heading in tag.find_all("h1", limit=2))
    parts = (
        (0.25, min(1.0, weight.prose / 400)),
        (0.15, weight.prose / whole if whole else 0.0),
        (0.15, min(1.0, 1.25 * weight.prose / max(1, weight.words))),
        (0.25, min(1.0, legal / 0.025)),
        (0.20, 1.0 if _TITLE.search(title) else 0.0),
    )
    return round(min(1.0, sum(part * min(1.0, value) for part, value in parts)), 2)


def css_path(tag: Tag) -> str:
    """A selector that finds `tag` alone in its page: short and lasting where there is such a one."""
    top = tag
    while top.parent is not None:
        top = top.parent
    if tag.name in ("main", "article", "body") and len(top.find_all(tag.name, limit=2)) == 1:
        return tag.name
    name = str(tag.get("id") or "")
    if _STABLE_NAME.fullmatch(name) and len(top.find_all(id=name, limit=2)) == 1:
        return f"#{name}"
    if tag.get("role") == "main":
        return "[role=main]"
    if tag.parent is None or tag.parent is top:
        return tag.name
    place = 1 + sum(1 for _ in tag.find_previous_siblings(tag.name))
    return f"{css_path(tag.parent)} > {tag.name}:nth-of-type({place})"
