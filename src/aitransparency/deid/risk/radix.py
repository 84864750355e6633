"""Columns as numbers of a small range: equal numbers where values are equal, and only there.

Texts of one width are read by their bytes, each a digit of as many values as lie between its least
and its greatest: a postal code is at most a million, a date written out some three hundred
thousand. Whole numbers and days are counted from their least. Everything else goes through Arrow's
hash table first. Every step is exact. A null is one number more. NaN is null; 0.0 equals -0.0.

>>> column, scale = scaled(pa.array(["a1", "b3", None, "a1"]))
>>> scale.space, scale.numbers(column.chunk(0)).tolist()
(7, [0, 5, 6, 0])
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.text import is_text

Numbers = npt.NDArray[np.uint64]
Bytes = npt.NDArray[np.uint8]

BLOCK = 1 << 16  # rows whose temporaries stay in the cache of a core
MOST = 1 << 62
_BYTES = 32  # of the widest text that is read by its bytes
_WORD = 8
_KEPT = np.array([(1 << (8 * size)) - 1 for size in range(_WORD + 1)], np.uint64)  # by bytes


@dataclass(frozen=True, slots=True)
class Scale:
    """How the values of one column become numbers.

    Parameters
    ----------
    space
        Numbers lie below this; at most `MOST`.
    low
        For whole numbers: the least one.
    width
        For texts: their bytes.
    digits
        For texts: the byte, its least value, and how many values it has; first digit first.
    nullable
        Whether the highest number stands for null.
    """

    space: int
    low: int = 0
    width: int = 0
    digits: tuple[tuple[int, int, int], ...] = ()
    nullable: bool = False

    def numbers(self, block: pa.Array) -> Numbers:
        """Return the numbers of a piece of the column, uint64 (m,)."""
        if not block.null_count:
            return self._known(block)
        made = np.full(len(block), self.space - 1, np.uint64)
        made[block.is_valid().to_numpy(zero_copy_only=False)] = self._known(block.drop_null())
        return made

    def _known(self, block: pa.Array) -> Numbers:
        if not is_text(block.type):
            whole: Numbers = block.to_numpy().astype(np.uint64)
            whole -= np.uint64(self.low % (1 << 64))
            return whole
        made = np.zeros(len(block), np.uint64)
        if len(block):
            cells = _cells(block, self.width)
            for at, low, radix in self.digits:
                made *= np.uint64(radix)
                made += cells[:, at] - np.uint8(low)
        return made


def scaled(column: pa.Array | pa.ChunkedArray) -> tuple[pa.ChunkedArray, Scale]:
    """Return a column as it is read, and how what is read becomes numbers."""
    column = _plain(column)
    nullable = column.null_count > 0
    if is_text(column.type):
        width = _width(column)
        digits = () if width is None else _digits(column, width)
        if width is not None and digits is not None:
            space = int(np.prod([radix for _, _, radix in digits], dtype=object))
            return column, Scale(space + nullable, 0, width, digits, nullable)
        column = hashed(column)
    ends = pc.min_max(column).as_py()
    if ends["min"] is not None and ends["max"] - ends["min"] >= MOST - 1:
        column = hashed(column)
        ends = pc.min_max(column).as_py()
    low = ends["min"] or 0
    return column, Scale((ends["max"] or 0) - low + 1 + nullable, low, nullable=nullable)


def hashed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the numbers of the values in the order of first appearance; null stays null."""
    whole = column.combine_chunks()
    if is_text(column.type):
        whole = _by_word(whole)
    return pa.chunked_array([pc.dictionary_encode(whole).indices])


