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

# Chinese has no blanks, so its names stand anywhere.
_HAN_CODES = {
    "欧盟": "EU", "欧洲联盟": "EU", "英国": "GB", "韩国": "KR", "朝鲜": "KP", "美国": "US", "俄罗斯": "RU",
    "伊朗": "IR", "古巴": "CU", "叙利亚": "SY", "日本": "JP", "印度": "IN", "德国": "DE", "法国": "FR",
}  # fmt: skip

_KIND = (
    r"(?:State|Commonwealth|Province|Republic|Kingdom|Canton|Emirate|District|Federation|Principality|"
    r"state|province|republic|mainland)"
)
_WORD = r"[A-Z][A-Za-z'\u00c0-\u024f.-]*[A-Za-z'\u00c0-\u024f]"
_PLACE = (
    r"(?:(?:mainland of (?:the )?)?People's Republic of China"
    rf"|(?:People's )?{_KIND} of (?:the )?{_WORD}(?: {_WORD}){{0,2}}"
    r"|Hong Kong Special Administrative Region(?:,? of the (?:People['\u2019]s Republic of China|PRC))?"
    rf"|(?:mainland )?{_WORD}(?: (?:and (?=Wales)|of )?{_WORD}){{0,4}})"
)
_LAW_OF = re.compile(
    rf"\b(?:[Ll]aws?|LAWS?|legislation)(?: and (?:regulations|jurisdiction|courts))?,? "
    rf"(?:of|in|applicable (?:to|in)|applied in|in force in|OF) (?:[Tt]he |THE )?(?P<place>{_PLACE})"
)
_COURTS_OF = re.compile(rf"\b[Cc]ourts?(?: located| sitting)? (?:of|in) (?:the )?(?P<place>{_PLACE})")
_PLACE_LAW = re.compile(
    rf"(?:under|by|with|to) (?:the )?(?:applicable )?(?P<place>{_WORD}(?: {_WORD}){{0,2}}) (?:state )?[Ll]aws?\b"
)
_LAW_GOVERNS = re.compile(
    rf"^(?:\(?[\w.]{{1,6}}[.)] |[\d.]{{1,6}} )?(?:[Tt]he )?(?:{_WORD}\. )?(?P<place>{_WORD}(?: {_WORD}){{0,2}}) "
    r"[Ll]aws? ?(?:(?:will|shall) (?:govern|apply)|applies|governs|[;,.]|and\b|$)"
)
_HAN = re.compile("(?P<place>中华人民共和国|香港特别行政区|中国香港|中国|香港|新加坡|日本|韩国|美国|英国|德国)")
# The state beside a federation: "the laws of the United States and (the laws of) the State of California".
_FEDERATION = re.compile(r"(?:the )?(?:United States|U\.S|USA|UNITED STATES|Federal)")
_STATE_TOO = re.compile(rf"(?:and|AND),? (?:of )?(?:the )?(?:laws? of |LAWS OF )?(?:the |THE )?(?P<place>{_PLACE})")
# Words that open with a capital in such sentences and are no places.
_NO_PLACE = re.compile(
    r"(?:Applicable|Justice|First Instance|Competent|Licensor|Licensee|Contributor|International|Copyright|"
    r"European Union|Member State|EU Member|Licen[sc]e|Agreement|Intellectual|Contracts?|Conflicts?|Export|"
    r"Data|Your|Our|Any|Its|This|Territory|Company|Governing|Such|That|Where|You\b|If\b)"
)
_TRAILING = re.compile(
    r"(?:,? (?:Without|Excluding|And|But|The|Courts?|Law|Any|Regardless|Except|Notwithstanding|WITHOUT|USA|U\.S\.A))+$"
)


def places_named(lower: str) -> list[str]:
    """The codes of the places in a lower-case sentence, sorted."""
    han = {code for name, code in _HAN_CODES.items() if not lower.isascii() and name in lower}
    return sorted({_CODES[match.group()] for match in _NAMES.finditer(lower)} | han)


def law_named(text: str, *, courts: bool = True) -> tuple[int, int] | None:
    """The span of the place whose law a sentence names, without "the"; of a federation and a state, the state.

    Where it names no law, the place of its `courts`.
    """
    for pattern in (_LAW_OF, _LAW_GOVERNS, _PLACE_LAW, *((_COURTS_OF,) if courts else ()), _HAN):
        for match in pattern.finditer(text):
            span = _trimmed(text, match.span("place"))
            if span is None:
                continue
            if _FEDERATION.match(text, span[0]):
                state = _STATE_TOO.search(text, span[1], span[1] + 120)
                span = (_trimmed(text, state.span("place")) if state else None) or span
            return span
    return None


def _trimmed(text: str, span: tuple[int, int]) -> tuple[int, int] | None:
    """The span without words that only open with a capital; None if nothing is left."""
    place = _TRAILING.sub("", text[span[0] : span[1]]).rstrip(" .,")
    if not place or _NO_PLACE.match(place):
        return None
    return span[0], span[0] + len(place)
