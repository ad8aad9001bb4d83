"""Worlds of any size from a seed: invented names, cheap cards, dates spread evenly, and few different texts."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

from demo.git_objects import Commit, File, Tree
from demo.moments import to_ms
from demo.repository import Repository

if TYPE_CHECKING:
    from demo.world import World

LICENSES = ("apache-2.0", "mit", "cc-by-4.0", "cc-by-nc-4.0", "gpl-3.0", "openrail", "other", "")
TASKS = ("text-generation", "text-classification", "image-classification", "automatic-speech-recognition", "")
LANGUAGES = ("en", "de", "fr", "zh", "ar")
SYLLABLES = ["ba", "do", "fe", "gi", "ko", "lu", "ma", "ne", "po", "ri", "sa", "te", "vu", "wa", "xo", "yi"]
FIRST = "You may use this {thing} for any purpose."
SECOND = "You must keep this notice with every copy."
# Every fourth card reports results, as on the Hub: most of the bytes of a list, and nothing that binds anybody.
REPORTING = 4
METRICS = ("accuracy", "f1", "precision", "recall")


def fill(
    world: World,
    *,
    models: int = 0,
    datasets: int = 0,
    spaces: int = 0,
    seed: int = 0,
    authors: int | Sequence[str] | None = None,
    start: str = "2023-01-01",
    end: str = "2025-12-31",
) -> None:
    """Add so many repositories, each made and last changed between `start` and `end`.

    `authors` names the owners, or says how many to invent (else the square root of the number of repositories).
    The same arguments always give the same names, ids, dates and commits.
    """
    dice = random.Random(seed)
    total = models + datasets + spaces
    if not isinstance(authors, Sequence):
        authors = [f"{_word(number)}-lab" for number in range(authors or max(1, math.isqrt(total)))]
    trees = _trees()
    for kind, count in (("models", models), ("datasets", datasets), ("spaces", spaces)):
        begin, length = to_ms(start), to_ms(end) - to_ms(start)
        for number in range(count):
            made = begin + length * number // max(count, 1)
            name = f"{dice.choice(authors)}/{_word(number)}-{number:06d}"
            repository = Repository(kind, name, made)
            # Most are left alone after they are made; a few change until the end.
            changed = made + int((to_ms(end) - made) * dice.random() ** 4)
            tree, owner = dice.choice(trees), name.split("/")[0]
            commit = Commit(tree, date=changed, title="initial commit", author=owner, parent=None)
            repository.heads.add(made, commit)
            downloads = int(dice.paretovariate(0.6))
            repository.change(made, {"downloads": min(downloads, 10**9), "likes": downloads % 97})
            world.repositories[kind].append(repository)
            world._bearers[kind, name].append(repository)


def touch(world: World, *, share: float, date: str, seed: int = 0, kind: str = "models") -> list[str]:
    """Let a share of the repositories get another license on `date`; their names."""
    dice = random.Random(seed)
    names = world.names(kind, date)
    chosen = dice.sample(names, int(len(names) * share))
    for name in chosen:
        license = dice.choice(LICENSES[:-1])
        card, text = f"---\nlicense: {license}\n---\n# Changed\n", f"{license} as a stand-in, changed\n\n{SECOND}\n"
        world.put(kind, name, date=date, files={"README.md": card, "LICENSE": text}, message="Change the license")
    return chosen


def _word(number: int) -> str:
    """A name that can be spoken, another for each number."""
    word = ""
    for _ in range(3):
        number, rest = divmod(number, len(SYLLABLES))
        word += SYLLABLES[rest]
    return word if not number else f"{word}{number}"


def _trees() -> list[Tree]:
    found: list[Tree] = []
    for license in LICENSES:
        for task in TASKS:
            for language in LANGUAGES:
                lines = [f"language: {language}"]
                lines += [f"license: {license}"] if license else []
                lines += [f"pipeline_tag: {task}", "library_name: transformers"] if task else []
                lines += _results(task or "text-generation") if len(found) % REPORTING == 0 else []
                card = "---\n" + "\n".join(lines) + f"\n---\n# An invented model\n\nFor {task or 'study'}.\n"
                files = {".gitattributes": File(b""), "README.md": File(card.encode())}
                if license:
                    text = f"{license} as a stand-in\n\n{FIRST.format(thing=task or 'model')}\n{SECOND}\n"
                    files["LICENSE"] = File(text.encode())
                found.append(Tree(files))
    return found


def _results(task: str) -> list[str]:
    """A `model-index` of one model with two data sets and a few metrics each, as lines of YAML."""
    lines = ["model-index:", "- name: an-invented-model", "  results:"]
    for dataset in ("sparrow-bench", "wren-bench"):
        lines += ["  - task:", f"      type: {task}", f"      name: {task.replace('-', ' ').title()}"]
        lines += [
            "    dataset:",
            f"      name: {dataset}",
            f"      type: {dataset}",
            "      split: test",
            "    metrics:",
        ]
        for place, metric in enumerate(METRICS):
            lines += [f"    - type: {metric}", f"      value: 0.{81 + place}", f"      name: {metric.title()}"]
    return lines
