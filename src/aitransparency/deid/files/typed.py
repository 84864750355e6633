"""The types that a sample of text looks like: for proposing a plan, never for the data itself.

>>> typed(pa.table({"a": ["1", ""], "b": ["007", "1"], "c": ["2024-02-29", ""]})).schema.types
[DataType(int64), DataType(string), DataType(date32[day])]
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

_LEADING_ZERO = r"^[+-]?0[0-9]"
_KINDS = (pa.int64(), pa.float64(), pa.date32(), pa.timestamp("s"))


def typed(table: pa.Table) -> pa.Table:
    """Return the table with text columns in the type that all their values read as."""
    columns = {name: _column(table[name]) for name in table.column_names}
    return pa.table(columns)


def _column(values: pa.ChunkedArray) -> pa.ChunkedArray:
    if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
        return values
    known = pc.if_else(pc.equal(values, ""), pa.scalar(None, values.type), values)
    if known.null_count == len(known):
        return values
    if pc.any(pc.match_substring_regex(known, _LEADING_ZERO)).as_py():
        return values  # a number would lose its zeros: it is a code
    for kind in _KINDS:
        try:
            return known.cast(kind)
        except pa.ArrowInvalid:
            continue
    return values


def padded(tables: list[pa.Table]) -> pa.Table:
    """Return the columns of several tables as one, shorter ones filled with nulls."""
    rows = max((table.num_rows for table in tables), default=0)
    columns = {}
    for table in tables:
        for name in table.column_names:
            column = table[name].combine_chunks()
            columns[name] = pa.concat_arrays([column, pa.nulls(rows - len(column), column.type)])
    return pa.table(columns)
