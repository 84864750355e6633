"""Frames in and frames out: pandas, Polars and Arrow around one Arrow table.

The kernel works on `pyarrow.RecordBatch`; this is the only place that knows frame libraries, and it
imports none that the caller has not imported already.

>>> import pyarrow as pa
>>> frame = pa.table({"a": [1, 2]})
>>> like(frame, to_table(frame)) is frame
True
"""

from __future__ import annotations

from typing import Any, TypeVar

import pyarrow as pa

from aitransparency.errors import InputTypeError

Frame = TypeVar("Frame")


def library_of(data: object) -> str:
    """Return 'pandas', 'polars', 'pyarrow', 'numpy' or 'builtins': the top module of the type."""
    return type(data).__module__.partition(".")[0]


def is_frame(data: object) -> bool:
    """Return whether `to_table` takes this object."""
    return isinstance(data, pa.Table | pa.RecordBatch) or (
        library_of(data) in ("pandas", "polars") and type(data).__name__ == "DataFrame"
    )


def is_series(data: object) -> bool:
    """Return whether this is a pandas or Polars series, or an Arrow array."""
    return isinstance(data, pa.Array | pa.ChunkedArray) or (
        library_of(data) in ("pandas", "polars") and type(data).__name__ == "Series"
    )


def to_table(frame: object) -> pa.Table:
    """Return the columns of a frame as an Arrow table, without a copy where the library allows.

    Raises
    ------
    InputTypeError
        The object is no frame, or a column mixes types that Arrow cannot hold.
    """
    if isinstance(frame, pa.Table):
        return frame
    if isinstance(frame, pa.RecordBatch):
        return pa.Table.from_batches([frame])
    if not is_frame(frame):
        raise InputTypeError(
            f"expected a pandas, Polars or Arrow frame, got {type(frame).__qualname__}"
        )
    known: Any = frame  # checked above; the libraries are not imported here
    if library_of(frame) == "polars":
        return known.to_arrow()
    columns = {}
    for position, name in enumerate(known.columns):
        if not isinstance(name, str):
            raise InputTypeError(f"column {position} has a name that is not text; rename it")
        try:
            columns[name] = pa.Array.from_pandas(known.iloc[:, position])
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            raise InputTypeError(
                f"column {name!r}: {_first_odd_row(known.iloc[:, position])} "
                "Give the column one type, for example with .astype('string')"
            ) from None
    return pa.table(columns)


def like(original: Frame, table: pa.Table) -> Frame:
    """Return the table as the type of `original`; a pandas index is kept."""
    result: Any = table
    source: Any = original
    if isinstance(original, pa.RecordBatch):
        batches = table.combine_chunks().to_batches()
        result = batches[0] if batches else pa.RecordBatch.from_pylist([], table.schema)
    elif library_of(original) == "polars":
        import polars

        result = polars.from_arrow(table)
    elif library_of(original) == "pandas":
        result = table.to_pandas()
        if len(result) == len(source):
            result.index = source.index
            for name in result.columns:  # a column that was not touched keeps its dtype
                if name not in source.columns or result[name].dtype == source[name].dtype:
                    continue
                kind = table.schema.field(name).type
                text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
                if not (text and source[name].dtype.kind != "O"):  # "007" is no number
                    result[name] = _back_to(source[name].dtype, result[name])
    return result  # type: ignore[no-any-return]


def _back_to(dtype: Any, series: Any) -> Any:  # pandas types; pandas is not imported here
    try:
        return series.astype(dtype)
    except (TypeError, ValueError):
        return series


def _first_odd_row(series: Any) -> str:  # a pandas series
    first = next((type(value) for value in series if value is not None), object)
    for row, value in enumerate(series):
        if value is not None and type(value) is not first and value == value:
            return (
                f"row {row:,} holds {type(value).__name__} where rows above hold {first.__name__}."
            )
    return "its values have no common type."
