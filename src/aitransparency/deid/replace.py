"""Replace spans of a text column.

>>> column = TextColumn.from_strings(["电话 13800138000", None, "无"])
>>> found = Candidates.of("CN_MOBILE_PHONE", [7], [18], [0.9])
>>> replace_spans(column, found, pa.array(["<电话>"])).to_pylist()
['电话 <电话>', None, '无']
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.column import TextColumn
from aitransparency.deid.spans import Candidates
from aitransparency.deid.splice import splice
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
    replacements = replacements.cast(pa.large_string())
    first, last = column.offsets[0], column.offsets[-1]
    data = splice(column.data[first:last], spans.start - first, spans.end - first, replacements)
    grown = np.zeros(len(spans) + 1, np.int64)
    sizes = pc.binary_length(replacements).fill_null(0).to_numpy(zero_copy_only=False)
    np.cumsum(sizes - (spans.end - spans.start), out=grown[1:])
    before = np.searchsorted(spans.start, column.offsets, side="left")
    offsets = column.offsets - first + grown[before]
    valid = None if column.valid is None else pa.array(column.valid).buffers()[1]
    return pa.LargeStringArray.from_buffers(
        len(column), pa.py_buffer(offsets), pa.py_buffer(data), valid
    )
