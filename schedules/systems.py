"""The view `systems`: names that people use, each with its type, its license and restrictions, by evidence.

Rebuilt at the end of each refresh from the current state of the subjects that the configuration names.
"""

from __future__ import annotations

import orjson

from schedules.configuration import System
from schedules.session import Session

_SUBJECT = (
    "select c.license_found, c.openness, c.has_weights, v.license_claimed, c.unavailable_since, c.version"
    " from subject s join current c on c.subject = s.id join version v on v.id = c.version"
    " where s.kind = ? and s.name = ? order by c.unavailable_since is not null limit 1"
)


def rebuild(session: Session) -> None:
    """Write the table `system` anew. Runs inside the transaction that records the snapshot."""
    conn = session.archive.conn
    conn.execute("delete from system")
    for position, system in enumerate(session.config.systems):
        conn.execute(
            "insert into system (name, position, developer, modality, subjects, type, license, restrictions, evidence,"
            " reason) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (system.name, position, system.developer, system.modality, orjson.dumps(system.subjects).decode(),
             *_told(session, system)),
        )  # fmt: skip


def _told(session: Session, system: System) -> tuple[str, str | None, str | None, str | None, str | None]:
    """Type, license, restrictions, evidence (JSON), and the reason where the type is unknown."""
    return "unknown", None, None, None, "not worked out yet"
