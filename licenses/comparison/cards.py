"""Cards and READMEs: most of their text says nothing of terms, and what does is read as statements.

A statement is a sentence under a heading about licensing, or one that names a license or speaks of commercial use. Of
these count: which licenses are named, and whether commercial use is open, asked for, or closed. A promise for the
future, a wish to be cited, or better grammar changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import re2

from licenses.card import read_card
from licenses.clauses import Clause, vocabulary
from licenses.clauses.sentences import Sentence, sentences
from licenses.comparison.claims import Claim, compare_claims
from licenses.comparison.grants import between, rank_of_license, together
from licenses.comparison.model import Direction
from licenses.comparison.named import badges, licenses_named

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
_LICENSE_HEADING = re2.compile(r"(?i)\blicen[cs](?:e|es|ing)\b|许可|terms of use|协议")
_SPEAKS = re2.compile(r"(?i)\blicen[cs]\w*|\bcommercial\w*|\bnon-?commercial\w*|许可|商用|商业|授权|开源协议")
_PROMISES = re2.compile(r"(?i)\bwill be (?:changed|replaced)\b|\bin the (?:near )?future\b|\bstay tuned\b|\bplan to\b")
# Parts that are of somebody else: what was used, compared with, or thanked.
_OTHERS = re2.compile(r"(?i)\b(?:third[- ]party|dependenc\w+|acknowledg\w+|thanks|borrowed|copied from)\b")

CLOSED, ASKED, APPLIED, OPEN = 3, 2, 1.5, 1  # to commerce; by written permission; by a form
# "The code is under X, while the weights are under Y."
_PARTS = re.compile(r"[;,]\s|\bwhile\b|\bwhereas\b")
_MOST_STATEMENTS = 500
_MOST_LINKS = 2  # more links than this in a sentence: a row to navigate by
_BY_STANCE = {"non-commercial", "registration-required", "acceptable-use-policy", "research-only"}
_CODE = re2.compile(r"(?i)\bcode\b|\brepository\b|\brepo\b|代码|源码")
_WEIGHTS = re2.compile(r"(?i)\bmodels?\b|\bweights?\b|\bcheckpoints?\b|\bdatasets?\b|模型|权重|数据")
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

    `weights` and `code` are ids of the licenses named for the one or the other (weights, where it is not said which);
    `stance` is how commercial use stands (higher is tighter, None is not said); `clauses` are the bans it states.
    """

    weights: frozenset[str]
    code: frozenset[str]
    stance: float | None
    claim: Claim
    clauses: tuple[Clause, ...]


def both_cards(before: str, after: str) -> bool:
    """Whether two texts are READMEs or model cards rather than licenses or terms of service."""
    marks = [_marks(before), _marks(after)]
    return min(marks) >= 1 and sum(marks) >= 3


def _marks(text: str) -> int:
    head = text[:_LONGEST_CARD]
    if head.lstrip().startswith("---") and read_card(head.encode("utf-8", "replace")).data:
        return 2
    return sum(mark.search(head) is not None for mark in _MARKS_OF_A_CARD)


def statements(text: str, clauses: Sequence[Clause]) -> Statements:
    """Read a card's statements; `clauses` are those found in all of its text."""
    text = text[:_LONGEST_CARD]
    named: dict[bool, set[str]] = {True: set(), False: set()}
    stances: list[tuple[float, Sentence]] = []
    spans: list[tuple[int, int]] = []
    for sentence in islice(_speaking(text), _MOST_STATEMENTS):
        said = text[sentence.start : sentence.end]
        if _PROMISES.search(said) or _OTHERS.search(said) or said.count("](") > _MOST_LINKS:
            continue
        spans.append((sentence.start, sentence.end))
        for part in _PARTS.split(said):
            speaks = part if _CODE.search(part) or _WEIGHTS.search(part) else said
            named[_of_code(speaks)].update(licenses_named(part))
        if (stance := _stance(said)) is not None:
            stances.append((stance, sentence))
    for label, message in badges(text):
        named["code" in label].update(licenses_named(message))
    tightest = max(stances, key=lambda item: item[0], default=None)
    stated = [clause for clause in clauses if _banned(clause) and any(a <= clause.start < b for a, b in spans)]
    if tightest is not None and tightest[0] > OPEN:
        stated.append(_stated(text, *tightest))
    return Statements(
        frozenset(named[False]), frozenset(named[True]), tightest[0] if tightest else None, _claim(text), tuple(stated)
    )  # fmt: skip


def _speaking(text: str) -> Iterator[Sentence]:
    """Sentences under a heading on licensing, and others that speak of it."""
    for sentence in sentences(text):
        said = text[sentence.start : sentence.end]
        if (sentence.section and _ABOUT.search(sentence.section)) or _SPEAKS.search(said):
            yield sentence


def license_sections(text: str) -> list[tuple[int, int]]:
    """The spans of what stands under headings on licensing."""
    found: list[tuple[int, int]] = []
    for sentence in sentences(text[:_LONGEST_CARD]):
        if sentence.section and _LICENSE_HEADING.search(sentence.section):
            said = text[sentence.start : sentence.end]
            if not _PROMISES.search(said) and not _OTHERS.search(said):
                found.append((sentence.start, sentence.end))
    return found


def _of_code(said: str) -> bool:
    return _CODE.search(said) is not None and _WEIGHTS.search(said) is None


def _banned(clause: Clause) -> bool:
    """Bans that a card states by itself. What it grants it tells after the license; commerce is read by `_stance`."""
    term = vocabulary().get(clause.clause)
    return term is not None and term.kind == "restriction" and clause.clause not in _BY_STANCE


def _stated(text: str, stance: float, sentence: Sentence) -> Clause:
    start, end = sentence.start, sentence.end
    name = "non-commercial" if stance >= CLOSED else "registration-required"
    return Clause(name, text[start:end], start, end, sentence.section)


def _stance(said: str) -> float | None:
    flat = " ".join(said.replace("*", "").replace("_", " ").split())
    if _CLOSED.search(flat):
        return CLOSED
    if _APPLY.search(flat):
        return APPLIED
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
    old, new = before.weights, after.weights
    told = _told_in_words(before, after), _told_in_words(after, before)
    if told != (None, None):
        # The weights were under terms told in words, and are now under a license with a name; or the other way.
        ranks = (told[0], _widest(new)) if told[0] is not None else (_widest(old), told[1])
        return True, together([*directions, between(*ranks)])
    if not (old and new) or old == new:
        old, new = old | before.code, new | after.code
    if old and new and old != new:
        substantive = True
        directions.append(between(_widest(old - new or old), _widest(new - old or new)))
    return substantive, together(directions)


def _told_in_words(one: Statements, other: Statements) -> int | None:
    """The rank of what a card says of commerce, where only the other names a license for the weights."""
    if one.weights or not other.weights or other.stance not in (None, OPEN) or one.stance is None:
        return None
    return _RANK_OF_STANCE.get(one.stance)


# In ranks of licenses (grants.py): with a threshold, or closed to commerce.
_RANK_OF_STANCE = {CLOSED: 3, ASKED: 2, APPLIED: 2}


def _widest(named: frozenset[str]) -> int | None:
    ranks = [rank for license_id in named if (rank := rank_of_license(license_id)) is not None]
    return min(ranks, default=None)
