"""Made-up licenses and cards for the archive that the explorer is measured on; words as frequent as in a language."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import accumulate

_SYLLABLES = (
    "ba",
    "co",
    "de",
    "fi",
    "gu",
    "la",
    "mo",
    "ne",
    "pi",
    "ru",
    "sa",
    "to",
    "vi",
    "ster",
    "ling",
    "ment",
    "al",
)
# A clause, and words that may say it; {n} is a number, {who} a name.
CLAUSES = (
    ("commercial-use", "You may use the Model of {who} for any purpose, including commercial purposes."),
    ("distribution", "You may copy the Model and pass copies of it on to others, {n} or more."),
    ("modification", "You may modify the Model and make derivatives of it."),
    ("attribution-notice", "You must name {who} as the source in every copy that you pass on."),
    ("mau-threshold", "Products with more than {n} million monthly active users need a further license from {who}."),
    ("revenue-threshold", "Companies whose yearly revenue is above {n} million dollars need a further license."),
    ("non-commercial", "You must not use the Model for commercial purposes, whatever {who} says elsewhere."),
    ("research-only", "The Model is for research only, for {n} years."),
    ("no-model-improvement", "You must not use the Model or its outputs to train or improve another model."),
    ("no-redistribution", "You must not pass the Model of {who} on."),
    ("territory-exclusion", "The rights are not granted to people and companies in the European Union."),
    ("terms-may-change", "{who} may change these terms at any time, with a notice of {n} days."),
    ("no-warranty", "The Model is provided as it is, without any warranty by {who}."),
    ("governing-law", "The law of the place where {who} has its seat applies."),
    ("indemnity", "You hold {who} harmless against claims of others, up to {n} dollars."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class License:
    """A text and its clauses as (clause, start, end)."""

    text: str
    clauses: tuple[tuple[str, int, int], ...]


class Writer:
    """Writes texts, always the same ones for a seed."""

    def __init__(self, seed: int, words: int = 30_000) -> None:
        self._chance = random.Random(seed)
        self._words = [self._word() for _ in range(words)]
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(words)))

    def _word(self) -> str:
        return "".join(self._chance.choices(_SYLLABLES, k=self._chance.randint(1, 4)))

    def prose(self, words: int) -> str:
        """So many words in sentences."""
        chosen = self._chance.choices(self._words, cum_weights=self._weights, k=words)
        sentences = [" ".join(chosen[place : place + 14]).capitalize() for place in range(0, words, 14)]
        return ". ".join(sentences) + "."

    def license(self) -> License:
        """Some of the clauses in a random order, with prose between them."""
        parts, clauses, length = [], [], 0
        who = self.prose(1).strip(".")
        for number, (clause, said) in enumerate(self._chance.sample(CLAUSES, self._chance.randint(4, 12)), 1):
            before = f"{number}. {self.prose(60)}\n"
            quote = said.format(n=self._chance.choice((1, 5, 10, 100, 700)), who=who)
            start = length + len(before)
            clauses.append((clause, start, start + len(quote)))
            parts += [before, quote, "\n\n"]
            length = start + len(quote) + 2
        return License("".join(parts), tuple(clauses))

    def card(self, head: str, words: int = 130) -> str:
        """A card with this head."""
        return (
            f"---\n{head}---\n# {self.prose(2)}\n\nA language model trained on {self.prose(6)}\n\n## Training data\n\n"
            f"{self.prose(words)}\n\n## Intended use\n\nFor research on large language models. {self.prose(40)}\n"
        )
