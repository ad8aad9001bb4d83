"""The home page: what drifted, newest first, and the page of one event."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from explorer import lateness, timeline, wording
from explorer.page import Page, WrongRequest, open_page

WORDS = {"wording": wording}
_CHOICES = (
    ("Direction", "direction", (("tighter", "▲ tighter only"), ("looser", "▼ looser only"), ("mixed", "◆ mixed"))),
    ("Weight", "substantive", (("1", "a right or duty changed"), ("0", "nothing of substance"))),
    ("What changed", "kind", tuple(wording.KINDS.items())),
    ("Of", "of", (("model", "models"), ("dataset", "datasets"), ("space", "spaces"), ("terms", "vendors' terms"))),
    ("Watched", "watched", (("by-name", "named in config.toml"),)),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter as a link: choosing it, or taking it back if it is chosen."""

    label: str
    href: str
    chosen: bool


async def timeline_page(datasette: Any, request: Any) -> Any:
    """`/{database}/-/drift`."""
    page = await open_page(datasette, request)
    asked = timeline.filter_of(page)
    before = _before(page)

    def find(conn: sqlite3.Connection) -> dict[str, Any]:
        events, following = timeline.find(conn, asked, before=before)
        return {
            "days": timeline.by_day(events),
            "following": following,
            "clauses": timeline.clauses_that_drifted(conn),
            "systems": timeline.systems(conn),
            "parts": timeline.subjects_of(conn, asked.system) if asked.system else [],
            "lateness": lateness.lateness(conn),
            "subjects": conn.execute("select count(*) from (select 1 from current limit 2)").fetchone()[0],
            "snapshots": conn.execute(
                "select count(*) from (select 1 from run where status in ('complete', 'partial') limit 2)"
            ).fetchone()[0],
        }

    found = await page.read(find)
    following = found.pop("following")
    clauses, systems, parts = found.pop("clauses"), found.pop("systems"), found.pop("parts")
    return await page.render(
        "licensedrift_drift.html",
        found | WORDS | {
            "asked": asked,
            "chosen": _chosen(page, asked),
            "choices": [(label, _links(page, asked, name, options)) for label, name, options in _CHOICES],
            "clause_choices": _links(page, asked, "clause", [(clause, clause) for clause in clauses]),
            "system_choices": _links(page, asked, "system", [(name, name) for name in systems]),
            "older": page.links.drift(**asked.values(), before=f"{following[0]},{following[1]}") if following else None,
            "newest": page.links.drift(**asked.values()) if before else None,
            "feeds": {form: page.links.feed(form, **asked.values()) for form in ("xml", "json")},
            "exports": _exports(page, asked, parts),
        },
        title="What drifted",
    )  # fmt: skip


def _before(page: Page) -> tuple[str, int] | None:
    value = page.argument("before")
    if value is None:
        return None
    moment, _, number = value.rpartition(",")
    if not moment or not number.isdecimal() or len(number) > 15:
        raise WrongRequest("“before” has to be a time and an event's number, as the link to older events has it.")
    return moment, int(number)


def _links(page: Page, asked: timeline.Filter, name: str, options: Any) -> list[Choice]:
    now = getattr(asked, name)
    return [
        Choice(label, page.links.drift(**asked.but(**{name: None if value == now else value})), value == now)
        for value, label in options
    ]


def _chosen(page: Page, asked: timeline.Filter) -> list[Choice]:
    said = {"substantive": {"1": "a right or duty changed", "0": "nothing of substance"}, "kind": wording.KINDS}
    return [
        Choice(f"{name}: {said.get(name, {}).get(value, value)}", page.links.drift(**asked.but(**{name: None})), True)
        for name, value in asked.values().items()
    ]


def _exports(page: Page, asked: timeline.Filter, parts: list[str]) -> dict[str, str]:
    """Addresses of the same rows by format; none where Datasette has no filter like ours."""
    return {} if asked.watched else {form: _export(page, asked, form, parts) for form in ("csv", "json")}


def _export(page: Page, asked: timeline.Filter, form: str, parts: list[str]) -> str:
    """The same events as Datasette's view `drift` exports them; its filters are spelled otherwise."""
    values: dict[str, str] = {"_sort_desc": "at"}
    if asked.clause:
        values["clause"] = asked.clause
    else:
        values["parent__isnull"] = "1"
    for name in ("direction", "kind", "subject", "substantive"):
        value = getattr(asked, name)
        if value and not (name == "kind" and asked.clause):
            values[name] = value
    if asked.system:
        values["subject__in"] = json.dumps(parts)
    if asked.author:
        values["subject__contains"] = f":{asked.author}/"
    elif asked.of:
        values["subject__startswith"] = f"{asked.of}:"
    return page.links.view(f"drift.{form}", **values)


async def event_page(datasette: Any, request: Any) -> Any:
    """`/{database}/-/drift/event/{id}`."""
    page = await open_page(datasette, request)
    number = int(request.url_vars["event"])
    event = await page.read(lambda conn: timeline.one(conn, number))
    if event is None:
        return await page.refuse(f"There is no event {number} in this archive.", 404)
    title = f"{wording.headline(event)}, {event['at'][:10]}"
    return await page.render("licensedrift_event.html", WORDS | {"event": event}, title=title)
