"""Plausible moves of a vendor, one a night, and how each has to be judged: kind, direction, whether rights changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from demo.world import World
from licenses.text import decode
from tests.refresh.lab import Lab, laboratory

D0, D1, MOVED, D2 = "2026-01-01", "2026-01-10T00:00:00Z", "2026-01-20T00:00:00Z", "2026-02-10T00:00:00Z"
NAME = "lark/one"
LARK = """# Lark License 1

You may use, copy, modify and distribute the Model for any purpose, including commercial purposes.

If your products have more than 100 million monthly active users, you must request a license from Lark.

The Model is provided "as is", without warranty of any kind.
"""
FEWER = LARK.replace("100 million", "10 million")
NO_TRADE = LARK.replace("for any purpose, including commercial purposes", "for non-commercial purposes only")
APACHE = "Licensed under the Apache License, Version 2.0.\n"

Files = dict[str, Any]
Judge = Callable[[Files, Files], list[dict[str, Any]]]
Row = tuple[str, str | None, str, bool]


def card(license: str | None, more: str = "") -> str:
    return "---\n" + (f"license: {license}\n" if license else "") + more + "---\n# A model\n"


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """The events of one night in which `before` became `after` (None takes a file away)."""

    def judged(before: Files, after: Files) -> list[dict[str, Any]]:
        world = World()
        world.put("models", NAME, date=D0, files=before)
        world.put("models", NAME, date=MOVED, files=after)
        with laboratory(tmp_path, world, D1) as lab:
            lab.watch(models=[NAME]).at(D1)
            events = lab.at(D2).events
            lab.sound()
            _true_to_the_texts(lab, events)
        return events

    return judged


def _true_to_the_texts(lab: Lab, events: list[dict[str, Any]]) -> None:
    """Every hash is one of stored bytes, and every quotation stands where it is said to stand."""
    with lab.archive() as archive:
        for event in [*events, *(clause for parent in events for clause in parent["clauses"])]:
            for side in ("before", "after"):
                digest, evidence = event[f"{side}_hash"], event[f"evidence_{side}"] or {}
                assert digest is None or archive.blobs.by_hash(bytes.fromhex(digest)) is not None
                if "start" in evidence and event["kind"] == "clause":
                    text = decode(archive.blobs.by_hash(bytes.fromhex(digest)))
                    assert text[evidence["start"] : evidence["end"]] == event[side]


def rows(events: list[dict[str, Any]]) -> list[Row]:
    return [(event["kind"], event["role"], event["direction"], event["substantive"]) for event in events]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param({"LICENSE": LARK}, {"LICENSE": None, "LICENSE.md": LARK},
                     [("file-moved", "license", "neutral", False)], id="renamed"),
        pytest.param({"LICENSE": LARK}, {"LICENSE": None, "LICENSE.md": FEWER},
                     [("file-moved", "license", "neutral", False), ("text", "license", "tighter", True)],
                     id="renamed and edited in one commit"),
        pytest.param({"LICENSE": LARK}, {"LICENSE-RESEARCH": NO_TRADE},
                     [("file-added", "license", "tighter", True)], id="a second text forbids what the first allows"),
        pytest.param({"LICENSE": LARK}, {"LICENSE-COPY": LARK},
                     [("file-added", "license", "neutral", False)], id="a second text says the same"),
        pytest.param({"LICENSE": LARK, "LICENSE-RESEARCH": NO_TRADE}, {"LICENSE-RESEARCH": None},
                     [("file-removed", "license", "looser", True)], id="the stricter of two texts goes"),
        pytest.param({"LICENSE": LARK}, {"LICENSE": None},
                     [("file-removed", "license", "neutral", True)], id="the only text goes"),
        pytest.param({"LICENSE": LARK}, {"LICENSE": None, "legal/LICENSE": LARK},
                     [("file-removed", "license", "neutral", True)], id="it goes where nobody looks"),
        pytest.param({"LICENSE": LARK}, {"LICENSE": LARK.replace("\n", "\r\n")},
                     [("text", "license", "neutral", False)], id="other ends of lines"),
        pytest.param({"LICENSE": LARK}, {"LICENSE": LARK.encode("utf-16")},
                     [("text", "license", "neutral", False)], id="another encoding"),
        pytest.param({"LICENSE": NO_TRADE}, {"LICENSE": APACHE},
                     [("text", "license", "looser", True)], id="a free license in its place"),
        pytest.param({"LICENSE": LARK}, {"LICENSE": b""},
                     [("text", "license", "mixed", True)], id="an empty file in its place"),
    ],
)  # fmt: skip
def test_license_files(judge: Judge, before: Files, after: Files, told: list[Row]) -> None:
    assert rows(judge({"README.md": card("other"), **before}, after)) == told


def test_a_file_that_comes_brings_the_clauses_that_no_other_text_has(judge: Judge) -> None:
    (told,) = judge({"README.md": card("other"), "LICENSE": LARK}, {"LICENSE-RESEARCH": NO_TRADE})
    (clause,) = (one for one in told["clauses"] if one["direction"] == "tighter")
    assert (clause["clause"], clause["role"], clause["before"]) == ("non-commercial", "license", None)
    assert "for non-commercial purposes only" in clause["after"]
    assert "mau-threshold" not in [one["clause"] for one in told["clauses"]]


def test_a_file_that_goes_takes_the_clauses_that_no_other_text_has(judge: Judge) -> None:
    files = {"README.md": card("other"), "LICENSE": LARK, "LICENSE-RESEARCH": NO_TRADE}
    (told,) = judge(files, {"LICENSE-RESEARCH": None})
    gone = {one["clause"]: (one["direction"], one["after"]) for one in told["clauses"]}
    assert gone["non-commercial"] == ("looser", None)
    assert "mau-threshold" not in gone


def test_a_strict_text_that_goes_from_beside_a_free_claim_is_looser(judge: Judge) -> None:
    told = judge({"README.md": card("apache-2.0"), "LICENSE": NO_TRADE}, {"LICENSE": None})
    assert rows(told) == [("file-removed", "license", "looser", True)]


def test_a_text_that_the_claim_still_names_takes_nothing_with_it(judge: Judge) -> None:
    told = judge({"README.md": card("apache-2.0"), "LICENSE": APACHE}, {"LICENSE": None})
    assert rows(told) == [("file-removed", "license", "neutral", False)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (card("MIT"), card("mit")),
        (card("mit"), card("[mit]")),
        (card("other", "license_name: gemma\n"), card("gemma")),
    ],
    ids=["case", "a list of one", "by its name, then by its id"],
)
def test_another_spelling_of_one_claim_changes_no_right(judge: Judge, before: str, after: str) -> None:
    told = judge({"README.md": before}, {"README.md": after})
    assert told
    assert {(event["direction"], event["substantive"]) for event in told} == {("neutral", False)}


@pytest.mark.parametrize(
    ("before", "after", "quoted"),
    [
        (card(None), card("cc-by-nc-4.0"), (None, "license: cc-by-nc-4.0")),
        (card("mit"), card(None), ("license: mit", None)),
        (card("mit"), card("[mit, cc-by-nc-4.0]"), (None, "license: [mit, cc-by-nc-4.0]")),
    ],
    ids=["a claim comes", "a claim goes", "a second one comes"],
)
def test_what_came_is_not_told_as_another_wording_of_its_neighbour(
    judge: Judge, before: str, after: str, quoted: tuple[str | None, str | None]
) -> None:
    (told,) = (event for event in judge({"README.md": before}, {"README.md": after}) if event["kind"] == "text")
    assert (told["before"], told["after"]) == quoted


def test_a_gate_that_asks_for_more_is_tighter(judge: Judge) -> None:
    nice, strict = "You agree to be nice.", "You agree not to use the model for commercial purposes."
    told = judge(*({"README.md": card("mit", f"extra_gated_prompt: {words}\n")} for words in (nice, strict)))
    gate = next(event for event in told if event["role"] == "gate")
    assert (gate["direction"], gate["substantive"], gate["before"], gate["after"]) == ("tighter", True, nice, strict)
    assert [clause["clause"] for clause in gate["clauses"]] == ["non-commercial"]


def test_an_emptied_repository_loses_claim_and_text(judge: Judge) -> None:
    told = judge({"README.md": card("mit"), "LICENSE": LARK}, {"README.md": None, "LICENSE": None})
    assert [(event["kind"], event["before"], event["after"]) for event in told] == [
        ("claim", "mit", None), ("file-removed", "LICENSE", None), ("file-removed", "README.md", None),
    ]  # fmt: skip
    assert told[1]["substantive"]


def test_another_base_model_is_lineage(judge: Judge) -> None:
    told = judge(*({"README.md": card("mit", f"base_model: {name}\n")} for name in ("a/b", "c/d")))
    assert ("lineage", "a/b", "c/d") in [(event["kind"], event["before"], event["after"]) for event in told]
