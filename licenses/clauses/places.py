"""Countries and states that licenses name: as law that governs, and as places left out."""

from __future__ import annotations

import re

# ISO 3166-1 alpha-2, and EU for the Union, by the names in use.
_CODES = {
    "european union": "EU", "the eu": "EU", "united kingdom": "GB", "the uk": "GB", "great britain": "GB",
    "south korea": "KR", "republic of korea": "KR", "north korea": "KP", "people's republic of china": "CN",
    "mainland china": "CN", "china": "CN", "prc": "CN", "united states": "US", "the us": "US", "u.s.": "US",
    "russia": "RU", "russian federation": "RU", "iran": "IR", "cuba": "CU", "syria": "SY", "belarus": "BY",
    "japan": "JP", "india": "IN", "canada": "CA", "australia": "AU", "brazil": "BR", "switzerland": "CH",
    "france": "FR", "germany": "DE", "italy": "IT", "spain": "ES", "netherlands": "NL", "ireland": "IE",
    "norway": "NO", "iceland": "IS", "liechtenstein": "LI", "israel": "IL", "turkey": "TR", "ukraine": "UA",
    "venezuela": "VE", "hong kong": "HK", "taiwan": "TW", "singapore": "SG", "vietnam": "VN", "mexico": "MX",
    "south africa": "ZA", "new zealand": "NZ", "myanmar": "MM", "afghanistan": "AF", "sudan": "SD",
    "saudi arabia": "SA", "united arab emirates": "AE", "poland": "PL", "sweden": "SE", "denmark": "DK",
    "finland": "FI", "austria": "AT", "belgium": "BE", "portugal": "PT", "greece": "GR",
}  # fmt: skip
_NAMES = re.compile("|".join(r"\b" + re.escape(name) + r"(?!\w)" for name in sorted(_CODES, key=len, reverse=True)))

_KIND = r"(?:State|Commonwealth|Province|Republic|Kingdom|Canton|Emirate|District|Federation|Principality)"
_WORD = r"[A-Z][A-Za-z'\u00c0-\u024f.-]*[A-Za-z'\u00c0-\u024f]"
_PLACE = (
    rf"(?:(?:People's )?{_KIND} of (?:the )?{_WORD}(?: {_WORD}){{0,2}}"
    rf"|(?:the )?{_WORD}(?: (?:and (?=Wales)|of )?{_WORD}){{0,4}})"
)
_FEDERAL = r"(?:(?:the )?(?:United States(?: of America)?|U\.S\.(?:A\.)?|USA|Federal)(?: law)?,? and (?:of )?(?:the )?)?"
_LAW_OF = re.compile(
    rf"\b(?:[Ll]aws?|LAWS?|legislation|[Cc]ourts?(?: located)?(?: sitting)?) (?:of|in|applicable in|in force in) "
    rf"(?:the )?{_FEDERAL}(?:the )?(?P<place>{_PLACE})"
)
_PLACE_LAW = re.compile(
    rf"(?:under|by|with|to) (?:the )?(?:applicable )?(?P<place>{_WORD}(?: {_WORD}){{0,2}}) (?:state )?[Ll]aws?\b"
)
_LAW_GOVERNS = re.compile(
    rf"^(?:\S+ )?(?P<place>{_WORD}(?: {_WORD}){{0,2}}) [Ll]aws? (?:will|shall) govern"
    r"|(?P<han>中华人民共和国|中国|香港|新加坡)"
)
# Words that open with a capital in such sentences and are no places.
_NO_PLACE = re.compile(
    r"(?:Applicable|Justice|First Instance|Competent|Licensor|Licensee|Contributor|International|Copyright|Member State|Licen[sc]e|Agreement|"
    r"Intellectual|Contracts?|Conflicts?|Export|Data|Your|Our|Any|Its|This|Territory|EU Member|Company|Governing)"
)
_TRAILING = re.compile(r"(?: (?:Without|Excluding|And|But|The|Courts?|Law|Any|Regardless|Except|Notwithstanding))+$")


def places_named(lower: str) -> list[str]:
    """The codes of the places in a lower-case sentence, sorted."""
    return sorted({_CODES[match.group()] for match in _NAMES.finditer(lower)})


def law_named(text: str) -> str | None:
    """The place whose law a sentence names, as written, without "the"; of a federation and a state, the state."""
    for pattern in (_LAW_OF, _PLACE_LAW, _LAW_GOVERNS):
        for match in pattern.finditer(text):
            named = match["place"] or match.groupdict().get("han") or ""
            place = _TRAILING.sub("", named).removeprefix("the ").strip(" .,")
            if place and not _NO_PLACE.match(place):
                return place
    return None
