"""Lists of repositories: in any order, filtered, page by page with a cursor that outlives changes."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable
from datetime import datetime
from typing import Any

from demo.answers import (
    Scene,
    as_json,
    bad_request,
    check_token,
    from_cursor,
    is_true,
    next_link,
    number,
    to_cursor,
)
from demo.moments import to_ms, to_text
from demo.repository import State
from demo.rows import EXPANDABLE, FULL, PLAIN, row_bytes
from demo.view import SORTS, Keys
from demo.wire import HeaderValue, Response

DATED = ("lastModified", "createdAt")
EXPOSED = (
    "X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,Accept-Ranges,"
    "Content-Range,X-Linked-Size,X-Linked-ETag,X-Xet-Hash"
)
Test = Callable[[State], bool]


def answer(scene: Scene, kind: str) -> Response:
    """`GET /api/{kind}`: an array of rows, and a Link while there are more."""
    check_token(scene.visitor)
    kept = (scene.request.target, scene.visitor, scene.largest_page, scene.default_page, scene.url)
    if scene.keeps_pages and kept in scene.view.pages:
        page: Response = scene.view.pages[kept]
        return Response(page.status, dict(page.headers), page.body)
    page = _page(scene, kind)
    if scene.keeps_pages:
        scene.view.pages[kept] = page
    return Response(page.status, dict(page.headers), page.body)


def _page(scene: Scene, kind: str) -> Response:
    sort = scene.request.param("sort") or "trendingScore"
    if sort not in SORTS:
        raise bad_request("Invalid sort parameter")
    limit = number(scene, "limit", scene.default_page, scene.largest_page)
    names = columns(scene, kind, sort)
    keys, states = scene.view.ordered(kind, sort, scene.request.param("author"))
    cursor = scene.request.param("cursor")
    start = bisect_right(keys, _place(cursor, sort)) if cursor else 0
    page, stop = _fill(states, start, limit, _tests(scene))
    headers: dict[str, HeaderValue] = {"Access-Control-Expose-Headers": EXPOSED, "Vary": "Origin"}
    if stop is not None:
        headers |= next_link(scene, cursor=_cursor(keys, stop, sort))
    body = b"[" + b",".join([row_bytes(state, names) for state in page]) + b"]"
    headers["ETag"] = f'W/"{len(body):x}-{hashlib.sha1(body, usedforsecurity=False).hexdigest()[:27]}"'
    return as_json(None, headers=headers, raw=body)


def _fill(states: list[State], start: int, limit: int, tests: list[Test]) -> tuple[list[State], int | None]:
    """Up to `limit` states that pass, and the place of the last one if there are more."""
    found: list[State] = []
    last = start
    for place in range(start, len(states)):
        if all(test(states[place]) for test in tests):
            if len(found) >= limit:
                return found, last
            found.append(states[place])
            last = place
    return found, None


def columns(scene: Scene, kind: str, sort: str | None = None) -> tuple[str, ...]:
    """The fields asked for. Raises Refused for an `expand` that does not exist."""
    expand = scene.request.params.get("expand")
    if expand:
        if unknown := [name for name in expand if name not in EXPANDABLE[kind]]:
            allowed = "|".join(f'"{name}"' for name in EXPANDABLE[kind])
            raise bad_request(f'✖ Invalid option: expected one of {allowed} → at expand, received "{unknown[0][:80]}"')
        return tuple(dict.fromkeys([*expand, "trendingScore"] if sort else expand))
    is_full = is_true(scene.request.param("full")) or "filter" in scene.request.params
    names = [*(FULL if is_full else PLAIN)[kind]]
    if sort == "lastModified":
        names.append("lastModified")
    names += [name for name in ("cardData", "config") if is_true(scene.request.param(name))]
    return tuple(dict.fromkeys(names))


def _tests(scene: Scene) -> list[Test]:
    params = scene.request.params
    tests: list[Test] = [scene.visitor.sees]
    for tag in params.get("filter", ()):
        tests.append(lambda state, tag=tag: tag in state.tags)  # type: ignore[misc]
    search = (scene.request.param("search") or "").lower()
    if search:
        tests.append(lambda state: search in state.name.lower())
    gated = scene.request.param("gated")
    if gated is not None:
        tests.append(lambda state: bool(state.settings["gated"]) == is_true(gated))
    task = scene.request.param("pipeline_tag")
    if task is not None:
        tests.append(lambda state: state.pipeline == task)
    return tests


def _cursor(keys: Keys, last: int, sort: str) -> str:
    minus, hub_id = keys[last]
    value: Any = to_text(-minus) if sort in DATED else -minus
    return to_cursor({"$or": [{sort: value, "_id": {"$gt": hub_id}}, {sort: {"$lt": value}}, {sort: None}]})


def _place(cursor: str, sort: str) -> tuple[int, str]:
    """The sort key that a cursor stands behind. Raises Refused."""
    try:
        first = from_cursor(cursor)["$or"][0]
        value, hub_id = first[sort], first["_id"]["$gt"]
        ms = to_ms(datetime.fromisoformat(value)) if sort in DATED else int(value)
        return -ms, str(hub_id)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise bad_request("Invalid cursor") from error
