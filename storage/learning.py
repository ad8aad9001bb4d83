"""The archive's own catalogue: a license text that is met at its home is known from the next refresh on.

Home is where the catalogue says that the license's owner publishes it; or, for one that the catalogue does not know,
a repository that gives its license a name of its own (`license: other`, `license_name`) and brings the text.
"""

from __future__ import annotations

import re
import sqlite3
from functools import cache

from licenses.catalogue import entries
from licenses.names import name_to_license
from storage.state import State, StoredDocument
from storage.understanding import Understanding

FEWEST_CLAUSES = 3  # of a text that a name is given to: less, and it is a notice or a pointer
LONGEST_NAME = 80
_HUB = {"model": "", "dataset": "datasets/", "space": "spaces/"}


def learn(read: Understanding, kind: str, name: str, state: State, run: int) -> None:
    """Learn from the documents of a new version."""
    for document in state.documents:
        if document.role not in ("license", "policy", "terms"):
            continue
        address = _address(kind, name, document.place)
        license = _homes().get(address) or _named(read, state, document)
        if license is not None:
            _keep(read.conn, license, document.text, address, run)


def _keep(conn: sqlite3.Connection, license: str, text: int, source: str, run: int) -> None:
    # One text has one name: the first that it was met under.
    if conn.execute("select 1 from learned where text = ?", (text,)).fetchone() is None:
        conn.execute(
            "insert into learned (license, text, edition, source, learned_in) values (?, ?, null, ?, ?)",
            (license, text, source, run),
        )


@cache
def _homes() -> dict[str, str]:
    return {_plain(home): one.id for one in entries() for home in one.home}


def _address(kind: str, name: str, place: str) -> str:
    if "://" in place:
        return _plain(place)
    where, _, rest = place.partition(":")
    # A file of the repository itself may have a colon in its name too.
    if where in _HUB and rest.count("/") >= 2:
        owner, repository, path = rest.split("/", 2)
        return _plain(f"https://huggingface.co/{_HUB.get(where, '')}{owner}/{repository}/blob/main/{path}")
    return _plain(f"https://huggingface.co/{_HUB.get(kind, '')}{name}/blob/main/{place}")


def _plain(address: str) -> str:
    """An address without what does not tell two apart: scheme, www, fragment, last slash, blob against resolve."""
    plain = re.sub(r"^https?://(www\.)?", "", address.partition("#")[0].rstrip("/"))
    return re.sub(r"/(?:resolve|raw)/", "/blob/", plain, count=1)


def _named(read: Understanding, state: State, document: StoredDocument) -> str | None:
    """The slug of a license that its own repository names, if neither name nor text is known."""
    said = state.facts
    name = (said.license_name or "").strip()
    if document.role != "license" or (said.license_claimed or "").lower() != "other" or not name:
        return None
    licenses = [one for one in state.documents if one.role == "license"]
    slug = re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-.")
    if len(licenses) != 1 or not slug or len(name) > LONGEST_NAME or name_to_license(name) is not None:
        return None
    analysis = read.of(document.text)
    return slug if analysis.license is None and len(analysis.clauses) >= FEWEST_CLAUSES else None
