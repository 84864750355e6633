"""The originals to look for: hashes of their skeletons, never the values.

Each value of eight bytes and more is kept as two 64-bit numbers and its length, 18 bytes in all:
its eight middle bytes, which tell cheaply where in a text it could stand, and a hash of all of it.
A text matches where both agree; the chance that another text does is below the number of values
over 2^64 for each place tried.

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
from aitransparency.deid.verify.aside import Records
from aitransparency.deid.verify.skeleton import Skeleton

U64 = npt.NDArray[np.uint64]

ANCHOR = 8  # bytes of a value that are compared first
_GROWN = 200_000  # values that may wait before those that repeat are taken out
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
        10 to 23: 16 bits and more for each number, 64 MB at most.
    places
        uint8 (256,): for each byte a bit for every place, of the eight of a number, where some
        number has it; the lowest byte of a number is the first place.
    """

    table: U64
    bits: int
    places: Bytes

    @classmethod
    def sized(cls, count: int) -> Filter:
        """Return an empty filter for so many numbers."""
        bits = int(np.clip(np.ceil(np.log2(count / 4 + 1)), 10, 23))
        return cls(np.zeros(1 << bits, np.uint64), bits, np.zeros(256, np.uint8))

    @classmethod
    def of(cls, numbers: U64) -> Filter:
        """Build the filter of some numbers."""
        made = cls.sized(len(numbers))
        made.add(numbers)
        return made

    def add(self, numbers: U64) -> None:
        """Let more numbers pass."""
        if pays(8 * len(numbers)):
            from aitransparency.deid.verify import kernels

            kernels.fill(self.table, self.bits, self.places, numbers)
            return
        np.bitwise_or.at(self.table, *self._slots(numbers))
        cells = np.ascontiguousarray(numbers, "<u8").view(np.uint8).reshape(-1, 8)
        for place in range(8):
            self.places[np.unique(cells[:, place])] |= np.uint8(1 << place)

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
    lengths
        int64 (m,), how long values are, at most `_LENGTHS`.
    anchors
        Whether a number can be the middle bytes of a value.
    pairs
        Whether `paired` middle bytes and length can be those of a value.
    """

    hashes: U64
    certain: npt.NDArray[np.bool_]
    lengths: Ints
    anchors: Filter
    pairs: Filter

    @property
    def count(self) -> int:
        """How many values there are."""
        return len(self.hashes)


def paired(anchors: U64, lengths: Any) -> U64:  # a number or an array
    """Return one number for middle bytes and a length, uint64 (m,)."""
    return anchors ^ (np.asarray(lengths).astype(np.uint64) * _K1)


@dataclass(frozen=True, slots=True)
class _Values:
    """Hashes and anchors, uint64 (n,), and lengths with `_NAMED` for names, uint16 (n,)."""

    hashes: U64
    anchors: U64
    marks: npt.NDArray[np.uint16]

    def __len__(self) -> int:
        return len(self.hashes)

    def take(self, index: Any) -> _Values:  # positions or a slice
        return _Values(self.hashes[index], self.anchors[index], self.marks[index])

    @classmethod
    def empty(cls, size: int) -> _Values:
        return cls(np.empty(size, np.uint64), np.empty(size, np.uint64), np.empty(size, np.uint16))

    @classmethod
    def concat(cls, parts: list[_Values]) -> _Values:
        return cls(
            np.concatenate([part.hashes for part in parts]),
            np.concatenate([part.anchors for part in parts]),
            np.concatenate([part.marks for part in parts]),
        )


class Originals:
    """Values as they come in, batch by batch."""

    def __init__(self) -> None:
        self._parts: list[_Values] = []  # may repeat
        self._waiting = 0
        self._held = _Values.empty(0)  # the first `_count` are distinct values
        self._count = 0
        self._slots = np.empty(0, np.int32)  # where hashes stand in `_held`; empty if not known

    def add(self, made: Skeleton, rows: Ints | None = None, *, certain: bool = True) -> None:
        """Take in skeletons of at least `ANCHOR` bytes; repeated ones cost nothing."""
        rows = np.arange(len(made)) if rows is None else rows
        if not len(rows):
            return
        start = made.offsets[rows]
        lengths = np.minimum(made.offsets[rows + 1] - start, _LENGTHS)
        marks = lengths.astype(np.uint16) | np.uint16(0 if certain else _NAMED)
        anchors = made.words[start + (lengths - ANCHOR) // 2]
        self._take(_Values(hash_pieces(made.data, start, lengths), anchors, marks))

    def add_all(self, other: Originals) -> None:
        """Take in what others hold."""
        for part in other._parts:
            self._take(part)
        if other._count:
            self._take(other._held.take(slice(other._count)))

    def _take(self, part: _Values) -> None:
        self._parts.append(part)
        self._waiting += len(part)
        if self._waiting > _GROWN:
            self._compact()

    def distinct(self) -> int:
        """Return how many values are held, each counted once."""
        self._compact()
        return self._count

    def _compact(self) -> None:
        """Take out what repeats; a value that is certain somewhere is certain."""
        parts, self._parts, self._waiting = self._parts, [], 0
        if not parts:
            return
        if pays(8 * (self._count + sum(map(len, parts)))):
            for part in parts:
                self._insert(part)
            return
        together = _Values.concat([self._held.take(slice(self._count)), *parts])
        order = np.lexsort((together.marks, together.hashes))
        self._held = together.take(order[is_first(together.hashes[order])])
        self._count = len(self._held)
        self._slots = np.empty(0, np.int32)

    def _insert(self, part: _Values) -> None:
        from aitransparency.deid.verify import kernels

        most = self._count + len(part)
        if most > len(self._held):
            grown = _Values.empty(max(most, 2 * self._count))
            old = self._held.take(slice(self._count))
            grown.hashes[: len(old)] = old.hashes
            grown.anchors[: len(old)] = old.anchors
            grown.marks[: len(old)] = old.marks
            self._held = grown
        if 3 * most > 2 * len(self._slots):
            self._slots = np.full(1 << int(np.ceil(np.log2(2 * most + 1))), -1, np.int32)
            kernels.place(self._held.hashes, self._count, self._slots)
        self._count = kernels.insert(*_arrays(part), *_arrays(self._held), self._count, self._slots)

    def records(self) -> Records:
        """Return the values as records to be set aside, `ORIGINAL` (count,)."""
        self._compact()
        made = np.empty(self._count, ORIGINAL)
        held = self._held.take(slice(self._count))
        made["hash"], made["anchor"], made["mark"] = _arrays(held)
        return made

    @classmethod
    def of(cls, records: Records) -> Originals:
        """Return the values of records, which may repeat."""
        made, names = cls(), ("hash", "anchor", "mark")
        made._take(_Values(*(np.ascontiguousarray(records[name]) for name in names)))
        return made

    def sealed(self) -> Sealed:
        """Return the values, sorted."""
        self._compact()
        held = self._held.take(slice(self._count))
        named, lengths = held.marks >= _NAMED, held.marks & np.uint16(_NAMED - 1)
        hashes = np.sort(held.hashes)
        certain = np.ones(len(hashes), np.bool_)
        certain[np.searchsorted(hashes, held.hashes[named])] = False
        return Sealed(
            hashes,
            certain,
            np.flatnonzero(np.bincount(lengths)),
            Filter.of(held.anchors),
            Filter.of(paired(held.anchors, lengths)),
        )


_NAMED = 1 << 15
ORIGINAL = np.dtype([("hash", "<u8"), ("anchor", "<u8"), ("mark", "<u2")])


def lengths_of(records: Records) -> U64:
    """Return the lengths of the values of records, uint64 (m,)."""
    return (records["mark"] & np.uint16(_NAMED - 1)).astype(np.uint64)


def _arrays(values: _Values) -> tuple[U64, U64, npt.NDArray[np.uint16]]:
    return values.hashes, values.anchors, values.marks


def is_first(ordered: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:  # numbers or structures
    """Return where a sorted array holds a value for the first time, bool (n,)."""
    new = np.ones(len(ordered), np.bool_)
    new[1:] = ordered[1:] != ordered[:-1]
    return new