def _plain(column: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    """Return text or whole numbers, equal where the values are."""
    if isinstance(column, pa.Array):
        column = pa.chunked_array([column])
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _of_dictionary(column)
    if pa.types.is_boolean(kind):
        return column.cast(pa.uint8())
    if pa.types.is_temporal(kind) and not pa.types.is_interval(kind):
        whole = pa.int32() if kind.bit_width == 32 else pa.int64()
        return pa.chunked_array([chunk.view(whole) for chunk in column.chunks], whole)
    if pa.types.is_floating(kind):
        column = pc.add(column.cast(pa.float64()), 0.0)  # -0.0 becomes 0.0
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, pa.float64()), column)
    elif pa.types.is_string_view(kind):
        return column.cast(pa.large_string())
    elif pa.types.is_integer(kind) or is_text(kind):
        return column
    return hashed(column)


def _of_dictionary(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return numbers of the values; a dictionary may hold one twice, and null."""
    made = []
    for chunk in column.unify_dictionaries().chunks:
        known, scale = scaled(chunk.dictionary)
        numbers = [scale.numbers(one) for one in known.chunks]
        place = pa.array(np.concatenate([np.zeros(0, np.uint64), *numbers]).view(np.int64))
        place = pc.if_else(chunk.dictionary.is_null(), pa.scalar(None, pa.int64()), place)
        made.append(place.take(chunk.indices))
    return pa.chunked_array(made, pa.int64())


def _blocks(column: pa.ChunkedArray) -> Iterator[pa.Array]:
    """Return a column's values without nulls, in pieces of up to `BLOCK` rows."""
    for chunk in column.chunks:
        for start in range(0, len(chunk), BLOCK):
            block = chunk.slice(start, BLOCK)
            block = block.drop_null() if block.null_count else block
            if len(block):
                yield block


def _width(column: pa.ChunkedArray) -> int | None:
    """Return the bytes that every value has, or None."""
    width = 0
    for place, block in enumerate(_blocks(column)):
        edges, _ = _layout(block)
        width = width if place else int(edges[1] - edges[0])
        if width > _BYTES or not ((edges[1:] - edges[:-1]) == width).all():
            return None
    return width


def _digits(column: pa.ChunkedArray, width: int) -> tuple[tuple[int, int, int], ...] | None:
    """Return the bytes that vary, or None where their numbers would be too large."""
    low, high = np.full(width, 255, np.uint8), np.zeros(width, np.uint8)
    for block in _blocks(column):
        cells = _cells(block, width)
        for at in range(width):
            low[at] = min(low[at], cells[:, at].min())
            high[at] = max(high[at], cells[:, at].max())
    made = tuple(
        (at, int(low[at]), int(high[at]) - int(low[at]) + 1)
        for at in range(width)
        if low[at] < high[at]
    )
    return made if np.prod([float(radix) for _, _, radix in made]) < MOST / 2 else None


def _layout(block: pa.Array) -> tuple[npt.NDArray[np.int64] | npt.NDArray[np.int32], Bytes]:
    _, edges, data = block.buffers()
    part = slice(block.offset, block.offset + len(block) + 1)
    offsets: npt.NDArray[np.int64] | npt.NDArray[np.int32]
    if pa.types.is_large_string(block.type):
        offsets = np.frombuffer(edges, np.int64)[part]
    else:
        offsets = np.frombuffer(edges, np.int32)[part]
    return offsets, np.empty(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)


def _cells(block: pa.Array, width: int) -> Bytes:
    """Return the bytes of texts of one width, uint8 (m, width), without a copy."""
    edges, data = _layout(block)
    return data[int(edges[0]) : int(edges[-1])].reshape(len(block), width)


def _by_word(texts: pa.Array) -> pa.Array:
    """Return texts of up to eight bytes as the numbers that their bytes are, others as they are."""
    if not len(texts) or texts.null_count:
        return texts
    edges, data = _layout(texts)
    lengths = np.diff(edges)
    first, last = int(edges[0]), int(edges[-1])
    if lengths.max() > _WORD or not data[first:last].all():  # a zero byte would be taken for none
        return texts
    padded = np.append(data[first:last], np.zeros(_WORD, np.uint8))
    words = np.ndarray((last - first + 1,), "<u8", padded.data, 0, (1,))[edges[:-1] - first]
    return pa.array((words & _KEPT[lengths]).view(np.int64))
