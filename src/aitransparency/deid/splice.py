r"""Replace spans of a byte buffer without a loop: what is not replaced comes out byte for byte.

>>> data = np.frombuffer(b"a,13800138000,x\n", np.uint8)
>>> made = splice(data, np.array([2]), np.array([13]), pa.array(["138****8000"], pa.large_string()))
>>> made.tobytes()
b'a,138****8000,x\n'
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa

from aitransparency.deid.column import Bytes, Ints, eights
from aitransparency.deid.compiled import pays

_THREADS = 2
_PART = 4_000_000  # bytes that a thread copies at a time


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
    if pays(len(data)):
        return _by_loops(data, start, end, values.cast(pa.large_binary()))
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


def _by_loops(data: Bytes, start: Ints, end: Ints, values: pa.Array) -> Bytes:
    """Splice by compiled loops, in threads where there is much to copy."""
    from aitransparency.deid import splice_kernels

    new, offsets = bytes_of(values), edges_of(values)
    grown = np.zeros(len(start) + 1, np.int64)
    np.cumsum(np.diff(offsets) - (end - start), out=grown[1:])
    made = np.empty(len(data) + int(grown[-1]), np.uint8)
    parts = max(min(len(start), len(made) // _PART), 1)
    cuts = np.linspace(0, len(start), parts + 1).astype(np.int64)  # a part ends with its last span
    edges = np.concatenate([[0], end[cuts[1:-1] - 1], [len(data)]])
    written = edges + grown[cuts]  # where each part goes

    def copy(part: int) -> None:
        low, high = cuts[part], cuts[part + 1]
        splice_kernels.copy(
            *(data, eights(data), edges[part], edges[part + 1], start[low:high], end[low:high]),
            *(new, eights(new), offsets[low : high + 1], made, eights(made), written[part]),
        )

    if parts == 1:
        copy(0)
        return made
    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(copy, range(parts)))
    return made


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
