"""Identity: which license a text really is."""

from __future__ import annotations

from licenses.identity.identity import Identity
from licenses.identity.learned import Learned

__all__ = ["Identity", "Learned", "identify"]


def identify(text: str, learned: Learned | None = None) -> Identity:
    """Name the license of a text. Pure; never raises for what the text says."""
    return Identity()
