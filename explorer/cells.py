"""Cells of Datasette's own tables and query results: what names a subject, a text or an event leads to its page."""

from __future__ import annotations

import re

from markupsafe import Markup

from explorer.links import Links
from explorer.visible import plain, shortened, visible

_SUBJECT = re.compile(r"(?:model|dataset|space|terms):[^\n]{1,300}\Z")
_HASH = re.compile(r"[0-9a-f]{64}\Z")
_SUBJECT_COLUMNS = frozenset({"subject", "child", "parent", "for_example"})
_TEXT_COLUMNS = frozenset({"text_hash", "before_hash", "after_hash"})
LONGEST = 2_000  # characters of a text that has to be rewritten; Datasette cuts others itself


def cell(value: object, column: str, links: Links) -> Markup | None:
    """The cell as HTML, or None to leave it to Datasette."""
    if column == "event" and isinstance(value, int):
        return Markup('<a href="{}">{}</a>').format(links.event(value), value)
    if not isinstance(value, str):
        return None
    if column in _SUBJECT_COLUMNS and _SUBJECT.match(value):
        return Markup('<a href="{}">{}</a>').format(links.subject(value), plain(value))
    if column in _TEXT_COLUMNS and _HASH.match(value):
        return Markup('<a href="{}" title="{}">{}</a>').format(links.text(value), value, value[:12])
    if len(value) <= LONGEST and visible(value) != value:
        return plain(value)
    return plain(shortened(value, LONGEST)) if visible(value[:LONGEST]) != value[:LONGEST] else None
