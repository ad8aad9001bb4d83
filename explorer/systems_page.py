"""The list: systems as people name them, each with its developer, kind, license, restrictions, type and findings."""

from __future__ import annotations

import sqlite3
from typing import Any

import orjson

from explorer import findings_words, wording
from explorer.page import Page, WrongRequest, open_page

COLUMNS = ("system", "developer", "modality", "type", "license", "restrictions", "parameters")
FILTERS = ("type", "developer", "modality")
WATCHED = 100  # rows of the catalog that are shown where no system is named


async def systems_page(datasette: Any, request: Any) -> Any:
    """`/{database}/-/systems`, sorted by `sort` (`-` before a column: downwards), filtered by FILTERS."""
    page = await open_page(datasette, request)
    sort = page.argument("sort")
    if sort is not None and sort.removeprefix("-") not in COLUMNS:
        raise WrongRequest(f"“sort” can be one of: {', '.join(COLUMNS)}, with a - before it for downwards.")
    asked = {name: value for name in FILTERS if (value := page.argument(name))}
    rows, watched = await page.read(lambda conn: _find(conn))
    choices = {name: sorted({row[name] for row in rows if row[name]}) for name in FILTERS}
    shown = [row for row in rows if all(row[name] == value for name, value in asked.items())]
    if sort:
        column = sort.removeprefix("-")
        known = [row for row in shown if row[column] is not None]
        known.sort(key=lambda row: _ordered(row[column]), reverse=sort.startswith("-"))
        shown = known + [row for row in shown if row[column] is None]
    return await page.render(
        "licensedrift_systems.html",
        {
            "rows": shown,
            "all": len(rows),
            "watched": watched,
            "asked": asked,
            "choices": _choices(page, asked, sort, choices),
            "heads": [_head(page, asked, sort, column) for column in COLUMNS],
            "exports": {form: page.links.view(f"systems.{form}", **asked) for form in ("csv", "json")},
            "wording": wording,
        },
        title="Systems",
    )


def _ordered(value: Any) -> tuple[int, Any]:
    return (0, value) if isinstance(value, int) else (1, str(value).casefold())


def _head(page: Page, asked: dict[str, str], sort: str | None, column: str) -> dict[str, Any]:
    """A column's heading as a link that sorts by it; a second time turns the order round."""
    order = {column: "ascending", f"-{column}": "descending"}.get(sort or "")
    target = f"-{column}" if order == "ascending" else column
    return {"column": column, "order": order, "href": page.links.systems(**asked, sort=target)}


def _choices(
    page: Page, asked: dict[str, str], sort: str | None, values: dict[str, list[str]]
) -> list[tuple[str, list[dict[str, Any]]]]:
    found = []
    for name, options in values.items():
        links = []
        for option in options:
            chosen = asked.get(name) == option
            others = {key: value for key, value in asked.items() if key != name}
            href = page.links.systems(**others, **({} if chosen else {name: option}), sort=sort)
            links.append({"label": option, "href": href, "chosen": chosen})
        if len(links) > 1:
            found.append((name, links))
    return found


def _find(conn: sqlite3.Connection) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The systems in the order of config.toml; where none is named, some of what is watched."""
    names = ("system", "developer", "modality", "type", "license", "restrictions", "subjects", "evidence", "reason")
    rows = [
        _system(conn, dict(zip(names, row, strict=True)))
        for row in conn.execute(
            "select name, developer, modality, type, license, restrictions, subjects, evidence, reason from system"
            " order by position"
        ).fetchall()
    ]
    keys = ("subject", "license_claimed", "license_name", "license_found", "openness", "last_changed")
    watched = [] if rows else conn.execute(f"select {', '.join(keys)} from catalog limit {WATCHED}").fetchall()
    return rows, [dict(zip(keys, row, strict=True)) for row in watched]


def _system(conn: sqlite3.Connection, row: dict[str, Any]) -> dict[str, Any]:
    """A row with the size of its models, how its evidence is found, and the findings of its subjects."""
    subjects = [name for name in orjson.loads(row["subjects"] or "[]") if isinstance(name, str)]
    parameters, findings, present = [], [], []
    for subject in subjects:
        kind, _, name = subject.partition(":")
        found = conn.execute(
            "select s.id, c.parameters from subject s join current c on c.subject = s.id"
            " where s.kind = ? and s.name = ? order by c.unavailable_since is not null limit 1",
            (kind, name),
        ).fetchone()
        if found is None:
            continue
        present.append(subject)
        parameters += [found[1]] if found[1] else []
        findings += findings_words.standing(conn, found[0])
    evidence = findings_words.places(row["evidence"])
    return row | {
        "subjects": [(subject, subject in present) for subject in subjects],
        "parameters": max(parameters, default=None),
        "smallest": min(parameters, default=None),
        "findings": findings,
        "licenses": (row["license"] or "").split(", ") if row["license"] else [],
        "evidence": [place for place in evidence if place["clause"]],
    }
