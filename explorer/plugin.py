"""The Datasette plugin: found by its entry point, it adds pages, feeds, saved queries and SQL functions.

It serves Datasette 0.65 and 1.0: hooks that only one of them has are marked optional.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Callable
from functools import cache
from importlib import import_module, resources
from typing import Any

from datasette import NotFound, Response
from jinja2 import ChoiceLoader, PackageLoader
from pluggy import HookimplMarker

from explorer import cells, questions, sql_functions, visible
from explorer.links import Links
from explorer.page import OldArchive, TooLong, WrongRequest, archives, is_archive, known_archives, may_see, open_page
from explorer.wording import SIGN

hookimpl = HookimplMarker("datasette")

# Where each page lives below `/{database}/-/`: (pattern, module, function). Imported when first asked for.
PAGES = (
    (r"drift", "explorer.timeline_page", "timeline_page"),
    (r"drift/feed\.(?P<form>xml|json)", "explorer.feeds", "feed"),
    (r"drift/event/(?P<event>\d{1,15})", "explorer.timeline_page", "event_page"),
    (r"subject(?:/(?P<name>.+))?", "explorer.subject_page", "subject_page"),
    (r"text/(?P<hash>[0-9a-f]{64})(?P<raw>\.txt)?", "explorer.text_page", "text_page"),
    (r"systems", "explorer.systems_page", "systems_page"),
    (r"licenses", "explorer.licenses_page", "licenses_page"),
    (r"runs", "explorer.runs_page", "runs_page"),
    (r"rejected", "explorer.rejected_page", "rejected_page"),
    (r"rejected/(?P<number>\d{1,15})", "explorer.rejected_page", "capture"),
    (r"questions", "explorer.questions_page", "questions_page"),
    (r"search", "explorer.search_page", "search_page"),
    (r"compare", "explorer.compare_page", "compare_page"),
    (r"openness", "explorer.openness_chart", "openness_page"),
)
STATIC = r"^/-/licensedrift/static/(?P<file>[a-z_]+\.(?:css|svg))$"


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    """The pages below each database, and the style sheet."""
    found: list[tuple[str, Callable[..., Any]]] = [(STATIC, _static)]
    for pattern, module, function in PAGES:
        # Datasette's own way of writing a database's name in an address has no slash and no dot.
        found.append((rf"^/(?P<database>[^/.]+)/-/{pattern}$", _view(module, function)))
    return found


def _view(module: str, function: str) -> Callable[..., Any]:
    async def view(datasette: Any, request: Any) -> Any:
        page = await open_page(datasette, request)
        if request.method not in ("GET", "HEAD"):
            return await page.refuse("These pages are for reading only.", 405)
        try:
            return await getattr(import_module(module), function)(datasette, request)
        except WrongRequest as error:
            return await page.refuse(str(error), 400)
        except OldArchive:
            return await page.refuse(
                "An older licensedrift wrote this archive. Its next refresh brings it up to date; nothing is lost.", 503
            )
        except TooLong:
            limit = datasette.setting("sql_time_limit_ms")
            return await page.refuse(
                f"Reading the archive for this page took longer than the {limit} ms that are allowed"
                " (Datasette's sql_time_limit_ms). A narrower filter may do.", 503
            )  # fmt: skip

    return view


async def _static(request: Any) -> Any:
    name = request.url_vars["file"]
    content = _files().get(name)
    if content is None:
        raise NotFound("There is no such file")
    kind = mimetypes.guess_type(name)[0] or "text/plain"
    headers = {"Cache-Control": "max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(content.decode(), content_type=f"{kind}; charset=utf-8", headers=headers)


@cache
def _files() -> dict[str, bytes]:
    folder = resources.files("explorer").joinpath("static")
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """Our templates (after those of the operator's own folder), filters, and addresses of style sheets."""
    env.loader = ChoiceLoader([env.loader, PackageLoader("explorer", "templates")])
    env.filters |= {
        "plain": visible.plain,
        "visible": visible.visible,
        "shortened": visible.shortened,
        "readable": visible.readable,
    }

    def static(name: str) -> str:
        digest = hashlib.sha256(_files()[name]).hexdigest()[:10]
        return f"{datasette.urls.path(f'/-/licensedrift/static/{name}')}?{digest}"

    env.globals |= {"ld_static": static, "ld_sign": SIGN}


@hookimpl
def prepare_connection(conn: Any) -> None:
    """The SQL functions of explorer/sql_functions.py."""
    sql_functions.register(conn)


@hookimpl
def render_cell(value: Any, column: str, database: str, datasette: Any) -> Any:
    """Links from Datasette's own tables to our pages, and hidden characters made visible there too."""
    db = datasette.databases.get(database)
    if db is None or str(db.path) not in known_archives:
        return None
    return cells.cell(value, column, Links(str(datasette.urls.database(database))))


@hookimpl
def menu_links(datasette: Any, actor: Any) -> Callable[[], Any]:
    """Each archive's timeline in Datasette's menu."""

    async def links() -> list[dict[str, str]]:
        seen = [db for db in await archives(datasette) if await may_see(datasette, actor, db.name)]
        return [
            {
                "href": f"{datasette.urls.database(db.name)}/-/drift",
                "label": "What drifted" if len(seen) == 1 else f"What drifted: {db.name}",
            }
            for db in seen
        ]

    return links


@hookimpl
def database_actions(datasette: Any, database: str) -> Callable[[], Any]:
    """The timeline among the actions of an archive's page."""

    async def links() -> list[dict[str, str]]:
        if not await is_archive(datasette.get_database(database)):
            return []
        return [
            {
                "href": f"{datasette.urls.database(database)}/-/drift",
                "label": "What drifted",
                "description": "Timeline, subjects, systems, licenses and runs of licensedrift",
            }
        ]

    return links


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    """With one archive open and nothing else, the root leads to its timeline."""

    def wrap(app: Any) -> Any:
        async def asgi(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and not scope["query_string"]:
                target = await _home(datasette, scope["path"])
                if target is not None:
                    await Response.redirect(target).asgi_send(send)
                    return
            await app(scope, receive, send)

        return asgi

    return wrap


async def _home(datasette: Any, path: str) -> str | None:
    base = datasette.setting("base_url") or "/"
    if path not in ("/", base):
        return None
    databases = [db for name, db in datasette.databases.items() if name != "_internal"]
    if len(databases) != 1 or not await is_archive(databases[0]):
        return None
    return f"{datasette.urls.database(databases[0].name)}/-/drift"


@hookimpl(optionalhook=True)
def canned_queries(datasette: Any, database: str) -> Callable[[], Any]:
    """The saved queries, on 0.65."""

    async def queries() -> dict[str, dict[str, str]]:
        if not await is_archive(datasette.get_database(database)):
            return {}
        return {
            question.name: {"sql": question.sql, "title": question.title, "description": question.explanation}
            for question in questions.QUESTIONS
        }

    return queries


@hookimpl
def startup(datasette: Any) -> Callable[[], Any]:
    """Find the archives; and on 1.0, which keeps saved queries in its internal database, put them there."""

    async def add() -> None:
        for db in await archives(datasette):
            for question in questions.QUESTIONS if hasattr(datasette, "add_query") else ():
                await datasette.add_query(
                    db.name,
                    question.name,
                    question.sql,
                    title=question.title,
                    description=question.explanation,
                    source="licensedrift",
                )

    return add


@hookimpl(optionalhook=True)
def get_metadata(datasette: Any, database: str | None) -> dict[str, Any]:
    """A line above the tables of an archive, on 0.65; the operator's own metadata wins."""
    described = {
        name: {
            "description_html": f'<a href="{datasette.urls.database(name)}/-/drift">What drifted, by licensedrift</a>'
        }
        for name, db in datasette.databases.items()
        if str(db.path) in known_archives and database in (None, name)
    }
    return {"databases": described}


@hookimpl(optionalhook=True)
def top_database(datasette: Any, database: str) -> Callable[[], Any]:
    """A line above the tables of an archive, on 1.0."""

    async def line() -> str:
        if not await is_archive(datasette.get_database(database)):
            return ""
        return f'<p><a href="{datasette.urls.database(database)}/-/drift">What drifted, by licensedrift</a></p>'

    return line
