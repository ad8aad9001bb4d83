"""Rows decoded by their types say what the same rows read by hand say; pages that do not fit are read by hand."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.hub_answers import Answer
from crawler.hub_json import array
from crawler.hub_rows import Row, repository_of, rows
from crawler.repository import BadRow, from_row
from demo.rows import row_bytes
from demo.world import World

EXPANDED = (
    "sha", "lastModified", "createdAt", "private", "disabled", "tags", "cardData", "siblings", "gated", "pipeline_tag",
    "baseModels", "safetensors", "downloads",
)  # fmt: skip
ID = "6" * 24
words = st.one_of(st.none(), st.text(max_size=8), st.lists(st.text(max_size=8), max_size=3))
odd = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.lists(st.integers()))
cards = st.fixed_dictionaries({}, optional={
    "license": st.one_of(words, odd), "license_name": words, "license_link": words, "base_model": words,
    "extra_gated_prompt": words, "extra_gated_heading": words, "language": odd, "model-index": odd,
    "extra_gated_fields": st.one_of(st.none(), st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3)),
})  # fmt: skip
names = st.sampled_from(["README.md", "LICENSE", "a/b.bin", "model.safetensors", "USE_POLICY.md", "", "x\0", "é"])
files = st.one_of(st.fixed_dictionaries({"rfilename": names}), st.just({}))
times = st.sampled_from(["2026-01-06T09:00:00.000Z", "2026-01-06T09:00:00+00:00", "2026-W01-1T09:00:00", "x", None, 5])
some_rows = st.fixed_dictionaries(
    {"_id": st.just(ID), "id": st.sampled_from(["lark/x", "x", "lark/\u00fc"])},
    optional={
        "sha": st.one_of(st.sampled_from(["a" * 40, "A" * 40, "", None]), odd), "lastModified": times,
        "createdAt": times, "private": st.one_of(st.booleans(), odd), "disabled": st.booleans(),
        "tags": st.one_of(st.none(), st.lists(st.sampled_from(["license:mit", "x", "license:é", 5]), max_size=4)),
        "cardData": st.one_of(st.none(), cards, odd), "siblings": st.one_of(st.none(), st.lists(files, max_size=5)),
        "gated": st.one_of(st.sampled_from(["auto", "manual", True, False]), odd), "pipeline_tag": words, "sdk": words,
        "baseModels": st.one_of(odd, st.fixed_dictionaries({"models": st.lists(
            st.fixed_dictionaries({"id": st.text(max_size=5)}), max_size=3)})),
        "safetensors": st.one_of(odd, st.fixed_dictionaries({"total": st.one_of(st.none(), st.integers())})),
        "downloads": st.one_of(st.integers(-5, 2**70), odd),
    },
)  # fmt: skip


def both(content: bytes) -> tuple[list[Any], list[Any], bool]:
    """The rows as they are read, the rows read by hand, and whether they were read by their types."""
    answer = Answer("http://hub/api/models", 200, {}, content)
    read, plain = rows(answer), array(answer)
    typed = bool(read) and isinstance(read[0], Row)
    one = repository_of if typed else from_row
    return [one("model", row, ()) for row in read], [from_row("model", row, ()) for row in plain], typed


def shown(repository: Any) -> tuple[Any, ...]:
    """All of a repository but what only one way of reading keeps: fields of the card that nobody asks for."""
    fields = {name: getattr(repository, name) for name in repository.__struct_fields__ if name != "problems"}
    card = fields.pop("card_data")
    card = card if isinstance(card, dict) else {}
    asked = ("license", "license_name", "license_link", *(key for key in card if key.startswith("extra_gated")))
    kept = {key: card[key] for key in asked if card.get(key) is not None}
    return fields, kept


@settings(deadline=None, max_examples=300)
@given(st.lists(some_rows, max_size=3))
def test_both_ways_say_the_same_of_any_row(page: list[Any]) -> None:
    try:
        content = orjson.dumps(page)
    except TypeError:
        return  # integers that no page of orjson's can hold
    read, plain, _ = both(content)
    assert [shown(row) for row in read] == [shown(row) for row in plain]


def test_pages_of_an_ordinary_hub_are_read_by_their_types() -> None:
    world = World.generated(models=300, seed=4)
    states = [one.state_at(2**45) for one in world.repositories["models"]]
    content = b"[" + b",".join(row_bytes(state, EXPANDED) for state in states if state) + b"]"
    assert b"model-index" in content
    read, plain, typed = both(content)
    assert typed
    assert len(read) == 300
    assert [shown(row) for row in read] == [shown(row) for row in plain]


@pytest.mark.parametrize("raw", [
    b'[{"_id":"%s","id":"lark/x","cardData":{"license":"a\\u0000b"}}]',
    b'[{"_id":"%s","id":"lark/x","cardData":{"license":"\\ud800"}}]',
    b'[{"_id":"%s","id":"lark/x","downloads":NaN}]',
    b'\xef\xbb\xbf[{"_id":"%s","id":"lark/x"}]',
    b'[{"_id":"%s","id":"lark/x","cardData":{"license":17}}]',
])  # fmt: skip
def test_pages_with_something_odd_are_read_by_hand(raw: bytes) -> None:
    read, plain, typed = both(raw % ID.encode())
    assert not typed
    assert len(read) == 1
    assert [shown(row) for row in read] == [shown(row) for row in plain]


def test_a_row_without_identity_is_told_apart_by_hand() -> None:
    answer = Answer("http://hub/api/models", 200, {}, b'[{"id":"lark/x"},{"_id":"%s","id":"lark/y"}]' % ID.encode())
    read = rows(answer)
    assert isinstance(read[0], dict)
    with pytest.raises(BadRow):
        from_row("model", read[0], ())
