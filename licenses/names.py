"""Names of licenses as people write them: in a card's `license`, in prose, on badges, as addresses.

Names are compared by their words: case, punctuation, "license"/"licence", "version" and trailing ".0" do not count,
so that `apache 2.0`, `Apache License, Version 2.0` and `APACHE-2` meet. What is not known is None, never a guess.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from urllib.parse import unquote, urlsplit

import re2

from licenses.catalogue import entries, entry

# A name longer than this is no name.
LONGEST_NAME = 200
# The longest name in words that `mentions` looks for.
_LONGEST_RUN = 12
# Prose longer than this is read up to here, in characters.
_LONGEST_PROSE = 2_000_000

# Words that tell no two licenses apart.
_IDLE = frozenset(
    "license licence licenses licences licensed agreement version v ver the a an under of file".split()
)
# Values of a card that say nothing of which license it is.
_NO_NAME = frozenset(
    {"other", "unknown", "none", "null", "n/a", "na", "tbd", "see license", "proprietary", "custom"}
)

_WORD = re2.compile(r"\d+(?:\.\d+)*[a-z]?\b|\d+(?:\.\d+)*|[^\W\d_]+|\++")
_TAIL_OF_ZEROS = re2.compile(r"(?:\.0+)+$")
_OR_LATER = re2.compile(r"(?i)\s*(?:,?\s*or\s+(?:any\s+)?(?:later|newer|\(?at your option\)?.*))")


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
    folded = "".join(_folded(character) for character in text)
    found = []
    for match in _WORD.finditer(folded):
        word = match.group()
        if word in _IDLE:
            continue
        found.append(
            (_TAIL_OF_ZEROS.sub("", word) if word[0].isdigit() else word, match.start(), match.end())
        )
    return found


def _folded(character: str) -> str:
    if character.isascii():
        return character.lower()
    plain = unicodedata.normalize("NFKC", character).casefold()
    return plain if len(plain) == 1 else character


def _key(text: str) -> str:
    words = [word for word, _, _ in _words(text)]
    joined = " ".join(words)
    # "gplv3" splits into "gplv" and "3": the v belongs to the version.
    return joined.replace("gplv ", "gpl ")


@cache
def _names() -> dict[str, str]:
    """Key of a name -> id. A name that two licenses have belongs to neither."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for one in entries():
        for name in {one.id, one.hub or one.id, one.spdx or one.id, *one.names}:
            key = _key(name)
            if found.setdefault(key, one.id) != one.id:
                twice.add(key)
    return {key: license_id for key, license_id in found.items() if key not in twice}


@cache
def _homes() -> dict[str, str]:
    return {address_key(address): one.id for one in entries() for address in one.home}
