"""A license made up for the tests: a few of the terms that model licenses have, in words of our own."""

from __future__ import annotations

PARAGRAPHS = (
    "# Example Model License",
    "Version Release Date: March 3, 2025",
    'By downloading the Model you agree to this Agreement. "Model" means the weights of Example One and their'
    " documentation.",
    "1. Grant. We grant you a worldwide, royalty-free license to use, reproduce, modify and distribute the Model"
    " for any purpose, including commercial purposes.",
    "2. Conditions. You must give every recipient a copy of this Agreement. You must state in changed files that"
    " you changed them.",
    "3. Scale. If your products have more than 700 million monthly active users, you must request a license from us"
    " before you use the Model.",
    "4. Uses. You may not use the Model:",
    "(a) to harass or threaten people;",
    "(b) for military purposes;",
    "(c) to give medical advice without review by a professional.",
    '5. Warranty. The Model is provided "as is", without warranty of any kind.',
    "6. Law. This Agreement is governed by the laws of the State of Example.",
    "Questions? Write to legal@example.org or see https://example.org/license.",
)

LICENSE = "\n\n".join(PARAGRAPHS) + "\n"


def changed(old: str, new: str) -> str:
    """The license with one passage replaced, which must be there exactly once."""
    assert LICENSE.count(old) == 1, old
    return LICENSE.replace(old, new)


def without(old: str) -> str:
    """The license with one passage taken out."""
    return changed(old, "")
