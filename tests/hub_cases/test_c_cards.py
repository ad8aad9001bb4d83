"""hub-protocol.md 7.5, C01-C15: nasty front matter. Bytes are kept, the row's claim counts, the process lives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from demo.faults import edit_json, rewrite
from licenses.card import MAX_FRONT_MATTER, read_card
from licenses.names import name_to_license, same_license
from tests.hub_cases.one_model import D1, D2, D3, NAME, SUBJECT, TEXT, card, kinds, one_model, stored

INFO = r"^/api/models/lark/one\?"


def told(lab, **fields: Any) -> None:
    """From now on the row says these fields, whatever its card may be."""
    lab.hub.faults.clear()
    lab.hub.faults.add(path=INFO, times=1000, fault=edit_json(lambda row: row | fields))


def front(text: str) -> bytes:
    return f"---\n{text}\n---\n# A model\n".encode()


def refreshed(folder: Path, readme: bytes) -> dict[str, Any]:
    """The catalog's row after two refreshes of a model with this card; the second finds nothing new."""
    with one_model(folder, {"README.md": readme, "LICENSE": TEXT}) as lab:
        assert lab.at(D1).status == "complete"
        assert stored(lab)["README.md"].content == readme
        assert stored(lab)["LICENSE"].content == TEXT
        assert lab.again(full=True).events == []
        lab.sound()
        row = lab.catalog(SUBJECT)
        json.dumps(row)
        return row


@pytest.mark.parametrize(
    ("readme", "error"),
    [
        (b"# A model\n", None),
        (b"", None),
        (b"---oops\nlicense: mit\n---\n", None),
        (b"Words first\n---\nlicense: mit\n---\n", None),
        (b"---\n\nA rule, and no front matter: none of it.\n", None),
        (b"---\nlicense: mit\n# no end\n", "not closed"),
    ],
    ids=["none", "empty", "oops", "text-first", "a-rule", "unterminated"],
)
def test_c01_no_front_matter_is_not_a_broken_one(tmp_path: Path, readme: bytes, error: str | None) -> None:
    row = refreshed(tmp_path, readme)
    assert row["license_claimed"] is None
    assert (row["card_error"] is None) if error is None else (error in row["card_error"])


@pytest.mark.parametrize("text", ["tags:\n\t- x", "foo: bar: baz", "name: @x", "name: `x`"])
def test_c02_broken_yaml_is_said_and_the_row_still_counts(tmp_path: Path, text: str) -> None:
    readme = front(f"license: gpl-3.0\n{text}")
    with one_model(tmp_path, {"README.md": readme}) as lab:
        told(lab, cardData={"license": "gpl-3.0"}, tags=["license:gpl-3.0"])
        assert lab.at(D1).status == "complete"
        row = lab.catalog(SUBJECT)
        assert row["card_error"].startswith("YAML in line ")
        assert row["license_claimed"] == "gpl-3.0"
        assert stored(lab)["README.md"].content == readme


def test_c02_a_card_that_is_mended_has_no_error_any_more(tmp_path: Path) -> None:
    with one_model(tmp_path, {"README.md": front("license: mit\nfoo: bar: baz")}) as lab:
        told(lab, cardData={"license": "mit"}, tags=["license:mit"])
        lab.at(D1)
        lab.world.put("models", NAME, date=D2, files={"README.md": card()})
        lab.hub.faults.clear()
        assert "claim" not in kinds(lab.at(D3))
        assert lab.catalog(SUBJECT)["card_error"] is None


def test_c02_the_same_broken_card_is_broken_in_every_repository(tmp_path: Path) -> None:
    broken = front("foo: bar: baz")
    with one_model(tmp_path, {"README.md": broken, "LICENSE": TEXT}) as lab:
        lab.world.put("models", "lark/two", date=D1, files={"README.md": broken, "LICENSE": TEXT})
        lab.watch(models=[NAME, "lark/two"]).at(D1)
        errors = lab.rows("select card_error from catalog")
        assert len(errors) == 2 and errors[0] == errors[1] and errors[0]["card_error"]


