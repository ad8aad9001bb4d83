"""Where a card's claims and the texts disagree, and which texts bind."""

from __future__ import annotations

import json

import pytest

from licenses.bundle import DocumentRead, bound_clauses, for_weights
from licenses.clauses import Clause
from licenses.findings import Claims, findings
from licenses.identity import Identity


def document(place: str, license: str | None = None, *clauses: str, role: str = "license", **more) -> DocumentRead:
    found = tuple(Clause(name, "some words", 0, 10) for name in clauses)
    return DocumentRead(role, place, Identity(license, similarity=1.0 if license else 0.0), found, "00ff", **more)


def kinds(claims: Claims, *documents: DocumentRead) -> list[tuple[str, str]]:
    found = findings(claims, documents)
    json.dumps([one.evidence for one in found])
    return [(one.claim, one.severity) for one in found]


@pytest.mark.parametrize(
    ("claims", "documents"),
    [
        (Claims("apache-2.0", tags=("license:apache-2.0",)), [document("LICENSE", "Apache-2.0")]),
        (Claims("other", "llama3.1", "LICENSE"), [document("LICENSE", "llama3.1", "mau-threshold")]),
        (Claims("gpl-3.0"), [document("LICENSE", "GPL-3.0-only")]),
        (Claims("mit"), []),
        (Claims("llama3.1"), [document("LICENSE", "llama3.1"), document("USE_POLICY.md", None, "use-restrictions",
                                                                        role="policy")]),
        (Claims("cc-by-nc-4.0"), [document("LICENSE-CODE", "MIT"), document("LICENSE-MODEL", "CC-BY-NC-4.0",
                                                                            "non-commercial")]),
        (Claims(None), [document("LICENSE", "MIT")]),
    ],
)  # fmt: skip
def test_agreement_is_no_finding(claims: Claims, documents: list[DocumentRead]) -> None:
    assert kinds(claims, *documents) == []


@pytest.mark.parametrize(
    ("claims", "documents", "expected"),
    [
        (Claims("apache-2.0"), [document("LICENSE", "llama3.1", "mau-threshold")], ("contradiction", "high")),
        (Claims("mit"), [document("LICENSE", None, "non-commercial")], ("contradiction", "high")),
        (Claims("apache-2.0"), [document("LICENSE", "Apache-2.0"),
                                document("USE_POLICY.md", None, "use-restrictions", role="policy")],
         ("contradiction", "high")),
        (Claims("mit"), [document("LICENSE", "Apache-2.0")], ("contradiction", "medium")),
        (Claims("cc-by-nc-4.0"), [document("LICENSE", "MIT")], ("stale", "low")),
        (Claims("other"), [], ("vague", "high")),
        (Claims("other"), [document("LICENSE", None)], ("vague", "low")),
        (Claims("other", "acme", "LICENSE"), [document("LICENSE", None, missing=True, problem="404")],
         ("dangling-link", "high")),
        (Claims("other", "acme"), [], ("missing-text", "medium")),
        (Claims(None), [], ("missing-text", "medium")),
        (Claims("openmdw-9.0"), [], ("unknown-license", "low")),
        (Claims("mit", tags=("license:apache-2.0",)), [], ("tags", "low")),
    ],
)  # fmt: skip
def test_a_disagreement_is_found(claims: Claims, documents: list[DocumentRead], expected: tuple[str, str]) -> None:
    assert expected in kinds(claims, *documents)


def test_an_altered_license_is_told() -> None:
    changed = DocumentRead(
        "license", "LICENSE", Identity("MIT", similarity=0.9, altered=True), (Clause("non-commercial", "x", 0, 1),)
    )
    assert kinds(Claims("mit"), changed)[0] == ("altered", "high")


def test_the_gravest_comes_first_with_its_quote() -> None:
    found = findings(Claims("mit", tags=("license:gpl-3.0",)), [document("LICENSE", "CC-BY-NC-4.0", "non-commercial")])
    assert [one.severity for one in found] == ["high", "low"]
    assert found[0].evidence["quote_end"] == 10
    assert (found[0].claimed, found[0].found) == ("MIT", "CC-BY-NC-4.0")


def test_which_documents_speak_for_the_weights() -> None:
    code, model, data = document("LICENSE-CODE", "MIT"), document("MODEL_LICENSE", "gemma"), document("DATA_LICENSE")
    plain = document("LICENSE", "Apache-2.0")
    assert for_weights([code, model, data]) == (model,)
    assert for_weights([code, plain]) == (plain,)
    assert for_weights([code]) == (code,)
    linked = document("terms/x.md")
    assert for_weights([plain, linked], link="https://example.org/o/n/blob/main/terms/x.md") == (linked,)
    assert for_weights([document("LICENSE", missing=True)]) == ()


def test_clauses_of_a_policy_bind_too_and_those_for_code_do_not() -> None:
    found = bound_clauses(
        [
            document("LICENSE-CODE", "GPL-3.0-only", "share-alike"),
            document("LICENSE-MODEL", "llama3.2", "mau-threshold", "acceptable-use-policy"),
            document("USE_POLICY.md", None, "territory-exclusion", "mau-threshold", role="policy"),
            document("NOTICE", None, "patent-grant", role="notice"),
        ]
    )
    assert [(one.clause.clause, one.document.place) for one in found] == [
        ("mau-threshold", "LICENSE-MODEL"),
        ("acceptable-use-policy", "LICENSE-MODEL"),
        ("territory-exclusion", "USE_POLICY.md"),
    ]
