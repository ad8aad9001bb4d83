"""How open: what in a text rules out open source, by the definition of OSI."""

from __future__ import annotations

from collections.abc import Iterable

from licenses.clauses import Clause

# A clause of these discriminates against fields, persons, places or scale, or withholds a right that OSI demands
# (The Open Source Definition, 1, 3, 5, 6, 7).
RULE_OUT = frozenset(
    {
        "mau-threshold", "dau-threshold", "revenue-threshold", "royalty", "registration-required", "non-commercial",
        "research-only", "acceptable-use-policy", "use-restrictions", "no-model-improvement", "no-competing-models",
        "no-derivatives", "no-redistribution", "territory-exclusion", "excluded-users", "no-military",
    }
)  # fmt: skip


def rules_out_open_source(clauses: Iterable[Clause]) -> list[str]:
    """The ids of clauses that an open-source license cannot have, in the order of the text, each once."""
    return list(dict.fromkeys(clause.clause for clause in clauses if clause.clause in RULE_OUT))
