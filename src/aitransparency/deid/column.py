"""A column of text as the scanners see it: one UTF-8 buffer and the edges of its rows.

`TextColumn` is the Arrow layout itself (no copy), so that a scanner works on bytes and never on
rows. Offsets inside the kernel are byte offsets into `data`; people are given code points.

>>> column = TextColumn.from_strings(["张三", None, "ab"])
>>> column.offsets.tolist()
[0, 6, 6, 8]
>>> column.locate(np.array([3]), np.array([6]))
(array([0]), array([1], dtype=int32), array([2], dtype=int32))
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]


def windows(data: Bytes, start: Ints, width: int) -> Bytes:
    """Return ``data[start:start + width]`` for every start, uint8 (m, width)."""
    # An item of `width` bytes is copied at once, a row of a matrix byte by byte.
    items = np.ndarray(len(data) - width + 1, f"V{width}", data, 0, (1,))
    return items[start].view(np.uint8).reshape(-1, width)


def eights(data: Bytes) -> npt.NDArray[np.uint64]:
    """Return every eight bytes as a number, uint64 (size - 7,), a view."""
    return np.ndarray(max(len(data) - 7, 0), np.uint64, data, 0, (1,))


def translated(data: Bytes, table: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return ``table[data]`` for a table of 256 entries of one byte each."""
    # An index array of bytes would be made one of words first.
    changed = np.frombuffer(data.tobytes().translate(table.tobytes()), table.dtype)
    return changed.reshape(data.shape)


@dataclass(frozen=True, slots=True)
class TextColumn:
    """UTF-8 text of n rows.

    Parameters
    ----------
    data
        uint8 (size,), the bytes of all rows one after the other. Never written to.
    offsets
        int64 (n + 1,), row i is ``data[offsets[i]:offsets[i + 1]]``. The first may not be 0.
    valid
        bool (n,), or None where no row is null. A null row has no bytes.
    """

    data: Bytes
    offsets: Ints
    valid: npt.NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @classmethod
    def from_arrow(cls, array: pa.Array) -> TextColumn:
        """View a string, large_string or dictionary array; only the offsets are copied."""
        if pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        if pa.types.is_string_view(array.type) or pa.types.is_null(array.type):
            array = array.cast(pa.large_string())
        _, offset_buffer, data_buffer = array.buffers()
        width = np.int64 if pa.types.is_large_string(array.type) else np.int32
        if offset_buffer is None or len(array) == 0:
            offsets = np.zeros(len(array) + 1, np.int64)
        else:
            view = np.frombuffer(offset_buffer, width)[array.offset : array.offset + len(array) + 1]
            offsets = view.astype(np.int64)
        data = (
            np.empty(0, np.uint8) if data_buffer is None else np.frombuffer(data_buffer, np.uint8)
        )
        valid = None
        if array.null_count:
            valid = np.asarray(array.is_valid().to_numpy(zero_copy_only=False))
            if np.any(np.diff(offsets)[~valid]):  # Arrow lets a null row own bytes: drop them
                return cls.from_arrow(pa.array(array.to_pylist(), array.type))
        return cls(data, offsets, valid)

    @classmethod
    def from_strings(cls, texts: Iterable[str | None]) -> TextColumn:
        """Encode strings; None is a null row."""
        return cls.from_arrow(pa.array(list(texts), pa.large_string()))

    def to_arrow(self) -> pa.Array:
        """Return the rows as large_string; the bytes are not copied."""
        valid = None if self.valid is None else pa.array(self.valid).buffers()[1]
        return pa.LargeStringArray.from_buffers(
            len(self), pa.py_buffer(self.offsets), pa.py_buffer(self.data), valid
        )

    def texts(self, start: Ints, end: Ints) -> pa.Array:
        """Return the text of spans, large_string (m,).

        Parameters
        ----------
        start, end
            int64 (m,), byte offsets on character boundaries, ascending, none overlapping.
        """
        if not len(start):
            return pa.array([], pa.large_string())
        edges = np.empty(2 * len(start), np.int64)
        edges[0::2], edges[1::2] = start, end
        pieces = pa.LargeStringArray.from_buffers(
            len(edges) - 1, pa.py_buffer(edges), pa.py_buffer(self.data)
        )
        return pieces.take(pa.array(np.arange(0, len(edges), 2)))

    def row_of(self, position: Ints) -> Ints:
        """Return the row of each byte position, int64 (m,). Empty rows own no position."""
        return np.searchsorted(self.offsets, position, side="right") - 1

    def locate(
        self, start: Ints, end: Ints
    ) -> tuple[Ints, npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """Turn byte spans into row, start and end in code points of that row.

        Parameters
        ----------
        start, end
            int64 (m,), byte offsets into `data`, on character boundaries, each span inside one row.
            Any order.
        """
        row = self.row_of(start)
        if not len(start):
            empty = np.empty(0, np.int32)
            return row, empty, empty
        base = self.offsets[row]
        edges, inverse = np.unique(np.concatenate([base, start, end]), return_inverse=True)
        counts = self._characters_between(edges)[inverse]
        at_row, at_start, at_end = np.split(counts, 3)
        return row, (at_start - at_row).astype(np.int32), (at_end - at_row).astype(np.int32)

    def _characters_between(self, edges: Ints) -> Ints:
        """Count the characters from edges[0] to each of the sorted edges."""
        counts = np.zeros(len(edges), np.int64)
        lead = self.data[edges[0] : edges[-1]]
        is_lead = (lead & 0xC0) != 0x80
        if len(edges) > 1 and len(lead):
            pieces = np.add.reduceat(is_lead, edges[:-1] - edges[0], dtype=np.int64)
            np.cumsum(pieces, out=counts[1:])
        return counts


def column_parts(column: TextColumn, size: int) -> list[TextColumn]:
    """Cut a column at row edges into parts of about `size` bytes; none is without text."""
    first, last = int(column.offsets[0]), int(column.offsets[-1])
    if last == first:
        return []
    marks = np.arange(first + size, last, size)
    cuts: Ints = np.unique(
        np.concatenate([[0], np.searchsorted(column.offsets, marks), [len(column)]])
    )
    return [
        TextColumn(column.data, column.offsets[low : high + 1])
        for low, high in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True)
        if column.offsets[high] > column.offsets[low]
    ]
