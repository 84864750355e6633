"""Rows to run the model on: a person's own, with some values changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aitransparency.explain.counterfactual.levels import Value

Indices = npt.NDArray[np.intp]


def changed(
    row: pa.Table, columns: Mapping[str, tuple[Sequence[Value], Indices]], count: int
) -> pa.Table:
    """Return a person's row `count` times with some columns changed.

    Parameters
    ----------
    row
        One row.
    columns
        For each changed column the values it may take and, per copy, which of them, (count,); -1
        keeps the person's own.
    count
        Copies.
    """
    made = {}
    for name in row.column_names:
        own = row[name].combine_chunks()
        if name not in columns:
            made[name] = own.take(pa.array(np.zeros(count, np.int64)))
            continue
        values, pick = columns[name]
        plain = own.cast(own.type.value_type) if pa.types.is_dictionary(own.type) else own
        pool = pa.concat_arrays([pa.array(list(values), plain.type), plain])
        made[name] = pool.take(pa.array(np.where(pick < 0, len(values), pick)))
    return pa.table(made)
