"""Feeds of the timeline, filtered as its page is: Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

import orjson
from datasette import Response

from explorer import timeline, wording
from explorer.page import HEADERS, Page, open_page
from explorer.visible import readable, shortened, visible

ENTRIES = 50
QUOTE = 500  # characters of a quotation
ATOM = "http://www.w3.org/2005/Atom"


async def feed(datasette: Any, request: Any) -> Any:
    """`/{database}/-/drift/feed.xml` and `.json`."""
    page = await open_page(datasette, request)
    asked = timeline.filter_of(page)

    def find(conn: sqlite3.Connection) -> tuple[list[dict[str, Any]], str, dict[int, str]]:
        events, _ = timeline.find(conn, asked, limit=ENTRIES)
        first = conn.execute("select min(started_at) from run").fetchone()[0]
        runs = {event["snapshot"] for event in events if event["snapshot"]}
        marks = ", ".join("?" * len(runs))
        seen = conn.execute(f"select id, ifnull(finished_at, started_at) from run where id in ({marks})", tuple(runs))
        return events, first or "", dict(map(tuple, seen))

    events, began, seen = await page.read(find)
    entries = [_entry(page, event, began, seen) for event in events]
    title = " · ".join(["What drifted", *asked.values().values()])
    if request.url_vars["form"] == "xml":
        return _response(_atom(page, asked, title, entries), "application/atom+xml; charset=utf-8")
    return _response(_json(page, asked, title, entries), "application/feed+json; charset=utf-8")


def _response(body: str, kind: str) -> Any:
    return Response(body, headers=dict(HEADERS), content_type=kind)


def _absolute(page: Page, path: str) -> str:
    return str(page.datasette.absolute_url(page.request, path))


def _entry(page: Page, event: Mapping[str, Any], began: str, seen: Mapping[int, str]) -> dict[str, str]:
    """One event. Its id depends on the archive and the event alone, not on where the archive is served."""
    return {
        "id": uuid.uuid5(uuid.NAMESPACE_URL, f"licensedrift:{began}:{event['id']}").urn,
        "title": visible(
            f"{event['subject']}: {wording.SIGN[event['direction']]} {event['direction']}: {wording.headline(event)}"
        ),
        "url": _absolute(page, page.links.event(event["id"])),
        "at": event["at"],
        "seen": seen.get(event["snapshot"]) or event["at"],
        "text": _text(event),
        "category": event["direction"],
    }


def _text(event: Mapping[str, Any]) -> str:
    lines = [wording.DIRECTION[event["direction"]]]
    if event["before"] is not None or event["after"] is not None:
        before, after = (shortened(readable(wording.side(event, event[key])), QUOTE) for key in ("before", "after"))
        lines.append(f"From: {before}\nTo: {after}")
    for clause in event["clauses"]:
        sign = wording.SIGN[clause["direction"]]
        name = shortened(clause["clause"], 80)
        said = f"{wording.meaning(clause['clause'])} ({name})" if wording.meaning(clause["clause"]) else name
        lines.append(f"{sign} {clause['direction']}: {wording.clause_change(clause)}: {said}")
        lines += [
            f"{key}: {now}" if was is None else f"{key}: {was} → {now}"
            for key, was, now in wording.parameter_changes(clause)
        ]
        for label, side in (("was", "before"), ("is now", "after")):
            if clause[side]:
                lines.append(f"{label}: “{shortened(readable(clause[side]), QUOTE)}”")
    return "\n".join(lines)


def _updated(entries: Sequence[Mapping[str, str]]) -> str:
    # RFC 4287 demands a date; an empty archive has none of its own.
    return max((entry["seen"] for entry in entries), default="1970-01-01T00:00:00Z")


def _atom(page: Page, asked: timeline.Filter, title: str, entries: Sequence[Mapping[str, str]]) -> str:
    values = asked.values()
    here = _absolute(page, page.links.feed("xml", **values))
    root = ElementTree.Element("feed", xmlns=ATOM)
    for tag, text in (("id", here), ("title", visible(title)), ("updated", _updated(entries))):
        ElementTree.SubElement(root, tag).text = text
    ElementTree.SubElement(root, "link", rel="self", href=here)
    ElementTree.SubElement(root, "link", rel="alternate", href=_absolute(page, page.links.drift(**values)))
    ElementTree.SubElement(ElementTree.SubElement(root, "author"), "name").text = "licensedrift"
    for entry in entries:
        element = ElementTree.SubElement(root, "entry")
        ElementTree.SubElement(element, "id").text = entry["id"]
        ElementTree.SubElement(element, "title").text = entry["title"]
        ElementTree.SubElement(element, "updated").text = entry["seen"]
        ElementTree.SubElement(element, "published").text = entry["at"]
        ElementTree.SubElement(element, "link", rel="alternate", href=entry["url"])
        ElementTree.SubElement(element, "category", term=entry["category"])
        ElementTree.SubElement(element, "content", type="text").text = entry["text"]
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode")


def _json(page: Page, asked: timeline.Filter, title: str, entries: Sequence[Mapping[str, str]]) -> str:
    values = asked.values()
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": visible(title),
        "home_page_url": _absolute(page, page.links.drift(**values)),
        "feed_url": _absolute(page, page.links.feed("json", **values)),
        "items": [
            {
                "id": entry["id"],
                "url": entry["url"],
                "title": entry["title"],
                "content_text": entry["text"],
                "date_published": entry["at"],
                "date_modified": entry["seen"],
                "tags": [entry["category"]],
            }
            for entry in entries
        ],
    }
    return orjson.dumps(document).decode()
