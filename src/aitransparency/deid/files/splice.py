r"""Replace spans of a byte buffer without a loop: what is not replaced comes out byte for byte.

>>> data = np.frombuffer(b"a,13800138000,x\n", np.uint8)
>>> made = splice(data, np.array([2]), np.array([13]), pa.array(["138****8000"], pa.large_string()))
>>> made.tobytes()
b'a,138****8000,x\n'
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]


def splice(data: Bytes, start: Ints, end: Ints, values: pa.Array) -> Bytes:
    """Return the buffer with spans replaced.

    Parameters
    ----------
    data
        uint8 (size,).
    start, end
        int64 (m,), ascending, none overlapping.
    values
        large_string or large_binary (m,), without nulls.
    """
    if not len(start):
        return data
    edges = np.empty(2 * len(start) + 2, np.int64)
    edges[0], edges[-1] = 0, len(data)
    edges[1:-1:2], edges[2:-1:2] = start, end
    pieces = pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), len(edges) - 1, [None, pa.py_buffer(edges), pa.py_buffer(data)]
    )
    order = np.arange(len(edges) - 1)
    order[1::2] = len(edges) - 1 + np.arange(len(start))
    together = pa.concat_arrays([pieces, values.cast(pa.large_binary())])
    return bytes_of(together.take(pa.array(order)))


def cut(data: Bytes, start: Ints, end: Ints) -> pa.Array:
    """Return spans as large_binary (m,); any order, overlapping or not."""
    if not len(start):
        return pa.array([], pa.large_binary())
    return _gather(data, start, end)


def _gather(data: Bytes, start: Ints, end: Ints) -> pa.Array:
    """Copy spans out of a buffer.

    Spans in ascending order are pieces of the buffer with the gaps between them left out; others
    go through the same path in sorted order.
    """
    if len(start) > 1 and (start[1:] < end[:-1]).any():
        order = np.argsort(start, kind="stable")
        if (start[order][1:] < end[order][:-1]).any():
            return pa.array(
                [data[a:b].tobytes() for a, b in zip(start, end, strict=True)], pa.large_binary()
            )
        back = np.empty_like(order)
        back[order] = np.arange(len(order))
        return _gather(data, start[order], end[order]).take(pa.array(back))
    edges = np.empty(2 * len(start), np.int64)
    edges[0::2], edges[1::2] = start, end
    pieces = pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), len(edges) - 1, [None, pa.py_buffer(edges), pa.py_buffer(data)]
    )
    return pieces.take(pa.array(np.arange(0, len(edges), 2)))


def bytes_of(array: pa.Array) -> Bytes:
    """Return the bytes of a large_binary or large_string array, its rows joined; no copy."""
    _, offsets, data = array.buffers()
    if not len(array) or data is None:
        return np.empty(0, np.uint8)
    edges = np.frombuffer(offsets, np.int64)
    first, last = edges[array.offset], edges[array.offset + len(array)]
    return np.frombuffer(data, np.uint8)[first:last]


def edges_of(array: pa.Array) -> Ints:
    """Return the edges of the rows in `bytes_of`, int64 (n + 1,)."""
    if not len(array):
        return np.zeros(1, np.int64)
    edges: Ints = np.frombuffer(array.buffers()[1], np.int64)
    edges = edges[array.offset : array.offset + len(array) + 1]
    return np.asarray(edges - edges[0])
