"""The heading of a license."""

from __future__ import annotations

import re

# Words of a line that make it a heading of a license.
_HEADING = re.compile(
    r"(?i)licen[cs]e|agreement|policy|terms|attribution|dedication|copying|协议|许可|public domain|disclaimer"
)


def heading(text: str) -> str:
    """The first short line that reads like the heading of a license, "" if the text has none."""
    for line in [line.strip(" #*=_-\t") for line in text.splitlines() if line.strip()][:6]:
        parts = [part for part in line.split() if part[0].isalpha()]
        titled = sum(not part[0].islower() for part in parts) >= 0.6 * len(parts)
        short = len(line) <= 120 and len(line.split()) <= 14 and not line.endswith((".", ",", ":"))
        if (
            short
            and titled
            and _HEADING.search(line)
            and not line.casefold().startswith(("copyright", "terms and conditions"))
        ):
            return line
    return ""
