"""An edition that nobody knows yet is not taken for the one that is known."""

from __future__ import annotations

import pytest

from licenses.identity import identify
from licenses.text import decode
from tests.shared_corpus import CORPUS, needs_corpus

NEWER = [
    ("scancode/gpl-3.0.txt", "Version 3, 29 June 2007", "Version 4, 2 May 2026"),
    ("scancode/apache-2.0.txt", "Version 2.0, January 2004", "Version 3.0, June 2025"),
    ("scancode/epl-2.0.txt", "Eclipse Public License - v 2.0", "Eclipse Public License - v 3.0"),
]


@needs_corpus
@pytest.mark.parametrize(("file", "known", "newer"), NEWER)
def test_a_heading_that_states_another_version_names_no_known_license(file: str, known: str, newer: str) -> None:
    text = decode((CORPUS / "licences" / file).read_bytes())
    assert identify(text).license is not None
    assert known in text
    assert identify(text.replace(known, newer)).license is None
