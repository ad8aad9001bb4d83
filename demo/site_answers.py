"""Answers about the Hub as a whole: who one is, and which tags there are."""

from __future__ import annotations

from typing import Any

from demo.answers import NOT_LOGGED_IN, Scene, as_json, check_token, not_found, refusal
from demo.wire import Response

TAG_TYPES = ("license", "dataset", "base_model", "region", "language", "library", "pipeline_tag", "other")


def answer(scene: Scene) -> Response:
    """Any other GET under /api/."""
    path = scene.request.path
    if path == "/api/whoami-v2":
        return _whoami(scene)
    if path in ("/api/models-tags-by-type", "/api/datasets-tags-by-type"):
        return _tags(scene, path.removeprefix("/api/").removesuffix("-tags-by-type"))
    return not_found()


def _whoami(scene: Scene) -> Response:
    check_token(scene.visitor)
    if scene.visitor.is_anonymous:
        raise refusal(401, NOT_LOGGED_IN)
    token = {"displayName": "demo", "role": "read"}
    me: dict[str, Any] = {"type": "user", "id": "65000000000000000000000a", "name": "visitor", "fullname": "A Visitor"}
    return as_json(me | {"isPro": False, "orgs": [], "auth": {"type": "access_token", "accessToken": token}})


def _tags(scene: Scene, kind: str) -> Response:
    """The tags in use, by what they are about."""
    key = ("tags-by-type", kind)
    found = scene.view.pages.get(key)
    if found is None:
        found = {type_: {} for type_ in TAG_TYPES}
        for state in scene.view.states(kind):
            for tag in state.tags:
                type_ = _type(tag, state.library, state.pipeline)
                label = tag.split(":", 1)[1] if ":" in tag else tag
                found[type_][tag] = {"id": tag, "label": label, "type": type_}
        scene.view.pages[key] = found
    return as_json({type_: list(tags.values()) for type_, tags in found.items() if tags})


def _type(tag: str, library: str | None, task: str | None) -> str:
    before, colon, _ = tag.partition(":")
    if colon and before in TAG_TYPES:
        return before
    if tag in (library, task):
        return "library" if tag == library else "pipeline_tag"
    return "language" if len(tag) == 2 else "other"
