"""One writer at a time: `flock` on a file beside the archive. A killed refresh leaves no lock behind."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schedules.errors import RefreshError


class Busy(RefreshError):
    """Another refresh runs on this archive (exit 75)."""


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Hold the archive's lock. Raises Busy, naming who holds it, RefreshError if the place cannot be written."""
    path = database.with_name(database.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise RefreshError(f"{path}: {error.strerror}") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
            raise Busy(f"another refresh of {database} runs (process {holder or 'unknown'})") from None
        try:
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        except OSError as error:
            raise RefreshError(f"{path}: {error.strerror}") from error
        yield
    finally:
        os.close(handle)
