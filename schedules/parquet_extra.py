"""The extra that reads and writes Parquet; commands that need it say so before they begin."""

from __future__ import annotations

import click


def needs_parquet(what: str) -> None:
    """Raises click.UsageError, saying what to install, where pyarrow is not."""
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise click.UsageError(f"{what} needs pyarrow: pip install 'licensedrift[parquet]'") from error
