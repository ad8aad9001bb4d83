"""How far a sweep of a whole kind has come, kept while it goes on: a run that was killed is taken up where it was.

Kept in `state`, together with what the run has staged; both go when a run ends, or when a run begins that does not
take up the former one.
"""

from __future__ import annotations

import base64
import zlib

import msgspec

from storage.archive import Archive
from storage.records import Failure

PREFIX = "sweep:"
MOST_BITS = 1 << 30  # bytes


class Sweep(msgspec.Struct, frozen=True):
    """One sweep: the run it is of, when this was written, the next page (None: it is done), and who was seen.

    `as_before` and `failures` are those of this sweep alone.
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


def forget(archive: Archive) -> None:
    """Forget all. Called inside a transaction."""
    archive.conn.execute("delete from state where name >= ? and name < ?", (PREFIX, "sweep;"))
