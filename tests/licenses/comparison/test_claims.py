"""What a changed claim of a card means."""

from __future__ import annotations

import pytest

from licenses.comparison import Verdict, compare_claims
from licenses.comparison.grants import opposite

Claim = tuple[str | None, str | None, str | None]


def of(license: str | None, name: str | None = None, link: str | None = None) -> Claim:
    return license, name, link


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (of("apache-2.0"), of("Apache-2.0")),
        (of("apache 2.0"), of("apache-2.0")),
        (of("other", "gemma"), of("gemma")),
        (of("other", "llama3.1", "LICENSE"), of("llama3.1")),
        (of("mit", None, "LICENSE"), of("mit", None, "https://example.org/LICENSE")),
        (of("other", "acme", "LICENSE"), of("other", "acme", "LICENSE.txt")),
        (of("other", "acme-license"), of("other", "Acme License")),
        (of("other"), of("other", None, "LICENSE")),
        (of(None), of("other")),
        (of("unknown"), of(None)),
    ],
)
def test_the_same_license_in_other_words_is_no_change(before: Claim, after: Claim) -> None:
    assert compare_claims(before, after) == Verdict("neutral", False)
    assert compare_claims(after, before) == Verdict("neutral", False)


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        (of("mit"), of("cc-by-nc-4.0"), "tighter"),
        (of("cc-by-nc-4.0"), of("mit"), "looser"),
        (of("apache-2.0"), of("llama3.1"), "tighter"),
        (of("apache-2.0"), of("gpl-3.0"), "tighter"),
        (of("gpl-3.0"), of("mit"), "looser"),
        (of("other", "gemma"), of("apache-2.0"), "looser"),
        (of("mit"), of("apache-2.0"), "neutral"),
        (of("cc-by-nc-4.0"), of("cc-by-nc-sa-4.0"), "neutral"),
    ],
)
def test_another_license_is_judged_by_its_grant(before: Claim, after: Claim, direction: str) -> None:
    assert compare_claims(before, after) == Verdict(direction, True)  # type: ignore[arg-type]
    assert compare_claims(after, before).direction == opposite(direction)  # type: ignore[arg-type]


def test_a_license_nobody_knows_is_another_license_of_unknown_grant() -> None:
    assert compare_claims(of("mit"), of("other", "acme-license")) == Verdict("neutral", True)
    assert compare_claims(of("other", "acme-license"), of("other", "emca-license")) == Verdict("neutral", True)


def test_a_claim_that_appears_or_goes_binds_nobody() -> None:
    assert compare_claims(of(None), of("mit")) == Verdict("neutral", False)
    assert compare_claims(of("mit"), of(None)) == Verdict("neutral", False)


@pytest.mark.parametrize("odd", ["", " ", "x" * 100_000, "\0", "[]", "https://", "javascript:alert(1)", "۵", "other\n"])
def test_odd_claims_are_survived(odd: str) -> None:
    for claim in (of(odd), of("other", odd), of("other", None, odd)):
        assert compare_claims(of("mit"), claim).direction in {"neutral"}