def test_c03_a_key_that_stands_there_twice_is_flagged(tmp_path: Path) -> None:
    row = refreshed(tmp_path, front("license: mit\ntitle: x\nlicense: gpl-3.0"))
    assert (row["license_claimed"], row["card_error"]) == ("gpl-3.0", "keys that stand there twice: license")


@pytest.mark.parametrize("text", ["- mit\n- gpl-3.0", "just words", "42"])
def test_c04_a_root_that_is_no_mapping_is_an_error(tmp_path: Path, text: str) -> None:
    assert refreshed(tmp_path, front(text))["card_error"] == "the front matter is no mapping"


def test_c05_scalars_stay_as_they_are_written(tmp_path: Path) -> None:
    text = "language: no\nversion: 1.0\noctal: 010\nat: 12:30:45\ndate: 2024-01-01\nloss: .nan\nempty: ~"
    readme = front(f"license: mit\n{text}")
    data = read_card(readme).data
    assert data == {
        "license": "mit", "language": "no", "version": "1.0", "octal": "010", "at": "12:30:45",
        "date": "2024-01-01", "loss": ".nan", "empty": None,
    }  # fmt: skip
    assert refreshed(tmp_path, readme)["card_error"] is None


def test_c05_a_claim_that_is_a_number_or_no_is_kept_as_the_row_has_it(tmp_path: Path) -> None:
    with one_model(tmp_path, {"README.md": card()}) as lab:
        nan = b'{"cardData": {"license": NaN, "license_name": 1.0, "license_link": %d}, ' % 10**40
        lab.hub.faults.add(
            path=INFO, times=1000,
            fault=rewrite(lambda code, headers, data: (code, headers, nan + data.replace(b'"cardData"', b'"old"')[1:])),
        )  # fmt: skip
        assert lab.at(D1).status == "complete"
        row = lab.catalog(SUBJECT)
        assert (row["license_claimed"], row["license_name"]) == ("NaN", "1.0")
        assert row["license_link"] == "1" + "0" * 40
        assert lab.again().events == []


def test_c06_keys_of_every_kind_are_kept(tmp_path: Path) -> None:
    readme = front("license: mit\n1: one\n~: nothing\n? [a, b]\n: list\n? {c: d}\n: map\nself: me\nget: it\nto_dict: x")
    found = read_card(readme)
    assert found.error is None
    assert {"1", "None", "self", "get", "to_dict"} < set(found.data)
    assert len(found.data) == 8
    assert refreshed(tmp_path, readme)["card_error"] is None


def test_c07_nothing_is_ever_executed(tmp_path: Path) -> None:
    mark = tmp_path / "executed"
    row = refreshed(tmp_path, front(f"license: mit\nx: !!python/object/apply:os.system ['touch {mark}']"))
    assert not mark.exists()
    assert "YAML" in row["card_error"]


def _laughs() -> str:
    lines = ["l0: &l0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 9)}]" for i in range(1, 10)]
    return "\n".join(lines)


def test_c08_billion_laughs_are_refused(tmp_path: Path) -> None:
    assert refreshed(tmp_path, front(_laughs()))["card_error"] == "YAML: aliases are refused"


def test_c09_a_self_reference_is_refused(tmp_path: Path) -> None:
    assert refreshed(tmp_path, front("license: mit\ntags: &a [*a]"))["card_error"] == "YAML: aliases are refused"


@pytest.mark.parametrize("depth", [2_000, 20_000, 120_000])
@pytest.mark.parametrize("opening", ["[", "{a: "])
def test_c10_deep_nesting_is_refused_and_the_process_lives(tmp_path: Path, depth: int, opening: str) -> None:
    error = refreshed(tmp_path, front(f"license: mit\ntags: {opening * depth}"))["card_error"]
    # The YAML library has a limit of its own, a front matter has one of length.
    assert any(words in error for words in ("nested deeper than 64", "maximum nesting depth", "longer than"))


def test_c11_floods_are_capped(tmp_path: Path) -> None:
    tags = "license: mit\ntags:\n" + "- a\n" * 60_000
    assert refreshed(tmp_path, front(tags))["card_error"] == "YAML: more than 50,000 items"
    many = "license: mit\ntags:\n" + "- abc\n" * 200_000
    assert f"longer than {MAX_FRONT_MATTER:,} characters" in (read_card(front(many)).error or "")
    large = "license: mit\ndescription: " + "a" * 10_000_000
    assert f"longer than {MAX_FRONT_MATTER:,} characters" in (read_card(front(large)).error or "")


