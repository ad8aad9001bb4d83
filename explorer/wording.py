"""Events and clauses in plain words, for the terminal, the pages and the feeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from licenses.catalogue import entry
from licenses.clauses import vocabulary

SIGN = {"tighter": "▲", "looser": "▼", "mixed": "◆", "neutral": "·"}
DIRECTION = {
    "tighter": "Readers may do less than before, or must do more.",
    "looser": "Readers may do more than before, or must do less.",
    "mixed": "Tighter in one place, looser in another.",
    "neutral": "No right and no duty of a reader changed.",
}
ROLE = {
    "license": "license text",
    "policy": "use policy",
    "notice": "notice",
    "gate": "gate prompt",
    "terms": "terms",
    "card": "model card",
}
CLAIM = {
    "license": "declared license",
    "license_name": "declared license name",
    "license_link": "declared license link",
    "license_tags": "license tags",
}
KINDS = {
    "claim": "declared license",
    "text": "text",
    "file-added": "file added",
    "file-removed": "file removed",
    "file-moved": "file moved",
    "gate": "access",
    "lineage": "base model",
    "availability": "availability",
    "renamed": "renamed",
    "history-rewritten": "history rewritten",
}
GATE = {
    "false": "open to everybody",
    "auto": "behind a form, granted at once",
    "manual": "behind a form, granted by hand",
}
# Parameters of clauses whose ids do not tell a reader what they are.
PARAMETERS = {
    "url": "where the policy is",
    "floating": "the policy may be changed later",
    "text": "words that must be shown",
    "boundary": "begins",
    "affiliates": "affiliates count too",
    "owner": "belongs to",
    "mandatory": "required",
    "period": "in a",
    "defend": "must defend them too",
    "reference": "counted at",
    "window": "counted over",
    "territories": "places",
    "scope": "for",
    "fields": "banned uses",
}
# Groups of clauses as a reader asks for them. What the licensor may do is a group of its own, whatever its kind.
GROUPS = (
    ("You may", "permission"),
    ("You must", "condition"),
    ("You must not", "restriction"),
    ("They may", "power"),
    ("What else binds", "legal"),
)
_POWERS = frozenset(
    {
        "terms-may-change", "unilateral-termination", "revocable", "remote-restriction", "termination-on-breach",
        "litigation-retaliation",
    }
)  # fmt: skip


def role_name(role: str | None) -> str:
    """What kind of document a role is."""
    return ROLE.get(role or "", role or "document")


def headline(event: Mapping[str, Any]) -> str:
    """What happened, in a few words; `place` of the evidence is a stranger's text and not made safe here."""
    kind, role = event["kind"], event["role"]
    place = (event["evidence_after"] or event["evidence_before"] or {}).get("place", "")
    place = place.removeprefix("https://").removeprefix("http://")  # the whole address stands with the sources
    of = str(event.get("subject", "")).partition(":")[0]
    document = f"{of} card" if role == "card" and of in ("dataset", "space") else role_name(role)
    named = f"{document} {place}".strip()
    said = {
        "claim": f"{CLAIM.get(role, 'claim')} changed",
        "text": f"{named} changed",
        "file-added": f"{named} added",
        "file-removed": f"{named} removed",
        "file-moved": f"{document} moved",
        "gate": "access to the files changed",
        "lineage": "base model changed",
        "availability": "availability changed",
        "renamed": "renamed",
        "history-rewritten": "history rewritten",
    }
    return said.get(kind, str(kind))


def is_loud(event: Mapping[str, Any]) -> bool:
    """Whether an event is told at length: what changes a right or a duty, and what happens to a whole subject."""
    return bool(event["substantive"]) or event["kind"] in ("availability", "renamed", "history-rewritten")


def is_excerpt(event: Mapping[str, Any]) -> bool:
    """Whether before and after are words cut from two texts, and not the two licenses that replaced one another."""
    ids = [event[key] for key in ("before", "after") if event[key] is not None]
    return event["kind"] == "text" and not (ids and all(entry(value) for value in ids))


def side(event: Mapping[str, Any], value: Any) -> str:
    """What stood before, or stands after, as a reader says it."""
    if value is None:
        return "nothing"
    return GATE.get(value, value) if event["kind"] == "gate" else str(value)


def meaning(clause: str | None) -> str:
    """What a clause means, in a sentence; empty for one that today's vocabulary does not have."""
    term = vocabulary().get(clause or "")
    return term.means if term else ""


def group(clause: str) -> str:
    """The key in GROUPS that a clause belongs to."""
    if clause in _POWERS:
        return "power"
    term = vocabulary().get(clause)
    if term is None:
        return "legal"
    return "restriction" if term.kind == "limitation" else term.kind


def parameter(name: str) -> str:
    """What a parameter of a clause says, for readers."""
    return PARAMETERS.get(name, name)


def amount(value: Any) -> str:
    """A parameter's value: numbers with thousands, lists with commas."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def parameter_changes(event: Mapping[str, Any]) -> list[tuple[str, str | None, str]]:
    """Parameters of a clause that differ: (name, before, after); a value that is absent is a dash.

    Of two lists it is said what came and what went, with None as `before`: long lists differ in an item or two.
    """
    before, after = ((event[f"evidence_{key}"] or {}).get("parameters") or {} for key in ("before", "after"))
    names = [*after, *(name for name in before if name not in after)]
    if not before and not after:
        return []
    return [(parameter(name), *_change(before.get(name), after.get(name))) for name in names
            if before.get(name) != after.get(name)]  # fmt: skip


def _change(before: Any, after: Any) -> tuple[str | None, str]:
    if isinstance(before, list) and isinstance(after, list):
        came, went = ([item for item in one if item not in other] for one, other in ((after, before), (before, after)))
        parts = [f"{word} {amount(items)}" for word, items in (("now also", came), ("no longer", went)) if items]
        return None, "; ".join(parts) or "in another order"
    return amount("–" if before is None else before), amount("–" if after is None else after)


def clause_change(event: Mapping[str, Any]) -> str:
    """Whether the clause of an event came, went, or reads differently."""
    if event["before"] and event["after"]:
        return "changed"
    return "added" if event["after"] else "removed"
