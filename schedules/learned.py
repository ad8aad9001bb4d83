"""What the archive has learned since the last refresh names texts that were unknown then."""

from __future__ import annotations

from schedules.session import Session
from storage.current import load_current, save_current
from storage.position import understand
from storage.state import load_state

_MARK = "understood_with"
# Whose license was not known so far: only there can a newly learned text change what was found.
_UNKNOWN = (
    "select distinct c.subject, s.kind, s.name from current c join subject s on s.id = c.subject"
    " join version_document vd on vd.version = c.version join document d on d.id = vd.document"
    " where c.license_found is null and d.role in ('license', 'terms') and c.changed_run <> ?"
)


def understand_what_was_learned(session: Session) -> None:
    """Work out anew who had an unknown license, if the catalogue has grown. Never an event: it is we who learned."""
    conn, read = session.archive.conn, session.understanding
    row = conn.execute("select value from state where name = ?", (_MARK,)).fetchone()
    if row is not None and row[0] == read.version:
        return
    for subject, kind, name in conn.execute(_UNKNOWN, (session.run.id,)).fetchall() if row else ():
        current = load_current(conn, subject)
        if current is not None:
            understand(read, current, load_state(conn, current.version), session.run, kind, name)
            save_current(conn, current)
    conn.execute(
        "insert into state values (?, ?) on conflict(name) do update set value = excluded.value", (_MARK, read.version)
    )
