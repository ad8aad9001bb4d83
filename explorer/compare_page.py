"""The page that compares two texts: first their clauses, then the texts side by side, line by line.

Query: `left` and `right` name two texts (see compare_sides), or `subject`, `from` and `to` two versions of a subject,
of which `role` and `place` choose the document. `print=1` is the view for quoting as evidence, `unfold=1` shows all
unchanged lines, `part` leafs through long texts.
"""

from __future__ import annotations

import asyncio
import sqlite3
from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from typing import Any
from urllib.parse import urlencode

from explorer.clause_table import STATES, ClauseRow, clause_rows
from explorer.compare_sides import (
    NOTHING,
    Chosen,
    NotThere,
    Pair,
    Side,
    documents_of,
    find_text,
    load_side,
    pairs_of,
    versions_of,
)
from explorer.page import WrongRequest, open_page
from explorer.text_diff import LARGEST_TEXT, Row, Run, TextDiff, text_diff
from explorer.visible import shortened
from explorer.wording import DIRECTION, role_name
from licenses.comparison import compare
from licenses.comparison.model import ClauseChange, Direction
from licenses.reading import RULES_VERSION
from storage.subjects import UnknownSubject, lookup

ROWS_A_PART = 2_500
MOST_HIDDEN = 400  # unchanged rows that are sent folded; more are left out until asked for
MOST_JUDGED = 160_000  # characters of both texts; reading longer ones anew for a verdict would keep a reader waiting
_KEPT_VERDICTS = 256

