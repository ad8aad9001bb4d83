"""The fingerprints that are shipped, `licenses/fingerprints.bin`: read, and written by benchmarks/fingerprints.py.

The file: eight bytes of magic and version; the length of a header as a little-endian 32-bit number; the header, JSON
under zstd, with [license, edition, title in words, size, turning words, bytes] for each reference, and the lengths of
the three arrays of the index; the index under zstd (keys, their counts, positions of references); the references'
shingles.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import zstandard

from licenses.identity.reference import Library, Reference, index_keys

MAGIC = b"LDPRINT1"
FILE = Path(__file__).parent.parent / "fingerprints.bin"


@cache
def shipped_library() -> Library:
    """The shipped references. Raises ValueError if the file is damaged, OSError if it is missing."""
    return load(FILE.read_bytes())


def dump(references: Sequence[Reference]) -> bytes:
    """The file of these references. The same references give the same bytes with the same zstd."""
    index: dict[int, list[int]] = {}
    for at, reference in enumerate(references):
        for key in index_keys(reference.shingles, reference.size):
            index.setdefault(key, []).append(at)
    keys = sorted(index)
    steps = array("I", (one - before for before, one in zip([0, *keys], keys, strict=False)))
    counts = array("H", (len(index[key]) for key in keys))
    positions = array("H", (at for key in keys for at in index[key]))
    rows = [[r.license, r.edition, " ".join(r.title), r.size, r.turns, len(r.packed)] for r in references]
    packer = zstandard.ZstdCompressor(level=19)
    packed = packer.compress(b"".join(_little(part) for part in (steps, counts, positions)))
    header = packer.compress(msgspec.json.encode([rows, len(keys), len(positions), len(packed)]))
    return b"".join(
        [MAGIC, len(header).to_bytes(4, "little"), header, packed, *(reference.packed for reference in references)]
    )


def load(content: bytes) -> Library:
    """The library of a file's bytes. Raises ValueError if they are not such a file."""
    if content[:8] != MAGIC:
        raise ValueError("no fingerprints of this version: build them anew (docs/extending-licenses.md)")
    at = 12 + int.from_bytes(content[8:12], "little")
    unpacker = zstandard.ZstdDecompressor()
    try:
        rows, keys, positions, packed = msgspec.json.decode(unpacker.decompress(content[12:at]))
        index = _index(unpacker.decompress(content[at : at + packed]), keys, positions)
    except (zstandard.ZstdError, ValueError) as error:
        raise ValueError(f"damaged fingerprints: {error}") from error
    at += packed
    references = []
    for license_id, edition, title, size, turning, length in rows:
        packed_shingles = content[at : at + length]
        references.append(Reference(license_id, edition, tuple(title.split()), size, turning, packed_shingles))
        at += length
    return Library(references, index)


def _index(content: bytes, keys: int, positions: int) -> dict[int, Sequence[int]]:
    steps, counts, held = array("I"), array("H"), array("H")
    steps.frombytes(content[: 4 * keys])
    counts.frombytes(content[4 * keys : 6 * keys])
    held.frombytes(content[6 * keys : 6 * keys + 2 * positions])
    for part in (steps, counts, held):
        _little(part)
    index: dict[int, Sequence[int]] = {}
    key = start = 0
    places = held.tolist()
    for step, count in zip(steps, counts, strict=True):
        key += step
        index[key] = places[start : start + count]
        start += count
    return index


def _little(part: array[Any]) -> bytes:
    """Little-endian bytes of an array; on a big-endian machine the array is turned in place."""
    if sys.byteorder == "big":
        part.byteswap()
    return part.tobytes()
