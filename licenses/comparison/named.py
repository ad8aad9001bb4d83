"""Which licenses a statement of a card names, in prose or on a badge."""

from __future__ import annotations

import re
from urllib.parse import unquote

from licenses.names import mentions, name_to_license

_NAMES = re.compile(
    r"(?i)\b(?:modified[ _-]mit|mit(?=\b|_)(?:[ _-]licen[cs]e)?"
    r"|apache(?:[ _-]?licen[cs]e)?,?(?:[ _-]version)?[ _-]?v?2(?:\.0)?"
    r"|cc[ _-](?:by|0)(?:[ _-](?:nc|nd|sa)){0,2}(?:[ _-][1-4]\.0)?"
    r"|creative commons attribution(?:[ -](?:non-?commercial|share-?alike|no-?deriv(?:ative)?s)){0,2}(?: [1-4]\.0)?"
    r"|(?:a|l)?gpl[ _-]?v?[23](?:\.0)?|bsd[ _-][0-9][ _-]clause|odc-by|isc licen[cs]e|mpl[ -]2\.0"
    r"|open(?:rail)(?:\+\+)?-?m?|gemma terms of use)\b"
)
# "the Yi Community License Agreement": capitalized words before the word itself.
_TITLED = re.compile(
    r"((?:[A-Z\u4e00-\u9fff][\w.\u4e00-\u9fff+-]{0,30}[ -](?:\d+(?:\.\d+)?[ -])?){1,6})(?:LICEN[CS]E|Licen[cs]e)\b"
)
_GENERIC = re.compile(
    r"(?i)^(?:the|this|model|code|open|source|our|under|please|check|see|a|for|and|of|custom|commercial|[ -])+$"
)
_LONGEST = 3_000


def licenses_named(said: str) -> set[str]:
    """The ids of licenses that are named; of a license nobody knows, its title in lower case."""
    flat = " ".join(unquote(said[:_LONGEST]).replace("**", "").replace("[", " ").replace("]", " ").split())
    found = {license_id for license_id, _, _ in mentions(flat)}
    for match in _NAMES.finditer(flat):
        name = match.group().replace("_", " ")
        license_id = name_to_license(name) or name_to_license(name.replace(" ", "-"))
        if license_id:
            found.add(license_id)
    for match in _TITLED.finditer(flat):
        title = match.group(1).strip(" -")
        if _GENERIC.match(title):
            continue
        license_id = name_to_license(f"{title} License") or name_to_license(title)
        if license_id:
            found.add(license_id)
    return found


_BADGE = re.compile(r"(?i)badge/([^?\s\"')<>]{0,200}licen[cs]e[^?\s\"')<>]{0,200})")


def badges(text: str) -> list[tuple[str, str]]:
    """(label, message) of the badges that speak of a license, as `shields.io` writes them: `label-message-color`."""
    found = []
    for match in _BADGE.finditer(text):
        # A dash within a part is doubled, a blank is an underscore.
        parts = unquote(match.group(1)).replace("--", "\0").split("-")
        if len(parts) >= 2:
            shown = [part.replace("\0", "-").replace("_", " ") for part in parts]
            found.append((shown[0].casefold(), shown[1]))
    return found
