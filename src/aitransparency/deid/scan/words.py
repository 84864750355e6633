"""The words around a candidate: which is nearest, and does it stand right before.

A label is a word such as 手机号 or "card no." with the set of entities it can name, as a bit mask.
The nearest label at most `BEFORE` bytes before a candidate decides; where there is none, labels at
most `AFTER` bytes behind it count in its favour only, for what follows may belong to the next
number. A label is direct when nothing but a few characters of the same clause stands between.

A label that names no entity (订单号, 金额, ...) has the mask `CONTRARY`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Bytes, Ints, eights, translated, windows
from aitransparency.deid.scan.runs import is_letter
from aitransparency.deid.scan.text import EDGE, ScanText, members

BEFORE = 36  # bytes; twelve Chinese characters
AFTER = 18
DIRECT = 12  # bytes between a direct label and its candidate
CONTRARY = 1 << 62
_LONGEST = 24  # bytes of the longest label
_STEP = 1 << 14

_ENDS_ONE = members(b",;\n" + bytes([EDGE]))
_ENDS_FULL_WIDTH = members(bytes(mark.encode()[2] for mark in "，；！？"))
_ENDS_CJK = members(bytes(mark.encode()[2] for mark in "。、"))
ENDS = _ENDS_ONE * np.uint8(1) + _ENDS_FULL_WIDTH * np.uint8(2) + _ENDS_CJK * np.uint8(4)
_LOWER = np.arange(256, dtype=np.uint8)
_LOWER[65:91] += 32
_LOWER.flags.writeable = False

_SEEDS = tuple(np.uint64(0x9E3779B97F4A7C15 + 2 * step) for step in range(1000))
_COVERS = tuple(
    tuple(np.frombuffer((b"\xff" * length).rjust(_LONGEST, b"\0"), np.uint64))
    for length in range(_LONGEST + 1)
)
_LONG = 6  # bytes
_SHORT = np.uint32(0b111000)
_INSIDE = ~members(bytes([EDGE]))

Masks = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]


class Around(NamedTuple):
    """What the words say about m candidates.

    Parameters
    ----------
    before
        uint64 (m,), mask of the nearest label before, 0 where there is none.
    direct
        bool (m,), whether it stands right before.
    after
        uint64 (m,), mask of all labels behind.
    """

    before: Masks
    direct: Mask
    after: Masks


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Labels, ready to be looked up by their ends.

    Parameters
    ----------
    parts
        Three uint64 (words,): the bytes of each word, aligned at the right, zeros before.
    mask
        uint64 (words,), the mask of each word.
    ascii
        bool (words,), whether a word is of letters, which must not run on.
    tails
        uint32 (65536,), at the hash of the last three bytes of every word a bit, that of its length
        where it is shorter than six bytes and the lowest otherwise.
    long_tails
        uint32 (65536,), at the hash of the last six bytes the bit of the length.
    slots
        int16 (65536,), at the hash of every word its number, -1 elsewhere. No two share a hash.
    seed
        The factor of the hash of whole words.
    """

    parts: tuple[Masks, Masks, Masks]
    mask: Masks
    ascii: Mask
    tails: npt.NDArray[np.uint32]
    long_tails: npt.NDArray[np.uint32]
    slots: npt.NDArray[np.int16]
    seed: np.uint64

    @classmethod
    def of(cls, labels: Mapping[str, int]) -> Vocabulary:
        """Build from words of 3 to 24 bytes and the mask of each."""
        encoded = {word.lower().encode(): mask for word, mask in labels.items()}
        order = sorted(encoded)
        for word in order:
            if not 3 <= len(word) <= _LONGEST:
                raise ValueError(f"label {word.decode()!r} must have 3 to {_LONGEST} bytes")
        padded = np.frombuffer(b"".join(word.rjust(_LONGEST, b"\0") for word in order), np.uint64)
        first, second, third = padded.reshape(-1, 3).T.copy()
        lengths = np.array([len(word) for word in order], np.uint32)
        bits = np.uint32(1) << lengths
        long = lengths >= _LONG
        tails, long_tails = np.zeros(1 << 16, np.uint32), np.zeros(1 << 16, np.uint32)
        ends = (third >> np.uint64(40)).astype(np.uint32)
        np.bitwise_or.at(tails, _hash(ends), np.where(long, np.uint32(1), bits))
        np.bitwise_or.at(long_tails, _long_hash(third[long]), bits[long])
        slots = np.full(1 << 16, -1, np.int16)
        parts = first, second, third
        seed = next(seed for seed in _SEEDS if len(set(_slot(parts, seed).tolist())) == len(order))
        slots[_slot(parts, seed)] = np.arange(len(order))
        mask = np.array([encoded[word] for word in order], np.uint64)
        ascii_ = np.array([word.isascii() for word in order], np.bool_)
        return cls(parts, mask, ascii_, tails, long_tails, slots, seed)

    def around(self, text: ScanText, start: Ints, end: Ints) -> Around:
        """Return what the words say about ``data[start:end]`` of every candidate."""
        before, direct = self._distinct_before(text, start, BEFORE)
        after = np.zeros(len(start), np.uint64)
        lonely = np.flatnonzero(before == 0)
        lasts, one = _distinct(end[lonely])
        masks = np.zeros(len(lasts), np.uint64)
        for at in range(0, len(lasts), _STEP):
            part = slice(at, at + _STEP)
            masks[part] = self._after(text, lasts[part])
        after[lonely] = masks[one]
        return Around(before, direct, after)

    def right_before(self, text: ScanText, start: Ints) -> Masks:
        """Return the mask of the direct word before each start, 0 where there is none."""
        before, direct = self._distinct_before(text, start, DIRECT + 3)
        return np.where(direct, before, np.uint64(0))

    @cached_property
    def flat(self) -> tuple[Any, ...]:
        """What compiled loops read; whether a hash is any word's, in bits that stay near."""
        few = np.packbits(self.tails != 0, bitorder="little")
        hashes = few, self.tails, self.long_tails, self.slots, self.seed, _SEEDS[0]
        words = np.column_stack([*self.parts, self.mask, self.ascii.astype(np.uint64)])
        return words, *hashes, np.array(_COVERS)

    def _distinct_before(self, text: ScanText, start: Ints, width: int) -> tuple[Masks, Mask]:
        firsts, one = _distinct(start)  # entities share candidates
        masks = np.zeros(len(firsts), np.uint64)
        close = np.zeros(len(firsts), np.bool_)
        for at in range(0, len(firsts), _STEP):
            part = slice(at, at + _STEP)
            masks[part], close[part] = self._before(text, firsts[part], width)
        return masks[one], close[one]

    def _before(self, text: ScanText, start: Ints, width: int) -> tuple[Masks, Mask]:
        """Return the mask of the word that ends last before each start, and if it is direct.

        Only words with their last three bytes in the `width` before the start are seen.
        """
        masks = np.zeros(len(start), np.uint64)
        word_end = np.zeros(len(start), np.int64)
        row, place, lengths = self._tails(text.data, start - width, width)
        at = np.cumsum(np.bincount(row, minlength=len(start)))  # one behind the last of each row
        bottom = at - np.bincount(row, minlength=len(start))
        open_ = np.flatnonzero(at > bottom)
        while len(open_):
            at[open_] -= 1
            here = at[open_]
            word = self._match(text.data, place[here], lengths[here], start[open_] - BEFORE)
            hit = word >= 0
            masks[open_[hit]] = self.mask[word[hit]]
            word_end[open_[hit]] = place[here[hit]]
            open_ = open_[~hit & (here > bottom[open_])]
        gap = start - word_end
        direct = gap <= DIRECT
        parted = np.flatnonzero(direct & (gap > 0))
        direct[parted] = ~_clause_ends(text, word_end[parted], start[parted])
        far = np.flatnonzero((masks != 0) & ~direct)
        other = text.reach_back(start[far], _INSIDE, width) < gap[far]
        masks[far[other]] = 0  # the word stands in another row
        return masks, direct

    def _after(self, text: ScanText, end: Ints) -> Masks:
        masks = np.zeros(len(end), np.uint64)
        if not len(end):
            return masks
        row, place, lengths = self._tails(text.data, end, AFTER)
        inside = place <= (end + text.reach(end, _INSIDE, AFTER))[row]
        row, place, lengths = row[inside], place[inside], lengths[inside]
        word = self._match(text.data, place, lengths, end[row])
        hit = word >= 0
        np.bitwise_or.at(masks, row[hit], self.mask[word[hit]])
        return masks

    def _tails(
        self, data: Bytes, first: Ints, width: int
    ) -> tuple[Ints, Ints, npt.NDArray[np.uint32]]:
        """Return row, end and possible lengths of what may be a word in [first, first + width)."""
        wide = width - 2
        keys = np.ndarray((len(data) - 3 - wide, wide), np.uint32, data, 0, (1, 1))
        maybe = self.tails.take(_hash(keys[first])).ravel()
        hit = np.flatnonzero(maybe)
        row = hit // wide
        end = first[row] + (hit - row * wide) + 3
        lengths = self.long_tails[_long_hash(eights(data)[end - 8])] | maybe[hit] & _SHORT
        good = np.flatnonzero(lengths)
        return row[good], end[good], lengths[good]

    def _match(
        self, data: Bytes, end: Ints, lengths: npt.NDArray[np.uint32], low: Ints
    ) -> npt.NDArray[np.int16]:
        """Return the longest word that ends at each place and begins at `low` or later, or -1."""
        found = np.full(len(end), -1, np.int16)
        before = translated(windows(data, end - _LONGEST, _LONGEST), _LOWER)
        parts = before.view(np.uint64).T.copy()
        lengths = lengths & (np.uint32(1) << np.minimum(end - low + 1, 31).astype(np.uint32)) - 1
        all_lengths = int(np.bitwise_or.reduce(lengths)) if len(end) else 0
        for length in range(all_lengths.bit_length() - 1, 2, -1):
            if not all_lengths >> length & 1:
                continue
            some = np.flatnonzero(lengths & np.uint32(1 << length))
            if not len(some):
                continue
            cut = tuple(
                part[some] & cover for part, cover in zip(parts, _COVERS[length], strict=True)
            )
            word = self.slots[_slot(cut, self.seed)]
            hit = word >= 0
            for part, own in zip(cut, self.parts, strict=True):
                hit &= part == own[word]
            latin = np.flatnonzero(hit & self.ascii[word])
            if len(latin):
                place = end[some[latin]]
                hit[latin] = ~is_letter(data[place - length - 1]) & ~is_letter(data[place])
            found[some[hit]] = word[hit]
            lengths[some[hit]] = 0
        return found


