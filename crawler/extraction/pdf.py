"""The text of a PDF, by pypdf, within limits."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from crawler.extraction.model import ExtractionError

MOST_PAGES = 200
MOST_CHARACTERS = 2_000_000
logging.getLogger("pypdf").setLevel(logging.ERROR)
_NUMBERED = re.compile(r"(?:page\s*)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?", re.IGNORECASE)


def pdf_text(content: bytes, page: str) -> str:
    """The words of a PDF, page by page, without page numbers and the heads and feet that repeat on each page.

    Raises ExtractionError for a file that is no PDF, encrypted, or holds only pictures.
    """
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise ExtractionError(f"{page}: the PDF is encrypted")
        pages: list[list[str]] = []
        size = 0
        for sheet in reader.pages[:MOST_PAGES]:
            lines = [line.strip() for line in sheet.extract_text().splitlines()]
            size += sum(map(len, lines))
            pages.append([line for line in lines if line])
            if size > MOST_CHARACTERS:
                break
    except ExtractionError:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError) as error:
        raise ExtractionError(f"{page}: not readable as PDF ({type(error).__name__}: {error})"[:300]) from error
    if not size:
        raise ExtractionError(f"{page}: the PDF holds no text, only pictures")
    return _joined(pages)


def _joined(pages: list[list[str]]) -> str:
    edges = Counter(line for lines in pages for line in {*lines[:2], *lines[-2:]})
    often = {line for line, count in edges.items() if len(pages) >= 3 and count > len(pages) / 2}
    kept = [line for lines in pages for line in lines if line not in often and not _NUMBERED.fullmatch(line)]
    return "\n".join(kept)
