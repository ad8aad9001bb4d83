"""How far a sweep of a whole kind has come, kept while it goes on: the next run goes on where it broke off.

Kept in `state`. Of a run that was killed it goes with what that run has staged, since the one is worth nothing without
the other. Of a run that an error ended, what was seen is recorded, and the place stays by itself. All go when a sweep
reaches its end, or when a run begins that does not take up the former one.
"""

from __future__ import annotations

import base64
import zlib

import msgspec

from storage.archive import Archive
from storage.records import Failure
from storage.seen import Seen

PREFIX = "sweep:"
MOST_BITS = 1 << 30  # bytes


class Sweep(msgspec.Struct, frozen=True):
    """One sweep: the run it is of, when this was written, the next page (None: it is done), and who was seen.

    `as_before` and `failures` are those of this sweep alone, as far as no snapshot has told of them.
    """

    run: int
    at: str
    onward: str | None
    head: str | None
    seen: str  # bits by subject id, zlib, base64
    as_before: int
    failures: list[Failure]

    def bits(self) -> bytearray:
        """One bit a subject id."""
        return bytearray(zlib.decompressobj().decompress(base64.b64decode(self.seen), MOST_BITS))


def packed_bits(bits: bytes | bytearray) -> str:
    """Bits as `Sweep.seen` has them."""
    return base64.b64encode(zlib.compress(bits, 1)).decode()


def keep(archive: Archive, watch: str, sweep: Sweep) -> None:
    """Keep how far the sweep of `watch` has come."""
    with archive.writing():
        archive.conn.execute(
            "insert into state values (?, ?) on conflict(name) do update set value = excluded.value",
            (PREFIX + watch, msgspec.json.encode(sweep).decode()),
        )


def kept(archive: Archive, run: int) -> dict[str, Sweep]:
    """The sweeps of a run, by watch."""
    rows = archive.conn.execute("select name, value from state where name >= ? and name < ?", (PREFIX, "sweep;"))
    found = {name.removeprefix(PREFIX): msgspec.json.decode(value, type=Sweep) for name, value in rows.fetchall()}
    return {watch: sweep for watch, sweep in found.items() if sweep.run == run}


def leave(archive: Archive, run: int) -> None:
    """Keep the places where sweeps of a run broke off, with who was recorded in it as seen; forget those at their end.

    At its end is one whose missing ones were looked at too. Called inside the transaction that ends the run.
    """
    ended = {name for (name,) in archive.conn.execute("select name from watch where seen_in = ?", (run,))}
    unfinished = {watch: sweep for watch, sweep in kept(archive, run).items() if watch not in ended}
    forget(archive)
    for watch, sweep in unfinished.items():
        seen = Seen(sweep.bits())
        for (subject,) in archive.conn.execute("select subject from current where seen_in = ?", (run,)):
            seen.add(subject)
        # The snapshot of this run has told of its failures, and counted who was as before.
        said = msgspec.structs.replace(sweep, seen=packed_bits(seen.bits()), as_before=0, failures=[])
        keep(archive, watch, said)


def forget(archive: Archive) -> None:
    """Forget all. Called inside a transaction."""
    archive.conn.execute("delete from state where name >= ? and name < ?", (PREFIX, "sweep;"))
