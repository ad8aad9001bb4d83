"""Real texts before and after, with the truth beside them: floors for what is seen, and for what is false alarm."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from licenses.comparison import compare, same_words
from licenses.text import decode
from tests.shared_corpus import CORPUS, needs_corpus

pytestmark = needs_corpus


def read(path: Path) -> str:
    return decode(path.read_bytes())


def cases() -> list[tuple[dict[str, Any], Path]]:
    folders = sorted((CORPUS / "drift").glob("*/case.json"))
    return [(json.loads(path.read_text(encoding="utf-8")), path.parent) for path in folders]


def test_changes_of_terms_are_seen_and_others_raise_no_alarm() -> None:
    count: Counter[str] = Counter()
    wrong = []
    for case, folder in cases():
        found = compare(read(next(folder.glob("before.*"))), read(next(folder.glob("after.*"))))
        real = bool(case["substantive"])
        count["real" if real else "traps"] += 1
        if found.substantive != real:
            wrong.append(case["id"])
            count["overlooked" if real else "false alarms"] += 1
        elif real:
            count["directions"] += found.direction in {case["direction"], *case.get("direction_also_ok", [])}
    assert count["overlooked"] == 0, wrong
    assert count["false alarms"] <= 0.05 * count["traps"], wrong
    assert count["directions"] >= 0.93 * count["real"]


def test_blanks_are_no_words_and_words_are_shown() -> None:
    for line in (CORPUS / "histories.jsonl").read_text(encoding="utf-8").splitlines():
        before: str | None = None
        for revision in json.loads(line)["revisions"]:
            after = read(CORPUS / revision["file"])
            if before is not None and revision["change"] in {"blanks", "same"}:
                assert same_words(before, after), revision["file"]
            before = after


@pytest.mark.parametrize("part", range(2))
def test_every_change_of_words_has_passages(part: int) -> None:
    lines = (CORPUS / "histories.jsonl").read_text(encoding="utf-8").splitlines()
    checked = 0
    for line in lines[part * 7 :: 60]:
        before: str | None = None
        for revision in json.loads(line)["revisions"]:
            after = read(CORPUS / revision["file"])
            if before is not None and "".join(before.split()) != "".join(after.split()):
                found = compare(before, after)
                checked += 1
                if revision["change"] == "blanks":
                    assert not found.substantive
                elif revision["change"] != "same":
                    assert found.passages, revision["file"]
            before = after
    assert checked
