"""Pairs of original and pseudonym, as hashes: whether two people share a pseudonym.

>>> from aitransparency.deid.column import TextColumn
>>> from aitransparency.deid.verify.skeleton import skeleton
>>> pairs = Pairs()
>>> before = skeleton(TextColumn.from_strings(["13800138000", "13800138001", "13800138000"]))
>>> pairs.add(before, skeleton(TextColumn.from_strings(["aaaaaaaa", "aaaaaaaa", "aaaaaaaa"])))
>>> pairs.collisions()
1
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Bytes, TextColumn
from aitransparency.deid.compiled import pays
from aitransparency.deid.verify.originals import hash_rows, is_first
from aitransparency.deid.verify.skeleton import Skeleton

_GROWN = 2_000_000
_PAIR = np.dtype([("after", "<u8"), ("before", "<u8")])


class Pairs:
    """Distinct pairs of one column."""

    def __init__(self) -> None:
        self._parts: list[npt.NDArray[Any]] = []  # structured arrays
        self._waiting = 0

    def add(self, before: Skeleton, after: Skeleton) -> None:
        """Take in the rows of a batch; empty originals and labels (``<...>``) are left out."""
        text = after.column
        label = np.zeros(len(after), np.bool_)
        label[text.row_of(text.offsets[0] + np.flatnonzero(_part(text) == ord("<")))] = True
        rows = np.flatnonzero((before.lengths() > 0) & (after.lengths() > 0) & ~label)
        pairs = np.empty(len(rows), _PAIR)
        pairs["before"] = hash_rows(before, rows)
        pairs["after"] = hash_rows(after, rows)
        self._parts.append(pairs)
        self._waiting += len(pairs)
        if self._waiting > _GROWN:
            self._compact()

    def add_all(self, other: Pairs) -> None:
        """Take in what others hold."""
        self._parts.extend(other._parts)
        self._waiting += sum(len(part) for part in other._parts)
        if self._waiting > _GROWN:
            self._compact()

    def _compact(self) -> int:
        """Take out pairs that repeat; return how many pseudonyms have several originals."""
        self._waiting = 0
        if not self._parts:
            return 0
        made, collisions = _distinct(np.concatenate(self._parts))
        self._parts = [made]
        return collisions

    def collisions(self) -> int:
        """Return how many pseudonyms stand for more than one original."""
        return self._compact()


def _part(text: TextColumn) -> Bytes:
    return text.data[text.offsets[0] : text.offsets[-1]]


def _distinct(pairs: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], int]:
    after, before = np.ascontiguousarray(pairs["after"]), np.ascontiguousarray(pairs["before"])
    if pays(16 * len(pairs)):
        from aitransparency.deid.verify import kernels

        slots = np.full(1 << int(np.ceil(np.log2(2 * len(pairs) + 1))), -1, np.int32)
        kept = np.empty(len(pairs), np.int64)
        many, collisions = kernels.pairs(after, before, slots, kept)
        return pairs[kept[:many]], int(collisions)
    pairs = pairs[np.lexsort((before, after))]
    pairs = pairs[is_first(pairs)]
    after = pairs["after"]  # sorted
    return pairs, len(np.unique(after[1:][after[1:] == after[:-1]]))
