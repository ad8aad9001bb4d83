"""Names of licenses as people write them: in a card's `license`, in prose, on badges, as addresses.

Names are compared by their words: case, punctuation, "license"/"licence", "version" and trailing ".0" do not count,
so that `apache 2.0`, `Apache License, Version 2.0` and `APACHE-2` meet. What is not known is None, never a guess.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from urllib.parse import unquote, urlsplit

from licenses.catalogue import entries, entry

# A name longer than this is no name.
LONGEST_NAME = 200
# The longest name in words that `mentions` looks for.
_LONGEST_RUN = 12
# Prose longer than this is read up to here, in characters.
_LONGEST_PROSE = 400_000

# Ids that stand for several licenses: a name without the version.
FAMILIES = frozenset({"cc", "bsd", "gpl", "lgpl", "gfdl", "openrail"})
# Words that tell no two licenses apart.
_LICENSE_WORDS = frozenset({"license", "licence", "licenses", "licences", "licensed", "licensing", "agreement"})
_IDLE = _LICENSE_WORDS | {"version", "v", "ver", "the", "a", "an", "under", "of", "file"}
_SHORT_GNU = frozenset({"gplv", "lgplv", "agplv", "gfdlv"})
# Values of a card that say nothing of which license it is.
_NO_NAME = frozenset({"other", "unknown", "none", "null", "n/a", "na", "tbd", "see license", "proprietary", "custom"})

# Every pattern below is a row of character classes or looks at a window of fixed length: all run in linear time.
_WORD = re.compile(r"\d+(?:\.\d+)*(?:[a-z]\b)?|[^\W\d_]+|\++")
_TAIL_OF_ZEROS = re.compile(r"(?:\.0+)+$")

# What may stand between two words of one name.
_SIGNS = ".:()[]*_`#>|/\"'“”‘’"
_GAP = re.compile(r"^[\s\-_,.:()\[\]\"'“”‘’*/–—|#>`]{0,6}$")
# What announces a name: "licensed under the", "license:", "released under".
_CUE = re.compile(
    r"(?i)(?:\blicen[sc]ed?(?: is| are| was|d)?"
    r"|\b(?:released|distributed|available|provided|published|shared|covered)|\bterms of|\bsubject to|\bdual)"
    r"[\s*_`\"'\[\]:=|]{0,6}(?:under|by|with|as|to)?[\s*_`\"'\[:]{0,4}(?:the|an?|terms of(?: the)?)?"
    r"[\s*_`\"'\[(]{0,4}$"
)
_DENIAL = re.compile(r"(?i)\b(?:not|no longer|never|isn't|unlike|instead of|rather than)\b[^.;\n]{0,40}$")
# Ends a name that is a license's own: "... License", "... Agreement", "... Terms of Use", "... Use Policy".
_TAIL = re.compile(r"(?i)^[\s*_`\"')\]\-]{0,4}(?:licen[sc]e|agreement)s?\b")
_OWN = re.compile(r"(?i)licen[sc]|agreement|terms of use|use policy|legal code|dedication")
# Keys that name a license wherever they stand.
_PLAIN = re.compile(
    r"^(?:[al]?gpl \d|gnu .*public|apache 2$|mpl \d|bsd \d clause|cc by .*\d|cc 0 1|creative commons .*\d|cc 0$"
    r"|openrail|creativeml|bigscience|bigcode|attribution (?:noncommercial |sharealike |noderivs |noderivatives )*\d)"
)
_BADGE = re.compile(r"(?i)img\.shields\.io/badge/([^\s)\"'<>?\]]{3,200})")
_LINK = re.compile(r"https?://[^\s)\"'<>\]]{4,300}")


def name_to_license(text: str | None) -> str | None:
    """The id of the license that `text` names: an id in any case, a name, or the address of the license's home.

    None for what is not known, and for `other` and `unknown`. A family without a version (`cc`, `bsd`, `gpl`,
    `lgpl`, `gfdl`, `openrail`) is its own id.
    """
    if not isinstance(text, str) or len(text) > LONGEST_NAME or text.strip().casefold() in _NO_NAME:
        return None
    text = text.strip().strip("\"'`*[]()<>").strip()
    if "://" in text or text.casefold().startswith("www."):
        return _homes().get(address_key(text))
    known = entry(text)
    if known:
        return known.id
    return _names().get(_key(text))


def same_license(one: str | None, other: str | None) -> bool:
    """Whether two ids mean the same text: case, and SPDX's -only and -or-later, aside."""
    return bool(one and other) and _plain(str(one)) == _plain(str(other))


def _plain(license_id: str) -> str:
    known = entry(license_id)
    return (known.id if known else license_id).casefold().removesuffix("-only").removesuffix("-or-later")


def address_key(address: str) -> str:
    """An address without scheme, `www.`, trailing slash, extension, branch and case: how homes are compared."""
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
    except ValueError:
        return ""
    path = unquote(parts.path).rstrip("/").casefold()
    for verb in ("/raw/", "/resolve/"):
        path = path.replace(verb, "/blob/")
    path = path.replace("/blob/master/", "/blob/main/")
    for ending in (".html", ".en", ".txt", ".md", ".php", "/legalcode", "/deed", "/deed.en", "/legalcode.en"):
        path = path.removesuffix(ending)
    return (parts.netloc.casefold().removeprefix("www.") + path).rstrip("/")


