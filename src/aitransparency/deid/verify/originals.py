"""The originals to look for: hashes of their skeletons, never the values.

Each value of eight bytes and more is kept as two 64-bit numbers: its eight middle bytes, which
tell cheaply where in a text it could stand, and a hash of all of it. Sixteen bytes a value, so ten
million people with three identifiers take about half a gigabyte. A text matches where both agree;
the chance that another text does is below the number of values over 2^64 for each place tried.

>>> from aitransparency.deid.verify.skeleton import skeleton
>>> from aitransparency.deid.column import TextColumn
>>> known = Originals()
>>> known.add(skeleton(TextColumn.from_strings(["13800138000"])))
>>> known.sealed().count
1
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Bytes, Ints
from aitransparency.deid.compiled import pays
from aitransparency.deid.verify.skeleton import Skeleton

U64 = npt.NDArray[np.uint64]

ANCHOR = 8  # bytes of a value that are compared first
_GROWN = 4_000_000  # numbers that may wait before duplicates are taken out
_K0, _K1 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
_FACTORS = (_K0, np.uint64(0xC2B2AE3D27D4EB4F))
_CHUNK = 1 << 17  # words tried at a time; temporaries stay in the cache
_LENGTHS = 512  # values longer than this are known by their first bytes


def hash_pieces(data: Bytes, start: Ints, length: Ints) -> U64:
    """Return a 64-bit hash of pieces, uint64 (m,).

    Parameters
    ----------
    data
        uint8, with eight bytes of slack behind the last piece.
    start, length
        int64 (m,).
    """
    hashed = np.empty(len(start), np.uint64)
    if pays(int(length.sum())):
        from aitransparency.deid.verify import kernels

        words = np.ndarray((max(len(data) - 7, 0),), "<u8", data.data, 0, (1,))
        kernels.hashes(words, start, length, hashed)
        return hashed
    for one in np.flatnonzero(np.bincount(length)):
        here = np.flatnonzero(length == one)
        hashed[here] = _hash_equal(data, start[here], int(one))
    return hashed


def _hash_equal(data: Bytes, start: Ints, length: int) -> U64:
    words = -(-length // 8)
    cells = np.zeros((len(start), words * 8), np.uint8)
    cells[:, :length] = data[start[:, None] + np.arange(length)]
    hashed = np.full(len(start), length, np.uint64) * _K0  # arrays wrap without a warning
    for column in cells.view("<u8").T:
        hashed ^= column
        hashed *= _K1
        hashed ^= hashed >> np.uint64(29)
    hashed *= _K0
    return hashed ^ (hashed >> np.uint64(32))


def hash_rows(made: Skeleton, rows: Ints | None = None) -> U64:
    """Return the hash of whole skeletons, uint64 (m,), of all rows or of the given ones."""
    rows = np.arange(len(made)) if rows is None else rows
    return hash_pieces(made.data, made.offsets[rows], np.minimum(made.lengths()[rows], _LENGTHS))


@dataclass(frozen=True, slots=True)
class Filter:
    """A Bloom filter of 64-bit numbers whose two bits stand in one word.

    Bloom, CACM 13(7), 1970; in blocks after Putze, Sanders and Singler, JEA 14, 2009.

    Parameters
    ----------
    table
        uint64 (2^bits,).
    bits
        10 to 22: 16 bits for each number, 32 MB at most.
    """

    table: U64
    bits: int

    @classmethod
    def of(cls, numbers: U64) -> Filter:
        """Build the filter of some numbers."""
        bits = int(np.clip(np.ceil(np.log2(len(numbers) / 4 + 1)), 10, 22))
        made = cls(np.zeros(1 << bits, np.uint64), bits)
        if pays(8 * len(numbers)):
            from aitransparency.deid.verify import kernels

            kernels.fill(made.table, bits, numbers)
        else:
            np.bitwise_or.at(made.table, *made._slots(numbers))
        return made

    def _slots(self, numbers: U64) -> tuple[npt.NDArray[np.int64], U64]:
        slot = ((numbers * _FACTORS[0]) >> np.uint64(64 - self.bits)).view(np.int64)
        other = numbers * _FACTORS[1]
        one = np.uint64(1)
        bits = one << (other >> np.uint64(58)) | one << (other >> np.uint64(52) & np.uint64(63))
        return slot, bits

    def passing(self, words: U64, count: int, mask: np.uint64) -> Ints:
        """Return which of the first `count` words, masked, can be among the numbers."""
        found: list[Ints] = []
        if not pays(count):
            for first in range(0, count, _CHUNK):
                slot, bits = self._slots(words[first : min(first + _CHUNK, count)] & mask)
                found.append(np.flatnonzero(self.table[slot] & bits == bits) + first)
            return np.concatenate([np.empty(0, np.int64), *found])
        from aitransparency.deid.verify import kernels

        place = 0
        while place < count:
            part = np.empty(max(1 << 12, (count - place) // 16), np.int64)
            many, place = kernels.passing(self.table, self.bits, words, count, mask, part, place)
            found.append(part[:many])
        return np.concatenate([np.empty(0, np.int64), *found])


@dataclass(frozen=True, slots=True)
class Sealed:
    """Originals ready to be searched for.

    Parameters
    ----------
    hashes
        uint64 (count,), sorted.
    certain
        bool (count,): a text that holds the value holds an original. Else it holds a name, which
        may be a word of the text as well.
    anchors, anchor_lengths
        uint64 and int64 (m,), sorted by anchor: the middle bytes of values, and how long the
        values are that have them.
    filter
        Whether a number can be among the anchors.
    """

    hashes: U64
    certain: npt.NDArray[np.bool_]
    anchors: U64
    anchor_lengths: Ints
    filter: Filter

    @property
    def count(self) -> int:
        """How many values there are."""
        return len(self.hashes)


class Originals:
    """Values as they come in, batch by batch."""

    def __init__(self) -> None:
        self._hashes: dict[bool, list[U64]] = {True: [], False: []}
        self._pairs: list[npt.NDArray[Any]] = []  # anchor and length, a structured array
        self._waiting = 0
        self._sorted = 0

    @property
    def held(self) -> int:
        """How many values are held, those that repeat counted more than once."""
        return self._sorted + self._waiting

    def add(self, made: Skeleton, rows: Ints | None = None, *, certain: bool = True) -> None:
        """Take in skeletons of at least `ANCHOR` bytes; repeated ones cost nothing."""
        rows = np.arange(len(made)) if rows is None else rows
        if not len(rows):
            return
        hashed = hash_rows(made, rows)
        lengths = np.minimum(made.lengths()[rows], _LENGTHS)
        pairs = np.empty(len(rows), _PAIR)
        pairs["anchor"] = made.words[made.offsets[rows] + (lengths - ANCHOR) // 2]
        pairs["length"] = lengths
        self._hashes[certain].append(hashed)
        self._pairs.append(pairs)
        self._grow(len(rows))

    def add_all(self, other: Originals) -> None:
        """Take in what others hold."""
        for certain, parts in other._hashes.items():
            self._hashes[certain].extend(parts)
        self._pairs.extend(other._pairs)
        self._grow(other.held)

    def _grow(self, count: int) -> None:
        self._waiting += count
        if self._waiting > max(_GROWN, self._sorted // 2):
            self._compact()

    def distinct(self) -> int:
        """Return how many values are held, each counted once."""
        self._compact()
        return self._sorted

    def _compact(self) -> None:
        if not self._waiting:
            return
        for certain, parts in self._hashes.items():
            self._hashes[certain] = [_distinct(np.concatenate(parts))] if parts else []
        self._pairs = [_unique_pairs(np.concatenate(self._pairs))] if self._pairs else []
        self._waiting = 0
        self._sorted = sum(len(part) for parts in self._hashes.values() for part in parts)

    def dumps(self) -> bytes:
        """Return what is held as bytes; they say as much as the values do."""
        self._compact()
        parts = [_together(self._hashes[True]), _together(self._hashes[False])]
        pairs = self._pairs[0] if self._pairs else np.empty(0, _PAIR)
        sizes = np.array([len(parts[0]), len(parts[1]), len(pairs)], "<u8")
        return b"".join(one.tobytes() for one in (sizes, *parts, pairs))

    @classmethod
    def loads(cls, data: bytes) -> Originals:
        """Read what `dumps` wrote."""
        sure, named, _ = np.frombuffer(data, "<u8", 3).tolist()
        hashes = np.frombuffer(data, "<u8", sure + named, 24)
        made = cls()
        made._hashes = {True: [hashes[:sure]], False: [hashes[sure:]]}
        made._pairs = [np.frombuffer(data, _PAIR, -1, 24 + 8 * (sure + named))]
        made._sorted = sure + named
        return made

    def sealed(self) -> Sealed:
        """Return the values, sorted."""
        self._compact()
        sure, named = _together(self._hashes[True]), _together(self._hashes[False])
        hashes = _distinct(np.concatenate([sure, named]))
        certain = np.zeros(len(hashes), np.bool_)
        certain[np.searchsorted(hashes, sure)] = True
        pairs = self._pairs[0] if self._pairs else np.empty(0, _PAIR)
        anchors = np.ascontiguousarray(pairs["anchor"])
        return Sealed(
            hashes, certain, anchors, pairs["length"].astype(np.int64), Filter.of(anchors)
        )


_PAIR = np.dtype([("anchor", "<u8"), ("length", "<u2")])


def _together(parts: list[U64]) -> U64:
    return np.concatenate([np.empty(0, np.uint64), *parts])


def is_first(ordered: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:  # numbers or structures
    """Return where a sorted array holds a value for the first time, bool (n,)."""
    new = np.ones(len(ordered), np.bool_)
    new[1:] = ordered[1:] != ordered[:-1]
    return new


def _distinct(numbers: U64) -> U64:
    numbers = np.sort(numbers)  # np.unique goes by way of a hash table and is slower
    return numbers[is_first(numbers)]


def _unique_pairs(pairs: npt.NDArray[Any]) -> npt.NDArray[Any]:  # structured
    pairs = pairs[np.argsort(pairs["anchor"], kind="stable")]  # some pairs may stay twice
    return pairs[is_first(pairs)]
