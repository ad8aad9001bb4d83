"""The upkeep of `[schedule]`: the archive is put in order and copied, by the daemon or by `schedule --upkeep`."""

from __future__ import annotations

from pathlib import Path

from schedules.clock import now
from schedules.configuration import Config
from schedules.lock import locked
from storage.archive import Archive
from storage.upkeep import copy_to, optimize


def upkeep(config: Config, database: Path) -> str:
    """Put in order, then copy if a folder for copies is named; says what was done.

    Raises lock.Busy, ArchiveError, OSError. The copy is taken without the lock: refreshes may go on meanwhile.
    """
    with locked(database), Archive.open(database) as archive:
        dropped = optimize(archive, now())
    said = f"upkeep: in order, {dropped:,} old captures dropped"
    if config.schedule.backup_folder:
        with Archive.read(database) as archive:
            folder = Path(config.database).parent / config.schedule.backup_folder
            copy = copy_to(archive, folder, config.schedule.keep_backups, now())
        said += f", copied to {copy}"
    return said
