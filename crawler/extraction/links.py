"""Where links point, said so that the same target always reads the same."""

from __future__ import annotations

import base64
from contextlib import suppress
from urllib.parse import SplitResult, parse_qsl, unquote, urljoin, urlsplit

import re2

LONGEST = 300  # characters of a target that are kept
# /en-US/, /de/, /intl/en/: the reader's language, not another document. Also "/en/" of a mirror by region.
_LOCALE = re2.compile(r"(?i)/(?:intl/)?(?:[a-z]{2}(?:[-_](?:[a-z]{2}|[a-z]{4}|\d{3}))?)(/|$)")
_COUNTERS = frozenset(
    {"url", "l.php", "redirect", "redir", "out", "link", "leave", "away", "away.php", "track", "click", "r"}
)
_TARGET_NAMES = frozenset({"u", "url", "q", "to", "target", "dest", "destination", "redirect", "r", "link", "goto"})
_ENCODED = re2.compile(r"aHR0c[A-Za-z0-9+/_-]+")  # base64 of "http…", perhaps after a mark
_OBFUSCATED = "/cdn-cgi/l/email-protection"


def stable_target(href: str, page_url: str | None) -> str | None:
    """What a link says it points to: host and path, no scheme's variants, parameters, fragments or language.

    None where the target says nothing to a reader: another place of the same page, a script, a mail address
    (which stands in the text), a data: URI.
    """
    href = "".join(href.split())
    if not href or href.startswith("#") or len(href) > 4096:
        return None
    try:
        parts = urlsplit(urljoin(page_url or "", href))
        page = urlsplit(page_url or "")
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    behind = _behind_redirect(parts) if parts.query else None
    if behind is not None:
        return stable_target(behind, page_url)
    if parts.scheme not in ("http", "https", "") or _OBFUSCATED in parts.path:
        return None
    if (host, parts.path) == ((page.hostname or "").removeprefix("www."), page.path):
        return None
    path = _LOCALE.sub(r"/", parts.path, count=1) if _LOCALE.match(parts.path) else parts.path
    path = path.rstrip("/")
    target = f"https://{host}{path}" if host else path
    if len(target) > LONGEST or any(ord(c) < 33 or c in "()<>[]" for c in target):
        return f"https://{host}" if host else None
    return target or None


def _behind_redirect(parts: SplitResult) -> str | None:
    """The target that a link through a counter (`/url?q=…`, `/ck/a?…&u=a1aHR0…`) leads to, if its query says so."""
    for name, value in parse_qsl(parts.query[:4096], max_num_fields=50)[:50]:
        if value.startswith(("https://", "http://")) and parts.path.rpartition("/")[2].lower() in _COUNTERS:
            return value
        found = _ENCODED.search(value)
        if found and name.lower() in _TARGET_NAMES:
            coded = found[0].replace("-", "+").replace("_", "/")
            with suppress(ValueError):
                return base64.b64decode(coded + "=" * (-len(coded) % 4), validate=True).decode()
    return None


def hidden_mail(href: str) -> str | None:
    """The address in a `/cdn-cgi/l/email-protection#…` link, which is written anew for every answer."""
    if _OBFUSCATED not in href or "#" not in href:
        return None
    return decode_mail(href.rpartition("#")[2])


def decode_mail(code: str) -> str | None:
    """An address as Cloudflare obfuscates it: hexadecimal, the first byte is the key of all the others."""
    try:
        raw = bytes.fromhex(unquote(code)[:600])
    except ValueError:
        return None
    if len(raw) < 4:
        return None
    address = bytes(byte ^ raw[0] for byte in raw[1:]).decode("utf-8", "replace").partition("?")[0]
    return address if "@" in address and address.isprintable() else None
