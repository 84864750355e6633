r"""Many words looked up at every place of a text at once, over arrays.

A table of the first two characters says where a word can begin; there, a 64-bit hash of each length
that occurs is looked up. A hit is a word for certain up to a chance of 2^-64 for each look-up.

>>> words = Lexicon.of(["深圳", "深圳市", "南山"])
>>> codes = np.array([ord(one) for one in "在深圳市南山" + "\0" * 4], np.uint32)
>>> [(int(at), words.words[word]) for at, word in zip(*words.find(codes), strict=True)]
[(1, '深圳'), (4, '南山'), (1, '深圳市')]
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from aitransparency.deid.characters import Codes
from aitransparency.deid.column import Ints
from aitransparency.deid.compiled import pays

_MOST_BITS, _LEAST_BITS = 20, 10  # of the hash of a pair
_LONG = 15  # the bit of all lengths from the sixteenth on
_ODD = np.uint64(0x9E3779B97F4A7C15)
_PAIR = np.uint32(0x9E3779B1)

Hashes = npt.NDArray[np.uint64]
Masks = npt.NDArray[np.uint16]


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Words of two characters or more.

    Parameters
    ----------
    words
        Distinct.
    sizes
        int64 (words,), characters of each.
    begins
        uint16 (2^bits,), at the hash of a pair of characters which lengths the words have that
        begin so: bit i for the i-th of `lengths`, the last bit for all from there on.
    lengths
        The sizes that occur, ascending.
    keys, numbers
        A hash table with linear probing: the hash in each slot, 0 where it is free, and its word.
    """

    words: Sequence[str]
    sizes: Ints
    begins: Masks
    lengths: tuple[int, ...]
    keys: Hashes
    numbers: npt.NDArray[np.int32]

    @classmethod
    def of(cls, words: Iterable[str]) -> Lexicon:
        """Build from words as `Characters` spells them."""
        listed = tuple(dict.fromkeys(words))
        size = np.array([len(word) for word in listed], np.int64)
        if len(listed) and size.min() < 2:
            raise ValueError("a word has two characters or more")
        codes = np.frombuffer("".join(listed).encode("utf-32-le"), np.uint32)
        start = np.cumsum(size) - size
        if len(listed) and size.max() > 255:
            raise ValueError("a word has at most 255 characters")
        lengths = tuple(np.unique(size).tolist())
        bits = min(max((64 * len(listed)).bit_length(), _LEAST_BITS), _MOST_BITS)
        begins = np.zeros(1 << bits, np.uint16)
        index = np.minimum(np.searchsorted(lengths, size), _LONG)
        pairs = _pairs(codes[start], codes[start + 1], bits)
        np.bitwise_or.at(begins, pairs, (1 << index).astype(np.uint16))
        hashed = np.zeros(len(listed), np.uint64)
        done = 0
        for length in lengths:
            here = np.flatnonzero(size >= length)
            for offset in range(done, length):
                hashed[here] = _mixed(hashed[here], codes[start[here] + offset])
            done = length
        return cls(listed, size, begins, lengths, *_table(hashed))

    def find(self, codes: Codes) -> tuple[Ints, Ints]:
        """Return every place and word of a text: all lengths, overlapping ones too.

        Parameters
        ----------
        codes
            uint32 (n,), ended by characters that no word has.

        Returns
        -------
        start, word
            int64 (m,), ordered by length of the word, then by start.
        """
        if pays(codes.nbytes):
            at = self._likely(codes)
            which, word, group = self._compiled(codes, at)
            order = np.argsort(group, kind="stable")
            return at[which[order]], word[order]
        begins = self.begins[_pairs(codes[:-1], codes[1:], self._bits)]
        at = np.flatnonzero(begins)
        which, word = self._begun(codes, at, np.arange(len(at)), begins[at])
        return at[which], word

    def at(self, codes: Codes, place: Ints) -> tuple[Ints, Ints]:
        """Return which of the places a word begins at, and the word; all words of each place."""
        if pays(place.nbytes):
            which, word, group = self._compiled(codes, place)
            order = np.argsort(group, kind="stable")
            return which[order], word[order]
        inside = np.flatnonzero(place + 1 < len(codes))
        first = place[inside]
        begins = self.begins[_pairs(codes[first], codes[first + 1], self._bits)]
        begun = np.flatnonzero(begins)
        return self._begun(codes, place, inside[begun], begins[begun])

    @property
    def _bits(self) -> int:
        return len(self.begins).bit_length() - 1

    def find_in_order(self, codes: Codes) -> tuple[Ints, Ints]:
        """Return what `find` returns by compiled loops, ordered by start, then by length."""
        at = self._likely(codes)
        which, word, _ = self._compiled(codes, at)
        return at[which], word

    def _likely(self, codes: Codes) -> Ints:
        from aitransparency.deid import character_kernels

        found = np.empty(len(codes), np.int64)
        return found[: character_kernels.likely(codes, self.begins, self._bits, found)]

    def _compiled(self, codes: Codes, place: Ints) -> tuple[Ints, Ints, npt.NDArray[np.uint8]]:
        """Return which of the places a word begins at, the word and which of the lengths it has."""
        from aitransparency.deid import character_kernels

        begins, bits, lengths, sizes, keys, _, numbers = self.arrays
        room = len(place) + 64
        while True:
            which, word = np.empty((2, room), np.int64)
            group = np.empty(room, np.uint8)
            count = character_kernels.begun(
                codes, place, begins, bits, lengths, sizes, keys, numbers, which, word, group
            )
            if count <= room:
                break
            room = count
        return which[:count], word[:count], group[:count]

    @property
    def arrays(self) -> tuple[Any, ...]:
        """What compiled loops take: the tables, and by how much a hash is shifted for its slot."""
        lengths = np.array(self.lengths, np.int64)
        shift = np.uint64(65 - len(self.keys).bit_length())
        return self.begins, self._bits, lengths, self.sizes, self.keys, shift, self.numbers

    def _begun(self, codes: Codes, place: Ints, which: Ints, begins: Masks) -> tuple[Ints, Ints]:
        found, words = [], []
        hashed = np.zeros(len(which), np.uint64)
        done = 0
        for index, length in enumerate(self.lengths):
            longer = np.flatnonzero(begins >> min(index, _LONG))
            if len(longer) < len(begins):
                which, hashed, begins = which[longer], hashed[longer], begins[longer]
            if not len(which):
                break
            at = place[which]
            if at.max() + length > len(codes):
                fits = np.flatnonzero(at + length <= len(codes))
                which, hashed, begins, at = which[fits], hashed[fits], begins[fits], at[fits]
            for offset in range(done, length):
                hashed = _mixed(hashed, codes[at + offset])
            done = length
            here = np.flatnonzero(begins & (1 << min(index, _LONG)))
            hit, word = self._lookup(hashed[here], length)
            found.append(which[here[hit]])
            words.append(word)
        if not found:
            empty = np.empty(0, np.int64)
            return empty, empty
        return np.concatenate(found), np.concatenate(words)

    def _lookup(self, hashed: Hashes, length: int) -> tuple[Ints, Ints]:
        """Return which hashes are those of a word of this length, and the word."""
        shift = np.uint64(64 - (len(self.keys).bit_length() - 1))
        slot = (hashed >> shift).astype(np.int64)
        key = self.keys[slot]
        same = key == hashed
        hits = [np.flatnonzero(same)]
        slots = [slot[hits[0]]]
        going = np.flatnonzero((key != 0) & ~same)
        while len(going):
            slot[going] = (slot[going] + 1) % len(self.keys)
            key = self.keys[slot[going]]
            hits.append(going[key == hashed[going]])
            slots.append(slot[hits[-1]])
            going = going[(key != 0) & (key != hashed[going])]
        hit = np.concatenate(hits)
        word = self.numbers[np.concatenate(slots)].astype(np.int64)
        right = self.sizes[word] == length
        return hit[right], word[right]


