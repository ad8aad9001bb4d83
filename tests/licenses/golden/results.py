"""What is understood of every license text of the corpus, and how two such lists differ.

A list is `{hash: result}`: the SHA-256 of a file's bytes, and of that file the license, its edition, whether it is
altered, and the ids of its clauses. It is derived data: no word of a text is in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from licenses.reading import RULES_VERSION, read
from licenses.text import decode

EXPECTED = Path(__file__).parent / "expected.json"
IDENTITY = ("license", "edition", "altered")

Result = dict[str, Any]


def result_of(content: bytes, file: str) -> Result:
    """What is understood of a file's bytes. `file` is its name in the corpus, for whoever reads the list."""
    reading = read(decode(content))
    identity = reading.identity
    return {
        "file": file,
        "license": identity.license,
        "edition": identity.edition,
        "altered": identity.altered,
        "clauses": sorted({clause.clause for clause in reading.clauses}),
    }


def results(corpus: Path) -> dict[str, Result]:
    """The results of every license text of a corpus folder (`manifest.jsonl`; PDFs are other people's work)."""
    found: dict[str, Result] = {}
    for line in (corpus / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["kind"] not in ("licence", "licence-other") or row["file"].endswith(".pdf"):
            continue
        content = (corpus / row["file"]).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if digest not in found:
            found[digest] = result_of(content, row["file"])
    return found


def difference(before: Mapping[str, Result], after: Mapping[str, Result]) -> list[str]:
    """One line for every text whose result differs, in the order of file names. Empty if nothing does."""
    lines = []
    for digest in before.keys() | after.keys():
        old, new = before.get(digest), after.get(digest)
        if old is None or new is None:
            lines.append(f"{(old or new or {})['file']}: {'no longer in the corpus' if old else 'new in the corpus'}")
            continue
        said = [f"{key} {old[key]!r} -> {new[key]!r}" for key in IDENTITY if old[key] != new[key]]
        said += [f"+{clause}" for clause in sorted(set(new["clauses"]) - set(old["clauses"]))]
        said += [f"-{clause}" for clause in sorted(set(old["clauses"]) - set(new["clauses"]))]
        if said:
            lines.append(f"{new['file']}: {' '.join(said)}")
    return sorted(lines)


def expected() -> tuple[str, dict[str, Result]]:
    """The rules version and the results that were last reviewed. Empty where nothing was ever written."""
    if not EXPECTED.is_file():
        return "", {}
    document = json.loads(EXPECTED.read_text(encoding="utf-8"))
    return document["rules_version"], document["texts"]


def written(texts: Mapping[str, Result]) -> str:
    """The file of these results: a text a line in the order of names, so that one change is a change of one line."""
    ordered = sorted(texts.items(), key=lambda pair: (pair[1]["file"], pair[0]))
    lines = ",\n".join(f"{json.dumps(digest)}: {json.dumps(result)}" for digest, result in ordered)
    return f'{{"rules_version": {json.dumps(RULES_VERSION)},\n"texts": {{\n{lines}\n}}}}\n'
