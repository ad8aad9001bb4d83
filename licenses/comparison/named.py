"""Which licenses a statement of a card names, in prose or on a badge."""

from __future__ import annotations

import re
from urllib.parse import unquote

import re2

from licenses.names import mentions, name_to_license

_NAMES = re.compile(
    r"(?i)\b(?:modified[ _-]mit|mit(?=\b|_)(?:[ _-]licen[cs]e)?"
    r"|apache(?:[ _-]?licen[cs]e)?,?(?:[ _-]version)?[ _-]?v?2(?:\.0)?"
    r"|cc[ _-](?:by|0)(?:[ _-](?:nc|nd|sa)){0,2}(?:[ _-][1-4]\.0)?"
    r"|creative commons attribution(?:[ -](?:non-?commercial|share-?alike|no-?deriv(?:ative)?s)){0,2}(?: [1-4]\.0)?"
    r"|(?:a|l)?gpl[ _-]?v?[23](?:\.0)?|bsd[ _-][0-9][ _-]clause|odc-by|isc licen[cs]e|mpl[ -]2\.0"
    r"|open(?:rail)(?:\+\+)?-?m?|gemma terms of use)\b"
)
# "the Yi Community License Agreement": capitalized words before the word itself, and what ends that word. "A-A-A-A-"
# can be cut into words in very many ways, so this is left to an automaton, which reads _in_ascii's three letters.
_TITLED = re2.compile(
    r"((?:[A-Z\x01][\w.+\x01\x02-]{0,30}[ -](?:\d+(?:\.\d+)?[ -])?){1,6})(?:LICEN[CS]E|Licen[cs]e)(?:[^\w\x01\x02]|$)"
)
_GENERIC = re.compile(
    r"(?i)^(?:the|this|model|code|open|source|our|under|please|check|see|a|for|and|of|custom|commercial|[ -])+$"
)
_LONGEST = 3_000


def _in_ascii(text: str) -> str:
    """The text, as long as before, with one letter for all of Chinese, one for other letters, one for the rest.

    An automaton of counted Unicode letters is too large to run.
    """
    if text.isascii():
        return text
    return "".join(
        sign if sign.isascii() else "\x01" if "\u4e00" <= sign <= "\u9fff" else "\x02" if sign.isalnum() else "\x03"
        for sign in text
    )


def licenses_named(said: str) -> set[str]:
    """The ids of licenses that are named; of a license nobody knows, its title in lower case."""
    flat = " ".join(unquote(said[:_LONGEST]).replace("**", "").replace("[", " ").replace("]", " ").split())
    found = {license_id for license_id, _, _ in mentions(flat)}
    for match in _NAMES.finditer(flat):
        name = match.group().replace("_", " ")
        license_id = name_to_license(name) or name_to_license(name.replace(" ", "-"))
        if license_id:
            found.add(license_id)
    for match in _TITLED.finditer(_in_ascii(flat)):
        title = flat[match.start(1) : match.end(1)].strip(" -")
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
