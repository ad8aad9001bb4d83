"""What all pages share: the archive that is meant, one snapshot to read, Datasette's limits, strict headers."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from datasette import Forbidden, NotFound, Response
from datasette.utils import sqlite_timelimit, tilde_decode

from explorer.links import Links

Found = TypeVar("Found")

# Nothing runs, nothing is fetched from elsewhere, nothing is framed: what strangers wrote stays text.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


class TooLong(Exception):
    """Reading took longer than Datasette's sql_time_limit_ms."""


class OldArchive(Exception):
    """The archive lacks a table or column: an older licensedrift wrote it; its next refresh brings it up to date."""


class WrongRequest(Exception):
    """The address says something that cannot be; the text says what, for the reader."""


@dataclass(frozen=True, slots=True)
class Page:
    """One request for a page of one archive. `db` is Datasette's Database."""

    datasette: Any
    request: Any
    db: Any
    links: Links

    def argument(self, name: str) -> str | None:
        """A value of the query string; None where it is absent or empty."""
        return self.request.args.get(name) or None

    def number(self, name: str) -> int | None:
        """A whole number of the query string, or None. Raises WrongRequest for anything else."""
        value = self.argument(name)
        if value is None:
            return None
        if not value.isdecimal() or len(value) > 15:
            raise WrongRequest(f"{name} has to be a whole number.")
        return int(value)

    async def read(self, find: Callable[[sqlite3.Connection], Found]) -> Found:
        """What `find` finds, all of it in one snapshot of the archive. Raises TooLong, OldArchive."""
        limit = self.datasette.setting("sql_time_limit_ms")
        found: Found = await self.db.execute_fn(lambda conn: _in_one_snapshot(conn, find, limit))
        return found

    async def render(self, template: str, context: dict[str, Any], *, title: str, status: int = 200) -> Response:
        """The page as HTML."""
        shown = {
            "links": self.links,
            "title": title,
            "database": self.db.name,
            "here": self.request.path,
            **context,
        }
        html = await self.datasette.render_template(template, shown, request=self.request)
        return Response.html(html, status=status, headers=dict(HEADERS))

    async def refuse(self, message: str, status: int) -> Response:
        """A page that says why there is nothing to show."""
        title = {404: "Not in this archive", 400: "That cannot be", 503: "Not now"}.get(status, "Sorry")
        return await self.render("licensedrift_refusal.html", {"message": message}, title=title, status=status)


def _in_one_snapshot(conn: sqlite3.Connection, find: Callable[[sqlite3.Connection], Found], limit: int) -> Found:
    with sqlite_timelimit(conn, limit):
        try:
            conn.execute("begin")
            return find(conn)
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                raise TooLong from error
            if str(error).startswith(("no such table", "no such column")):
                raise OldArchive from error
            raise
        finally:
            if conn.in_transaction:
                conn.rollback()


async def open_page(datasette: Any, request: Any) -> Page:
    """The page that a request means. Raises Datasette's NotFound and Forbidden."""
    try:
        db = datasette.get_database(route=tilde_decode(request.url_vars["database"]))
    except KeyError:
        raise NotFound("There is no such database here") from None
    await _check(datasette, request.actor, db.name)
    if not await is_archive(db):
        raise NotFound("This database is no archive of licensedrift's")
    return Page(datasette, request, db, Links(str(datasette.urls.database(db.name))))


async def _check(datasette: Any, actor: Any, database: str) -> None:
    """May this reader see the database? Datasette 1.0 and 0.65 ask differently. Raises Forbidden."""
    if hasattr(datasette, "ensure_permission"):
        from datasette.resources import DatabaseResource

        resource = DatabaseResource(database=database)
        await datasette.ensure_permission(action="view-database", resource=resource, actor=actor)
    else:
        await datasette.ensure_permissions(actor, [("view-database", database), "view-instance"])


async def may_see(datasette: Any, actor: Any, database: str) -> bool:
    """Whether this reader may see the database."""
    try:
        await _check(datasette, actor, database)
    except Forbidden:
        return False
    return True


# Files that were seen to be archives, for hooks that cannot wait for an answer. An archive stays one.
known_archives: set[str] = set()


async def is_archive(db: Any) -> bool:
    """Whether a database of Datasette's is an archive of licensedrift's."""
    if db.is_memory or db.path is None:
        return False
    if str(db.path) in known_archives:
        return True
    rows = await db.execute(
        "select count(*) from sqlite_master where name in ('snapshots', 'drift', 'event', 'current')"
    )
    found = bool(rows.first()[0] == 4)
    if found:
        known_archives.add(str(db.path))
    return found


async def archives(datasette: Any) -> list[Any]:
    """The databases that are archives, in Datasette's order."""
    return [db for name, db in datasette.databases.items() if name != "_internal" and await is_archive(db)]
