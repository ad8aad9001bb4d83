"""[[terms]] of config.toml: one document of a vendor, on one page or on several combined."""

from __future__ import annotations

from typing import Literal

import msgspec


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A vendor's document. `type` is an Open Terms Archive name; `select` and `remove` are CSS selectors.

    Several URLs are combined in their order. `fetcher` "browser" needs the extra `[browser]`.
    """

    service: str
    type: str
    url: list[str]
    select: list[str] = []
    remove: list[str] = []
    fetcher: Literal["http", "browser"] = "http"
