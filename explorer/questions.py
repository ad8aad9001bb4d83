"""The saved queries: questions that people have, each with a line of explanation.

They use the public views and the functions of `explorer/sql_functions.py` only, so that a reader can change them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """A saved query of Datasette's: `:name` in the SQL becomes a form field."""

    name: str
    title: str
    explanation: str
    sql: str


QUESTIONS: tuple[Question, ...] = (
    Question(
        "tightened_lately",
        "Who tightened in the last 90 days?",
        "Changes by which readers may do less or must do more, newest first.",
        "select at, subject, kind, role, before, after, id as event\nfrom drift\n"
        "where parent is null and direction in ('tighter', 'mixed') and substantive = 1\n"
        "  and at >= strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-90 days')\norder by at desc",
    ),
)
