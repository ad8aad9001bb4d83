"""What the licenses of the founding systems say: judged by reading each text against the corpus's CLAUSE_RULES.md.

A clause maps to the values that its text states. Clauses on which careful readers may differ are in `may_have`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Clauses = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Wording:
    """A long wording that a text prescribes, told by how it begins and how it ends."""

    begins: str
    ends: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and other.startswith(self.begins) and other.endswith(self.ends)

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Seed:
    """A text of the corpus (below licences/), its identity, and its whole clause set."""

    file: str
    license: str
    edition: str | None
    clauses: Clauses
    may_have: frozenset[str] = field(default_factory=frozenset)


def plain(*names: str) -> Clauses:
    """Clauses without values."""
    return {name: {} for name in names}


GRANT = plain("commercial-use", "distribution", "modification")
MIT: Clauses = GRANT | plain("include-license", "liability-limit", "no-warranty")
APACHE: Clauses = MIT | plain(
    "attribution-notice", "litigation-retaliation", "patent-grant", "state-changes", "trademark-restriction"
)
BOILERPLATE: Clauses = plain("liability-limit", "no-warranty", "termination-on-breach", "trademark-restriction")
CALIFORNIA: Clauses = BOILERPLATE | {"governing-law": {"law": "State of California"}}
# Counted on the day of release, with affiliates; "greater than".
SCALE_AT_RELEASE: Clauses = {
    "mau-threshold": {
        "users": 700_000_000,
        "reference": "release-date",
        "boundary": "above",
        "window": "preceding calendar month",
        "affiliates": True,
    }
}

LLAMA_3_1: Clauses = {
    **GRANT, **CALIFORNIA, **SCALE_AT_RELEASE,
    **plain("export-control", "include-license", "litigation-retaliation", "network-use-is-distribution"),
    "acceptable-use-policy": {"url": "https://llama.meta.com/llama3_1/use-policy", "floating": False},
    "attribution-notice": {"text": Wording("Llama 3.1 is licensed under", "All Rights Reserved.")},
    "derivative-ownership": {"owner": "user"},
    "display-attribution": {"text": "Built with Llama", "mandatory": True},
    "indemnity": {"defend": False},
    "naming-requirement": {"text": "Llama"},
}  # fmt: skip

GEMMA: Clauses = {
    **GRANT, **CALIFORNIA,
    **plain("distillation-is-derivative", "include-license", "network-use-is-distribution", "pass-through"),
    **plain("remote-restriction", "state-changes"),
    "acceptable-use-policy": {"url": "ai.google.dev/gemma/prohibited_use_policy", "floating": False},
    "attribution-notice": {"text": Wording("Gemma is provided under", "found at ai.google.dev/gemma/terms")},
    "output-ownership": {"owner": "disclaimed"},
    "use-restrictions": {"fields": ["illegal-acts"]},
}  # fmt: skip

DATABRICKS: Clauses = {
    **GRANT, **CALIFORNIA, **SCALE_AT_RELEASE,
    **plain("include-license", "litigation-retaliation", "must-update", "no-model-improvement"),
    **plain("remote-restriction", "state-changes"),
    "acceptable-use-policy": {
        "url": "https://www.databricks.com/legal/acceptable-use-policy-open-model",
        "floating": False,
    },
    "attribution-notice": {"text": Wording("DBRX is provided under", "All rights reserved.")},
    "derivative-ownership": {"owner": "user"},
    "indemnity": {"defend": False},
    "output-ownership": {"owner": "disclaimed"},
    "use-restrictions": {"fields": ["illegal-acts"]},
}  # fmt: skip

FLUX_1_0: Clauses = {
    **BOILERPLATE,
    **plain("distribution", "export-control", "include-license", "litigation-retaliation", "modification"),
    **plain("no-competing-models", "no-sublicense", "non-commercial", "revocable", "state-changes"),
    **plain("unilateral-termination"),
    "attribution-notice": {"text": Wording("The FLUX.1 [dev] Model is licensed by", "WITH USE OF THIS MODEL.")},
    "governing-law": {"law": "State of Delaware"},
    "indemnity": {"defend": True},
    "output-ownership": {"owner": "disclaimed"},
    "use-restrictions": {"fields": ["biometric", "illegal-acts", "military", "privacy", "surveillance"]},
}  # fmt: skip
# What came with version 1.1: unlawful content is to be filtered, output to be marked, more uses are banned.
FLUX_1_1_1: Clauses = {
    **FLUX_1_0, **plain("ai-disclosure", "content-filter"),
    "use-restrictions": {
        "fields": ["biometric", "harassment", "illegal-acts", "military", "minors", "privacy", "surveillance"]
    },
}  # fmt: skip

OPENRAIL_PLUS_PLUS: Clauses = {
    **APACHE,
    **plain("distillation-is-derivative", "network-use-is-distribution", "pass-through", "remote-restriction"),
    "output-ownership": {"owner": "disclaimed"},
    "use-restrictions": {
        "fields": [
            "discrimination", "disinformation", "harassment", "illegal-acts", "law-enforcement", "legal-decisions",
            "medical-advice", "minors", "privacy",
        ]
    },
}  # fmt: skip
CREATIVEML: Clauses = OPENRAIL_PLUS_PLUS | plain("must-update")

CC_BY_NC: Clauses = BOILERPLATE | plain(
    "attribution-notice", "distribution", "include-license", "modification", "no-sublicense", "non-commercial",
    "state-changes",
)  # fmt: skip

STABILITY: Clauses = {
    **GRANT, **CALIFORNIA,
    **plain("distillation-is-derivative", "export-control", "include-license", "litigation-retaliation"),
    **plain("network-use-is-distribution", "no-model-improvement", "no-sublicense", "registration-required"),
    **plain("revocable", "state-changes"),
    "acceptable-use-policy": {"url": "https://stability.ai/use-policy", "floating": True},
    "attribution-notice": {"text": Wording("This Stability AI Model is licensed", "All Rights Reserved")},
    "derivative-ownership": {"owner": "user"},
    "display-attribution": {"text": "Powered by Stability AI", "mandatory": True},
    "indemnity": {"defend": False},
    "output-ownership": {"owner": "user"},
    "revenue-threshold": {
        "amount": 1_000_000, "currency": "USD", "period": "year", "boundary": "above", "affiliates": True,
    },
}  # fmt: skip

_FLUX = "flux-model-licenses-license-flux1-dev"
DEV = "flux-1-dev-non-commercial-license"
SEEDS = {
    "llama-3.1": Seed("scancode/llama-3.1-license-2024.txt", "llama3.1", None, LLAMA_3_1),
    "gemma-2024": Seed("scancode/gemma-tou-2024-04-01.txt", "gemma", "2024-04-01", GEMMA),
    "gemma-2025": Seed("scancode/gemma-tou-2025-03-24.txt", "gemma", "2025-03-24", GEMMA),
    "mit": Seed("scancode/mit.txt", "MIT", None, MIT),
    "apache-2.0": Seed("scancode/apache-2.0.txt", "Apache-2.0", None, APACHE),
    "databricks": Seed("dbrx-license/2024-03-27-7cbcf4ec.txt", "databricks-open-model-license", None, DATABRICKS),
    "flux-1.0": Seed(f"{_FLUX}/2024-08-01-1f71c433.txt", DEV, None, FLUX_1_0, frozenset({"pass-through"})),
    "flux-1.1.1": Seed(f"{_FLUX}/2025-06-27-474dc420.txt", DEV, "1.1.1", FLUX_1_1_1, frozenset({"pass-through"})),
    "creativeml": Seed("scancode/stable-diffusion-2022-08-22.txt", "creativeml-openrail-m", None, CREATIVEML),
    "openrail++": Seed(
        "stablediffusion-license-model/2022-11-24-ca86da3a.txt", "openrail++", "2022-11-24", OPENRAIL_PLUS_PLUS
    ),
    "cc-by-nc-4.0": Seed("scancode/cc-by-nc-4.0.txt", "CC-BY-NC-4.0", None, CC_BY_NC),
    "stability": Seed("scancode/stability-ai-community-2024.txt", "stabilityai-ai-community", None, STABILITY),
}
