"""What a card claims, before and after: judged by what the licenses named are known to grant."""

from __future__ import annotations

from licenses.comparison.grants import between, rank_of_license
from licenses.comparison.model import Verdict
from licenses.names import name_to_license, same_license

Claim = tuple[str | None, str | None, str | None]
_NEUTRAL = Verdict("neutral", False)


def compare_claims(before: Claim, after: Claim) -> Verdict:
    """The direction of a changed claim (license, license_name, license_link, each as written).

    Two spellings of one license are no change, nor is a link unless it alone names the license and names another.
    Two licenses that are both known are compared by their grants, and that is substantive. A claim that appears or
    goes says what the texts say anyway and binds nobody by itself: neutral, not substantive, unless the license
    named is gone for a different one. Where one side's grant is not known, the direction is neutral.
    """
    old, new = claimed_license(before), claimed_license(after)
    if old is None and new is None:
        return _NEUTRAL if _names_nothing(before, after) else Verdict("neutral", True)
    if old is None or new is None:
        # A name of one's own (`other`, `acme-license`) against a known license is another license of unknown grant.
        stranger = _own_name(before) if old is None else _own_name(after)
        return Verdict("neutral", stranger is not None)
    if same_license(old, new):
        return _NEUTRAL
    return Verdict(between(rank_of_license(old), rank_of_license(new)), True)


def claimed_license(claim: Claim) -> str | None:
    """The id of the license that a claim names: by its tag; where that is `other`, by its name or its link."""
    tag, name, link = claim
    return name_to_license(tag) or name_to_license(name) or name_to_license(link)


def _own_name(claim: Claim) -> str | None:
    """The name of a license that nobody knows, folded; None where the claim names none."""
    tag, name, _ = claim
    for value in (name, tag):
        folded = " ".join((value or "").casefold().replace("-", " ").replace("_", " ").split())
        if folded and folded not in {"other", "unknown", "none", "null", "n/a", "na", "tbd", "custom"}:
            return folded
    return None


def _names_nothing(before: Claim, after: Claim) -> bool:
    old, new = _own_name(before), _own_name(after)
    return old is None or new is None or old == new
