"""All texts that bind the user of one subject, taken together (design.md: bundle)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from licenses.clauses import Clause
from licenses.identity import Identity

# Roles whose texts bind. A card tells of the license, a notice of what was built in.
BINDING = ("license", "policy", "gate", "terms")
# Names that say of a file what it is for: LICENSE-CODE, code_license.txt; LICENSE-MODEL, MODEL_LICENSE, weights.
_FOR_CODE = re.compile(r"(?i)(?:^|[^a-z])(?:code|software|source|src)(?:$|[^a-z])")
_FOR_WEIGHTS = re.compile(r"(?i)(?:^|[^a-z])(?:models?|weights?|checkpoints?)(?:$|[^a-z])")
_FOR_DATA = re.compile(r"(?i)(?:^|[^a-z])(?:data|datasets?)(?:$|[^a-z])")


@dataclass(frozen=True, slots=True)
class DocumentRead:
    """One document and what the rules say of it. `place` is a path, `kind:org/name/path`, or a URL.

    `missing` tells of one that the card points at and that is not there (`problem` says why).
    """

    role: str
    place: str
    identity: Identity = field(default_factory=Identity)
    clauses: tuple[Clause, ...] = ()
    text_hash: str | None = None
    missing: bool = False
    problem: str | None = None
    since: str | None = None


@dataclass(frozen=True, slots=True)
class BoundClause:
    """A clause, and the document that states it."""

    clause: Clause
    document: DocumentRead


def for_weights(documents: Sequence[DocumentRead], *, link: str | None = None) -> tuple[DocumentRead, ...]:
    """The licenses that speak for the weights, the likeliest first.

    What `license_link` names comes first; a file whose name says that it is for the weights next; files for the
    code or the data alone are left out, if there is any other.
    """
    present = [d for d in documents if d.role in ("license", "terms") and not d.missing]
    named = [d for d in present if link and _is_linked(d.place, link)]
    rest = [d for d in present if d not in named]
    weights = [d for d in rest if _says(d, _FOR_WEIGHTS)]
    others = [d for d in rest if d not in weights and not _says(d, _FOR_CODE) and not _says(d, _FOR_DATA)]
    # A link to a file for the code, beside one for the weights, is a slip of the card.
    if named and all(_says(d, _FOR_CODE) for d in named) and weights:
        return tuple(weights)
    chosen = [*named, *weights] or others
    return tuple(chosen or rest)


def bound_clauses(documents: Sequence[DocumentRead]) -> list[BoundClause]:
    """The clauses of all binding texts, each id once: from the license first, then policies, gate and terms.

    A policy that the license incorporates is bound by the license, so its clauses count whether or not the license
    repeats them. Files for the code or the data alone bind no user of the weights, if there are others.
    """
    speaking = set(map(id, for_weights(documents)))
    found: dict[str, BoundClause] = {}
    for role in BINDING:
        for document in documents:
            if document.role != role or document.missing:
                continue
            if role == "license" and id(document) not in speaking:
                continue
            for clause in document.clauses:
                found.setdefault(clause.clause, BoundClause(clause, document))
    return list(found.values())


def _is_linked(place: str, link: str) -> bool:
    target = link.split("#")[0].split("?")[0].rstrip("/")
    return bool(target) and (place == link or place.rstrip("/") == target or target.endswith(f"/{place}"))


def _says(document: DocumentRead, what: re.Pattern[str]) -> bool:
    name = document.place.rstrip("/").rsplit("/", 1)[-1]
    return what.search(name.replace("_", " ").replace("-", " ")) is not None
