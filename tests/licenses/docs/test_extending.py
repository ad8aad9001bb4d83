"""Whoever follows docs/extending-*.md adds a file or a table, no program: what they added is found."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from licenses.clauses import vocabulary
from tests.licenses.docs.pages import ROOT, copy, fenced, said_there
from tests.licenses.identity.invented import ORCHARD

__all__ = ["copy"]

FIND = """
from licenses.clauses import find_clauses, vocabulary
texts = json.loads({texts!r})
found = [{{c.clause: [text[c.start:c.end], c.parameters] for c in find_clauses(text)}} for text in texts]
print(json.dumps([found, sorted(vocabulary())]))
"""
NAMED = f"from licenses.identity import identify\nprint(json.dumps(identify({ORCHARD!r}).license))"
LICENSE = (
    "ORCHARD LICENSE\n\n1. You may use and share the fruit for any purpose.\n\n2. {sentence}\n\n"
    "3. The fruit is provided as is.\n"
)


def found_there(copy: Path, texts: list[str]) -> tuple[list[dict], list[str]]:
    found, terms = said_there(copy, FIND.format(texts=json.dumps(texts)))
    return found, terms


def test_a_clause_is_taught_by_the_file_of_the_page(copy: Path) -> None:
    body = fenced("extending-clauses.md", "toml")[0]
    (copy / "licenses" / "clauses" / "rules" / "mark-altered.toml").write_text(body, encoding="utf-8")
    rule = tomllib.loads(body)
    texts = [*rule["examples"], *rule["counter_examples"]]
    found, terms = found_there(copy, [*texts, *(LICENSE.format(sentence=text) for text in texts)])
    assert sorted([*vocabulary(), "mark-altered"]) == terms
    for text, clauses in zip(texts * 2, found, strict=True):
        assert ("mark-altered" in clauses) == (text in rule["examples"]), text
    assert rule["examples"][0].rstrip(".") in found[len(texts)]["mark-altered"][0]


def test_a_parameter_is_taught_by_the_table_of_the_page(copy: Path) -> None:
    rule, *others = fenced("extending-clauses.md", "toml")
    parameter = next(block for block in others if "[parameters." in block)
    path = copy / "licenses" / "clauses" / "rules" / "mark-altered.toml"
    path.write_text(f"{rule}\n{parameter}", encoding="utf-8")
    found, _ = found_there(copy, ["You must mark copies as altered if you have more than 2 million users."])
    assert found[0]["mark-altered"][1] == {"users": 2_000_000}


def test_every_key_of_a_rule_is_on_the_page() -> None:
    text = (ROOT / "docs" / "extending-clauses.md").read_text(encoding="utf-8")
    used: set[str] = set()
    for path in (ROOT / "licenses" / "clauses" / "rules").glob("*.toml"):
        rule = tomllib.loads(path.read_text(encoding="utf-8"))
        used |= {*rule, *(key for find in rule["finds"] for key in find)}
        used |= {key for value in rule.get("parameters", {}).values() for key in value if value.get("reads")}
    unsaid = {key for key in used if not re.search(rf"\b{key}\b", text)}
    assert unsaid == set()


def test_a_license_is_taught_by_the_table_of_the_page(copy: Path) -> None:
    body = fenced("extending-licenses.md", "toml")[0]
    (row,) = tomllib.loads(body)["license"]
    with (copy / "licenses" / "catalogue" / "models.toml").open("a", encoding="utf-8") as catalogue:
        catalogue.write(f"\n{body}")
    ways = [row["id"], row["id"].upper(), *row["names"], *row["home"]]
    named, owner, mentioned = said_there(
        copy,
        "from licenses.names import mentions, name_to_license\n"
        "from licenses.catalogue import entry\n"
        f"ways = json.loads({json.dumps(ways)!r})\n"
        f"prose = 'Released under the ' + ways[2] + '.'\n"
        f"print(json.dumps([[name_to_license(way) for way in ways], entry({row['id']!r}).owner,"
        " [one[0] for one in mentions(prose)]]))",
    )
    assert named == [row["id"]] * len(ways)
    assert (owner, mentioned) == (row["owner"], [row["id"]])


def test_a_text_is_recognized_once_its_fingerprint_is_built(copy: Path) -> None:
    (row,) = tomllib.loads(fenced("extending-licenses.md", "toml")[0])["license"]
    texts = copy / "texts"
    texts.mkdir()
    (texts / "orchard.txt").write_text(ORCHARD, encoding="utf-8")
    line = {"file": "orchard.txt", "kind": "licence", "ground_truth": row["id"], "source_repo": "a/b", "date": ""}
    (texts / "manifest.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    page = (ROOT / "docs" / "extending-licenses.md").read_text(encoding="utf-8")
    module = re.search(r"-m (\S+) --corpus", page)
    assert module is not None
    before = said_there(copy, NAMED)
    out = copy / "licenses" / "fingerprints.bin"
    subprocess.run(
        [sys.executable, "-m", module[1], "--corpus", str(texts), "--out", str(out)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    assert (before, said_there(copy, NAMED)) == (None, row["id"])
