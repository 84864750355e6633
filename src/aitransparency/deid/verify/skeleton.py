"""The skeleton of a text: what is left when every way of writing it apart is taken away.

Full width is folded, ASCII letters become small, and everything that people put between the
characters of a number goes: blanks, hyphens, dots, slashes, brackets, zero-width characters. An
original and its disguise then have the same bytes, and can be compared as bytes.

>>> made = skeleton(TextColumn.from_strings(["Tel: １３８-0013 8000", "A.b@X.com"]))
>>> bytes(made.data[: made.offsets[-1]])
b'tel13800138000ab@xcom'
>>> made.offsets.tolist()
[0, 14, 21]
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Bytes, Ints, TextColumn
from aitransparency.deid.scan.fold import fold

# '*' stays: it stands for what a mask hid, and digits on its two sides are not neighbours.
_BETWEEN = b" \t\r\n\x0b\x0c\x00-_./\\()[]{}<>,;:'\"`|+#~^"
_LOWER = bytes(range(256)).lower()
_STAYS = np.array([byte not in _BETWEEN for byte in range(256)], np.bool_)
_PAD = 8


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The skeletons of n texts, one after the other.

    Parameters
    ----------
    data
        uint8 (size,), with `_PAD` bytes of slack behind ``offsets[-1]`` so that eight bytes can be
        read at any place.
    offsets
        int64 (n + 1,).
    folded
        uint8, the texts with full width folded and nothing taken out.
    folded_offsets
        int64 (n + 1,), edges of the rows in `folded`.
    stays
        bool like `folded`, what of it is in `data`; None where all of it is.
    removed
        int64, sorted: which bytes of the texts folding took out.
    """

    data: Bytes
    offsets: Ints
    folded: Bytes
    folded_offsets: Ints
    stays: npt.NDArray[np.bool_] | None
    removed: Ints

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def words(self) -> npt.NDArray[np.uint64]:
        """Eight bytes from every place as one number, uint64 (size - 7,); a view."""
        count = max(len(self.data) - 7, 0)
        return np.ndarray((count,), "<u8", self.data.data, 0, (1,))

    @property
    def is_ascii(self) -> bool:
        """Whether no row has a byte above 127."""
        return bool(self.data.max(initial=0) < 0x80)

    def lengths(self) -> Ints:
        """Return the bytes of each skeleton, int64 (n,)."""
        return np.diff(self.offsets)

    def places(self, position: Ints) -> Ints:
        """Return where bytes of `data` stand in `folded`, int64 (m,)."""
        if self.stays is None:
            return position
        return np.flatnonzero(self.stays)[position]

    def texts_at(self, start: Ints, end: Ints) -> tuple[Ints, Ints]:
        """Return where pieces of `data` begin and end in the texts; the first text begins at 0.

        Full-width characters are taken whole, and what was taken out behind a piece goes with it.
        """
        before = self.removed - np.arange(len(self.removed))  # folded bytes before each removed one
        left, right = self.places(start), self.places(end - 1) + 1
        return (
            left + np.searchsorted(before, left, side="right"),
            right + np.searchsorted(before, right, side="right"),
        )


def skeleton(column: TextColumn) -> Skeleton:
    """Return the skeletons of a column."""
    first, last = int(column.offsets[0]), int(column.offsets[-1])
    text = np.zeros(last - first + _PAD, np.uint8)
    text[: last - first] = column.data[first:last]
    plain = bool(text.max() < 0x80)  # text is never empty: it has its slack
    folded, removed = (text, np.empty(0, np.int64)) if plain else fold(text)
    offsets = column.offsets - first
    if len(removed):
        offsets = offsets - np.searchsorted(removed, offsets, side="left")
    size = int(offsets[-1])
    stays = _STAYS[folded]
    stays[size:] = False
    if stays[:size].all():
        lower = np.frombuffer(folded.tobytes().translate(_LOWER), np.uint8)
        return Skeleton(lower, offsets, folded, offsets, None, removed)
    kept = folded.tobytes().translate(_LOWER, _BETWEEN) + bytes(_PAD)
    before = np.zeros(len(folded) + 1, np.int32)
    np.cumsum(stays, out=before[1:])
    edges = before[offsets].astype(np.int64)
    return Skeleton(np.frombuffer(kept, np.uint8), edges, folded, offsets, stays, removed)


def same_kind_beside(made: Skeleton, row: Ints, start: Ints, end: Ints) -> npt.NDArray[np.bool_]:
    """Return whether a piece is cut out of a longer number or word.

    Parameters
    ----------
    made
        The skeletons.
    row, start, end
        int64 (m,), pieces of ``made.data``, each within its row, none empty.

    Returns
    -------
    bool (m,)
        A digit stands beside a digit, or a Latin letter beside a letter, in the text as it was
        written. A country code (86, 0086) before a number does not count.
    """
    if not len(start):
        return np.zeros(0, np.bool_)
    left, right = made.places(start), made.places(end - 1)
    low, high = made.folded_offsets[row], made.folded_offsets[row + 1]
    text = made.folded
    kinds = _KIND[text]

    def at(place: Ints) -> npt.NDArray[np.uint8]:
        inside = (place >= low) & (place < high)
        return np.asarray(np.where(inside, kinds[np.clip(place, 0, len(text) - 1)], 0))

    def digit(place: Ints, which: bytes) -> npt.NDArray[np.bool_]:
        inside = (place >= low) & (place < high)
        return np.asarray(inside & (text[np.clip(place, 0, len(text) - 1)] == which[0]))

    country = digit(left - 1, b"6") & digit(left - 2, b"8")
    zeros = digit(left - 3, b"0") & digit(left - 4, b"0") & (at(left - 5) != 1)
    country &= (at(left - 3) != 1) | zeros
    before = (at(left) != 0) & (at(left - 1) == at(left)) & ~country
    after = (at(right) != 0) & (at(right + 1) == at(right))
    return np.asarray(before | after)


_KIND = np.zeros(256, np.uint8)  # 1 digit, 2 Latin letter, 0 anything else
_KIND[ord("0") : ord("9") + 1] = 1
_KIND[ord("A") : ord("Z") + 1] = 2
_KIND[ord("a") : ord("z") + 1] = 2
