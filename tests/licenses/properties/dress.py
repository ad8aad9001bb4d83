"""Other clothes for a text: what editors, Markdown and servers do to it without changing a word."""

from __future__ import annotations

import codecs
import re
import textwrap
from collections.abc import Callable

from hypothesis import strategies as st

from licenses.text import decode

Dress = Callable[[str], str]

# A line that stands alone, is short and is no sentence.
_HEADING = re.compile(r"(?m)(?<=\n\n)(?:\d{1,2}\.? |Section [\dIVX]+[:.] )?[A-Z][A-Za-z &-]{4,60}(?=\n\n)")
BULLET = re.compile(r"(?m)^([ \t]*)[-*\u2022] (?=\S)")


def rewrapped(text: str, width: int, indent: str = "") -> str:
    """The same lines, long ones broken at another width, and those that were broken joined before."""
    joined = re.sub(r"([^\n]{50,}?[^:;.\n-]) ?\n[ \t]*(?=[a-z]{2,}[ ,])", r"\1 ", text)
    wrapper = textwrap.TextWrapper(
        width, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False, replace_whitespace=False,
        drop_whitespace=True, expand_tabs=False,
    )  # fmt: skip
    return "\n".join(wrapper.fill(line) if len(line) > width else line for line in joined.split("\n"))


def headings(text: str, change: Callable[[str], str]) -> str:
    """Every heading that stands on a line of its own, changed."""
    return _HEADING.sub(lambda match: change(match.group()), text)


def recoded(text: str, encoding: str, mark: bytes = b"") -> str:
    """What is read of the text's bytes in another encoding."""
    return decode(mark + text.encode(encoding, "replace"))


def with_unseen(text: str, unseen: str, step: int) -> str:
    """An invisible character after every so many characters, wherever that is."""
    return unseen.join(text[at : at + step] for at in range(0, len(text), step))


def with_unseen_between_words(text: str, unseen: str, step: int) -> str:
    """An invisible character after every so many blanks."""
    pieces = text.split(" ")
    return " ".join(piece + unseen * (at % step == 0) for at, piece in enumerate(pieces))


def with_unseen_in_words(text: str, unseen: str, step: int) -> str:
    """An invisible character within every so many words that are plain words: no number, name of a month, address."""
    places = [match.start() + 2 for match in re.finditer(r"(?<=\s)[a-z]{5,}(?=[ ,])", text)][::step]
    for place in reversed(places):
        text = text[:place] + unseen + text[place:]
    return text


WRAPS: st.SearchStrategy[Dress] = st.builds(
    lambda width, indent: lambda text: rewrapped(text, width, indent),
    st.integers(48, 160), st.sampled_from(["", "  ", "\t"]),
)  # fmt: skip
HEADINGS: st.SearchStrategy[Dress] = st.sampled_from([str.upper, str.title, str.lower]).map(
    lambda change: lambda text: headings(text, change)
)
MARKUP: st.SearchStrategy[Dress] = st.sampled_from(
    [
        lambda text: headings(text, lambda line: f"## {line}"),
        lambda text: headings(text, lambda line: f"**{line}**"),
        lambda text: headings(text, lambda line: f"<h2>{line}</h2>"),
        lambda text: re.sub(r"\b(License|Model)\b", r"*\1*", text),
        lambda text: re.sub(r"\b(Agreement|Software)\b", r"<b>\1</b>", text),
        lambda text: "".join(f"> {line}" for line in text.splitlines(keepends=True)),
        lambda text: text.replace(" & ", " &amp; "),
    ]
)
QUOTES: st.SearchStrategy[Dress] = st.sampled_from(
    [
        lambda text: re.sub("[\u201c\u201d]", '"', text).replace("\u2019", "'"),
        lambda text: re.sub(r'"([^"\n]{1,300})"', "\u201c\\1\u201d", text),
        lambda text: re.sub(r'"([^"\n]{1,300})"', "&quot;\\1&quot;", text),
        lambda text: text.replace("'", "\u2019"),
    ]
)
BULLETS: st.SearchStrategy[Dress] = st.sampled_from(["- ", "* ", "\u2022 ", "\u25cf ", "\u2013 "]).map(
    lambda bullet: lambda text: BULLET.sub(rf"\g<1>{bullet}", text)
)
LINE_ENDS: st.SearchStrategy[Dress] = st.sampled_from(["\r\n", "\r"]).map(
    lambda end: lambda text: decode(text.replace("\n", end).encode("utf-8", "replace"))
)
ENCODINGS: st.SearchStrategy[Dress] = st.sampled_from(
    [
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-32-le", codecs.BOM_UTF32_LE),
    ]
).map(lambda code: lambda text: recoded(text, *code))
UNSEEN: st.SearchStrategy[Dress] = st.builds(
    lambda place, unseen, step: lambda text: place(text, unseen, step),
    st.sampled_from([with_unseen_between_words, with_unseen_in_words]),
    st.sampled_from(["\u200b", "\ufeff", "\u2060", "\u00ad", "\u200e"]), st.integers(1, 40),
)  # fmt: skip
BLANKS: st.SearchStrategy[Dress] = st.sampled_from(
    [
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: text.replace(". ", ".  "),
        lambda text: re.sub(r"(?m)[ \t]+$", "", text),
        lambda text: text.replace("\n\n", "\n\n\n\n"),
        lambda text: f"\n\n{text}\n\n",
    ]
)
KINDS = {
    "wrapping": WRAPS,
    "case of headings": HEADINGS,
    "markup": MARKUP,
    "quotes": QUOTES,
    "bullets": BULLETS,
    "line ends": LINE_ENDS,
    "encoding": ENCODINGS,
    "invisible characters": UNSEEN,
    "blanks": BLANKS,
}
