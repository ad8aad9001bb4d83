"""Pages that hold all of a vendor's documents side by side: which of them is the one that is declared."""

from __future__ import annotations

import re2
from bs4 import Tag

from crawler.extraction.blocks import Weights

FEWEST = 3  # documents side by side; less may be parts of one
LEAST_PROSE = 300  # words of one of them
MOST_OF_THE_PAGE = 0.8  # of the page's prose in them together
# What vendors call the documents that Open Terms Archive has these names for.
TITLES = {
    "terms of service": ("terms of service", "terms of use", "terms and conditions", "terms conditions", "user terms"),
    "privacy policy": ("privacy policy", "privacy notice", "privacy statement"),
    "acceptable use policy": (
        "acceptable use policy", "usage policy", "usage policies", "prohibited use policy",
    ),
    "commercial terms": (
        "commercial terms", "commercial terms of service", "business terms", "enterprise terms", "services agreement",
    ),
    "developer terms": ("developer terms", "api terms", "api terms of service", "api terms of use"),
    "data processor agreement": (
        "data processing agreement", "data processing addendum", "data processor agreement",
    ),
    "trackers policy": ("cookie policy", "cookies policy", "cookie notice"),
    "copyright claims policy": ("copyright policy", "dmca policy", "copyright claims policy"),
    "community guidelines": ("community guidelines", "community standards"),
}  # fmt: skip
_OTHER_THAN_WORDS = re2.compile(r"[^\pL\pN]+")


def the_one_declared(root: Tag, kind: str | None) -> Tag | None:
    """The document of that terms type (as Open Terms Archive names it) on a page that holds several; else None.

    A document is known by its title or id alone; where none or more than one is called so, the page is not cut.
    """
    if not kind:
        return None
    weights = Weights(root)
    whole = weights[root].prose
    wanted = {_plain(kind), *TITLES.get(_plain(kind), ())}
    for parent in [root, *root.find_all(["main", "article", "section", "div"])]:
        if weights[parent].prose < MOST_OF_THE_PAGE * whole:
            continue
        documents = [
            child for child in parent.children if isinstance(child, Tag) and weights[child].prose >= LEAST_PROSE
        ]
        if len(documents) < FEWEST or sum(weights[d].prose for d in documents) < MOST_OF_THE_PAGE * whole:
            continue
        named = [_names(document) for document in documents]
        known = {title for titles in TITLES.values() for title in titles}
        matching = [document for document, names in zip(documents, named, strict=True) if names & wanted]
        others = sum(1 for names in named if names & (known - wanted))
        if len(matching) == 1 and others:
            return matching[0]
    return None


def _names(document: Tag) -> set[str]:
    """How a document is called: by its id, and by its first heading."""
    heading = document.find(["h1", "h2", "h3"])
    said = {_plain(str(document.get("id") or ""))}
    if heading is not None:
        said.add(_plain(heading.get_text(" ")[:200]))
    return said - {""}


def _plain(title: str) -> str:
    return str(_OTHER_THAN_WORDS.sub(" ", title.lower())).strip()
