"""What counts as evidence for each dimension: what stands there, and nothing that is only guessed."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from explorer.card_evidence import CardEvidence, card_evidence
from explorer.openness_evidence import DIMENSIONS, Cell, SubjectFacts, cells, together, type_of
from licenses.bundle import DocumentRead
from licenses.clauses import Clause
from licenses.identity import Identity

CARD = """---
license: apache-2.0
datasets:
- lark/notes
- lark/songs
---
# Heron

## Model architecture
A decoder-only transformer.

## Training data
Described in the [data sheet](https://example.org/sheet).

Training code: https://github.com/example/heron
See https://arxiv.org/abs/2401.00001 for more.
"""
APACHE = DocumentRead("license", "LICENSE", Identity("Apache-2.0", "Apache-2.0", similarity=1.0), (), "a" * 64)
LIMIT = Clause("mau-threshold", "700 million", 10, 21)
LIMITED = DocumentRead("license", "LICENSE", Identity(), (LIMIT,), "b" * 64)
FACTS = SubjectFacts(
    "model:lark/heron", "available", "false", True, True, "apache-2.0", None, (APACHE,), "c" * 64, card_evidence(CARD)
)


def states(facts: SubjectFacts) -> dict[str, str]:
    return {key: cell.state for key, cell in cells(facts).items()}


def test_an_open_model_is_open_where_it_shows() -> None:
    found = states(FACTS)
    assert list(found) == [key for key, _, _ in DIMENSIONS]
    assert {key for key, state in found.items() if state == "open"} >= {
        "weights", "license", "code", "architecture", "data-sheet", "paper", "gate",
    }  # fmt: skip
    assert found["data"] == found["card"] == "partial"
    assert type_of(FACTS) == "open-source"


def test_data_is_open_only_if_every_set_named_is() -> None:
    assert states(replace(FACTS, open_datasets=frozenset({"lark/notes"})))["data"] == "partial"
    assert states(replace(FACTS, open_datasets=frozenset({"lark/notes", "lark/songs"})))["data"] == "open"


def test_a_clause_that_rules_out_open_source_is_the_evidence_for_the_license() -> None:
    cell = cells(replace(FACTS, documents=(LIMITED,)))["license"]
    assert (cell.state, cell.text_hash, cell.start, cell.end) == ("partial", "b" * 64, 10, 21)
    assert "mau-threshold" in cell.reason


def test_a_tag_alone_is_no_license() -> None:
    cell = cells(replace(FACTS, documents=()))["license"]
    assert cell.state == "unknown"
    assert "declares apache-2.0" in cell.reason


@pytest.mark.parametrize(
    ("gated", "gate", "weights"),
    [("false", "open", "open"), ("auto", "partial", "partial"), ("manual", "closed", "partial")],
)
def test_a_form_before_the_files(gated: str, gate: str, weights: str) -> None:
    found = states(replace(FACTS, gated=gated))
    assert (found["gate"], found["weights"]) == (gate, weights)


def test_what_is_gone_is_closed_and_what_nobody_looked_at_unknown() -> None:
    gone = states(replace(FACTS, availability="unavailable"))
    assert (gone["weights"], gone["gate"]) == ("closed", "unknown")
    unseen = SubjectFacts("model:a/b", "available", "false", None, False)
    assert set(states(unseen).values()) == {"unknown", "open"}
    assert [key for key, state in states(unseen).items() if state == "open"] == ["gate"]
    assert states(replace(unseen, files_read=True, has_weights=False)) | {
        "card": "closed",
        "weights": "closed",
    } == states(replace(unseen, files_read=True, has_weights=False))


def test_a_service_has_no_weights_and_its_terms_say_nothing_of_the_rest() -> None:
    found = states(replace(FACTS, subject="terms:Heron/Terms of Service", documents=()))
    assert found["weights"] == "closed"
    assert {state for key, state in found.items() if key not in ("weights", "license")} == {"unknown"}


def test_terms_of_a_service_license_no_model_unless_they_are_a_models_license() -> None:
    page = replace(LIMITED, role="terms", place="https://heron.example/terms")
    own = replace(page, identity=Identity())
    service = replace(FACTS, subject="terms:Heron/Terms of Service", documents=(own,))
    cell = cells(service)["license"]
    assert (cell.state, cell.text_hash, cell.start) == ("closed", "b" * 64, 10)
    gemma = replace(service, documents=(replace(page, identity=Identity(license="gemma")),))
    assert cells(gemma)["license"].state == "partial"
    model = replace(FACTS, gated="manual")
    assert together([cells(model)["weights"], cells(gemma)["weights"]]).reason == cells(model)["weights"].reason


def test_a_system_is_what_its_subjects_agree_on() -> None:
    one, other, unknown = Cell("open", "a"), Cell("closed", "b"), Cell("unknown", "c")
    assert together([one, one]).state == "open"
    assert together([one, unknown]).state == "open"
    mixed = together([one, other])
    assert (mixed.state, mixed.reason) == ("partial", "1 open, 1 closed; b")
    assert together([]).state == "unknown"
    assert together([unknown, unknown]).state == "unknown"


def test_signs_say_where_they_stand() -> None:
    found = card_evidence(CARD)
    for sign in found.signs.values():
        assert CARD[sign.start : sign.end] == sign.says
    assert found.signs["code"].says.startswith("Training code:")
    assert found.datasets == ("lark/notes", "lark/songs")


@pytest.mark.parametrize(
    "silent",
    [
        "",
        "# A model\n",
        "This model speaks.",
        "![logo](https://github.com/a/b/logo.svg)",
        "Weights under Apache.",
        "---\n[\n---\n",
    ],
)
def test_a_card_that_is_silent_proves_nothing(silent: str) -> None:
    assert card_evidence(silent).signs == {}


def test_the_best_line_counts_not_the_first() -> None:
    card = "Code: https://github.com/a/b\n\nOur training code is at https://github.com/a/c\n"
    assert card_evidence(card).signs["code"].degree == "open"
    closed = "The training data is not disclosed.\n"
    assert card_evidence(closed).signs["data"].degree == "closed"


@pytest.mark.parametrize(
    "hostile",
    [
        "data " * 100_000, "trained on " * 50_000, "github.com/a/b train\n" * 20_000, "# training \n" * 30_000,
        "training data" + " x" * 200_000, "---\n" + "a: &a [*a]\n" * 9_000 + "---\n", "\ud800\x00\u202e" * 1_000,
    ],
)  # fmt: skip
def test_hostile_cards_end(hostile: str) -> None:
    begun = time.process_time()
    assert isinstance(card_evidence(hostile), CardEvidence)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    "head", ["datasets: 5", "datasets: {a: b}", "datasets:\n- [a]\n- <script>", "tags: x", "datasets: null"]
)
def test_odd_heads_name_nothing(head: str) -> None:
    found = card_evidence(f"---\n{head}\n---\n")
    assert "<" not in "".join(found.datasets)
    assert found.papers == ()
