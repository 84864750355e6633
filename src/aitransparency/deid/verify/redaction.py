"""Take originals out of a column where verification found them.

>>> import pyarrow as pa
>>> from aitransparency.deid.column import TextColumn
>>> from aitransparency.deid.verify.skeleton import skeleton
>>> values = pa.array(["电１３８-0013 8000。", "无"])
>>> made = skeleton(TextColumn.from_arrow(values))
>>> one = Hits(np.array([0]), np.array([3]), np.array([11]), np.array([True]))
>>> without(values, made, one).to_pylist()
['电<REDACTED>。', '无']
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.column import TextColumn
from aitransparency.deid.replace import replace_spans
from aitransparency.deid.spans import Candidates
from aitransparency.deid.text import as_text, is_text
from aitransparency.deid.verify.search import Hits
from aitransparency.deid.verify.skeleton import Skeleton

_LABEL = "<REDACTED>"


def without(values: pa.Array, made: Skeleton, hits: Hits) -> pa.Array:
    """Return the values with hits redacted, in the type they have.

    Parameters
    ----------
    values
        n values. In text the piece is replaced by ``<REDACTED>``; other types become null there.
    made
        Their skeletons.
    hits
        What goes.
    """
    if not is_text(values.type):
        where = np.zeros(len(values), np.bool_)
        where[hits.rows()] = True
        return pc.if_else(pa.array(where), pa.scalar(None, values.type), values)
    if pa.types.is_dictionary(values.type):
        plain = without(values.dictionary_decode(), made, hits)
        return plain.dictionary_encode().cast(values.type)
    column = TextColumn.from_arrow(as_text(values))
    start = made.offsets[hits.row] + hits.start
    start, end = made.texts_at(start, start + hits.length)
    start, end = start + column.offsets[0], end + column.offsets[0]
    order = np.lexsort((end, start))
    start, end = start[order], end[order]
    reach = np.maximum.accumulate(end)
    first = np.ones(len(start), np.bool_)
    first[1:] = start[1:] >= reach[:-1]
    last = np.flatnonzero(np.append(first[1:], True))
    spans = Candidates.of("PERSON", start[first], reach[last], 1.0)  # the entity is not used
    labels = pa.array([_LABEL] * len(spans), pa.large_string())
    return replace_spans(column, spans, labels).cast(values.type)
