"""Answers about one repository: info, tree, commits, refs, paths-info."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, unquote

import orjson

from demo.answers import (
    Refused,
    Scene,
    as_json,
    bad_request,
    check_token,
    commit,
    from_cursor,
    is_true,
    next_link,
    not_found,
    number,
    repository,
    to_cursor,
)
from demo.git_objects import Commit, File
from demo.lists import columns
from demo.moments import to_text
from demo.repository import State
from demo.rows import INFO, fields, sibling_facts
from demo.wire import HeaderValue, Response

MOST_PATHS, TREE_PAGE, EXPANDED_TREE_PAGE, MOST_COMMITS, COMMITS_PAGE = 2000, 1000, 100, 1000, 100


def answer(scene: Scene, kind: str, name: str, verb: str, rest: str) -> Response:
    """`/api/{kind}/{name}[/{verb}[/{rest}]]`; `rest` still quoted."""
    check_token(scene.visitor)
    method = scene.request.method
    found = POSTS.get(verb) if method == "POST" else GETS.get(verb) if method in ("GET", "HEAD") else None
    if found is None:
        return not_found()
    return found(scene, repository(scene, kind, name), rest)


def _info(scene: Scene, state: State, rest: str) -> Response:
    if rest or state.head is None:
        state = state.as_of(commit(state, unquote(rest) or "main"))
    kind = state.kind
    names = columns(scene, kind) if "expand" in scene.request.params else tuple(INFO[kind])
    row = fields(state, names)
    if is_true(scene.request.param("blobs")) and "siblings" in row:
        row["siblings"] = sibling_facts(state)
    if is_true(scene.request.param("securityStatus")):
        row["securityRepoStatus"] = {"scansDone": True, "filesWithIssues": []}
    return as_json(row)


def _tree(scene: Scene, state: State, rest: str) -> Response:
    revision, _, path = rest.partition("/")
    at, path = commit(state, unquote(revision)), unquote(path).strip("/")
    expanded = is_true(scene.request.param("expand"))
    page = EXPANDED_TREE_PAGE if expanded else TREE_PAGE
    if number(scene, "limit", page, 1_000_000) > page:
        raise bad_request("Invalid limit for index tree pagination")
    page = number(scene, "limit", page, page)
    entries = _listing(at, path, is_true(scene.request.param("recursive")))
    if path and not entries:
        missing = {"X-Error-Code": "EntryNotFound", "X-Error-Message": f'{path} does not exist on "{revision}"'}
        raise Refused(as_json({"error": missing["X-Error-Message"]}, 404, {**missing, "X-Repo-Commit": at.sha}))
    cursor = scene.request.param("cursor")
    start = _offset(cursor) if cursor else 0
    headers: dict[str, HeaderValue] = {}
    if start + page < len(entries):
        headers = next_link(scene, cursor=to_cursor({"after": start + page}))
    return as_json([_entry(at, name, expanded) for name in entries[start : start + page]], headers=headers)


def _offset(cursor: str) -> int:
    try:
        return int(from_cursor(cursor)["after"])
    except (KeyError, TypeError, ValueError) as error:
        raise bad_request("Invalid cursor") from error


@lru_cache(maxsize=32)
def _listing(at: Commit, path: str, recursive: bool) -> list[str]:
    """Paths below `path` in order: directories before what is in them."""
    prefix = f"{path}/" if path else ""
    found: set[str] = set()
    for name in at.files:
        if not name.startswith(prefix):
            continue
        parts = name[len(prefix) :].split("/")
        depth = len(parts) if recursive else 1
        found.update(prefix + "/".join(parts[: i + 1]) for i in range(depth))
    return sorted(found)


def _entry(at: Commit, path: str, expanded: bool) -> dict[str, Any]:
    file = at.files.get(path)
    entry: dict[str, Any] = {"type": "directory", "oid": at.files.directories.get(path), "size": 0, "path": path}
    if file is not None:
        entry |= {"type": "file", "oid": file.oid, "size": len(file.data)}
        if file.lfs:
            entry["lfs"] = {"oid": file.sha256, "size": len(file.data), "pointerSize": len(file.in_git)}
        if file.xet:
            entry["xetHash"] = file.sha256
    if expanded:
        last = _last_change(at, path)
        entry["lastCommit"] = {"id": last.sha, "title": last.title, "date": to_text(last.date)}
        if file is not None:
            entry["securityFileStatus"] = {"status": "safe", "avScan": None, "pickleImportScan": None}
    return entry


def _oid(at: Commit, path: str) -> str | None:
    file: File | None = at.files.get(path)
    return file.oid if file else at.files.directories.get(path)


def _last_change(at: Commit, path: str) -> Commit:
    while at.parent is not None and _oid(at.parent, path) == _oid(at, path):
        at = at.parent
    return at


def _commits(scene: Scene, state: State, rest: str) -> Response:
    history = commit(state, unquote(rest) or "main").history()
    page, limit = number(scene, "p", 0, 10**6), number(scene, "limit", COMMITS_PAGE, MOST_COMMITS)
    headers: dict[str, HeaderValue] = {"X-Total-Count": str(len(history))}
    if (page + 1) * limit < len(history):
        headers |= next_link(scene, p=str(page + 1), limit=str(limit))
    formatted = "formatted" in scene.request.params.get("expand", ())
    told = [_told(one, formatted) for one in history[page * limit : (page + 1) * limit]]
    return as_json(told, headers=headers)


def _told(one: Commit, formatted: bool) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": one.sha,
        "title": one.title,
        "message": "",
        "authors": [{"user": one.author, "avatar": f"/avatars/{one.author}.svg"}],
        "date": to_text(one.date),
    }
    if formatted:
        said["formatted"] = {"title": one.title, "message": ""}
    return said


def _refs(scene: Scene, state: State, _rest: str) -> Response:
    def told(prefix: str) -> list[dict[str, str]]:
        return [
            {"name": ref.removeprefix(prefix), "ref": ref, "targetCommit": at.sha}
            for ref, at in sorted(state.refs.items())
            if ref.startswith(prefix)
        ]

    main = [{"name": "main", "ref": "refs/heads/main", "targetCommit": state.head.sha}] if state.head else []
    said: dict[str, Any] = {
        "branches": [*main, *told("refs/heads/")],
        "tags": told("refs/tags/"),
        "converts": told("refs/convert/"),
    }
    if is_true(scene.request.param("include_prs")):
        said["pullRequests"] = [{**one, "name": one["ref"].removeprefix("refs/pr/")} for one in told("refs/pr/")]
    return as_json(said)


def _paths_info(scene: Scene, state: State, rest: str) -> Response:
    at = commit(state, unquote(rest))
    paths, expanded = _asked_paths(scene)
    if len(paths) > MOST_PATHS:
        raise bad_request(f"Too many paths: at most {MOST_PATHS}")
    names = [path.strip("/") for path in paths]
    here = [name for name in dict.fromkeys(names) if _oid(at, name) is not None and name]
    return as_json([_entry(at, name, expanded) for name in here])


def _asked_paths(scene: Scene) -> tuple[list[str], bool]:
    """The paths and `expand` of a form, or of JSON that says it is JSON. Raises Refused."""
    request = scene.request
    if "json" in (request.headers.get("content-type") or ""):
        try:
            said = orjson.loads(request.body)
        except ValueError as error:
            raise bad_request("Invalid JSON") from error
        paths, expanded = (said.get("paths"), said.get("expand") is True) if isinstance(said, dict) else (None, False)
    else:
        form = parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True)
        paths = form.get("paths") or form.get("paths[]")
        expanded = is_true((form.get("expand") or ["false"])[-1])
    if isinstance(paths, str):
        paths = [paths]
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise bad_request("✖ Invalid input → at paths")
    return paths, expanded


def _scan(_scene: Scene, _state: State, _rest: str) -> Response:
    return as_json({"scansDone": True, "filesWithIssues": []})


Answer = Callable[[Scene, State, str], Response]
GETS: dict[str, Answer] = {
    "": _info,
    "revision": _info,
    "tree": _tree,
    "commits": _commits,
    "refs": _refs,
    "scan": _scan,
}
POSTS: dict[str, Answer] = {"paths-info": _paths_info}
VERBS = frozenset(GETS) | frozenset(POSTS) - {""}
