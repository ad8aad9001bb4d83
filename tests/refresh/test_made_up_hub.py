"""The Hub that benchmarks/millions.py measures against: it must show what a Hub shows, or its figures say nothing."""

from __future__ import annotations

import json

import pytest

from benchmarks import made_up_hub
from benchmarks.made_up_hub import Rows, identity

MODELS = 30_000
ROW = {"id": "wren-lab/one", "tags": ["license:mit", "zh"], "cardData": {"license": "mit"}, "gated": False}


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Rows:
    monkeypatch.setattr(made_up_hub, "_patterns", lambda: [ROW] * made_up_hub.PATTERNS)
    return Rows(MODELS)


@pytest.mark.parametrize("changed", [False, True])
def test_both_lists_show_the_same_models_once_newest_first_from_any_cursor(rows: Rows, changed: bool) -> None:
    rows.changed = changed
    created = list(rows.by_creation(0))
    modified = list(rows.by_change(0))
    assert len(created) == (rows.changes.there if changed else MODELS)
    assert sorted(number for _, number in modified) == sorted(created)
    for numbers, field in ((created, "createdAt"), ([number for _, number in modified], "lastModified")):
        dates = [json.loads(rows.row(number))[field] for number in numbers]
        assert dates == sorted(dates, reverse=True)
    for begin in (1, 100, 5_000, len(modified) - 1):
        assert list(rows.by_change(modified[begin][0])) == modified[begin:]
        assert list(rows.by_creation(created[begin])) == created[begin:]


def test_a_model_is_found_by_its_names_unless_nobody_may_see_it(rows: Rows) -> None:
    changes = rows.changes
    (renamed, *_), lost = changes.numbers("renamed"), changes.numbers("private", "deleted")
    before = {number: rows.name(number) for number in (renamed, *lost)}
    assert all(rows.named(name) == (number, name) for number, name in before.items())
    assert rows.named("wren-lab/one-0") is None  # it is made in the night of changes
    rows.changed = True
    assert rows.named(before[renamed]) == (renamed, before[renamed] + "-moved")
    assert not any(rows.named(before[number]) for number in lost)
    assert rows.named("wren-lab/one-0") == (0, "wren-lab/one-0")
    assert rows.named("wren-lab/one") is rows.named("nobody/one-7") is None


def test_a_changed_row_differs_in_what_was_changed_alone(rows: Rows) -> None:
    moving = {
        "license": {"sha", "lastModified", "tags", "cardData"}, "commit": {"sha", "lastModified"}, "gated": {"gated"},
        "renamed": {"id"},
    }  # fmt: skip
    for change, fields in moving.items():
        number = min(number for number, what in rows.changes.of.items() if what == change)
        rows.changed = False
        before = json.loads(rows.row(number))
        rows.changed = True
        after = json.loads(rows.row(number))
        assert {name for name in before if before[name] != after[name]} == fields
        assert after["_id"] == identity(number)


def test_one_in_a_hundred_is_changed(rows: Rows) -> None:
    changes = rows.changes
    assert len(changes.of) + changes.share == MODELS // 100
    assert len(changes.dated) == 6 * changes.share
