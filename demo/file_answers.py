"""The bytes of files: by way of the resolve cache, from the CDN where they are in LFS, or raw."""

from __future__ import annotations

import mimetypes
import re
from urllib.parse import quote

from demo.answers import PREFIXES, Refused, Scene, as_json, commit, not_found, refusal, repository
from demo.git_objects import Commit, File
from demo.repository import State
from demo.wire import HeaderValue, Request, Response

LICENSE_FILE = re.compile(r"(?:licen[cs]e|copying|notice|use[-_]policy)", re.IGNORECASE)
ONE_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")
TEXT = (".md", ".txt", ".json", ".yaml", ".yml", ".rst", "")


def resolve(scene: Scene, kind: str, name: str, revision: str, path: str) -> Response:
    """`/{name}/resolve/{revision}/{path}`, all unquoted. Raises Refused."""
    state, at, file = _file(scene, kind, name, revision, path)
    if file.lfs:
        return _to_cdn(scene, at, path, file)
    if _holds(scene.request, file.oid):
        return Response(304, {"ETag": f'"{file.oid}"', "X-Repo-Commit": at.sha})
    if scene.is_direct:
        return content(scene.request, path, file.data, f'"{file.oid}"', {"X-Repo-Commit": at.sha})
    came_by = quote(f"/{PREFIXES[kind]}{state.name}/resolve/{revision}/{path}", safe="")
    location = f"/api/resolve-cache/{kind}/{quote(state.name)}/{at.sha}/{quote(path)}?{came_by}=&etag=%22{file.oid}%22"
    headers: dict[str, HeaderValue] = {
        "Location": location,
        "Content-Type": "text/plain; charset=utf-8",
        "X-Repo-Commit": at.sha,
        "Accept-Ranges": "bytes",
        "Vary": "Origin, Accept",
        "x-hub-cache": "MISS",
    }
    if scene.visitor.is_anonymous:
        headers["X-HF-Warning"] = "unauthenticated; Warning: You are sending unauthenticated requests to the HF Hub."
    return Response(307, headers, f"Temporary Redirect. Redirecting to {location}".encode())


def cached(scene: Scene, kind: str, name: str, sha: str, path: str) -> Response:
    """The second hop of resolve."""
    _, at, file = _file(scene, kind, name, sha, path)
    if file.lfs:
        return not_found()
    return content(scene.request, path, file.data, f'"{file.oid}"', {"X-Repo-Commit": at.sha})


def raw(scene: Scene, kind: str, name: str, revision: str, path: str) -> Response:
    """What git holds: the text, or the pointer to LFS. Never a 304."""
    _, at, file = _file(scene, kind, name, revision, path)
    headers: dict[str, HeaderValue] = {
        "Content-Type": "text/plain; charset=utf-8",
        "ETag": f'"{file.oid}"',
        "X-Repo-Commit": at.sha,
    }
    return Response(200, headers, file.in_git)


def content(request: Request, path: str, data: bytes, etag: str, more: dict[str, HeaderValue]) -> Response:
    """A file with its name and type; a part of it if one was asked for."""
    name = path.rsplit("/", 1)[-1]
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    kind = "text/plain; charset=utf-8" if suffix in TEXT else mimetypes.guess_type(name)[0]
    plain = re.sub(r"[^ -!#-\[\]-~]", "_", name)
    headers: dict[str, HeaderValue] = {
        "Content-Type": kind or "application/octet-stream",
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(name)}; filename=\"{plain}\";",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "ETag": etag,
        "Accept-Ranges": "bytes",
        **more,
    }
    asked = ONE_RANGE.fullmatch(request.headers.get("range") or "")
    if not asked:
        return Response(200, headers, data)
    start, end = int(asked[1]), min(int(asked[2] or len(data)), len(data) - 1)
    if start >= len(data) or end < start:
        return Response(416, {**headers, "Content-Range": f"bytes */{len(data)}"})
    return Response(206, {**headers, "Content-Range": f"bytes {start}-{end}/{len(data)}"}, data[start : end + 1])


def _file(scene: Scene, kind: str, name: str, revision: str, path: str) -> tuple[State, Commit, File]:
    """The file that is asked for. Raises Refused: no such repository, revision or file, or a closed gate."""
    if not scene.visitor.is_known:
        state = scene.view.find(kind, name)
        if state is None or not state.settings["gated"]:
            raise refusal(401, "Invalid credentials in Authorization header")
    state = repository(scene, kind, name)
    at = commit(state, revision)
    _pass_gate(scene, state, path)
    file = at.files.get(path)
    if file is None:
        headers: dict[str, HeaderValue] = {
            "X-Error-Code": "EntryNotFound",
            "X-Error-Message": "Entry not found",
            "X-Repo-Commit": at.sha,
        }
        raise Refused(as_json({"error": "Entry not found"}, 404, headers))
    return state, at, file


def _pass_gate(scene: Scene, state: State, path: str) -> None:
    """Raises Refused. A gate lets the card through, and the license unless `gated_license` is set."""
    visitor, settings = scene.visitor, state.settings
    if not settings["gated"] or (visitor.is_known and state.name in visitor.access) or path == "README.md":
        return
    if LICENSE_FILE.match(path.rsplit("/", 1)[-1]) and not settings["gated_license"]:
        return
    message = f"Access to {state.kind.removesuffix('s')} {state.name} is restricted"
    challenge = {"www_authenticate": 'Bearer realm="Authentication required"'}
    if visitor.is_anonymous or not visitor.is_known:
        message += ". You must have access to it and be authenticated to access it. Please log in."
        raise refusal(401, message, "GatedRepo", **challenge)
    where = f"{scene.url}/{PREFIXES[state.kind]}{state.name}"
    message += f" and you are not in the authorized list. Visit {where} to ask for access."
    raise refusal(403, message, "GatedRepo", **challenge)


def _to_cdn(scene: Scene, at: Commit, path: str, file: File) -> Response:
    scene.on_cdn[file.sha256] = file
    headers: dict[str, HeaderValue] = {
        "Location": f"{scene.cdn_url}/repos/{file.sha256}/{quote(path.rsplit('/', 1)[-1])}",
        "Content-Type": "text/plain; charset=utf-8",
        "ETag": f'"{file.sha256}"',
        "X-Linked-Etag": f'"{file.sha256}"',
        "X-Linked-Size": str(len(file.data)),
        "X-Repo-Commit": at.sha,
        "Accept-Ranges": "bytes",
    }
    if file.xet:
        headers["X-Xet-Hash"] = file.sha256
        token = f"{scene.url}/api/{at.author}/xet-read-token/{at.sha}"
        headers["Link"] = f'<{token}>; rel="xet-auth"'
    return Response(302, headers, b"Found. Redirecting to the content.")


def _holds(request: Request, oid: str) -> bool:
    """Whether the client says that it has this content already."""
    said = request.headers.get("if-none-match") or ""
    return any(one.strip().removeprefix("W/").strip('"') == oid for one in said.split(","))
