"""The gate of a repository as one text: what a reader is asked to agree to, and what to tell, before a download."""

from __future__ import annotations

from typing import Any

TEXTS = ("extra_gated_heading", "extra_gated_description", "extra_gated_prompt", "extra_gated_button_content")
MAX_GATE = 1_000_000  # characters
MAX_FIELDS = 200


def gate_text(card_data: Any) -> bytes | None:
    """The gate's texts and fields from a card's front matter, in a fixed order; None if there are none.

    The form: heading, description and prompt as they are, one line `- label (type)` a field, the button's words.
    """
    if not isinstance(card_data, dict):
        return None
    parts = [value for name in TEXTS[:3] if isinstance(value := card_data.get(name), str) and value.strip()]
    fields = _fields(card_data.get("extra_gated_fields"))
    if fields:
        parts.append("\n".join(fields))
    button = card_data.get(TEXTS[3])
    if isinstance(button, str) and button.strip():
        parts.append(f"[{button.strip()}]")
    if not parts:
        return None
    return ("\n\n".join(parts)[:MAX_GATE] + "\n").encode("utf-8", "replace")


def _fields(value: Any) -> list[str]:
    if not isinstance(value, dict):
        return []
    lines = []
    for label, kind in list(value.items())[:MAX_FIELDS]:
        if isinstance(kind, dict):
            options = kind.get("options")
            listed = ", ".join(map(_shown, options)) if isinstance(options, list) else ""
            kind = f"{_shown(kind.get('type', 'field'))}{': ' if listed else ''}{listed}"
        lines.append(f"- {label} ({_shown(kind)})")
    return lines


def _shown(value: Any) -> str:
    """A value as text; what is nested too deep for that is no word of a form."""
    try:
        return str(value)
    except RecursionError:
        return "..."
