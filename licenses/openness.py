"""How open a subject is: what in its texts rules out open source, and which of the three types it has.

Open source is what the definition of OSI demands of a license (The Open Source Definition, 1, 3, 5, 6, 7): a tag on a
card proves nothing, the text found decides. Not knowing is an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from licenses.catalogue import entry
from licenses.clauses import Clause
from licenses.identity import Identity

Type = Literal["proprietary", "open", "open-source", "unknown"]

# A clause of these discriminates against fields, persons, places or scale, or withholds a right that OSI demands.
RULE_OUT = frozenset(
    {
        "mau-threshold", "dau-threshold", "revenue-threshold", "royalty", "registration-required", "non-commercial",
        "research-only", "acceptable-use-policy", "use-restrictions", "no-model-improvement", "no-competing-models",
        "no-derivatives", "no-redistribution", "territory-exclusion", "excluded-users", "no-military",
    }
)  # fmt: skip
_RESTRICTED = {"source-available-restricted", "non-commercial", "research-only", "no-derivatives"}
_FREE = {"permissive", "copyleft", "public-domain"}


@dataclass(frozen=True, slots=True)
class Openness:
    """The type, and the reasons for it in words a reader can check (`unknown` says what is missing)."""

    type: Type
    reasons: tuple[str, ...]


def rules_out_open_source(clauses: Iterable[Clause]) -> list[str]:
    """The ids of clauses that an open-source license cannot have, in the order of the text, each once."""
    return list(dict.fromkeys(clause.clause for clause in clauses if clause.clause in RULE_OUT))


def openness(
    licenses: Sequence[Identity],
    clauses: Iterable[Clause],
    *,
    has_weights: bool | None,
    gated: str | bool | None = None,
    available: bool = True,
) -> Openness:
    """The type of a subject.

    `licenses` are the identities of the texts found that speak for the weights (none: no text was found); `clauses`
    those of all texts that bind (bundle.py). `has_weights` is None where nobody looked. `gated` is the Hub's value:
    `auto` asks for a name, `manual` for leave. A license counts as open source only if its text was found,
    is that of a license known to be one, unaltered, and none of the texts holds a clause that rules it out.
    """
    if has_weights is None or not available:
        return Openness("unknown", ("it is not known whether the weights can be had",))
    if not has_weights:
        return Openness("proprietary", ("no weights are published",))
    against = [f"the texts hold {clause}" for clause in rules_out_open_source(clauses)]
    if _gate_is_shut(gated):
        against.append("access is granted one by one")
    against += [f"{one.license} restricts use" for one in licenses if _grant(one) in _RESTRICTED]
    if against:
        return Openness("open", tuple(dict.fromkeys(against)))
    if not licenses:
        return Openness("unknown", ("no license text was found",))
    doubts = [reason for one in licenses if (reason := _doubt(one)) is not None]
    if doubts:
        return Openness("unknown", tuple(dict.fromkeys(doubts)))
    names = dict.fromkeys(str(one.license) for one in licenses)
    return Openness("open-source", tuple(f"the text is {name}, which is open source" for name in names))


def _gate_is_shut(gated: str | bool | None) -> bool:
    return str(gated or "").casefold() == "manual"


def _grant(identity: Identity) -> str | None:
    known = entry(identity.license)
    return known.grant if known else None


def _doubt(identity: Identity) -> str | None:
    """Why this text cannot pass for open source, though nothing in it rules that out; None if it can."""
    if identity.license is None:
        return "the license text is none that is known"
    if identity.altered:
        return f"the text departs from {identity.license}"
    known = entry(identity.license)
    if known is None:
        return f"nothing is known of {identity.license}"
    if known.open_source or (known.open_source is None and known.grant in _FREE):
        return None
    return f"{identity.license} is not known to be open source"
