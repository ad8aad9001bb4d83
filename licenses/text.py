"""From the bytes of a document to the text that everything else speaks of: quotes and offsets are in this text."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Halves of characters (surrogates): no text that was decoded here has any, but one that came otherwise may.
_HALVES = re.compile("[\ud800-\udfff]")


def decode(content: bytes) -> str:
    """The stored text of `content`: BOM dropped, undecodable bytes replaced, CRLF and CR to LF (contract.md).

    UTF-8 unless a byte order mark says otherwise. Never raises; the result can be encoded as UTF-8.
    """
    mark, encoding = _mark(content)
    text = content[len(mark) :].decode(encoding, "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def encodable(text: str) -> str:
    """The text with U+FFFD for every half of a character, letter for letter: what any reader of text can take."""
    return text if text.isascii() else _HALVES.sub("\ufffd", text)


def oddity(content: bytes) -> str | None:
    """What is wrong with `content` as a text, in a few words: nothing in it, or bytes that had to be replaced."""
    mark, encoding = _mark(content)
    try:
        text = content[len(mark) :].decode(encoding)
    except UnicodeDecodeError:
        return f"bytes that are no {encoding.upper()} are replaced"
    return None if text.strip() else "empty"


def _mark(content: bytes) -> tuple[bytes, str]:
    return next(((mark, encoding) for mark, encoding in _BOMS if content.startswith(mark)), (b"", "utf-8"))
