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
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aitransparency.deid.column import Bytes, Ints, TextColumn, eights
from aitransparency.deid.compiled import pays
from aitransparency.deid.scan.fold import flat_tables, fold
from aitransparency.deid.text import as_text, has_text_form

# '*' stays: it stands for what a mask hid, and digits on its two sides are not neighbours.
_BETWEEN = b" \t\r\n\x0b\x0c\x00-_./\\()[]{}<>,;:'\"`|+#~^"
_LOWER = bytes(range(256)).lower()
_STAYS = np.array([byte not in _BETWEEN for byte in range(256)], np.bool_)
_BECOMES = np.where(_STAYS, np.frombuffer(_LOWER, np.uint8), 0).astype(np.uint8)
_EDGE = 10  # stands between rows while they are folded; it is taken out like every blank
_PAD = 8


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the bytes of skeletons come from.

    Parameters
    ----------
    folded
        uint8, the texts with full width folded, one `_EDGE` behind each and nothing taken out.
    offsets
        int64 (n + 1,), edges of the rows in `folded`; the `_EDGE` belongs to its row.
    stays
        bool like `folded`, what of it is in the skeletons.
    removed
        int64, sorted: which bytes of the texts and their `_EDGE` folding took out.
    edges
        int64 (n + 1,), edges of the texts before folding, `_EDGE` included.
    """

    folded: Bytes
    offsets: Ints
    stays: npt.NDArray[np.bool_]
    removed: Ints
    edges: Ints

    @classmethod
    def of(cls, column: TextColumn) -> Origin:
        """Fold a column."""
        first, last = int(column.offsets[0]), int(column.offsets[-1])
        edges = column.offsets - first + np.arange(len(column) + 1)
        text = np.full(last - first + len(column) + _PAD, _EDGE, np.uint8)
        inside = np.ones(last - first + len(column), np.bool_)
        inside[edges[1:] - 1] = False
        text[: len(inside)][inside] = column.data[first:last]
        plain = bool(text.max() < 0x80)  # text is never empty: it has its slack
        folded, removed = (text, np.empty(0, np.int64)) if plain else fold(text)
        offsets = edges - np.searchsorted(removed, edges, side="left")
        stays = _STAYS[folded]
        return cls(folded, offsets, stays, removed, edges)


@dataclass(frozen=True)
class Skeleton:
    """The skeletons of n texts, one after the other.

    Parameters
    ----------
    data
        uint8 (size,), with `_PAD` bytes of slack behind ``offsets[-1]`` so that eight bytes can be
        read at any place.
    offsets
        int64 (n + 1,).
    column
        The texts.
    """

    data: Bytes
    offsets: Ints
    column: TextColumn

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @cached_property
    def origin(self) -> Origin:
        """Where the bytes come from; made when something was found, for most texts never."""
        return Origin.of(self.column)

    @property
    def words(self) -> npt.NDArray[np.uint64]:
        """Eight bytes from every place as one number, uint64 (size - 7,); a view."""
        return eights(self.data)

    @property
    def is_ascii(self) -> bool:
        """Whether no row has a byte above 127."""
        return bool(self.data.max(initial=0) < 0x80)

    def lengths(self) -> Ints:
        """Return the bytes of each skeleton, int64 (n,)."""
        return np.diff(self.offsets)

    def places(self, position: Ints) -> Ints:
        """Return where bytes of `data` stand in ``origin.folded``, int64 (m,)."""
        return np.flatnonzero(self.origin.stays)[position]

    def texts_at(self, start: Ints, end: Ints) -> tuple[Ints, Ints]:
        """Return where pieces of `data` begin and end in the texts; the first text begins at 0.

        Full-width characters are taken whole, and what was taken out behind a piece goes with it.
        """
        origin = self.origin
        removed = origin.removed
        before = removed - np.arange(len(removed))  # folded bytes before each removed one
        left, right = self.places(start), self.places(end - 1) + 1
        row = np.searchsorted(origin.offsets, left, side="right") - 1  # so many `_EDGE` before
        begin = left + np.searchsorted(before, left, side="right")
        stop = right + np.searchsorted(before, right, side="right")
        return begin - row, np.minimum(stop, origin.edges[row + 1] - 1) - row


def skeleton(column: TextColumn) -> Skeleton:
    """Return the skeletons of a column."""
    size = int(column.offsets[-1]) - int(column.offsets[0])
    if pays(size):
        made = skeletons_of(column.data, column.offsets[:-1], column.offsets[1:])
        return Skeleton(*made, column)
    return by_arrays(column)


def by_arrays(column: TextColumn) -> Skeleton:
    """Return what `skeleton` returns, without compiled loops."""
    origin = Origin.of(column)
    text = origin.folded.tobytes().translate(_LOWER, _BETWEEN) + bytes(_PAD)
    before = np.zeros(len(origin.folded) + 1, np.int32)
    np.cumsum(origin.stays, out=before[1:])
    made = Skeleton(np.frombuffer(text, np.uint8), before[origin.offsets].astype(np.int64), column)
    made.__dict__["origin"] = origin
    return made


class Skeletons:
    """The skeletons of the columns of a batch, each made when it is first asked for."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        self._batch = batch
        self._texts: dict[str, TextColumn] = {}
        self._made: dict[str, Skeleton] = {}
        self.searchable = [one.name for one in batch.schema if has_text_form(one.type)]

    def __getitem__(self, name: str) -> Skeleton:
        if name not in self._made:
            self._made[name] = skeleton(self.text(name))
        return self._made[name]

    def text(self, name: str) -> TextColumn:
        """Return what a skeleton is made of."""
        if name not in self._texts:
            values = self._batch.column(self._batch.schema.get_field_index(name))
            self._texts[name] = TextColumn.from_arrow(as_text(values))
        return self._texts[name]

    def is_ascii(self, name: str) -> bool:
        """Return whether no skeleton of a column has a byte above 127: no text has, mostly."""
        text = self.text(name)
        plain = text.data[text.offsets[0] : text.offsets[-1]].max(initial=0) < 0x80
        return bool(plain) or self[name].is_ascii


def drops(character: str) -> bool:
    """Return whether skeletons are without an ASCII character, wherever it stands."""
    return not _STAYS[ord(character)]


def skeletons_of(data: Bytes, start: Ints, end: Ints) -> tuple[Bytes, Ints]:
    """Return the skeletons of pieces of text by compiled loops, with slack, and their edges.

    Parameters
    ----------
    data
        uint8, UTF-8.
    start, end
        int64 (n,), character boundaries.
    """
    from aitransparency.deid.verify import kernels

    out = np.empty(int((end - start).sum()) + _PAD, np.uint8)
    edges = np.empty(len(start) + 1, np.int64)
    written = kernels.skeletons(data, start, end, *flat_tables(), _BECOMES, out, edges)
    return out[: written + _PAD], edges


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
    low, high = made.origin.offsets[row], made.origin.offsets[row + 1]
    text = made.origin.folded
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
