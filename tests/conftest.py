"""What holds for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from huggingface_hub import set_client_factory
from huggingface_hub.utils._http import default_client_factory


@pytest.fixture(autouse=True)
def huggingface_hub_as_installed() -> Iterator[None]:
    """A crawler that a test did not close leaves its client behind; the next test must not meet it."""
    yield
    set_client_factory(default_client_factory)
