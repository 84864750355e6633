"""A frozen map from 64-bit keys to row numbers, looked up for whole arrays at once.

Keys are hashed into buckets; each bucket has a displacement that sends its keys to free slots
(compress, hash and displace: Belazzougui, Botelho and Dietzfelbinger 2009). A slot keeps 16 bits of
its key's hash: of keys that are not in the table, one in 65,536 is taken for one that is.

>>> table = NgramTable.build(np.array([5, 7, 11], np.uint64))
>>> rows = table.rows(np.array([7, 8, 5], np.uint64))
>>> rows.tolist() == [table.rows(np.array([7], np.uint64))[0], 0, table.rows(np.uint64([5]))[0]]
True
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int32]

_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_ODD, _MIDDLE = np.uint64(1), np.uint64(16)
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_PER_BUCKET = 4
_TRIES = 1 << 16


def mixed(keys: Keys) -> Keys:
    """Return well-spread hashes of keys (the finaliser of SplitMix64)."""
    new = keys + _GAMMA
    new ^= new >> np.uint64(30)
    new *= _MIX[0]
    new ^= new >> np.uint64(27)
    new *= _MIX[1]
    new ^= new >> np.uint64(31)
    return new


@dataclass(frozen=True, slots=True, eq=False)
class NgramTable:
    """Rows 1 to n for n keys; row 0 stands for every other key.

    Parameters
    ----------
    displacement
        uint16 (buckets,).
    check
        uint16 (slots,), part of the hash of the key in each slot.
    """

    displacement: npt.NDArray[np.uint16]
    check: npt.NDArray[np.uint16]

    def rows(self, keys: npt.NDArray[np.uint64] | Rows) -> Rows:
        """Return the row of each key, int32 (n,)."""
        hashes = mixed(keys.astype(np.uint64, copy=False))
        moved = self.displacement.take(_buckets(hashes, len(self.displacement)))
        slot = _slots(hashes, moved, self.check)
        hit = self.check.take(slot) == hashes.astype(np.uint16)
        return np.where(hit, slot + 1, 0).astype(np.int32)

    @classmethod
    def build(cls, keys: Keys) -> NgramTable:
        """Place distinct keys; slots are a few per cent more than keys."""
        hashes = mixed(keys)
        slots = len(keys) + len(keys) // 32 + 1
        count = len(keys) // _PER_BUCKET + 1
        bucket = _buckets(hashes, count)
        order = np.argsort(bucket, kind="stable")
        sizes = np.bincount(bucket, minlength=count)
        first = np.concatenate([[0], np.cumsum(sizes)])
        displacement, taken = np.zeros(count, np.uint16), np.zeros(slots, np.bool_)
        check = np.zeros(slots, np.uint16)
        tries = np.arange(_TRIES, dtype=np.uint64)
        for one in np.argsort(-sizes, kind="stable").tolist():
            here = hashes[order[first[one] : first[one + 1]]]
            if not len(here):
                break
            chosen = _free(here, taken, tries)
            displacement[one] = chosen
            slot = _slots(here, np.full(len(here), chosen, np.uint16), check)
            taken[slot], check[slot] = True, here.astype(np.uint16)
        return cls(displacement, check)


def _buckets(hashes: Keys, count: int) -> npt.NDArray[np.int64]:
    return (((hashes & _LOW) * np.uint64(count)) >> _HALF).astype(np.int64)


def _slots(
    hashes: Keys, displacement: npt.NDArray[np.uint16], check: npt.NDArray[np.uint16]
) -> Rows:
    moved = ((hashes >> _HALF) + displacement * ((hashes >> _MIDDLE) | _ODD)) & _LOW
    return ((moved * np.uint64(len(check))) >> _HALF).astype(np.int32)


def _free(here: Keys, taken: npt.NDArray[np.bool_], tries: Keys) -> int:
    """Return the first displacement that sends the keys to distinct free slots."""
    for low in range(0, _TRIES, 256):
        moved = (
            (here[:, None] >> _HALF) + tries[low : low + 256] * ((here[:, None] >> _MIDDLE) | _ODD)
        ) & _LOW
        slot = np.sort((moved * np.uint64(len(taken))) >> _HALF, axis=0).astype(np.int64)
        good = ~taken[slot].any(axis=0) & (slot[1:] != slot[:-1]).all(axis=0)
        if good.any():
            return low + int(np.argmax(good))
    raise ValueError("no displacement places a bucket; keys must be distinct")