_verdicts: OrderedDict[tuple[str, str, str | None], Verdict] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What going from one text to the other means, and the clauses that differ by the sentences that show it."""

    direction: Direction
    substantive: bool
    changes: tuple[ClauseChange, ...]


@dataclass(slots=True)
class Asked:
    """What the address asks for, and what there is to choose from."""

    left: str | None
    right: str | None
    subject: str | None
    versions: tuple[int | None, int | None]
    role: str | None = None
    place: str | None = None
    printing: bool = False
    unfolded: bool = False
    part: int = 1
    subject_id: int | None = None
    history: list[dict[str, Any]] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)

    def query(self, **changes: Any) -> str:
        """The query of this comparison with some values changed."""
        values = {
            "left": self.left, "right": self.right, "subject": self.subject, "from": self.versions[0],
            "to": self.versions[1], "role": self.role, "place": self.place, "print": int(self.printing) or None,
            "unfold": int(self.unfolded) or None, "part": self.part if self.part > 1 else None, **changes,
        }  # fmt: skip
        return "?" + urlencode({key: value for key, value in values.items() if value not in (None, "")})

    def texts(self, left: Side, right: Side, **changes: Any) -> str:
        """The query that names both texts by their hashes: it means the same whatever is recorded later."""
        plain = Asked(left.text_hash or NOTHING, right.text_hash or NOTHING, self.subject, (None, None))
        return plain.query(**changes)


@dataclass(frozen=True, slots=True)
class Shown:
    """One comparison, worked out."""

    rows: list[ClauseRow]
    diff: TextDiff
    verdict: Verdict | None


async def compare_page(datasette: Any, request: Any) -> Any:
    """Compare two texts; without any named, offer a form and the latest changes."""
    page = await open_page(datasette, request)
    asked = Asked(
        page.argument("left"),
        page.argument("right"),
        page.argument("subject"),
        (page.number("from"), page.number("to")),
        page.argument("role"),
        page.argument("place"),
        page.argument("print") is not None,
        page.argument("unfold") is not None,
        max(1, page.number("part") or 1),
    )
    try:
        sides = await page.read(lambda conn: find_sides(conn, asked))
    except NotThere as error:
        return await page.refuse(str(error), 404)
    if sides is None:
        offered = await page.read(_offers)
        return await page.render("licensedrift_compare_choose.html", {"asked": asked, **offered}, title="Compare")
    left, right = sides
    role = left.source.role if left.source else (right.source.role if right.source else None)
    shown = await asyncio.get_running_loop().run_in_executor(None, _worked_out, left, right, role)
    names = _names(left, right)
    title = f"{names[0]} against {names[1]}"
    context = _context(asked, left, right, shown) | {
        "names": names,
        "address": f"{request.scheme}://{request.host}{request.path}" + asked.texts(left, right),
        "read_at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "snapshot": await page.read(_last_snapshot),
        "chosen_versions": await page.read(lambda conn: [_first_version(conn, side) for side in sides]),
    }
    return await page.render("licensedrift_compare.html", context, title=shortened(title, 200))


def find_sides(conn: sqlite3.Connection, asked: Asked) -> tuple[Side, Side] | None:
    """The two texts that are asked for; None if nothing is. Raises NotThere, WrongRequest."""
    if asked.subject:
        try:
            asked.subject_id, asked.subject = lookup(conn, asked.subject)
        except UnknownSubject as error:
            raise NotThere(str(error)) from error
        asked.history = versions_of(conn, asked.subject_id)
    if asked.left and asked.right:
        one, other = (find_text(conn, spec, asked.role) for spec in (asked.left, asked.right))
        chosen = Chosen(one[0], other[0], one[1], other[1])
    elif asked.left or asked.right:
        missing = "right" if asked.left else "left"
        raise WrongRequest(f"Two texts are needed: name one for the {missing} side, too.")
    elif asked.subject_id is not None:
        chosen = _two_versions(conn, asked, asked.subject_id)
    else:
        return None
    return (
        load_side(conn, chosen.left, asked.subject_id, chosen.left_document),
        load_side(conn, chosen.right, asked.subject_id, chosen.right_document),
    )


def _two_versions(conn: sqlite3.Connection, asked: Asked, subject: int) -> Chosen:
    """The document of two versions: those asked for, else the last two whose documents differ."""
    older, newer = asked.versions
    ids = [row["id"] for row in asked.history]
    if not ids:
        raise NotThere(f"Nothing is recorded of {asked.subject} yet.")
    newer = newer if newer is not None else ids[-1]
    if older is None:
        older = _last_that_differs(conn, subject, ids, newer)
    asked.versions = older, newer
    before, after = (documents_of(conn, subject, version) for version in (older, newer))
    asked.pairs = pairs_of(before, after)
    fitting = [
        pair for pair in asked.pairs
        if asked.role in (None, pair.role)
        and asked.place in (None, pair.place, *(d.place for d in (pair.left, pair.right) if d))
    ]  # fmt: skip
    if not fitting:
        raise NotThere(f"{asked.subject} has no such document in its versions {older} and {newer}.")
    pair = next((one for one in fitting if one.differs), fitting[0])
    asked.role, asked.place = pair.role, pair.place
    one, other = pair.left, pair.right
    return Chosen(
        one.text if one else None, other.text if other else None,
        one.document if one else None, other.document if other else None,
    )  # fmt: skip


def _last_that_differs(conn: sqlite3.Connection, subject: int, ids: list[int], newer: int) -> int:
    """The last version before `newer` with another document; the one before it, or itself, if there is none."""
    before = ids[: ids.index(newer)] if newer in ids else ids
    texts = [(d.role, d.text) for d in documents_of(conn, subject, newer)]
    for version in before[:-20:-1]:
        if [(d.role, d.text) for d in documents_of(conn, subject, version)] != texts:
            return version
    return before[-1] if before else newer


def _names(left: Side, right: Side) -> tuple[str, str]:
    """What to call the two sides: of one document at two times, the second one is its date."""
    if left.name != right.name or not left.source or not right.source:
        return left.name, right.name
    since = [(source.since or source.fetched_at or "")[:10] for source in (left.source, right.source)]
    name = left.name
    if left.source.role == "terms" and left.source.subject == right.source.subject:
        name = left.source.subject  # its address stands below
    return (f"{name} of {since[0]}", f"of {since[1]}") if all(since) else (left.name, right.name)


def _worked_out(left: Side, right: Side, role: str | None) -> Shown:
    verdict = _verdict(left, right, role)
    rows = clause_rows(left.clauses or (), right.clauses or (), verdict.changes if verdict else ())
    return Shown(rows, text_diff(left.text, right.text), verdict)


def _verdict(left: Side, right: Side, role: str | None) -> Verdict | None:
    """What going from one text to the other means; None where it is not judged."""
    if not left.text_hash or not right.text_hash or len(left.text) + len(right.text) > MOST_JUDGED:
        return None
    key = left.text_hash, right.text_hash, role
    known = _verdicts.get(key)
    if known is None:
        found = compare(left.text, right.text, role=role)
        known = _verdicts[key] = Verdict(found.direction, found.substantive, found.changes)
        while len(_verdicts) > _KEPT_VERDICTS:
            _verdicts.popitem(last=False)
    return known


def _context(asked: Asked, left: Side, right: Side, shown: Shown) -> dict[str, Any]:
    total = max(1, -(-len(shown.diff.rows) // ROWS_A_PART))
    asked.part = min(asked.part, total)
    first = (asked.part - 1) * ROWS_A_PART
    runs = shown.diff.runs(first, first + ROWS_A_PART)
    if asked.unfolded:
        runs = [replace(run, folded=False) for run in runs]
    hidden = sum(len(run.rows) for run in runs if run.folded)
    return {
        "asked": asked,
        "left": left,
        "right": right,
        "same_text": left.text_hash == right.text_hash,
        "verdict": shown.verdict,
        "verdict_means": DIRECTION[shown.verdict.direction] if shown.verdict else "",
        "groups": [
            (state, sign, title, rows) for state, sign, title in STATES
            if (rows := [row for row in shown.rows if row.state == state])
        ],
        "unread": left.clauses is None or right.clauses is None,
        "diff": shown.diff,
        "runs": runs,
        "leave_out": asked.printing or hidden > MOST_HIDDEN,
        "span_of": _span_of,
        "parts": [
            (number + 1, any(row.kind != "same" for row in shown.diff.rows[start : start + ROWS_A_PART]))
            for number, start in enumerate(range(0, len(shown.diff.rows), ROWS_A_PART))
        ],
        "left_line": _Places(shown.diff, "left").anchor,
        "right_line": _Places(shown.diff, "right").anchor,
        "role_name": role_name,
        "largest": LARGEST_TEXT,
        "rules_version": RULES_VERSION,
        "tool_version": installed_version("licensedrift"),
    }  # fmt: skip


class _Places:
    """Finds the line in which a character of one side stands."""

    def __init__(self, diff: TextDiff, side: str) -> None:
        lines = [line for row in diff.rows if (line := getattr(row, side)) is not None]
        self._starts = [line.start for line in lines]
        self._anchors = [line.anchor for line in lines]

    def anchor(self, position: int) -> str | None:
        """The anchor of the line, without the letter of the side; None beyond the cap."""
        number = bisect_right(self._starts, position) - 1
        return self._anchors[number] if number >= 0 else None


def _span_of(run: Run) -> str:
    """The lines that a run hides: `12–40` on the left, `14–42` on the right."""
    sides = []
    for name in ("left", "right"):
        lines = [line for row in run.rows if (line := _line(row, name)) is not None]
        if lines:
            sides.append(f"{lines[0].number}–{lines[-1].number} {name}")
    return ", ".join(sides)


def _line(row: Row, name: str) -> Any:
    return row.left if name == "left" else row.right


def _offers(conn: sqlite3.Connection) -> dict[str, Any]:
    """What a reader may want to compare: the latest changed texts, and the licenses found most."""
    changed = conn.execute(
        "select e.at, s.kind || ':' || s.name, e.role, e.direction, lower(hex(e.before_text)), lower(hex(e.after_text))"
        " from event e join subject s on s.id = e.subject where e.id in (select id from event where kind = 'text'"
        " and before_text is not null and after_text is not null order by id desc limit 20) order by e.at desc"
    ).fetchall()
    licenses = conn.execute(
        "select license_found, count(*) from current where license_found is not null"
        " group by license_found order by 2 desc limit 60"
    ).fetchall()
    return {
        "changed": [
            dict(zip(("at", "subject", "role", "direction", "left", "right"), row, strict=True)) for row in changed
        ],
        "licenses": licenses,
        "role_name": role_name,
    }


def _first_version(conn: sqlite3.Connection, side: Side) -> int | None:
    """The version that first had the document of this side, to offer it where texts are named by their hashes."""
    document = side.source.document if side.source else None
    found = conn.execute("select min(version) from version_document where document = ?", (document,)).fetchone()[0]
    return None if found is None else int(found)


def _last_snapshot(conn: sqlite3.Connection) -> dict[str, Any] | None:
    row = conn.execute("select id, started_at from snapshots order by id desc limit 1").fetchone()
    return {"id": row[0], "started_at": row[1]} if row else None
