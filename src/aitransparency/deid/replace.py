"""Replace spans of a text column.

>>> column = TextColumn.from_strings(["电话 13800138000", None, "无"])
>>> found = Candidates.of("CN_MOBILE_PHONE", [7], [18], [0.9])
>>> replace_spans(column, found, pa.array(["<电话>"])).to_pylist()
['电话 <电话>', None, '无']
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa

from aitransparency.deid.column import Bytes, Ints, TextColumn, eights
from aitransparency.deid.compiled import pays
from aitransparency.deid.spans import Candidates
from aitransparency.errors import InputError

_THREADS = 2
_PART = 4_000_000  # bytes that a thread copies at a time


def replace_spans(column: TextColumn, spans: Candidates, replacements: pa.Array) -> pa.Array:
    """Return the column with each span replaced.

    Parameters
    ----------
    column
        The text of n rows.
    spans
        m spans, ordered by start, none overlapping, as `find_column` returns them.
    replacements
        m texts.

    Returns
    -------
    pyarrow.LargeStringArray
        n rows; null rows stay null.
    """
    if len(spans) != len(replacements):
        raise InputError(f"{len(spans)} spans need as many replacements, got {len(replacements)}")
    new = TextColumn.from_arrow(replacements.cast(pa.large_string()))
    grown = np.zeros(len(spans) + 1, np.int64)
    np.cumsum(np.diff(new.offsets) - (spans.end - spans.start), out=grown[1:])
    before = np.searchsorted(spans.start, column.offsets, side="left")
    offsets = column.offsets - column.offsets[0] + grown[before]
    if pays(int(offsets[-1])):
        data = _copied(column, spans, new, grown)
    else:
        data = _gathered(column, spans, new)
    valid = None if column.valid is None else pa.array(column.valid).buffers()[1]
    return pa.LargeStringArray.from_buffers(
        len(column), pa.py_buffer(offsets), pa.py_buffer(data), valid
    )


def _copied(column: TextColumn, spans: Candidates, new: TextColumn, grown: Ints) -> Bytes:
    """Return the bytes by compiled loops, in threads where they are many.

    `grown` is how many bytes are more before each span.
    """
    from aitransparency.deid import replace_kernels as kernels

    data = np.empty(int(column.offsets[-1] - column.offsets[0] + grown[-1]), np.uint8)
    parts = max(min(len(spans), len(data) // _PART), 1)
    cuts = np.linspace(0, len(spans), parts + 1).astype(np.int64)  # a part ends with its last span
    edges = column.offsets[[0, *[-1] * parts]]
    edges[1:-1] = spans.end[cuts[1:-1] - 1]
    written = edges - edges[0] + grown[cuts]  # where each part goes

    def copy(part: int) -> None:
        low, high = cuts[part], cuts[part + 1]
        kernels.copy(
            *(column.data, eights(column.data), edges[part], edges[part + 1]),
            *(spans.start[low:high], spans.end[low:high], new.data, eights(new.data)),
            *(new.offsets[low : high + 1], data, eights(data), written[part]),
        )

    if parts == 1:
        copy(0)
        return data
    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(copy, range(parts)))
    return data


def _gathered(column: TextColumn, spans: Candidates, new: TextColumn) -> pa.Buffer:
    """Return the bytes by Arrow."""
    edges = np.empty(2 * len(spans) + 2, np.int64)
    edges[0], edges[-1] = column.offsets[0], column.offsets[-1]
    edges[1:-1:2], edges[2:-1:2] = spans.start, spans.end
    pieces = pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), len(edges) - 1, [None, pa.py_buffer(edges), pa.py_buffer(column.data)]
    )
    order = np.arange(len(edges) - 1)
    order[1::2] = len(order) + np.arange(len(spans))  # every span gives way to its replacement
    both = pa.concat_arrays([pieces, new.to_arrow().cast(pa.large_binary())])
    return both.take(pa.array(order)).buffers()[2] or pa.py_buffer(b"")
