"""Identity: which license a text really is."""

from __future__ import annotations

from functools import lru_cache

from licenses.identity.heading import heading
from licenses.identity.identity import Identity
from licenses.identity.learned import Learned
from licenses.identity.matching import recognize
from licenses.identity.reference import Library, make_reference
from licenses.identity.shipped import shipped_library

# The heading of a text stands within this many characters.
LONGEST_HEAD = 2000

__all__ = ["Identity", "Learned", "identify"]


def identify(text: str, learned: Learned | None = None) -> Identity:
    """Name the license of a text. Pure; never raises for what the text says.

    Texts of `learned` take part like those of the shipped fingerprints.
    """
    libraries = [shipped_library()]
    if learned is not None and learned.texts:
        libraries.append(_library(learned))
    return recognize(text, libraries)


@lru_cache(maxsize=4)
def _library(learned: Learned) -> Library:
    made = [
        make_reference(license_id, edition, heading(text[:2000]), text) for license_id, edition, text in learned.texts
    ]
    return Library.of([one for one in made if one.size])
