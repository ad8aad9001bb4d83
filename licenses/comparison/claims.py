"""What a card claims, before and after: judged by what the licenses named are known to grant."""

from __future__ import annotations

from licenses.comparison.model import Verdict

Claim = tuple[str | None, str | None, str | None]


def compare_claims(before: Claim, after: Claim) -> Verdict:
    """The direction of a changed claim (license, license_name, license_link, each as written). Unknown: neutral."""
    return Verdict("neutral", False)
