"""Findings between models and those that they were made from, once all of a run is recorded.

A child may come before its parent in a run, and a parent may change while its children stay as they are.
"""

from __future__ import annotations

import sqlite3

import orjson

from schedules.session import Session
from storage.current import load_current, save_current
from storage.position import understand
from storage.state import load_state

# Beyond so many models with parents, children of a changed parent wait for a change of their own, or `reinterpret`.
MOST_CHILDREN = 50_000
_CHILDREN = (
    "select c.subject, s.name, v.base_model, v.valid_from from current c join subject s on s.id = c.subject"
    " join version v on v.id = c.version where v.base_model is not null and v.files_read and s.kind = 'model'"
)


def tell_lineage(session: Session) -> None:
    """Work out anew the findings of new children, and of the children of parents that changed in this run."""
    conn, run = session.archive.conn, session.run
    changed = _changed(conn, run.id)
    if not changed:
        return
    query = _CHILDREN
    few = conn.execute(f"select count(*) from ({_CHILDREN} limit {MOST_CHILDREN + 1})").fetchone()[0] <= MOST_CHILDREN
    if not few:
        query += f" and v.valid_from = {int(run.id)}"
    for subject, name, parents, since in conn.execute(query).fetchall():
        if since == run.id or changed & set(orjson.loads(parents)):
            row = load_current(conn, subject)
            if row is not None:
                understand(session.understanding, row, load_state(conn, row.version), run, "model", name)
                save_current(conn, row)


def _changed(conn: sqlite3.Connection, run: int) -> set[str]:
    """The names of models that have a new version in this run."""
    rows = conn.execute(
        "select s.name from version v join subject s on s.id = v.subject"
        " where v.valid_from = ? and v.files_read and s.kind = 'model'",
        (run,),
    )
    return {row[0] for row in rows}
