"""The catalogue: what is known of each license beside its text. Facts stand in `catalogue/*.toml`.

The rest of SPDX's list (ids, names, approval by OSI) is in `catalogue/spdx-list.json`, which benchmarks/fingerprints.py
writes.

An id is SPDX's where SPDX has one, else the Hub's, else our slug. Ids are compared without case.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

Grant = Literal[
    "public-domain",
    "permissive",
    "copyleft",
    "source-available-restricted",
    "non-commercial",
    "research-only",
    "no-derivatives",
    "unknown",
]

_FOLDER = Path(__file__).parent / "catalogue"
_SPDX_LIST = _FOLDER / "spdx-list.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """One license as the catalogue knows it.

    `names` are full names as people write them. `spdx` and `hub` are the identifiers of those lists, None where they
    have none. `home` are addresses at which the license's owner publishes it. `family` groups what is easily
    confused. `grant` is the coarse kind of permission, the narrowest limit that applies (research-only before
    non-commercial; no-derivatives wins for CC's NC-ND). `open_source`: True if OSI approved it or it holds nothing
    that OSI's definition rules out, False if it does, None where OSI does not judge (content and data licenses,
    families).
    """

    id: str
    names: tuple[str, ...] = ()
    spdx: str | None = None
    hub: str | None = None
    owner: str | None = None
    home: tuple[str, ...] = ()
    family: str | None = None
    grant: Grant = "unknown"
    open_source: bool | None = None


def entry(license_id: str | None) -> Entry | None:
    """What is known of an id (SPDX's, the Hub's or ours, in any case). None if nothing is."""
    return _by_id().get(license_id.casefold()) if license_id else None


@cache
def entries() -> tuple[Entry, ...]:
    """Every license of the catalogue, in the order of ids. Raises ValueError if a file of the catalogue is wrong."""
    found: dict[str, Entry] = {}
    # What stands in TOML comes first: it knows more.
    for path in sorted(_FOLDER.glob("*.toml")):
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        rows = document.pop("license")
        for row in rows:
            made = _entry({**document, **row}, path.name)
            if made.id.casefold() in found:
                raise ValueError(f"{path.name}: {made.id} stands in the catalogue twice")
            found[made.id.casefold()] = made
    for license_id, (name, approved) in json.loads(_SPDX_LIST.read_text(encoding="utf-8")).items():
        rest = Entry(license_id, (name,), spdx=license_id, open_source=approved or None)
        found.setdefault(license_id.casefold(), rest)
    return tuple(found[name] for name in sorted(found))


@cache
def _by_id() -> dict[str, Entry]:
    known = {name.casefold(): one for one in entries() for name in (one.hub, one.spdx) if name}
    return known | {one.id.casefold(): one for one in entries()}


def _entry(row: dict[str, Any], where: str) -> Entry:
    """An Entry of one row of TOML. TOML has no null: `open_source = "unjudged"` says None."""
    if row.get("open_source") == "unjudged":
        row["open_source"] = None
    for key in ("names", "home"):
        row[key] = tuple(row.get(key, ()))
    if row.get("grant", "unknown") not in get_args(Grant):
        raise ValueError(f"{where}: {row.get('id')}: grant is none of {', '.join(get_args(Grant))}")
    try:
        return Entry(**row)
    except TypeError as error:
        raise ValueError(f"{where}: {row.get('id')}: {error}") from error
