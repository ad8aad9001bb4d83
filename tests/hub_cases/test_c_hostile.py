"""hub-protocol.md 7.5 at large: of whatever stands in a card or a row comes a stored fact, or one failure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.gate import gate_text
from crawler.hub_files import repo_path
from crawler.license_files import read_link
from crawler.repository import BadRow, from_row
from demo.faults import rewrite
from licenses.card import read_card
from schedules.observing import facts, row_hash
from tests.hub_cases.one_model import D1, NAME, SUBJECT, card, one_model, reasons, stored

INFO = r"^/api/models/lark/one\?"
ANY_TEXT = st.text(st.characters(), max_size=30)  # lone surrogates too
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=12,
)
CARD_FIELDS = ("license", "license_name", "license_link", "base_model", "extra_gated_prompt", "extra_gated_fields")
ROW_FIELDS = (
    "id", "modelId", "sha", "lastModified", "createdAt", "gated", "private", "disabled", "tags", "siblings",
    "baseModels", "pipeline_tag", "safetensors", "gguf", "downloads",
)  # fmt: skip
ANY_ROW = st.fixed_dictionaries(
    {"_id": st.just("0" * 24)},
    optional=dict.fromkeys(ROW_FIELDS, ANY_JSON)
    | {"cardData": ANY_JSON | st.dictionaries(st.sampled_from(CARD_FIELDS), ANY_JSON)},
)
FAST = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@FAST
@given(ANY_ROW)
def test_c_any_row_is_a_repository_that_can_be_stored_or_a_bad_row(row: dict[str, Any]) -> None:
    try:
        repository = from_row("model", row)
    except BadRow as error:
        str(error).encode()
        return
    said = facts(repository)
    msgspec.msgpack.encode(said)
    orjson.dumps(msgspec.to_builtins(said))
    assert len(row_hash(repository.name, said)) == 8
    repo_path("model", repository.name).encode("ascii")
    gate_text(repository.card_data)


@FAST
@given(ANY_TEXT | ANY_JSON)
def test_c_any_link_is_a_place_that_can_be_asked_or_none(link: Any) -> None:
    found = read_link(link, "model", NAME, "https://huggingface.co")
    if found is None or found.where == "nowhere":
        return
    (found.path + found.url).encode()
    assert ".." not in found.path.split("/") and not found.path.startswith("/")


@FAST
@given(st.binary(max_size=200) | ANY_TEXT.map(lambda text: f"---\n{text}\n---\n".encode("utf-8", "surrogatepass")))
def test_c_any_card_is_read_or_has_an_error(content: bytes) -> None:
    found = read_card(content)
    orjson.dumps(found.data)
    assert found.error is None or "\n" not in found.error


def _deep(depth: int) -> Any:
    value: Any = "mit"
    for _ in range(depth):
        value = [value]
    return value


def test_c12_rows_and_answers_that_no_json_can_hold_are_failures_of_their_own(tmp_path: Path) -> None:
    bad = "lark/\ud800"
    with one_model(tmp_path, {"README.md": card()}) as lab:
        lab.world.put("models", "lark/two", date=D1, files={"README.md": card()})
        lab.watch(models=["lark/two"], authors=["lark"])
        odd = json.dumps([{"id": bad, "_id": 7}, {"id": bad}, None, "\udfff", bad]).encode()[:-1]
        lab.hub.faults.add(
            path=r"^/api/models\?", times=1000,
            fault=rewrite(lambda code, headers, body: (code, headers, odd + b"," + body[1:])),
        )  # fmt: skip
        said = json.dumps({"error": bad, "more": _deep(900)}).encode()
        instead = rewrite(lambda code, headers, _: (code, headers, said))
        lab.hub.faults.add(path=r"paths-info", times=1000, fault=instead)
        result = lab.at(D1)
        assert result.status == "partial" and len(result.failures) >= 5
        assert {row["subject"] for row in lab.rows("select subject from catalog")} == {SUBJECT, "model:lark/two"}
        lab.sound()


@pytest.mark.parametrize("depth", [100, 1020])
@pytest.mark.parametrize("field", ["license", "license_link", "base_model", "extra_gated_fields", "tags"])
def test_c10_a_row_of_deep_lists_ends_nothing(tmp_path: Path, depth: int, field: str) -> None:
    nested = "[" * depth + '"mit"' + "]" * depth
    if field == "extra_gated_fields":
        nested = f'{{"a": {nested}, "b": {{"type": "select", "options": {nested}}}}}'
    with one_model(tmp_path, {"README.md": card()}) as lab:
        lab.world.put("models", "lark/two", date=D1, files={"README.md": card("gpl-3.0")})
        data = f'{{"cardData": {{"{field}": {nested}}}, "tags": {nested}, '.encode()

        def edit(code, headers, body):
            row = json.loads(body)
            del row["cardData"], row["tags"]
            return code, headers, data + json.dumps(row).encode()[1:]

        lab.hub.faults.add(path=INFO, times=1000, fault=rewrite(edit))
        result = lab.watch(models=[NAME, "lark/two"]).at(D1)
        assert lab.catalog("model:lark/two")["license_claimed"] == "gpl-3.0"
        if result.status == "complete":
            assert stored(lab, SUBJECT)["README.md"].content == card()
        else:
            assert len(reasons(result)) == 1
        lab.sound()
