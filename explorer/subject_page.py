"""The page of one subject: what is claimed, what was found, what it means for a reader, and how it came to be so."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

from datasette import Response

from explorer import subject_facts, wording
from explorer.links import Links
from explorer.page import open_page
from explorer.time_bar import time_bar
from storage.queries import UnknownSnapshot
from storage.subjects import UnknownSubject

MOST_VERSIONS = 40  # in the table; the time bar has all, and the view `versions` too


async def subject_page(datasette: Any, request: Any) -> Any:
    """`/{database}/-/subject/{kind}:{name}`, as of `at` (a snapshot or a time) if that is given."""
    page = await open_page(datasette, request)
    name = unquote(request.url_vars["name"]) if request.url_vars.get("name") else page.argument("name")
    if not name:
        return Response.redirect(page.links.search())
    at = page.argument("at")
    try:
        found = await page.read(lambda conn: subject_facts.facts(conn, name, at))
    except UnknownSubject as error:
        return await page.refuse(str(error).partition(";")[0] + ".", 404)
    except UnknownSnapshot as error:
        return await page.refuse(f"{error}.", 404)
    if found["subject"] != name:
        # A bare or a former name: the page has one address.
        return Response.redirect(page.links.subject(found["subject"], at=at))
    history = found["history"]
    return await page.render(
        "licensedrift_subject.html",
        found | {
            "wording": wording,
            "time_bar": _time_bar(page.links, found["subject"], history),
            "versions": list(reversed(history))[:MOST_VERSIONS],
            "older_versions": max(0, len(history) - MOST_VERSIONS),
            "every_version": page.links.view("versions", subject=found["subject"]),
            "children_query": page.links.view("made_from", name=found["name"]),
        },
        title=found["name"],
    )  # fmt: skip


def _time_bar(links: Links, subject: str, history: list[dict[str, Any]]) -> str | None:
    """The history as SVG, drawn on the server; each version leads to what it changed."""
    if not history:
        return None
    before = {after["id"]: before["id"] for before, after in pairwise(history)}

    def href(version: Mapping[str, Any]) -> str:
        if version["id"] in before:
            return links.versions(subject, before[version["id"]], version["id"])
        return links.subject(subject, at=version["valid_from"] or version["since"])

    return time_bar(history, href=href)
