"""Which files of a repository may bind its user, by their names, and where a `license_link` leads.

The Hub has no field for license files; the names are those that are used there (hub-protocol.md 4.3). Git is
case-sensitive, so `LICENSE` and `license` are two files; only the matching ignores case.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Literal
from urllib.parse import unquote, urlsplit

CARD = "README.md"
POLICY = (
    "*use_policy*", "*use-policy*", "*usage_policy*", "*acceptable_use*", "*acceptable-use*", "*prohibited_use*",
    "aup*",
)  # fmt: skip
NOTICE = ("notice*", "third_party_notices*", "third-party-notices*")
LICENSE = (
    "license*", "licence*", "*_license*", "*-license*", "*_licence*", "*-licence*", "*.license", "*license.md",
    "*license.txt", "copying*", "copyright*", "unlicense*", "eula*", "terms*", "licenses/*", "licences/*",
)  # fmt: skip
# A file of this kind is no text that binds anybody, whatever its name.
_OTHER_KIND = re.compile(
    r"\.(py|pyc|ipynb|json|jsonl|csv|tsv|parquet|png|jpe?g|gif|svg|webp|safetensors|bin|pt|pth|onnx|gguf|zip|gz|tar|sh|"
    r"js|ts|css|toml|ya?ml|lock|mp[34]|wav)$",
    re.IGNORECASE,
)
MAX_LINK = 1024
# Control characters, and lone surrogates, which no address can have.
_NOT_IN_A_LINK = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_HUB_PATH = re.compile(r"/(?:(datasets|spaces)/)?([\w.-]+/[\w.-]+)/(?:blob|resolve|raw)/([^/]+)/(.+)")
HUB_HOSTS = ("huggingface.co", "www.huggingface.co", "hf.co")
KIND = {"datasets": "dataset", "spaces": "space", None: "model"}


@lru_cache(maxsize=65536)
def role_of(path: str, patterns: Sequence[str] = ()) -> Literal["policy", "notice", "license"] | None:
    """The role of a file by its name: `policy`, `notice`, `license`, or None. `patterns` are more globs (a tuple)."""
    name = path.lower()
    if name.startswith(("licenses/", "licences/")):
        rest = name.partition("/")[2]
        return "license" if "/" not in rest and not _OTHER_KIND.search(name) else None
    if any(fnmatchcase(name, pattern.lower()) for pattern in patterns):
        return "license"
    if "/" in name or _OTHER_KIND.search(name):
        return None
    if any(fnmatchcase(name, pattern) for pattern in POLICY):
        return "policy"
    if any(fnmatchcase(name, pattern) for pattern in NOTICE):
        return "notice"
    return "license" if any(fnmatchcase(name, pattern) for pattern in LICENSE) else None


@dataclass(frozen=True, slots=True)
class Link:
    """Where a license_link leads: a file of the same repository, a file on the Hub, the web, or nowhere (`problem`)."""

    where: Literal["here", "hub", "web", "nowhere"]
    path: str = ""
    kind: str = ""
    name: str = ""
    url: str = ""
    problem: str = ""


def read_link(link: object, kind: str, name: str, endpoint: str) -> Link | None:
    """Read the `license_link` of repository `kind`:`name`; None if there is none. Never trusts a path in it."""
    if not isinstance(link, str) or not link.strip():
        return None if link in (None, "") else Link("nowhere", problem="license_link is no text")
    link = link.strip()
    if len(link) > MAX_LINK or _NOT_IN_A_LINK.search(link):
        return Link("nowhere", problem="license_link is too long or has control characters")
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", link):
        return _url(link, kind, name, endpoint)
    return _relative(link)


def _relative(link: str) -> Link:
    path = unquote(link.partition("#")[0].partition("?")[0])
    if path.startswith("/") or "\\" in path or "\0" in path or ".." in path.split("/"):
        return Link("nowhere", problem=f"license_link leads out of the repository: {link[:100]}")
    path = posixpath.normpath(path)
    return Link("here", path=path) if path not in (".", "") else Link("nowhere", problem="license_link is empty")


def _url(link: str, kind: str, name: str, endpoint: str) -> Link:
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").lower()
    except ValueError:
        return Link("nowhere", problem="license_link is no URL")
    if parts.scheme.lower() not in ("http", "https"):
        return Link("nowhere", problem=f"license_link is a {parts.scheme[:20]}: link")
    if host not in HUB_HOSTS and host != urlsplit(endpoint).hostname:
        return Link("web", url=link)
    found = _HUB_PATH.fullmatch(parts.path)
    if found is None:
        # A page of the Hub itself: nothing that a license would be in.
        return Link("nowhere", problem="license_link is a page of the Hub, not a file")
    target_kind, target, path = KIND[found[1]], found[2], unquote(found[4])
    local = _relative(path)
    if local.where == "nowhere":
        return local
    if (target_kind, target) == (kind, name):
        return local
    return Link("hub", path=local.path, kind=target_kind, name=target)
