"""From the bytes of a document to the text that everything else speaks of: quotes and offsets are in this text."""

from __future__ import annotations

import codecs

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(content: bytes) -> str:
    """The stored text of `content`: BOM dropped, undecodable bytes replaced, CRLF and CR to LF (contract.md).

    UTF-8 unless a byte order mark says otherwise. Never raises; the result can be encoded as UTF-8.
    """
    encoding = "utf-8"
    for mark, named in _BOMS:
        if content.startswith(mark):
            content, encoding = content[len(mark) :], named
            break
    text = content.decode(encoding, "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")
