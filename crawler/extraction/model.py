"""What an extraction brings, and how it can fail."""

from __future__ import annotations

from dataclasses import dataclass

# Raised with every change of what the extraction takes: texts are read anew from their bytes, which is never drift.
VERSION = "2026.11.2"


class ExtractionError(Exception):
    """The page holds no text that could be taken. The message is one line naming the page and what was looked for."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """The text of a page's terms.

    `text` is Markdown ending in one line feed (empty if there is none); `confidence` from 0 to 1 says how sure we
    are that it is the terms, all of them and nothing else (a selector that a person chose: 1); `select` is the
    CSS selector of what was taken, None where there was nothing to select from (PDF, plain text).
    """

    text: str
    confidence: float
    select: str | None
