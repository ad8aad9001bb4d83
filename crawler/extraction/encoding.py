"""From a page's bytes to characters, however wrong its server is about the encoding."""

from __future__ import annotations

import codecs

import re2

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Encodings of the WHATWG's list that Python knows. Others (utf-7, punycode, zip...) are not for strangers to choose.
_SAFE = re2.compile(
    r"(?i)utf-?8|us-ascii|ascii|iso-?8859-?\d{1,2}|latin-?\d|windows-\d{3,4}|cp\d{3,4}|koi8-[ru]|macintosh"
    r"|gb2312|gbk|gb18030|big5|big5-hkscs|euc-(?:jp|kr|tw)|shift[_-]jis|iso-2022-(?:jp|kr)|utf-?16(?:-?[lb]e)?"
)
_META = re2.compile(rb"(?i)<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([a-z0-9_:-]{2,40})")
# Browsers read these labels as windows-1252 (WHATWG Encoding Standard, 4.2).
_REALLY_1252 = ("ascii", "us-ascii", "iso-8859-1", "iso8859-1", "latin1", "latin-1")


def decode_page(content: bytes, charset: str | None = None) -> str:
    """The characters of a page: by its byte order mark, as UTF-8 where it is, else as `charset` or its meta says.

    Never raises: what cannot be decoded is replaced. `charset` is the one of the Content-Type header. Bytes that
    are valid UTF-8 are that, whatever the header claims: text in another encoding is never so by accident.
    """
    for mark, name in BOMS:
        if content.startswith(mark):
            return content[len(mark) :].decode(name, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        broken_at = error.start
    found = _META.search(content[:4096])
    for label in (charset, found[1].decode("ascii") if found else None):
        known = _known(label)
        if known is not None and known != "utf-8":
            return content.decode(known, "replace")
    # Mostly UTF-8 with a broken byte somewhere, or one of the old western pages that say nothing.
    mostly = _known(charset) == "utf-8" or any(byte >= 0xC2 for byte in content[:broken_at])
    return content.decode("utf-8" if mostly else "cp1252", "replace")


def _known(label: str | None) -> str | None:
    label = (label or "").strip().strip("\"'").lower()
    if not _SAFE.fullmatch(label):
        return None
    if label in _REALLY_1252:
        return "cp1252"
    try:
        return codecs.lookup(label).name
    except LookupError:
        return None
