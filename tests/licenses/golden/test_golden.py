"""A change of rules, catalogue, fingerprints or normalization is a change of expected.json, under a new version."""

from __future__ import annotations

import json

import pytest

from licenses.reading import RULES_VERSION
from tests.licenses.golden import results as golden
from tests.licenses.golden import update
from tests.shared_corpus import CORPUS, needs_corpus

MIT_LIKE = {"file": "a.txt", "license": "MIT", "edition": None, "altered": False, "clauses": ["commercial-use"]}


@needs_corpus
def test_every_text_is_understood_as_it_was_when_last_reviewed() -> None:
    version, before = golden.expected()
    if not before:
        pytest.skip("nothing is expected yet: python -m tests.licenses.golden.update")
    changed = golden.difference(before, golden.results(CORPUS))
    todo = "" if version != RULES_VERSION else f"raise RULES_VERSION ({RULES_VERSION}) in licenses/reading.py, then "
    assert not changed, (
        f"{len(changed)} texts are understood otherwise than under rules {version}; look at each; if that is meant, "
        f"{todo}run python -m tests.licenses.golden.update\n" + "\n".join(changed)
    )
    assert version == RULES_VERSION, "the rules version changed: run python -m tests.licenses.golden.update"


def test_a_difference_names_the_text_and_what_changed() -> None:
    after = {**MIT_LIKE, "license": "modified-mit", "altered": True, "clauses": ["distribution"]}
    assert golden.difference({"1": MIT_LIKE}, {"1": MIT_LIKE}) == []
    assert golden.difference({"1": MIT_LIKE}, {"1": after, "2": {**MIT_LIKE, "file": "b.txt"}}) == [
        "a.txt: license 'MIT' -> 'modified-mit' altered False -> True +distribution -commercial-use",
        "b.txt: new in the corpus",
    ]


def test_what_is_written_holds_a_text_a_line() -> None:
    written = golden.written({"2": {**MIT_LIKE, "file": "b.txt"}, "1": MIT_LIKE})
    assert json.loads(written) == {
        "rules_version": RULES_VERSION,
        "texts": {"1": MIT_LIKE, "2": {**MIT_LIKE, "file": "b.txt"}},
    }
    assert [line[:3] for line in written.splitlines()[2:4]] == ['"1"', '"2"']


@pytest.fixture
def other_results(tmp_path, monkeypatch):
    """The command, at work on a list of its own and two made-up texts."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    rows = []
    for name in ("a.txt", "b.txt"):
        (corpus / name).write_text(f"You may use the model {name} for commercial purposes.\n", encoding="utf-8")
        rows.append(json.dumps({"file": name, "kind": "licence"}))
    (corpus / "manifest.jsonl").write_text("\n".join(rows), encoding="utf-8")
    monkeypatch.setattr(update, "CORPUS", corpus)
    monkeypatch.setattr(update, "EXPECTED", tmp_path / "expected.json")
    monkeypatch.setattr(golden, "EXPECTED", tmp_path / "expected.json")
    return tmp_path / "expected.json"


def test_changed_results_are_written_under_a_new_version_only(other_results, capsys) -> None:
    assert update.main([]) == 0
    document = json.loads(other_results.read_text(encoding="utf-8"))
    for result in document["texts"].values():
        result["clauses"] = ["royalty"]
    other_results.write_text(json.dumps(document), encoding="utf-8")
    assert update.main([]) == 2
    assert "a.txt: +commercial-use -royalty" in capsys.readouterr().out
    other_results.write_text(json.dumps({**document, "rules_version": "older"}), encoding="utf-8")
    assert update.main([]) == 0
    assert update.main([]) == 0
    assert golden.expected()[0] == RULES_VERSION
