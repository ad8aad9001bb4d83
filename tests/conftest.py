"""What holds for every test."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from huggingface_hub import set_client_factory
from huggingface_hub.utils._http import default_client_factory
from hypothesis import settings

# The same examples each time, so that a failure is one of the change at hand; LICENSEDRIFT_EXAMPLES=new looks for more.
settings.register_profile("same", derandomize=True)
settings.register_profile("new", derandomize=False)
settings.load_profile(os.environ.get("LICENSEDRIFT_EXAMPLES", "same"))


@pytest.fixture(autouse=True)
def huggingface_hub_as_installed() -> Iterator[None]:
    """A crawler that a test did not close leaves its client behind; the next test must not meet it."""
    yield
    set_client_factory(default_client_factory)
