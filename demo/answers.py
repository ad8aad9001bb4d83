"""What every answer is made with: who asks, what they may see, and the Hub's ways of saying no."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from demo.git_objects import Commit, File
from demo.repository import State
from demo.view import View
from demo.wire import HeaderValue, Request, Response

PREFIXES = {"models": "", "datasets": "datasets/", "spaces": "spaces/"}
SINGULAR = {"models": "model", "datasets": "dataset", "spaces": "space"}
BAD_TOKEN = "Invalid credentials in Authorization header"
NOT_LOGGED_IN = "Invalid username or password."
IS_DISABLED = "Access to this resource is disabled."


class Refused(Exception):
    """The answer is an error; `response` says which."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


@dataclass(frozen=True)
class Visitor:
    """Who asks. `access` holds names of private and gated repositories that the token opens."""

    token: str | None = None
    is_known: bool = True
    access: frozenset[str] = frozenset()

    @property
    def is_anonymous(self) -> bool:
        """Whether no token was sent."""
        return self.token is None

    def sees(self, state: State) -> bool:
        """Whether the repository exists for this visitor."""
        if state.settings["private"] and state.name not in self.access:
            return False
        return not (state.settings["disabled"] == "hidden" and self.is_anonymous)


@dataclass
class Scene:
    """One request with all that is needed to answer it."""

    request: Request
    visitor: Visitor
    view: View
    url: str
    cdn_url: str
    largest_page: int = 1000
    default_page: int = 500
    keeps_pages: bool = False
    is_direct: bool = False  # files come at once, as until 2024, not by way of the resolve cache
    on_cdn: dict[str, File] = field(default_factory=dict)  # sha256 -> what has been sent to the CDN for


def as_json(
    value: Any, status: int = 200, headers: Mapping[str, HeaderValue] | None = None, *, raw: bytes | None = None
) -> Response:
    """A JSON answer; `raw` where the bytes are there already."""
    body = orjson.dumps(value) if raw is None else raw
    return Response(status, {"Content-Type": "application/json; charset=utf-8", **(headers or {})}, body)


def refusal(status: int, message: str, code: str | None = None, **headers: str) -> Refused:
    """An error as the Hub words it: the headers decide, the body repeats."""
    said: dict[str, HeaderValue] = {"X-Error-Message": message}
    if code:
        said["X-Error-Code"] = code
    said.update({name.replace("_", "-"): value for name, value in headers.items()})
    return Refused(as_json({"error": message}, status, said))


def bad_request(message: str) -> Refused:
    """A parameter that the Hub does not take."""
    return Refused(as_json({"error": message}, 400))


def not_found() -> Response:
    """No such address, which is not the same as no such repository."""
    return as_json({"error": "Sorry, we can't find the page you are looking for."}, 404)


def check_token(visitor: Visitor) -> None:
    """Raises Refused for a token that nobody has."""
    if not visitor.is_known:
        raise refusal(401, BAD_TOKEN)


def repository(scene: Scene, kind: str, name: str) -> State:
    """The repository of that name. Raises Refused: moved (307, relative), disabled, or not there."""
    visitor = scene.visitor
    state = scene.view.find(kind, name)
    if state is None:
        moved = scene.view.moved(kind, name)
        if moved is not None and visitor.sees(moved):
            raise Refused(_redirect(scene.request, name, moved.name))
    if state is None or not visitor.sees(state):
        if visitor.is_anonymous:
            raise refusal(401, NOT_LOGGED_IN)
        raise refusal(404, "Repository not found", "RepoNotFound")
    if state.settings["disabled"]:
        raise refusal(403, IS_DISABLED)
    return state


def _redirect(request: Request, name: str, new: str) -> Response:
    location = request.target
    for old in (name, quote(name, safe="/"), quote(name, safe="")):
        if f"/{old}" in request.path:
            location = request.target.replace(f"/{old}", f"/{quote(new)}", 1)
            break
    body = f"Temporary Redirect. Redirecting to {location}".encode()
    return Response(307, {"Location": location, "Content-Type": "text/plain; charset=utf-8"}, body)


def commit(state: State, revision: str) -> Commit:
    """The commit that a revision names. Raises Refused."""
    found = state.commit(revision)
    if found is None:
        raise refusal(404, f"Invalid rev id: {revision}", "RevisionNotFound")
    return found


def is_true(value: str | None) -> bool:
    """A flag of a query."""
    return value in ("true", "True", "1", "")


def number(scene: Scene, name: str, default: int, largest: int) -> int:
    """A whole number of a query, capped. Raises Refused."""
    value = scene.request.param(name)
    if value is None:
        return default
    if not value.isascii() or not value.isdigit() or len(value) > 9:
        raise bad_request(f'Invalid input → at {name}: expected a number, received "{value[:40]}"')
    return min(int(value), largest)


def next_link(scene: Scene, **changed: str) -> dict[str, HeaderValue]:
    """The `Link` header to the next page: the same request with some parameters changed, absolute."""
    pairs = [(key, value) for key, values in scene.request.params.items() for value in values if key not in changed]
    query = urlencode([*pairs, *changed.items()], quote_via=quote)
    return {"Link": f'<{scene.url}{scene.request.path}?{query}>; rel="next"'}


def to_cursor(condition: Any) -> str:
    """A cursor as the Hub's: base64 of JSON that says where to go on."""
    return base64.b64encode(orjson.dumps(condition)).decode()


def from_cursor(cursor: str) -> Any:
    """What a cursor says. Raises Refused."""
    try:
        return orjson.loads(base64.b64decode(cursor, validate=True))
    except (binascii.Error, ValueError) as error:
        raise bad_request("Invalid cursor") from error