def _slot(parts: tuple[Masks, ...], seed: np.uint64) -> npt.NDArray[np.int64]:
    first, second, third = parts
    mixed = ((first * seed ^ second) * seed ^ third) * seed
    return (mixed >> np.uint64(48)).view(np.int64)


def _distinct(place: Ints) -> tuple[Ints, Ints]:
    """Return the distinct places in order, and which of them each place is."""
    order = np.argsort(place, kind="stable")  # a merge: each recognizer's places are in order
    ordered = place[order]
    new = np.ones(len(place), np.bool_)
    new[1:] = ordered[1:] != ordered[:-1]
    which = np.empty(len(place), np.int64)
    which[order] = np.cumsum(new) - 1
    return ordered[new], which


def _hash(key: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint16]:
    head = key & np.uint32(0xFFFFFF) | np.uint32(0x202020)  # three bytes, letters in lower case
    mixed: npt.NDArray[np.uint16] = ((head * np.uint32(0x9E3779B1)) >> np.uint32(16)).astype(
        np.uint16
    )
    return mixed


def _long_hash(key: Masks) -> npt.NDArray[np.uint16]:
    tail = key >> np.uint64(16) | np.uint64(0x202020202020)  # six bytes
    mixed: npt.NDArray[np.uint16] = ((tail * _SEEDS[0]) >> np.uint64(48)).astype(np.uint16)
    return mixed


def _clause_ends(text: ScanText, start: Ints, end: Ints) -> Mask:
    """Return whether a clause ends between start and end, at most `DIRECT` bytes apart."""
    window = text.windows(end - DIRECT, DIRECT)
    first, second, third = window[:, :-2], window[:, 1:-1], window[:, 2:]
    mark = _ENDS_ONE[window]
    mark[:, :-2] |= _ENDS_FULL_WIDTH[third] & (second == 0xBC) & (first == 0xEF)
    mark[:, :-2] |= _ENDS_CJK[third] & (second == 0x80) & (first == 0xE3)
    inside = np.arange(DIRECT) >= (DIRECT - (end - start))[:, None]
    ends: Mask = np.logical_or.reduce(mark & inside, axis=1)
    return ends
