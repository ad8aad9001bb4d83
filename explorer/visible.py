"""Strangers' texts on a page: characters that hide or turn text around are written out, whole texts are isolated.

Jinja escapes markup; this makes visible what escaping leaves: control characters, bidirectional overrides and marks,
zero-width and tag characters, which could make a reader see other words than those that are stored.
"""

from __future__ import annotations

import re
from itertools import groupby

from markupsafe import Markup, escape

# U+200C and U+200D stay: Persian, the Indic scripts and emoji are spelled with them.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]+"
)
# Each ends at the next mark of its kind, so that a text of nothing but beginnings is no work.
_LINK = re.compile(r"!?\[([^\[\]]{0,500})\]\([^()\s]{0,2000}\)")
_STRONG = re.compile(r"\*\*([^*\n]{1,1000})\*\*")


def visible(value: object) -> str:
    """The text with hidden characters written as ⟦U+202E⟧ (a run of one of them as ⟦U+200B×9⟧); None is empty."""
    return "" if value is None else _HIDDEN.sub(_written, str(value))


def _written(match: re.Match[str]) -> str:
    parts = []
    for character, run in groupby(match[0]):
        count = sum(1 for _ in run)
        parts.append(f"⟦U+{ord(character):04X}{f'×{count}' if count > 1 else ''}⟧")
    return "".join(parts)


def plain(value: object) -> Markup:
    """The text visible, escaped, and isolated from the direction of what stands around it."""
    return Markup("<bdi>{}</bdi>").format(visible(value))


def readable(text: str) -> str:
    """A quotation without the marks of Markdown: links and emphasis as their words. The stored text keeps them."""
    return _STRONG.sub(r"\1", _LINK.sub(r"\1", text))


def shortened(value: object, limit: int) -> str:
    """The text on one line, visible, cut after about `limit` characters at a word's end."""
    text = " ".join(visible(value).split())
    if len(text) <= limit:
        return text
    cut = text[:limit]
    return (cut.rsplit(" ", 1)[0] if " " in cut[limit // 2 :] else cut) + " …"


def marked(text: str, start: int, end: int) -> Markup:
    """The text visible and escaped, with the characters from `start` to `end` in a <mark id="quote">."""
    before, quote, after = text[:start], text[start:end], text[end:]
    if not quote:
        return escape(visible(text))
    return Markup('{}<mark id="quote">{}</mark>{}').format(visible(before), visible(quote), visible(after))
