"""Commands on local files: `identify` and `compare`. No network, no archive."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from licenses.clauses import Clause
from licenses.comparison import Comparison
from licenses.comparison import compare as compare_texts
from licenses.openness import rules_out_open_source
from licenses.reading import read
from licenses.text import decode

if TYPE_CHECKING:
    from licensedrift import Call

PARTIAL = 3
MOST_PASSAGES = 12  # shown on a terminal


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.pass_obj
def identify(call: Call, files: tuple[str, ...]) -> None:
    """Name the license of each FILE, its clauses, and what rules out open source.

    Exit status 3 when a file could not be read (its row has `error`).

    Example:  licensedrift identify LICENSE NOTICE
    """
    rows = [_identified(name) for name in files]
    call.answer(rows, "\n\n".join(map(_described, rows)))
    if any("error" in row for row in rows):
        sys.exit(PARTIAL)


def _identified(path: str) -> dict[str, Any]:
    # A name that is no UTF-8 can be opened, but neither JSON nor a terminal can show it.
    name = os.fsencode(path).decode("utf-8", "replace")
    try:
        text = decode(Path(path).read_bytes())
    except OSError as error:
        return {"file": name, "error": f"{name}: {error.strerror or error}"}
    reading = read(text)
    identity = reading.identity
    return {
        "file": name,
        "license": identity.license,
        "licenses": list(identity.licenses),
        "spdx": identity.spdx,
        "edition": identity.edition,
        "similarity": round(identity.similarity, 4),
        "altered": identity.altered,
        "nearest": [{"license": id, "similarity": round(score, 4)} for id, score in identity.nearest],
        "rules_out_open_source": rules_out_open_source(reading.clauses),
        "clauses": [_clause(clause) for clause in reading.clauses],
    }


def _clause(clause: Clause) -> dict[str, Any]:
    row = asdict(clause)
    del row["named"]
    return row


def _described(row: dict[str, Any]) -> str:
    if "error" in row:
        return f"{row['error']}"
    head = row["license"] or "no license that is known"
    if row["edition"]:
        head += f" ({row['edition']})"
    if row["altered"]:
        head += ", altered"
    lines = [f"{row['file']}: {head}"]
    if not row["license"] and row["nearest"]:
        nearest = ", ".join(f"{n['license']} {n['similarity']:.0%}" for n in row["nearest"][:3])
        lines.append(f"  nearest: {nearest}")
    for clause in row["clauses"]:
        quote = " ".join(clause["quote"].split())
        lines.append(
            f"  {clause['clause']}{_parameters(clause['parameters'])}: “{quote[:160]}{'…' * (len(quote) > 160)}”"
        )
    return "\n".join(lines)


def _parameters(values: dict[str, Any]) -> str:
    return f" ({', '.join(f'{key} {value}' for key, value in values.items())})" if values else ""


@click.command()
@click.argument("before", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("after", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def compare(call: Call, before: Path, after: Path) -> None:
    """Say what changed from the text BEFORE to the text AFTER: clauses, direction, whether it matters.

    Example:  licensedrift compare LICENSE-2024.txt LICENSE-2025.txt
    """
    try:
        texts = decode(before.read_bytes()), decode(after.read_bytes())
    except OSError as error:
        raise click.UsageError(str(error)) from error
    found = compare_texts(*texts)
    document = {
        "substantive": found.substantive,
        "direction": found.direction,
        "license_before": found.license_before,
        "license_after": found.license_after,
        "clauses_added": list(found.clauses_added),
        "clauses_removed": list(found.clauses_removed),
        "parameters_changed": [asdict(change) for change in found.parameters_changed],
        "wording_changed": [{"clause": c.clause, "before": c.before, "after": c.after} for c in found.wording_changed],
    }
    call.answer(document, _compared(found, texts))


def _compared(found: Comparison, texts: tuple[str, str]) -> str:
    lines = [f"{found.direction}, {'substantive' if found.substantive else 'no right or duty changed'}"]
    if found.license_before != found.license_after:
        lines.append(f"  license: {found.license_before or 'unknown'} -> {found.license_after or 'unknown'}")
    for change in found.changes:
        if change.before is None or change.after is None:
            clause = change.after or change.before
            sign = "+" if change.before is None else "-"
            lines.append(f"  {sign} {change.clause}: {_quoted(clause.quote if clause else '')}")
    lines += [f"  ~ {c.clause}: {c.parameter} {c.before} -> {c.after}" for c in found.parameters_changed]
    shown = found.passages[:MOST_PASSAGES]
    for (start, end), (first, last) in shown:
        lines.append(f"  {_quoted(texts[0][start:end])} -> {_quoted(texts[1][first:last])}")
    if len(found.passages) > len(shown):
        lines.append(f"  and {len(found.passages) - len(shown)} more passages")
    return "\n".join(lines)


def _quoted(words: str) -> str:
    """A stranger's words on one line, without what a terminal would obey."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in words[:4_000]).split())
    return f"“{flat[:160]}{'…' * (len(flat) > 160)}”" if flat else "nothing"
