"""Bytes by their SHA-256, compressed: each alone with zstd, or against the bytes that they follow.

A page or a license that changes a little costs its difference only: the former bytes serve zstd as a raw-content
dictionary (the same trick as `zstd --patch-from`). Chains are kept short, since reading walks them.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import OrderedDict

import zstandard

PLAIN, ZSTD, DELTA = 0, 1, 2
LEVEL = 19  # texts are small and written once; reading costs the same at every level
MAX_DEPTH = 32
MAX_BLOB = 256 * 1024 * 1024
CACHE_BYTES = 16 * 1024 * 1024


class DamagedBlob(Exception):
    """Stored bytes that cannot be read back, or whose hash is not theirs."""


def sha256(content: bytes) -> bytes:
    """The 32 bytes of SHA-256."""
    return hashlib.sha256(content).digest()


class BlobStore:
    """The table `blob`. Ids are row ids; nothing is ever updated or deleted."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self.conn = conn
        self._cache: OrderedDict[int, bytes] = OrderedDict()
        self._cached_bytes = 0

    def find(self, digest: bytes) -> int | None:
        """The id of the bytes with this SHA-256, or None."""
        row = self.conn.execute("select id from blob where sha256 = ?", (digest,)).fetchone()
        return int(row[0]) if row else None

    def put(self, content: bytes, after: int | None = None) -> int:
        """Store `content` once; `after` is the id of bytes that it probably resembles. Returns its id."""
        digest = sha256(content)
        known = self.find(digest)
        if known is not None:
            return known
        codec, base, depth, data = self._encode(content, after)
        cursor = self.conn.execute(
            "insert into blob (sha256, size, codec, base, depth, data) values (?, ?, ?, ?, ?, ?)",
            (digest, len(content), codec, base, depth, data),
        )
        return int(cursor.lastrowid or 0)

    def get(self, blob_id: int) -> bytes:
        """The bytes with this id. Raises DamagedBlob if they are gone or do not decompress."""
        if blob_id in self._cache:
            self._cache.move_to_end(blob_id)
            return self._cache[blob_id]
        content = self._decode(blob_id)
        self._remember(blob_id, content)
        return content

    def digest(self, blob_id: int) -> bytes:
        """The SHA-256 of the bytes with this id. Raises DamagedBlob if there are none."""
        row = self.conn.execute("select sha256 from blob where id = ?", (blob_id,)).fetchone()
        if row is None:
            raise DamagedBlob(f"blob {blob_id} is not in the archive")
        return bytes(row[0])

    def by_hash(self, digest: bytes) -> bytes | None:
        """The bytes with this SHA-256, or None if they are not here."""
        blob_id = self.find(digest)
        return None if blob_id is None else self.get(blob_id)

    def _encode(self, content: bytes, after: int | None) -> tuple[int, int | None, int, bytes]:
        alone = zstandard.ZstdCompressor(level=LEVEL, write_content_size=True).compress(content)
        best: tuple[int, int | None, int, bytes] = (ZSTD, None, 0, alone)
        if len(alone) >= len(content):
            best = (PLAIN, None, 0, content)
        if after is None:
            return best
        depth = int(self.conn.execute("select depth from blob where id = ?", (after,)).fetchone()[0]) + 1
        if depth > MAX_DEPTH:
            return best
        delta = _against(self.get(after), len(content)).compress(content)
        # A delta has to earn the second read that it costs.
        return (DELTA, after, depth, delta) if len(delta) < 0.7 * len(best[3]) else best

    def _decode(self, blob_id: int) -> bytes:
        row = self.conn.execute("select codec, base, size, data from blob where id = ?", (blob_id,)).fetchone()
        if row is None:
            raise DamagedBlob(f"blob {blob_id} is not in the archive")
        codec, base, size, data = row
        if codec == PLAIN:
            return bytes(data)
        try:
            if codec == DELTA:
                dictionary = zstandard.ZstdCompressionDict(self.get(base), dict_type=zstandard.DICT_TYPE_RAWCONTENT)
                return zstandard.ZstdDecompressor(dict_data=dictionary).decompress(
                    data, max_output_size=min(max(size, 1), MAX_BLOB)
                )
            return zstandard.ZstdDecompressor().decompress(data, max_output_size=min(max(size, 1), MAX_BLOB))
        except zstandard.ZstdError as error:
            raise DamagedBlob(f"blob {blob_id} does not decompress: {error}") from error

    def _remember(self, blob_id: int, content: bytes) -> None:
        self._cache[blob_id] = content
        self._cached_bytes += len(content)
        while self._cached_bytes > CACHE_BYTES and len(self._cache) > 1:
            _, dropped = self._cache.popitem(last=False)
            self._cached_bytes -= len(dropped)


def _against(base: bytes, size: int) -> zstandard.ZstdCompressor:
    dictionary = zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    # The window must span base and content, else the far end of a long base is out of reach.
    window = max(10, min(27, (len(base) + size).bit_length()))
    parameters = zstandard.ZstdCompressionParameters.from_level(
        LEVEL, window_log=window, write_content_size=True, enable_ldm=size > 256 * 1024
    )
    return zstandard.ZstdCompressor(dict_data=dictionary, compression_params=parameters)