def test_c11_ten_megabytes_of_tags_in_a_row_are_read(tmp_path: Path) -> None:
    with one_model(tmp_path, {"README.md": card()}) as lab:
        tags = [f"tag-{number}" for number in range(200_000)]
        told(lab, cardData={"license": "mit", "tags": tags}, tags=[*tags, "license:mit"])
        assert lab.at(D1).status == "complete"
        assert lab.catalog(SUBJECT)["license_claimed"] == "mit"
        assert lab.database.stat().st_size < 2_000_000


@pytest.mark.parametrize("text", ["license: m\0it", "license: m\x01it", "license: m\x7fit", 'license: "m\\ud800it"'])
def test_c12_control_characters_and_surrogates_are_stored(tmp_path: Path, text: str) -> None:
    refreshed(tmp_path, front(text))


def test_c12_surrogates_in_every_field_of_the_row_do_no_harm(tmp_path: Path) -> None:
    bad = "a\udfffb\0c"
    row = {
        "cardData": {"license": bad, "license_name": bad, "license_link": bad, "base_model": [bad],
                     "extra_gated_prompt": bad, "extra_gated_fields": {bad: bad}},
        "tags": [f"license:{bad}"], "pipeline_tag": bad, "gated": bad,
        "baseModels": {"models": [{"id": bad}]},
    }  # fmt: skip
    with one_model(tmp_path, {"README.md": card(), "LICENSE": TEXT}) as lab:

        def edit(code, headers, data):
            return code, headers, json.dumps(json.loads(data) | row).encode()

        lab.hub.faults.add(path=INFO, times=1000, fault=rewrite(edit))
        result = lab.at(D1)
        assert (result.status, result.failures) == ("complete", [])
        assert lab.catalog(SUBJECT)["license_claimed"] == "a?b\ufffdc"
        assert lab.again(full=True).events == []
        json.dumps(lab.catalog(SUBJECT))
        lab.sound()


def claim(lab) -> dict[str, Any]:
    (row,) = lab.rows("select license_claimed, license_tags from versions order by id desc limit 1")
    return row


def test_c13_a_list_is_two_licenses(tmp_path: Path) -> None:
    with one_model(tmp_path, {"README.md": front("license: [mit, apache-2.0]")}) as lab:
        assert lab.at(D1).status == "complete"
        assert json.loads(claim(lab)["license_claimed"]) == ["mit", "apache-2.0"]
        assert json.loads(claim(lab)["license_tags"]) == ["mit", "apache-2.0"]
        lab.world.put("models", NAME, date=D2, files={"README.md": front("license: [mit]")})
        (event,) = [event for event in lab.at(D3).events if event["kind"] == "claim"]
        assert (json.loads(event["before"]), json.loads(event["after"])) == (["mit", "apache-2.0"], ["mit"])


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("MIT", "mit"),
        ("Apache-2.0", "apache-2.0"),
        (" apache 2.0 ", "apache-2.0"),
        ("cc-by-sa 4.0", "cc-by-sa-4.0"),
        ("gpl3", "gpl-3.0"),
    ],
)
def test_c14_another_spelling_is_kept_as_written_and_understood(tmp_path: Path, raw: str, read: str) -> None:
    row = refreshed(tmp_path, front(f'license: "{raw}"'))
    assert row["license_claimed"] == raw
    assert same_license(name_to_license(raw), read)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("null", None),
        ("true", "true"),
        ("{name: mit}", '{"name": "mit"}'),
        ("42", "42"),
        ("2024-01-01", "2024-01-01"),
        ("x" * 10_000, "x" * 10_000),
        ("https://example.org/license", "https://example.org/license"),
    ],
    ids=["null", "bool", "dict", "number", "date", "10-kb", "url"],
)
def test_c15_what_is_no_identifier_is_kept_as_written(tmp_path: Path, written: str, kept: str | None) -> None:
    row = refreshed(tmp_path, front(f"license: {written}"))
    assert row["license_claimed"] == kept
    assert (row["license_found"], row["openness"]) != (kept, "open")
