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
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Bytes, Ints
from aitransparency.deid.scan.runs import is_letter
from aitransparency.deid.scan.text import EDGE, ScanText, members

BEFORE = 36  # bytes; twelve Chinese characters
AFTER = 18
DIRECT = 12  # bytes between a direct label and its candidate
CONTRARY = 1 << 62
_LONGEST = 24  # bytes of the longest label
_STEP = 1 << 14

_ENDS_ONE = members(b",;\n")
_ENDS_FULL_WIDTH = members(bytes(mark.encode()[2] for mark in "，；！？"))
_ENDS_CJK = members(bytes(mark.encode()[2] for mark in "。、"))
_LOWER = np.arange(256, dtype=np.uint8)
_LOWER[65:91] += 32
_LOWER.flags.writeable = False

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


class _Words(NamedTuple):
    """Words of the same head stand together, the longest first."""

    length: Ints  # (words,)
    parts: npt.NDArray[np.uint64]  # (words, 3), the bytes, zero-padded
    cover: npt.NDArray[np.uint64]  # (words, 3), 0xFF where the word has a byte
    mask: Masks  # (words,)
    ascii: Mask  # (words,)


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """Labels, ready to be looked up.

    Parameters
    ----------
    words
        Sorted by their first three bytes.
    heads, first
        int64 (heads,) and (heads + 1,), these bytes as a number, and where their words begin.
    maybe
        bool (65536,), true at the hash of every head.
    """

    words: _Words
    heads: Ints
    first: Ints
    maybe: Mask

    @classmethod
    def of(cls, labels: Mapping[str, int]) -> Vocabulary:
        """Build from words of 3 to 24 bytes and the mask of each."""
        encoded = {word.lower().encode(): mask for word, mask in labels.items()}
        order = sorted(encoded, key=lambda word: (_head(word), -len(word), word))
        for word in order:
            if not 3 <= len(word) <= _LONGEST:
                raise ValueError(f"label {word.decode()!r} must have 3 to {_LONGEST} bytes")
        padded = b"".join(word.ljust(_LONGEST, b"\0") for word in order)
        cover = b"".join((b"\xff" * len(word)).ljust(_LONGEST, b"\0") for word in order)
        words = _Words(
            np.array([len(word) for word in order], np.int64),
            np.frombuffer(padded, np.uint64).reshape(-1, 3),
            np.frombuffer(cover, np.uint64).reshape(-1, 3),
            np.array([encoded[word] for word in order], np.uint64),
            np.array([word.isascii() for word in order], np.bool_),
        )
        heads, first = np.unique([_head(word) for word in order], return_index=True)
        maybe = np.zeros(1 << 16, np.bool_)
        maybe[_hash(heads.astype(np.uint32))] = True
        return cls(words, heads.astype(np.int64), np.append(first, len(order)), maybe)

    def around(self, text: ScanText, start: Ints, end: Ints) -> Around:
        """Return what the words say about ``data[start:end]`` of every candidate."""
        firsts, one = _distinct(start, len(text.data))  # entities share candidates
        masks = np.zeros(len(firsts), np.uint64)
        close = np.zeros(len(firsts), np.bool_)
        for at in range(0, len(firsts), _STEP):
            part = slice(at, at + _STEP)
            masks[part], close[part] = self._before(text, firsts[part])
        before, direct = masks[one], close[one]
        lonely = np.flatnonzero(before == 0)
        lasts, one = _distinct(end[lonely], len(text.data))
        masks = np.zeros(len(lasts), np.uint64)
        for at in range(0, len(lasts), _STEP):
            part = slice(at, at + _STEP)
            masks[part] = self._after(text, lasts[part])
        after = np.zeros(len(start), np.uint64)
        after[lonely] = masks[one]
        return Around(before, direct, after)

    def _before(self, text: ScanText, start: Ints) -> tuple[Masks, Mask]:
        masks = np.zeros(len(start), np.uint64)
        word_end = np.zeros(len(start), np.int64)
        edge = text.windows(start - BEFORE, BEFORE) == EDGE
        low = start - np.where(edge.any(axis=1), edge[:, ::-1].argmax(axis=1), BEFORE)
        candidate, position = self._heads(text.data, start - BEFORE, BEFORE - 2)
        found, word = self._match(text.data, position, low[candidate], start[candidate])
        if not len(found):
            return masks, np.zeros(len(start), np.bool_)
        candidate, length = candidate[found], self.words.length[word]
        ends = position[found] + length
        # The word that ends last decides, and of two the longer: it begins first.
        group = np.flatnonzero(np.diff(candidate, prepend=-1))
        key = ends << 5 | length
        best = np.maximum.reduceat(key, group)
        chosen = np.flatnonzero(key == np.repeat(best, np.diff(group, append=len(key))))
        masks[candidate[chosen]] = self.words.mask[word[chosen]]
        word_end[candidate[chosen]] = ends[chosen]
        direct = (masks != 0) & (start - word_end <= DIRECT)
        near = np.flatnonzero(direct)
        direct[near] = ~_clause_ends(text, word_end[near], start[near])
        return masks, direct

    def _after(self, text: ScanText, end: Ints) -> Masks:
        masks = np.zeros(len(end), np.uint64)
        if not len(end):
            return masks
        edge = text.windows(end, AFTER) == EDGE
        high = end + np.where(edge.any(axis=1), edge.argmax(axis=1), AFTER)
        candidate, position = self._heads(text.data, end, AFTER - 2)
        found, word = self._match(text.data, position, end[candidate], high[candidate])
        np.bitwise_or.at(masks, candidate[found], self.words.mask[word])
        return masks

    def _heads(self, data: Bytes, first: Ints, width: int) -> tuple[Ints, Ints]:
        """Return candidate number and position of every possible head in [first, first + width)."""
        keys = np.ndarray((len(data) - 3 - width, width), np.uint32, data, 0, (1, 1))
        hit = np.flatnonzero(self.maybe[_hash(keys[first])])
        row, column = np.divmod(hit, width)
        return row, first[row] + column

    def _match(self, data: Bytes, position: Ints, low: Ints, high: Ints) -> tuple[Ints, Ints]:
        """Return which positions begin a word that fits in [low, high), and the longest such."""
        inside = np.flatnonzero((position >= low) & (position + 3 <= high))
        chosen = np.full(len(inside), -1, np.int64)
        at = position[inside]
        view = np.ndarray((len(data) - _LONGEST + 1, _LONGEST), np.uint8, data, 0, (1, 1))
        parts = _LOWER[view[at]].view(np.uint64)
        room = high[inside] - at
        key = parts[:, 0].astype(np.int64) & 0xFFFFFF
        head = np.minimum(np.searchsorted(self.heads, key), len(self.heads) - 1)
        open_ = np.flatnonzero(self.heads[head] == key)
        word, last = self.first[head], self.first[head + 1]
        while len(open_):
            tried = word[open_]
            hit = self.words.length[tried] <= room[open_]
            for part in range(3):
                bytes_ = parts[open_, part] & self.words.cover[tried, part]
                hit &= bytes_ == self.words.parts[tried, part]
            latin = np.flatnonzero(hit & self.words.ascii[tried])
            if len(latin):
                place, after = at[open_[latin]], self.words.length[tried[latin]]
                hit[latin] = ~is_letter(data[place - 1]) & ~is_letter(data[place + after])
            chosen[open_[hit]] = tried[hit]
            open_ = open_[~hit]
            word[open_] += 1
            open_ = open_[word[open_] < last[open_]]
        found = np.flatnonzero(chosen >= 0)
        return inside[found], chosen[found]


def _head(word: bytes) -> int:
    return int.from_bytes(word[:3], "little")


def _distinct(place: Ints, size: int) -> tuple[Ints, Ints]:
    """Return the distinct places below `size` in order, and which of them each place is."""
    seen = np.zeros(size, np.bool_)
    seen[place] = True
    distinct = np.flatnonzero(seen)
    number = np.empty(size, np.int32)
    number[distinct] = np.arange(len(distinct), dtype=np.int32)
    return distinct, number[place].astype(np.int64)


def _hash(key: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint16]:
    head = key & np.uint32(0xFFFFFF) | np.uint32(0x202020)  # three bytes, letters in lower case
    mixed: npt.NDArray[np.uint16] = ((head * np.uint32(0x9E3779B1)) >> np.uint32(16)).astype(
        np.uint16
    )
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
