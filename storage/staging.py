"""What a run saw and has not recorded yet: in the table `pending`, a batch a row, compressed.

Of a subject seen twice in a run the newest counts. That is rare, so it costs little where it does not happen: a
filter (two bits a subject) tells who was surely not there before; whoever perhaps was gets a row of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import zstandard

from storage.archive import Archive
from storage.filter import Filter
from storage.records import Observation
from storage.state import packed

_encoder = msgspec.msgpack.Encoder()
_one = msgspec.msgpack.Decoder(Observation)
_batch = msgspec.msgpack.Decoder(list[Observation])
BATCH = b"batch:"  # no key of a subject begins so: those begin with its kind
LEVEL = 1  # written once, read once, soon after
SEEN_BITS = 27  # 16 MB: of 3 million subjects, 1 in 400 is taken for one that was there before
AGAIN_BITS = 20  # who is in there is looked for in the table, however many there are
_CHUNK = 500
_MOST_BATCH = 1 << 30  # bytes; a batch is a thousand rows


class Staging:
    """The staging of one run. `count` says how many subjects it holds (exact once it was read)."""

    def __init__(self) -> None:
        self.count = 0
        self._batches = 0
        self._seen: Filter | None = None
        self._again: Filter | None = None

    def put(self, archive: Archive, run: int, observations: Sequence[Observation]) -> None:
        """Put observations aside, in one transaction."""
        fresh: list[Observation] = []
        again: list[tuple[bytes, Observation]] = []
        for one in observations:
            if self._perhaps_there(one):
                again.append((key(one), one))
                self._once_more(one)
            else:
                fresh.append(one)
        self._batches += 1
        self.count += len(observations)
        with archive.writing():
            if fresh:
                body = zstandard.compress(_encoder.encode(fresh), LEVEL)
                row = (BATCH + b"%09d" % self._batches, run, "", body)
                archive.conn.execute("insert into pending (key, run, modified, body) values (?, ?, ?, ?)", row)
            archive.conn.executemany(
                "insert into pending (key, run, modified, body) values (?, ?, ?, ?) on conflict(key) do update"
                " set modified = excluded.modified, body = excluded.body where excluded.modified >= modified",
                ((name, run, one.facts.last_modified or "", _encoder.encode(one)) for name, one in again),
            )

    def adopt(self, archive: Archive, former: int, run: int) -> None:
        """Take over what a former run has put aside. Called inside a transaction."""
        archive.conn.execute("update pending set run = ? where run = ?", (run, former))
        for name, body in archive.conn.execute("select key, body from pending order by key"):
            if not name.startswith(BATCH):
                one = _one.decode(body)
                self._perhaps_there(one)
                self._once_more(one)
                self.count += 1
                continue
            self._batches = int(name.removeprefix(BATCH))
            for one in _batch.decode(zstandard.decompress(body, max_output_size=_MOST_BATCH)):
                self._perhaps_there(one)
                self.count += 1

    def _perhaps_there(self, one: Observation) -> bool:
        """Whether the subject may have been put before; remembers it."""
        if self._seen is None:
            self._seen = Filter(SEEN_BITS)
        return self._seen.add(_identity(one))

    def _once_more(self, one: Observation) -> None:
        """Remember a subject that has a row of its own."""
        if self._again is None:
            self._again = Filter(AGAIN_BITS)
        self._again.add(_identity(one))

    def read(self, archive: Archive, run: int) -> Iterator[Observation]:
        """Everything that was put, each subject once: as it was put last, unless that was older."""
        self.count = 0
        query = "select key, body from pending where run = ? and key >= ? and key < ? order by key"
        for _, body in archive.conn.execute(query, (run, BATCH, b"batch;")):
            batch = _batch.decode(zstandard.decompress(body, max_output_size=_MOST_BATCH))
            replaced = self._replaced(archive, batch)
            for one in batch:
                if not replaced or key(one) not in replaced:
                    self.count += 1
                    yield one
        query = "select body from pending where run = ? and not (key >= ? and key < ?) order by rowid"
        for (body,) in archive.conn.execute(query, (run, BATCH, b"batch;")):
            self.count += 1
            yield _one.decode(body)

    def _replaced(self, archive: Archive, batch: Sequence[Observation]) -> set[bytes]:
        """The keys of those that were seen again later and not older; an older sight is dropped."""
        replaced: set[bytes] = set()
        if self._again is None:
            return replaced
        mine = {key(one): one.facts.last_modified or "" for one in batch if _identity(one) in self._again}
        names = list(mine)
        for start in range(0, len(names), _CHUNK):
            part = names[start : start + _CHUNK]
            marks = ", ".join("?" * len(part))
            query = f"select key, modified from pending where key in ({marks})"
            for name, modified in archive.conn.execute(query, part).fetchall():
                if modified >= mine[name]:
                    replaced.add(name)
                else:
                    archive.conn.execute("delete from pending where key = ?", (name,))
        return replaced


def key(seen: Observation) -> bytes:
    """Kind and identity of a subject."""
    identity = packed(seen.hub_id) or seen.name.encode("utf-8", "replace")
    return seen.kind.encode() + b":" + identity


def _identity(seen: Observation) -> tuple[str, str]:
    """The same, quicker to make."""
    return seen.kind, seen.hub_id or seen.name
