"""How drift and a subject's position read in a terminal: like something a lawyer would forward."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import filterfalse, groupby
from operator import itemgetter
from typing import Any

from explorer.wording import headline, is_loud, side

WIDTH = 100
SIGN = {"tighter": "▲ tighter", "looser": "▽ looser", "mixed": "◆ tighter and looser", "neutral": "· neutral"}
QUOTE = 400
# A stored text is a stranger's: control and direction-changing characters would rewrite the reader's terminal.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def safe(text: object) -> str:
    """A text of a stranger's, without what could rewrite a terminal."""
    return _UNSAFE.sub("\ufffd", str(text))


def drift(
    first: dict[str, Any] | None,
    last: dict[str, Any] | None,
    counts: Sequence[dict[str, Any]],
    events: Callable[[bool], Iterable[dict[str, Any]]],
) -> Iterator[str]:
    """A whole report, in pieces: what changed between two snapshots, substantive first, the rest folded to a line each.

    `counts` is how many events there are by kind, direction and substantive; `events` gives them as often as it is
    called: with True those of a subject together, else as they came.
    """
    if last is None:
        yield "There is no snapshot yet: `licensedrift refresh` takes one."
        return
    if first is None:
        yield f"{_snapshot(last)} is the only snapshot so far; drift needs two."
        return
    head = f"Drift from {_snapshot(first)} to {_snapshot(last)}"
    if not counts:
        yield f"{head}: nothing changed."
        return
    yield f"{head}: {_counts(counts)}"
    if any(map(is_loud, counts)):
        for subject, rows in groupby(filter(is_loud, events(True)), key=itemgetter("subject")):
            yield "\n\n" + _subject_block(subject, rows)
    if not all(map(is_loud, counts)):
        yield "\n\nRecorded, no right or duty changed:"
        for event in filterfalse(is_loud, events(False)):
            yield f"\n  {safe(event['subject'])}: {_one_line(event)}"


def _snapshot(row: dict[str, Any]) -> str:
    return f"snapshot {row['id']} ({row['started_at'][:10]})"


def _counts(counts: Sequence[dict[str, Any]]) -> str:
    loud = sum(one["count"] for one in counts if is_loud(one))
    quiet = sum(one["count"] for one in counts if not is_loud(one))
    said = [f"{loud:,} to read"] if loud else []
    for direction in ("tighter", "looser", "mixed"):
        count = sum(one["count"] for one in counts if is_loud(one) and one["direction"] == direction)
        if count:
            said.append(f"{count:,} {direction}")
    if quiet:
        said.append(f"{quiet:,} without effect")
    return ", ".join(said)


def _subject_block(subject: str, events: Iterable[dict[str, Any]]) -> str:
    return "\n".join([safe(subject), *(_event(event) for event in events)])


def _event(event: dict[str, Any]) -> str:
    lines = [f"  {SIGN[event['direction']]}: {safe(headline(event))}, {event['at'][:10]}"]
    if event["clauses"]:
        told = [one for one in event["clauses"] if one["direction"] != "neutral" or one["substantive"]]
        lines += [_clause(clause) for clause in told]
        quiet = [f"{_mark(one)} {one['clause']}" for one in event["clauses"] if one not in told]
        if quiet:
            lines.append(_wrapped("    without effect: ", ", ".join(quiet)))
        lines += _sources(event)
    else:
        lines += _from_to(event)
    return "\n".join(lines)


def _from_to(event: dict[str, Any]) -> list[str]:
    lines = []
    for label, key in (("from", "before"), ("to", "after")):
        if event[key] is not None:
            lines.append(_wrapped(f"    {label:<5}", side(event, event[key])))
    return lines + _sources(event)


def _sources(event: dict[str, Any]) -> list[str]:
    lines = []
    for label, when in (("was", "before"), ("is", "after")):
        digest, found = event[f"{when}_hash"], event[f"evidence_{when}"] or {}
        if digest:
            where = f" at {found['revision'][:10]}" if found.get("revision") else ""
            fetched = f", fetched {found['fetched_at']}" if found.get("fetched_at") else ""
            lines.append(f"    {label:<4} {safe(found.get('place', ''))}{where}, text {digest[:12]}{fetched}")
    return lines


def _mark(event: dict[str, Any]) -> str:
    return "~" if event["before"] and event["after"] else "+" if event["after"] else "-"


def _clause(event: dict[str, Any]) -> str:
    lines = [f"    {_mark(event)} {event['clause']} ({event['direction']})"]
    if event["before"]:
        lines.append(_wrapped("      was ", f"“{event['before']}”"))
    if event["after"]:
        lines.append(_wrapped("      now ", f"“{event['after']}”"))
    lines += _parameters(event)
    return "\n".join(lines)


def _parameters(event: dict[str, Any]) -> list[str]:
    """The typed values of a clause that changed: of lists what came and went, of others from and to."""
    before, after = ((event[f"evidence_{when}"] or {}).get("parameters") for when in ("before", "after"))
    if not isinstance(before, dict) or not isinstance(after, dict):
        return []
    lines = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if isinstance(old, list) and isinstance(new, list):
            moved = [f"+ {one}" for one in new if one not in old] + [f"- {one}" for one in old if one not in new]
            lines.append(_wrapped(f"      {name}: ", ", ".join(moved)))
        else:
            lines.append(_wrapped(f"      {name}: ", f"{_shown(old)} → {_shown(new)}"))
    return lines


def _shown(value: Any) -> str:
    if value is None:
        return "(not said)"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _wrapped(label: str, text: str) -> str:
    shown = " ".join(safe(text).split())
    if len(shown) > QUOTE:
        shown = shown[:QUOTE].rsplit(" ", 1)[0] + " …"
    return textwrap.fill(shown, WIDTH, initial_indent=label, subsequent_indent=" " * len(label), break_long_words=True)


def _one_line(event: dict[str, Any]) -> str:
    said = safe(headline(event))
    if event["kind"] in ("claim", "lineage", "file-moved", "gate"):
        before, after = (safe(side(event, event[key]) if event[key] else "(none)") for key in ("before", "after"))
        said += f": {before} → {after}"
    return textwrap.shorten(said, WIDTH, placeholder=" …")


def snapshots(rows: Sequence[dict[str, Any]]) -> str:
    """A table of snapshots."""
    if not rows:
        return "There is no snapshot yet: `licensedrift refresh` takes one."
    lines = [f"{'id':>5}  {'started':<20}  {'status':<9} {'scope':<5} {'subjects':>8} {'changed':>8} {'events':>7}"]
    for row in rows:
        lines.append(
            f"{row['id']:>5}  {row['started_at']:<20}  {row['status']:<9} {row['scope']:<5}"
            f" {row['subjects']:>8} {row['changed']:>8} {row['events']:>7}"
        )
    return "\n".join(lines)
