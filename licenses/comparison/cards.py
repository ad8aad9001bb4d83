"""Cards and READMEs: most of their text says nothing of terms, and what does is read as statements.

A statement is a sentence under a heading about licensing, or one that names a license or speaks of commercial use. Of
these count: which licenses are named, and whether commercial use is open, asked for, or closed. A promise for the
future, a wish to be cited, or better grammar changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import re2

from licenses.card import read_card
from licenses.clauses import Clause
from licenses.clauses.sentences import Sentence, sentences
from licenses.comparison.claims import Claim, compare_claims
from licenses.comparison.grants import between, rank_of_license, together
from licenses.comparison.model import Direction
from licenses.comparison.named import licenses_named

_LONGEST_CARD = 400_000  # characters

_MARKS_OF_A_CARD = (
    re2.compile(r"(?m)^```"),
    re2.compile(r"(?i)!\[[^\]\n]{0,200}\]\(|<img\b|<div align"),
    re2.compile(r"(?im)^#{1,4} .{0,40}(?:usage|install\w*|quick ?start|getting started|citation|model details"
                r"|evaluation|requirements|introduction|training data|intended use|model card|license)\b.{0,40}$"),
    re2.compile(r"(?i)\barxiv\b|\bpip install\b|\bfrom transformers\b|shields\.io|\b\d+(?:\.\d+)?[BM] parameters\b"),
    re2.compile(r"(?m)\A---\n[a-z_]+:"),
)  # fmt: skip
_ABOUT = re2.compile(r"(?i)\blicen[cs](?:e|es|ed|ing)\b|许可|协议|terms of use|声明|商用")
_SPEAKS = re2.compile(
    r"(?i)\blicen[cs]\w*|\bcommercial\w*|\bnon-?commercial\w*|许可|商用|商业|授权|开源协议"
)
_PROMISES = re2.compile(r"(?i)\bwill be (?:changed|replaced)\b|\bin the (?:near )?future\b|\bstay tuned\b|\bplan to\b")
# Parts that are of somebody else: what was used, compared with, or thanked.
_OTHERS = re2.compile(
    r"(?i)\b(?:third[- ]party|dependenc\w+|acknowledg\w+|thanks|borrowed|fine-tuned from"
    r"|copied from)\b"
)

CLOSED, ASKED, OPEN = 3, 2, 1
_CLOSED = re2.compile(
    r"(?i)\bnon-?\s?commercial\b|\b(?:prohibit|forbid)\w* (?:any )?(?:commercial)|\bnot (?:be )?(?:\w+ ){0,4}commercial"
    r"|\bresearch (?:purposes? |use )?only\b|\bno commercial\b|非商业|不得.{0,8}商用|禁止商"
)
_ASKED = re2.compile(
    r"(?i)(?:commercial\b.{0,160}\b(?:written (?:permission|authori[sz]ation|consent)|permission from|authori[sz]ation"
    r"|contact us)|(?:written )?(?:permission|authori[sz]ation).{0,80}\bcommercial)|商.{0,40}(?:书面授权|授权)"
)
_APPLY = re2.compile(
    r"(?i)commercial\b.{0,200}\b(?:appl(?:y|ication)|regist\w+|fill|form|questionnaire)\b|商.{0,60}(?:登记|申请|问卷)"
)
_OPEN = re2.compile(
    r"(?i)\b(?:allow|permit|free|support|intended for|custom|available for)\w*\b.{0,60}\bcommercial\b"
    r"|\bcommercial(?:ly)? (?:use|usage|licen[cs]e|and research)\b|免费商用|支持商"
)


@dataclass(frozen=True, slots=True)
class Statements:
    """What a card says of its terms.

    `named` are ids of licenses; `stance` is how commercial use stands (higher is tighter, None is not said);
    `spans` are the stretches of text that were read for it.
    """

    named: frozenset[str]
    stance: float | None
    claim: Claim
    spans: tuple[tuple[int, int], ...]

    def covers(self, clause: Clause) -> bool:
        """Whether a clause was found in one of the statements."""
        return any(start <= clause.start < end for start, end in self.spans)


def looks_like_card(text: str) -> bool:
    """Whether a text is a README or a model card rather than a license or terms of service."""
    head = text[:_LONGEST_CARD]
    return sum(mark.search(head) is not None for mark in _MARKS_OF_A_CARD) >= 2 or _only_front_matter(text)


def _only_front_matter(text: str) -> bool:
    card = read_card(text.encode("utf-8", "replace")) if text.lstrip().startswith("---") else None
    return card is not None and "license" in card.data


def statements(text: str) -> Statements:
    """Read a card's statements."""
    text = text[:_LONGEST_CARD]
    found = list(_speaking(text))
    named: set[str] = set()
    stances: list[float] = []
    for sentence in found:
        said = text[sentence.start : sentence.end]
        if _PROMISES.search(said) or _OTHERS.search(said):
            continue
        named.update(licenses_named(said))
        stance = _stance(said)
        if stance is not None:
            stances.append(stance)
    claim = _claim(text)
    return Statements(
        frozenset(named), max(stances, default=None), claim, tuple((s.start, s.end) for s in found)
    )  # fmt: skip


def _speaking(text: str) -> Iterator[Sentence]:
    """Sentences under a heading on licensing, and others that speak of it; badges too."""
    for sentence in sentences(text):
        said = text[sentence.start : sentence.end]
        if (sentence.section and _ABOUT.search(sentence.section)) or _SPEAKS.search(said):
            yield sentence


def _stance(said: str) -> float | None:
    flat = " ".join(said.replace("*", "").replace("_", " ").split())
    if _CLOSED.search(flat):
        return CLOSED
    if _APPLY.search(flat):
        return ASKED - 0.5
    if _ASKED.search(flat):
        return ASKED
    return OPEN if _OPEN.search(flat) else None


def _claim(text: str) -> Claim:
    if not text.lstrip().startswith("---"):
        return (None, None, None)
    data = read_card(text.encode("utf-8", "replace")).data
    license_, name, link = (data.get(key) for key in ("license", "license_name", "license_link"))
    return tuple(value if isinstance(value, str) else None for value in (license_, name, link))  # type: ignore[return-value]


def compare_statements(before: Statements, after: Statements) -> tuple[bool, Direction]:
    """Whether what two cards say of their terms differs, and in which direction."""
    directions: list[Direction] = []
    substantive = False
    if before.claim != after.claim:
        verdict = compare_claims(before.claim, after.claim)
        substantive |= verdict.substantive
        directions.append(verdict.direction)
    if before.stance != after.stance and before.stance is not None and after.stance is not None:
        substantive = True
        directions.append("tighter" if after.stance > before.stance else "looser")
    if before.named != after.named and (before.named or after.named):
        gone, come = before.named - after.named, after.named - before.named
        if come or (gone and not after.named):
            substantive |= bool(come)
            directions.append(between(_widest(gone or before.named), _widest(come or after.named)))
    return substantive, together(directions)


def _widest(named: frozenset[str]) -> int | None:
    ranks = [rank for license_id in named if (rank := rank_of_license(license_id)) is not None]
    return min(ranks, default=None)
