"""Progress of long work: a bar on a terminal, silence elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

Progress = Callable[[str, int, int | None], None]  # what is being done, how much is done, of how much if known
EVERY = 0.1  # seconds between two updates


@contextmanager
def terminal_progress() -> Iterator[Progress]:
    """A function that is told (what, done, of) and keeps one line on standard error up to date."""
    if sys.stderr is None or not sys.stderr.isatty():  # None where it was closed (`2>&-`)
        yield lambda _what, _done, _of: None
        return
    line = _Line()
    try:
        yield line.update
    finally:
        line.clear()


class _Line:
    def __init__(self) -> None:
        self._drawn_at = 0.0
        self._width = 0

    def update(self, what: str, done: int, of: int | None) -> None:
        moment = time.monotonic()
        if moment - self._drawn_at < EVERY and done != of:
            return
        self._drawn_at = moment
        text = f"{what}: {done:,} of {of:,} {_bar(done, of)}" if of else f"{what}: {done:,}"
        self._draw(text)

    def clear(self) -> None:
        if self._width:
            self._draw("")
            click.echo("\r", nl=False, err=True)

    def _draw(self, text: str) -> None:
        click.echo("\r" + text.ljust(self._width), nl=False, err=True)
        self._width = len(text)


def _bar(done: int, of: int, width: int = 24) -> str:
    filled = width * min(done, of) // of
    return "[" + "#" * filled + "." * (width - filled) + "]"
