"""One clause as found in a text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Clause:
    """A term of a license: its id from the vocabulary, and the span that proves it (`text[start:end] == quote`).

    `section` is the number or heading under which it stands, as written; `parameters` are typed values. Of a clause
    that lists fields of use, `named` has for each the sentence that bans it.
    """

    clause: str
    quote: str
    start: int
    end: int
    section: str | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    named: dict[str, Clause] = field(default_factory=dict, compare=False, repr=False)
