"""What a refresh has to say. Its events stay in the archive until somebody reads them: there may be millions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from storage import queries
from storage.archive import Archive
from storage.records import Failure


@dataclass
class RefreshResult:
    """What a refresh did. `snapshot` is None for a dry run; `counts` are its events by kind, direction, substantive."""

    run: int
    snapshot: int | None
    status: str
    subjects: int
    changed: int
    requests: dict[str, int]
    database: Path
    counts: list[dict[str, Any]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    held: list[str] | None = None  # its events as JSON, where no archive has them: of a dry run

    def json_events(self) -> Iterator[str]:
        """Its EVENTs (contract.md) one by one, as JSON. Raises ArchiveError."""
        if self.held is not None:
            yield from self.held
            return
        with Archive.read(self.database) as archive:
            yield from queries.json_events(archive.conn, after=self.run - 1, until=self.run)

    @property
    def events(self) -> list[dict[str, Any]]:
        """All of them at once."""
        return [orjson.loads(event) for event in self.json_events()]
