"""One archive for all tests of the explorer that only look."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.explorer import sample


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample.make(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="session")
def reader(database: Path) -> sample.Reader:
    return sample.Reader(database)
