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
from aitransparency.deid.scan.text import EDGE, ScanText

BEFORE = 36  # bytes; twelve Chinese characters
AFTER = 18
DIRECT = 12  # bytes between a direct label and its candidate
CONTRARY = 1 << 62
_LONGEST = 24  # bytes of the longest label
_STEP = 1 << 14

_CLAUSE_ENDS = tuple(mark.encode() for mark in ",;\n，；。、！？")
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


class _Word(NamedTuple):
    length: int
    parts: npt.NDArray[np.uint64]  # (3,), the bytes of the word, zero-padded
    cover: npt.NDArray[np.uint64]  # (3,), 0xFF where the word has a byte
    mask: int
    ascii: bool


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """Labels, ready to be looked up.

    Parameters
    ----------
    by_head
        First three bytes as a number, to the words that begin so, longest first.
    maybe
        bool (65536,), true at the hash of every head.
    """

    by_head: Mapping[int, tuple[_Word, ...]]
    maybe: Mask

    @classmethod
    def of(cls, labels: Mapping[str, int]) -> Vocabulary:
        """Build from words of 3 to 24 bytes and the mask of each."""
        by_head: dict[int, tuple[_Word, ...]] = {}
        encoded = {word.lower().encode(): mask for word, mask in labels.items()}
        for word in sorted(encoded, key=lambda word: (-len(word), word)):
            if not 3 <= len(word) <= _LONGEST:
                raise ValueError(f"label {word.decode()!r} must have 3 to {_LONGEST} bytes")
            parts = np.frombuffer(word.ljust(_LONGEST, b"\0"), np.uint64)
            cover = np.frombuffer((b"\xff" * len(word)).ljust(_LONGEST, b"\0"), np.uint64)
            entry = _Word(len(word), parts, cover, encoded[word], word.isascii())
            head = int.from_bytes(word[:3], "little")
            by_head[head] = (*by_head.get(head, ()), entry)
        maybe = np.zeros(1 << 16, np.bool_)
        maybe[_hash(np.array(list(by_head), np.uint32))] = True
        return cls(by_head, maybe)

    def around(self, text: ScanText, start: Ints, end: Ints) -> Around:
        """Return what the words say about ``data[start:end]`` of every candidate."""
        firsts, one = np.unique(start, return_inverse=True)  # entities share candidates
        masks = np.zeros(len(firsts), np.uint64)
        close = np.zeros(len(firsts), np.bool_)
        for at in range(0, len(firsts), _STEP):
            part = slice(at, at + _STEP)
            masks[part], close[part] = self._before(text, firsts[part])
        before, direct = masks[one], close[one]
        lonely = np.flatnonzero(before == 0)
        lasts, one = np.unique(end[lonely], return_inverse=True)
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
        found, length, mask = self._match(text.data, position, low[candidate], start[candidate])
        candidate, ends = candidate[found], position[found] + length
        # Assignment keeps the last of equal indices: the word that ends last, then the longest.
        order = np.lexsort((length, ends, candidate))
        masks[candidate[order]] = mask[order]
        word_end[candidate[order]] = ends[order]
        direct = (masks != 0) & (start - word_end <= DIRECT)
        near = np.flatnonzero(direct)
        direct[near] = ~_clause_ends(text, word_end[near], start[near])
        return masks, direct

    def _after(self, text: ScanText, end: Ints) -> Masks:
        masks = np.zeros(len(end), np.uint64)
        edge = text.windows(end, AFTER) == EDGE
        high = end + np.where(edge.any(axis=1), edge.argmax(axis=1), AFTER)
        candidate, position = self._heads(text.data, end, AFTER - 2)
        found, _, mask = self._match(text.data, position, end[candidate], high[candidate])
        np.bitwise_or.at(masks, candidate[found], mask)
        return masks

    def _heads(self, data: Bytes, first: Ints, width: int) -> tuple[Ints, Ints]:
        """Return candidate number and position of every possible head in [first, first + width)."""
        keys = np.ndarray((len(data) - 3 - width, width), np.uint32, data, 0, (1, 1))
        row, column = np.nonzero(self.maybe[_hash(keys[first])])
        return row, first[row] + column

    def _match(
        self, data: Bytes, position: Ints, low: Ints, high: Ints
    ) -> tuple[Ints, Ints, Masks]:
        """Return which positions begin a word that fits in [low, high), its length and its mask.

        The longest word wins.
        """
        length = np.zeros(len(position), np.int64)
        masks = np.zeros(len(position), np.uint64)
        inside = np.flatnonzero((position >= low) & (position + 3 <= high))
        if not len(inside):
            return inside, length[inside], masks[inside]
        at = position[inside]
        view = np.ndarray((len(data) - _LONGEST + 1, _LONGEST), np.uint8, data, 0, (1, 1))
        window = _LOWER[view[at]]
        words = window.view(np.uint64)
        heads = words[:, 0].astype(np.int64) & 0xFFFFFF
        room = high[inside] - at
        order = np.argsort(heads, kind="stable")
        values, firsts = np.unique(heads[order], return_index=True)
        for value, here in zip(values.tolist(), np.split(order, firsts[1:]), strict=True):
            for word in self.by_head.get(value, ()):
                hit = ((words[here] & word.cover) == word.parts).all(axis=1)
                hit &= (room[here] >= word.length) & (length[inside[here]] == 0)
                if word.ascii:
                    place = at[here]
                    hit &= ~is_letter(data[place - 1]) & ~is_letter(data[place + word.length])
                length[inside[here[hit]]] = word.length
                masks[inside[here[hit]]] = word.mask
        found = np.flatnonzero(length)
        return found, length[found], masks[found]


def _hash(key: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint16]:
    head = key & np.uint32(0xFFFFFF) | np.uint32(0x202020)  # three bytes, letters in lower case
    mixed: npt.NDArray[np.uint16] = ((head * np.uint32(0x9E3779B1)) >> np.uint32(16)).astype(
        np.uint16
    )
    return mixed


def _clause_ends(text: ScanText, start: Ints, end: Ints) -> Mask:
    """Return whether a clause ends between start and end, at most `DIRECT` bytes apart."""
    window = text.windows(end - DIRECT, DIRECT)
    inside = (end[:, None] - DIRECT + np.arange(DIRECT)) >= start[:, None]
    ends = np.zeros(len(start), np.bool_)
    for mark in _CLAUSE_ENDS:
        width = DIRECT - len(mark) + 1
        hit = inside[:, :width].copy()
        for place, byte in enumerate(mark):
            hit &= window[:, place : place + width] == byte
        ends |= hit.any(axis=1)
    return ends