def _table(hashed: Hashes) -> tuple[Hashes, npt.NDArray[np.int32]]:
    """Place hashes into a table of at least four slots each."""
    bits = max((4 * len(hashed)).bit_length(), 4)
    keys = np.zeros(1 << bits, np.uint64)
    numbers = np.zeros(1 << bits, np.int32)
    waiting = np.arange(len(hashed))
    slot = (hashed >> np.uint64(64 - bits)).astype(np.int64)
    while len(waiting):
        free = waiting[keys[slot[waiting]] == 0]
        _, first = np.unique(slot[free], return_index=True)
        placed = free[first]
        keys[slot[placed]] = hashed[placed]
        numbers[slot[placed]] = placed
        left = np.ones(len(hashed), np.bool_)
        left[placed] = False
        waiting = waiting[left[waiting]]
        slot[waiting] = (slot[waiting] + 1) % len(keys)
    return keys, numbers


def _pairs(first: Codes, second: Codes, bits: int) -> Codes:
    mixed: Codes = (first * np.uint32(0x85EBCA77) + second) * _PAIR >> np.uint32(32 - bits)
    return mixed


def _mixed(hashed: Hashes, codes: Codes) -> Hashes:
    mixed: Hashes = (hashed ^ codes) * _ODD
    mixed ^= mixed >> np.uint64(29)
    return mixed
