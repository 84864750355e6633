"""Pairs of original and pseudonym, as hashes: whether two people share a pseudonym.

16 bytes a pair. Of a file with more distinct pairs than memory shall hold they are set aside, and
come back by the first bits of the pseudonym's hash: what may collide comes together, so counts are
those of all pairs at once. Two pseudonyms of one hash would be taken for one and stop the job: of a
hundred million that happens once in some thousand jobs, of a million never.

>>> from aitransparency.deid.column import TextColumn
>>> from aitransparency.deid.verify.skeleton import skeleton
>>> pairs = Pairs()
>>> before = skeleton(TextColumn.from_strings(["13800138000", "13800138001", "13800138000"]))
>>> pairs.add(before, TextColumn.from_strings(["aaaaaaaa", "aaaaaaaa", "aaaaaaaa"]))
>>> pairs.collisions()
1
"""

from __future__ import annotations

import numpy as np

from aitransparency.deid.column import TextColumn
from aitransparency.deid.compiled import pays
from aitransparency.deid.verify.aside import Parted, Records
from aitransparency.deid.verify.originals import ANCHOR, hash_pieces, hash_rows, is_first
from aitransparency.deid.verify.skeleton import Skeleton

_HELD = 1 << 19  # distinct pairs in memory, where others can be set aside
PAIR = np.dtype([("after", "<u8"), ("before", "<u8")])


class Pairs:
    """Distinct pairs of one column; of each pseudonym two at most, for those show the collision.

    Parameters
    ----------
    aside
        Takes what is more than memory shall hold; all is held where None.
    """

    def __init__(self, aside: Parted | None = None) -> None:
        self._aside = aside
        self._parts: list[Records] = []
        self._waiting = self._held = 0

    def add(self, before: Skeleton, after: TextColumn) -> None:
        """Take in the rows of a batch; empty originals and labels (``<...>``) are left out.

        Pseudonyms are taken as written: two that differ in letter case or a hyphen are two.
        """
        first, last = int(after.offsets[0]), int(after.offsets[-1])
        text = np.concatenate([after.data[first:last], np.zeros(ANCHOR, np.uint8)])
        start, lengths = after.offsets[:-1] - first, np.diff(after.offsets)
        label = np.zeros(len(after), np.bool_)
        label[after.row_of(first + np.flatnonzero(text == ord("<")))] = True
        rows = np.flatnonzero((before.lengths() > 0) & (lengths > 0) & ~label)
        pairs = np.empty(len(rows), PAIR)
        pairs["before"] = hash_rows(before, rows)
        pairs["after"] = hash_pieces(text, start[rows], lengths[rows])
        self._take(pairs)

    def add_all(self, other: Pairs) -> None:
        """Take in what others hold in memory."""
        for pairs in other._parts:
            self._take(pairs)

    def records(self) -> Records:
        """Return the pairs held in memory, `PAIR` (m,)."""
        return np.concatenate([np.empty(0, PAIR), *self._parts])

    @classmethod
    def of(cls, records: Records) -> Pairs:
        """Return the pairs of records, which may repeat."""
        made = cls()
        made._take(records)
        return made

    def _take(self, pairs: Records) -> None:
        self._parts.append(pairs)
        self._waiting += len(pairs)
        if self._waiting > max(_HELD, self._held):
            self._compact()
            if self._aside is not None and self._held > _HELD:
                self._set_aside(self._aside)

    def _set_aside(self, aside: Parted) -> None:
        for pairs in self._parts:
            aside.put(pairs)
        self._parts, self._held = [], 0

    def _compact(self) -> int:
        """Take out pairs that repeat; return how many pseudonyms have several originals."""
        self._waiting = 0
        if not self._parts:
            return 0
        made, collisions = _distinct(np.concatenate(self._parts))
        self._parts, self._held = [made], len(made)
        return collisions

    def collisions(self) -> int:
        """Return how many pseudonyms stand for more than one original."""
        collisions = self._compact()
        if self._aside is None or not len(self._aside):
            return collisions
        self._set_aside(self._aside)
        return sum(_distinct(part)[1] for part in self._aside.parts(_HELD))


def _distinct(pairs: Records) -> tuple[Records, int]:
    """Return pairs that differ, two of each `after` at most, and how many `after` have two."""
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
    third = np.zeros(len(pairs), np.bool_)
    third[2:] = after[2:] == after[:-2]
    pairs, after = pairs[~third], after[~third]
    return pairs, len(np.unique(after[1:][after[1:] == after[:-1]]))
