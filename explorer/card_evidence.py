"""What a model card says of data, code, architecture and papers, each with the place where it says so.

Only what stands there counts: a card that is silent proves nothing. Lines are looked at one by one and cut short, so
that the time is that of the card's length.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import re2

from licenses.card import read_card

Degree = Literal["open", "partial", "closed"]

LARGEST_CARD = 300_000  # characters
_LONGEST_LINE = 1_000
_MOST_DATASETS = 20
_FULL_CARD = 1_500  # characters of prose from which a card with headings is more than a stub

_CODE_HOST = r"(?:github\.com|gitlab\.com|codeberg\.org|bitbucket\.org)/[\w.-]+/[\w.-]+"
_TRAINING_CODE = (
    r"(?:\b(?:pre-?)?train(?:ing)? (?:code|scripts?|recipes?|pipeline|notebooks?|repository)\b"
    r"|\bcode (?:used )?(?:for|to) (?:pre-?)?train)"
)
# A line with none of these is passed over at once.
_WORTH = re2.compile(
    r"(?i)data|git|codeberg|bitbucket|architecture|coder|experts|transformer|diffusion|net\b|trained|tuned|arxiv|doi\.org"
    r"|acl|openreview|report|paper|preprint|@|corp"
)
_NAME = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}|[\w.-]{1,96}")
# (dimension, degree, pattern): of one dimension the first line of the best degree counts.
_SIGNS: tuple[tuple[str, Degree, Any], ...] = tuple(
    (dimension, cast(Degree, degree), re2.compile(f"(?i){pattern}"))
    for dimension, degree, pattern in (
        (
            "data", "closed",
            r"\btraining (?:data|corpus)\b.{0,80}\b(?:not (?:be )?(?:publicly )?(?:disclosed|released)\b|undisclosed)",
        ),
        ("data", "partial", r"^\s{0,3}#{1,6}.{0,60}\b(?:pre-?|fine-?)?(?:training|tuning) (?:data|corpus|corpora)"),
        (
            "data", "partial",
            r"\b(?:pre-?|fine-?)?(?:trained|tuned) on\b.{0,120}\b(?:tokens|data|corpus|images|pairs|hours)\b",
        ),
        ("code", "open", rf"{_TRAINING_CODE}.{{0,120}}{_CODE_HOST}"),
        ("code", "open", rf"{_CODE_HOST}.{{0,120}}{_TRAINING_CODE}"),
        ("code", "partial", rf"^[^!]{{0,300}}{_CODE_HOST}"),
        ("architecture", "open", r"^\s{0,3}(?:#{1,6}|[-*|]|\*\*).{0,40}\barchitecture\b"),
        (
            "architecture", "partial",
            r"\b(?:decoder-only|encoder-only|encoder-decoder|mixture[- ]of[- ]experts|transformer|diffusion|u-?net)\b",
        ),
        ("data-sheet", "open", r"\bdata ?(?:sheets?|cards?|statements?)\b.{0,80}(?:https?://|\]\()"),
        ("data-sheet", "partial", r"\bdata ?(?:sheets?|cards?|statements?)\b"),
        ("data-sheet", "partial", r"^\s{0,3}#{1,6}\W{0,6}(?:training )?(?:data|datasets?)(?: used| sources)?\W{0,4}$"),
        (
            "paper", "open",
            r"\barxiv\.org/(?:abs|pdf|html)/\d{4}\.\d{4,5}|\bdoi\.org/10\.\d{4,9}/|aclanthology\.org/|openreview\.net/",
        ),
        (
            "paper", "partial",
            r"\b(?:technical report|our paper|the paper|preprint|whitepaper)\b|@(?:article|misc|inproceedings)\b",
        ),
    )
)  # fmt: skip
_ORDER: tuple[Degree, ...] = ("open", "partial", "closed")


@dataclass(frozen=True, slots=True)
class Sign:
    """A place in the card (`text[start:end]`, characters) that speaks for a degree."""

    degree: Degree
    start: int
    end: int
    says: str


@dataclass(frozen=True, slots=True)
class CardEvidence:
    """What a card says: `signs` by dimension, the data sets and papers its head names, and how much prose it has."""

    signs: Mapping[str, Sign] = field(default_factory=dict)
    datasets: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    prose: int = 0
    headings: int = 0

    @property
    def is_full(self) -> bool:
        """Whether the card is more than a stub."""
        return self.prose >= _FULL_CARD and self.headings >= 3


def card_evidence(text: str) -> CardEvidence:
    """Read a card (stored text). Pure; never raises."""
    # A lone surrogate is in no stored text; should there be one, it becomes one other character.
    content = text[:LARGEST_CARD].encode("utf-8", "replace")
    text = content.decode("utf-8")
    card = read_card(content)
    signs: dict[str, Sign] = {}
    headings = prose = 0
    position = card.body
    for line in text[card.body :].split("\n"):
        short = line[:_LONGEST_LINE]
        headings += short.startswith("#")
        prose += len(short.strip())
        if short.strip():
            _look(short, position, signs)
        position += len(line) + 1
    return CardEvidence(signs, _datasets(card.data), _papers(card.data), prose, headings)


def _look(line: str, position: int, signs: dict[str, Sign]) -> None:
    if not _WORTH.search(line):
        return
    for dimension, degree, pattern in _SIGNS:
        known = signs.get(dimension)
        if known is not None and _ORDER.index(known.degree) <= _ORDER.index(degree):
            continue
        if pattern.search(line):
            start = position + len(line) - len(line.lstrip())
            signs[dimension] = Sign(degree, start, position + len(line.rstrip()), line.strip()[:240])


def _datasets(head: Mapping[str, object]) -> tuple[str, ...]:
    named = head.get("datasets")
    values = named if isinstance(named, list) else [named]
    return tuple(v for v in values if isinstance(v, str) and _NAME.fullmatch(v))[:_MOST_DATASETS]


def _papers(head: Mapping[str, object]) -> tuple[str, ...]:
    tags = head.get("tags")
    values = tags if isinstance(tags, list) else [tags]
    return tuple(v for v in values if isinstance(v, str) and re.fullmatch(r"(?:arxiv|doi):[\w./-]{4,80}", v))[:5]
