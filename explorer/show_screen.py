"""One subject's legal position on one screen of a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from explorer.terminal import WIDTH, safe

MOST_VERSIONS = 8
QUOTE = 240  # characters


def screen(found: dict[str, Any]) -> str:
    """The document of `show` as text."""
    return "\n".join([*_head(found), *_clauses(found), *_findings(found), *_documents(found), *_history(found)])


def _head(found: dict[str, Any]) -> Iterator[str]:
    license = found["license"]
    yield safe(found["subject"])
    claimed = " / ".join(
        safe(value) for value in (license["claimed"], license["claimed_name"], license["claimed_link"]) if value
    )
    yield f"  claimed:   {claimed or 'nothing'}"
    edition = f" ({license['edition']})" if license["edition"] else ""
    similar = f", {license['similarity']:.0%} alike" if license["found"] and license["similarity"] < 1 else ""
    yield f"  found:     {license['found'] or 'no license that is known'}{edition}{similar}"
    yield f"  openness:  {found['openness']}"
    if found["gated"] != "false":
        yield f"  gate:      {safe(found['gated'])}"
    if found["availability"] != "available":
        since = f" since {found['unavailable_since']}" if found["unavailable_since"] else ""
        gone = f", gone {found['gone_at']}" if found["gone_at"] else ""
        yield f"  now:       {found['availability']}{since}{gone}"
    if found["base_model"]:
        yield f"  made from: {safe(', '.join(found['base_model'][:5]))}"


def _clauses(found: dict[str, Any]) -> Iterator[str]:
    if found["clauses"]:
        yield "clauses"
    for clause in found["clauses"]:
        values = ", ".join(f"{key} {_value(value)}" for key, value in clause["parameters"].items())
        section = f", section {clause['section']}" if clause["section"] else ""
        yield f"  {clause['clause']}{f' ({values})' if values else ''}  [{safe(clause['document'])}{safe(section)}]"
        quote = textwrap.shorten(safe(clause["quote"]), QUOTE, placeholder=" …")
        yield textwrap.fill(f"“{quote}”", WIDTH, initial_indent="    ", subsequent_indent="    ")


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else safe(str(value))


def _findings(found: dict[str, Any]) -> Iterator[str]:
    if found["findings"]:
        yield "findings"
    for finding in found["findings"]:
        said = f"{finding['claimed'] or 'nothing'} against {finding['found'] or 'nothing'}"
        yield f"  {finding['severity']}: {finding['claim']}: {safe(said)}"


def _documents(found: dict[str, Any]) -> Iterator[str]:
    if found["documents"]:
        yield "documents"
    for document in found["documents"]:
        at = f" at {document['revision'][:10]}" if document["revision"] else ""
        yield (
            f"  {document['role']:<8} {safe(document['path_or_url'])}{at}, {document['bytes']:,} bytes,"
            f" text {document['text_hash'][:12]}, fetched {document['fetched_at']}"
        )


def _history(found: dict[str, Any]) -> Iterator[str]:
    versions = found["history"]
    yield f"history ({len(versions)} version{'s' * (len(versions) != 1)})"
    if len(versions) > MOST_VERSIONS:
        yield f"  ... {len(versions) - MOST_VERSIONS} earlier ones: select * from versions"
    for version in versions[-MOST_VERSIONS:]:
        until = version["until"] or "now"
        yield (
            f"  {version['since']} to {until}: {safe(version['license_claimed'] or 'no claim')},"
            f" {version['availability']}"
        )