def _words(text: str) -> list[tuple[str, int, int]]:
    """The telling words of a text as (word, start, end); a version has lost its trailing ".0"."""
    # Folding is by character so that offsets stay those of `text`.
    folded = text.lower() if text.isascii() else "".join(map(_folded, text))
    found = []
    for match in _WORD.finditer(folded):
        word = match.group()
        if word in _IDLE:
            continue
        if word[0].isdigit():
            word = _TAIL_OF_ZEROS.sub("", word)
        elif word in _SHORT_GNU:
            # In "GPLv3" the v belongs to the version.
            word = word[:-1]
        found.append((word, match.start(), match.end()))
    return found


def _folded(character: str) -> str:
    if character.isascii():
        return character.lower()
    plain = unicodedata.normalize("NFKC", character).casefold()
    return plain if len(plain) == 1 else character


def _key(text: str) -> str:
    return " ".join(word for word, _, _ in _words(text))


@cache
def _names() -> dict[str, str]:
    """Key of a name -> id. A name that two licenses have belongs to neither.

    Entries with a grant of their own come before the rest of SPDX's list.
    """
    found: dict[str, str] = {}
    twice: set[str] = set()
    for one in sorted(entries(), key=lambda one: one.family is None):
        for name in {one.id, one.hub or one.id, one.spdx or one.id, *one.names}:
            key = _key(name)
            if found.setdefault(key, one.id) != one.id and one.family is not None:
                twice.add(key)
    return {key: license_id for key, license_id in found.items() if key and key not in twice}


@cache
def _homes() -> dict[str, str]:
    return {address_key(address): one.id for one in entries() for address in one.home}


def mentions(text: str) -> list[tuple[str, int, int]]:
    """The licenses that prose names, as (id, start, end) in the order of the text, without overlaps.

    Conservative: a name counts if it says that it is a license ("the MIT License"), if such words lead up to it
    ("licensed under MIT", "License: MIT"), or if it can mean nothing else ("GPLv3", "CC BY-NC 4.0"). Badges of
    shields.io and addresses of licenses count. What a sentence denies ("not under the MIT License") does not.
    """
    text = text[:_LONGEST_PROSE]
    found = [*_badges(text), *_links(text)]
    taken = [(start, end) for _, start, end in found]
    taken += [(link.start(), link.end()) for link in _LINK.finditer(text)]
    found += [one for one in _named(text) if not any(s < one[2] and one[1] < e for s, e in taken)]
    return sorted(found, key=lambda one: one[1])


def _badges(text: str) -> list[tuple[str, int, int]]:
    """Badges of shields.io: label-message-color, with "--" for "-" and "_" for a space."""
    found = []
    for match in _BADGE.finditer(text):
        path = unquote(match.group(1)).replace("--", "\0").split("/")[0]
        parts = [part.replace("\0", "-").replace("_", " ") for part in path.split("-")]
        if len(parts) >= 3 and "licen" in parts[0].casefold():
            known = name_to_license(" ".join(parts[1:-1]))
            if known:
                found.append((known, match.start(1), match.end(1)))
    return found


def _links(text: str) -> list[tuple[str, int, int]]:
    homes = _homes()
    found = []
    for match in _LINK.finditer(text):
        known = homes.get(address_key(match.group().rstrip(".,;")))
        if known:
            found.append((known, match.start(), match.end()))
    return found


def _named(text: str) -> list[tuple[str, int, int]]:
    """Names in running text: at each word the longest name that begins there, if it counts as a mention."""
    names, openings = _names(), _openings()
    words = _words(text)
    found: list[tuple[str, int, int]] = []
    at = 0
    while at < len(words):
        used = 0
        if words[at][0] in openings:
            used, license_id = _longest_name(text, words, at, names)
        if used:
            start, end = words[at][1], words[at + used - 1][2]
            key = " ".join(word for word, _, _ in words[at : at + used])
            follows = words[at + used] if at + used < len(words) else None
            if _counts(text, key, start, end, follows):
                found.append((license_id, start, end))
        at += max(1, used)
    return found


def _longest_name(text: str, words: list[tuple[str, int, int]], at: int, names: dict[str, str]) -> tuple[int, str]:
    """(number of words, id) of the longest name that begins at a word; (0, "") for none."""
    key, best = "", (0, "")
    for used in range(1, min(_LONGEST_RUN, len(words) - at) + 1):
        word, start, _ = words[at + used - 1]
        if used > 1 and not _joined(text[words[at + used - 2][2] : start]):
            break
        key = f"{key} {word}".lstrip()
        known = names.get(key)
        if known:
            best = (used, known)
    return best


def _joined(between: str) -> bool:
    """Whether two words with this between them may belong to one name: idle words and small signs only."""
    parts = between.casefold().replace(",", " ").split()
    if len(parts) > 8:
        return False
    rest = " ".join(word for word in parts if word.strip(_SIGNS) not in _IDLE)
    return bool(_GAP.match(rest))


def _counts(text: str, key: str, start: int, end: int, follows: tuple[str, int, int] | None) -> bool:
    before, after = text[max(0, start - 60) : start], text[end : end + 24]
    if _DENIAL.search(before):
        return False
    if follows and follows[0][0].isdigit() and not any(c.isdigit() for c in key) and _joined(text[end : follows[1]]):
        # "Apache License 1.1" is no "Apache License".
        return False
    return bool(_OWN.search(text[start:end]) or _TAIL.match(after) or _CUE.search(before) or _PLAIN.match(key))


@cache
def _openings() -> frozenset[str]:
    return frozenset(key.split(" ", 1)[0] for key in _names())
