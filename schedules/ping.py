"""The dead man's switch: an URL that is asked at start, success and failure of a refresh, if one is set.

The form is that of healthchecks.io and its kin: the URL itself for success, `/start` and `/fail` after it.
"""

from __future__ import annotations

import sys
from typing import Literal

import requests

TIMEOUT = 10  # seconds


def ping(url: str, moment: Literal["start", "success", "fail"]) -> None:
    """Ask it. A switch that does not answer is said on standard error, and stops nothing."""
    if not url:
        return
    target = url.rstrip("/") + ("" if moment == "success" else f"/{moment}")
    try:
        requests.get(target, timeout=TIMEOUT, allow_redirects=False).raise_for_status()
    except requests.RequestException as error:
        print(f"ping_url: {type(error).__name__}: the switch was not told ({moment})", file=sys.stderr)
