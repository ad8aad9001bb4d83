"""What config.toml says to the crawlers: who we are, how patient we are, what we let pass, what is watched."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Seconds = Annotated[float, msgspec.Meta(ge=0)]
Positive = Annotated[float, msgspec.Meta(gt=0)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Attempts = Annotated[int, msgspec.Meta(ge=1, le=20)]


class Contact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[contact]: goes into the User-Agent of every request."""

    name: str = ""
    url: str = ""


class Network(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[network]: patience, caps and what the address guard lets pass. Times in seconds, sizes in bytes."""

    allow: list[str] = []
    timeout_seconds: Positive = 30.0
    deadline_seconds: Positive = 120.0
    max_wait_seconds: Seconds = 600.0
    delay_seconds: Seconds = 3.0
    retry_wait_seconds: Seconds = 1.0
    attempts: Attempts = 5
    # A page of 1,000 rows with all its siblings is a few megabytes; a card is rarely more than one.
    max_list_bytes: Count = 64_000_000
    max_file_bytes: Count = 5_000_000
    max_page_bytes: Count = 20_000_000
    min_rate: Seconds = 200.0
    # Requests of each of the Hub's budgets that are left to others who share our address or token.
    reserve: Count = 1


class Watch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[watch.models], [watch.datasets], [watch.spaces]: names, whole authors, the most used, or all."""

    ids: list[str] = []
    authors: list[str] = []
    top: Count = 0
    top_by: Literal["downloads", "likes"] = "downloads"
    all: bool = False
    # With `all`, rows come by the thousand but files one by one: so many repositories' files a refresh, the
    # worthiest first.
    files_per_refresh: Count = 2000
    # With `all`, most nights ask for what was changed since the last; so often all is asked for, which alone finds
    # gates, flips to private, renames and deletions (hub-protocol.md 3.2, 3.3).
    sweep_days: Count = 7
    # More file names (globs, case apart) that count as license texts, beside the built-in ones.
    license_files: list[str] = []
