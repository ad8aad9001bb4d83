"""Where the real texts lie, when they lie beside the checkout: tests that need them skip with a reason elsewhere."""

from pathlib import Path

import pytest

CORPUS = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus"

needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="needs ../shared/corpus, which is not here")
