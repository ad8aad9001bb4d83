"""Which license a text is, as far as known."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """What `identify` says of one text.

    `license` is an id (SPDX's, else the Hub's, else our slug) or None when the text is no license that is known;
    `similarity` (0 to 1) is that to the license named, or to the nearest one. `licenses` has all ids when one file
    holds several. `altered` says that the text departs from the known one in its words.
    """

    license: str | None = None
    spdx: str | None = None
    edition: str | None = None
    similarity: float = 0.0
    altered: bool = False
    licenses: tuple[str, ...] = ()
    nearest: tuple[tuple[str, float], ...] = ()
