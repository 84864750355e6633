"""Rows as the model takes them: names checked against the fit, types against the background.

The explainer keeps people's rows as one Arrow table; a model may want a pandas or Polars frame or a
numpy array with the columns in the order of the fit. `RowFormat` goes between the two.

>>> form = RowFormat.of(np.array([[1.0, 2.0], [3.0, 4.0]]), ())
>>> form.names
('x0', 'x1')
>>> form.native(form.table({"x0": 1.0, "x1": 2.0}))
array([[1., 2.]])
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency import frames
from aitransparency.errors import ColumnNotFoundError, InputError, InputTypeError

Library = Literal["numpy", "pandas", "polars", "pyarrow"]


@dataclass(frozen=True, slots=True, eq=False)
class RowFormat:
    """The columns of a model's input and the kind of frame that it takes.

    Parameters
    ----------
    names
        Column names, in the order of the fit.
    library
        What `native` returns.
    schema
        Arrow types of the background's columns.
    template
        A native frame without rows that holds the background's own dtypes; None for numpy.
    """

    names: tuple[str, ...]
    library: Library
    schema: pa.Schema
    template: Any = None  # a pandas or Polars frame; neither is imported here

    @classmethod
    def of(cls, background: Any, fitted: Sequence[str]) -> RowFormat:
        """Read the format off a background and the names the model was fitted with.

        Parameters
        ----------
        background
            numpy array (n, p) or frame.
        fitted
            Column names of the fit; empty where the model was fitted without names.
        """
        if isinstance(background, np.ndarray):
            if background.ndim != 2:
                raise InputError(f"background has {background.ndim} dimensions; expected 2")
            names = tuple(fitted) or tuple(f"x{j}" for j in range(background.shape[1]))
            table = _from_numpy(background, names, "background")
            return cls(names, "numpy", table.schema)
        table = frames.to_table(background)
        for name in fitted:
            if name not in table.column_names:
                raise ColumnNotFoundError.among(name, table.column_names)
        names = tuple(fitted) or tuple(table.column_names)
        library: Any = frames.library_of(background)
        known: Any = background
        if library == "pyarrow":
            return cls(names, library, table.select(names).schema)
        return cls(names, library, table.select(names).schema, known[list(names)].head(0))

    def as_numpy(self) -> RowFormat:
        """Return the same columns for a model that was fitted on a bare array."""
        return RowFormat(self.names, "numpy", self.schema)

    def table(self, data: Any, argument: str = "X") -> pa.Table:
        """Return rows as an Arrow table, checked; columns the model does not use are kept.

        Parameters
        ----------
        data
            A frame, a numpy array with the columns of the fit, or one row as a mapping or pandas
            Series.
        argument
            What to call `data` in errors.

        Raises
        ------
        InputError
            Features are missing (all are named), or a category was not in the background.
        InputTypeError
            A column has text where numbers are expected, or the reverse.
        """
        if isinstance(data, np.ndarray):
            table = _from_numpy(np.atleast_2d(data), self.names, argument)
        elif isinstance(data, Mapping):
            table = _from_mapping(data)
        elif frames.library_of(data) == "pandas" and type(data).__name__ == "Series":
            table = _from_mapping(data.to_dict())
        else:
            table = frames.to_table(data)
        missing = [name for name in self.names if name not in table.column_names]
        if len(missing) == 1:
            raise ColumnNotFoundError.among(missing[0], table.column_names)
        if missing:
            raise InputError(
                f"{argument} lacks {len(missing)} of the model's {len(self.names)} features: "
                f"{', '.join(missing)}"
            )
        for name in self.names:
            column = _fit_type(table[name], self.schema.field(name), argument)
            table = table.set_column(table.column_names.index(name), name, column)
        return table

    def native(self, table: pa.Table) -> Any:
        """Return the model's columns of a checked table as the model takes them."""
        table = table.select(self.names)
        if self.library == "numpy":
            return matrix(table)
        if self.library == "pyarrow":
            return table
        if self.library == "polars":
            import polars

            return polars.from_arrow(table, schema=self.template.schema)
        frame = table.to_pandas()
        for name in self.names:
            dtype = self.template[name].dtype
            if frame[name].dtype != dtype:
                try:
                    frame[name] = frame[name].astype(dtype)
                except (TypeError, ValueError):  # null or fraction in a column of whole numbers
                    continue
        return frame


def matrix(table: pa.Table) -> np.ndarray[Any, np.dtype[Any]]:
    """Return the columns side by side: float64 where all are numbers, else objects."""
    columns = [
        column.combine_chunks().cast(pa.uint8()) if pa.types.is_boolean(column.type) else column
        for column in table.columns
    ]
    if all(_is_number(column.type) for column in columns):
        out = np.empty((table.num_rows, len(columns)), order="F")
        for position, column in enumerate(columns):
            out[:, position] = column.to_numpy()
        return out
    return np.column_stack([column.to_numpy().astype(object) for column in columns])


def _is_number(kind: pa.DataType) -> bool:
    tests = (
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_boolean,
        pa.types.is_decimal,
        pa.types.is_null,
    )
    return any(test(kind) for test in tests)


def _from_numpy(
    array: np.ndarray[Any, np.dtype[Any]], names: Sequence[str], argument: str
) -> pa.Table:
    if array.ndim != 2 or array.shape[1] != len(names):
        raise InputError(
            f"{argument} has shape {array.shape}; the model was fitted on {len(names)} columns: "
            f"{', '.join(names)}"
        )
    try:
        by_column = _by_column(array)
        columns = [pa.array(by_column[j], from_pandas=True) for j in range(len(names))]
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        raise InputTypeError(
            f"{argument} mixes types in one column; give a frame with one type a column"
        ) from None
    return pa.table(dict(zip(names, columns, strict=True)))


def _by_column(array: np.ndarray[Any, np.dtype[Any]]) -> np.ndarray[Any, np.dtype[Any]]:
    """Return the transpose in memory of its own, turned block by block in the cache."""
    turned = np.empty(array.shape[::-1], dtype=array.dtype)
    for start in range(0, len(array), 2_048):
        turned[:, start : start + 2_048] = array[start : start + 2_048].T
    return turned


def _from_mapping(row: Mapping[Any, Any]) -> pa.Table:
    columns = {}
    for name, value in row.items():
        scalar = value.item() if isinstance(value, np.generic) else value
        try:
            columns[str(name)] = pa.array([scalar], from_pandas=True)
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            raise InputTypeError(
                f"row: {name!r} holds a {type(value).__name__}; expected one number or text"
            ) from None
    return pa.table(columns)


def _fit_type(column: pa.ChunkedArray, field: pa.Field, argument: str) -> pa.ChunkedArray:
    expected, given = field.type, column.type
    if given == expected:
        return column
    if pa.types.is_null(given):
        return column.cast(expected) if not pa.types.is_dictionary(expected) else column
    if _is_number(expected) and _is_number(given):
        return column
    if pa.types.is_dictionary(expected) or pa.types.is_dictionary(given):
        plain = column.cast(given.value_type) if pa.types.is_dictionary(given) else column
        inner = expected.value_type if pa.types.is_dictionary(expected) else expected
        return _fit_type(plain, pa.field(field.name, inner), argument)
    try:
        if not _is_number(expected) and not _is_number(given):
            return column.cast(expected)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        pass
    raise InputTypeError(
        f"{argument}: column {field.name!r} holds {given}; the model was fitted on {expected}"
    )


def unseen(column: pa.ChunkedArray, known: pa.ChunkedArray) -> tuple[int, int] | None:
    """Return the first row and the number of texts that are not among the known ones.

    None where all are known or the column holds numbers.
    """
    kind = column.type
    if _is_number(kind) or pa.types.is_temporal(kind):
        return None
    plain = column.cast(pa.large_string()).combine_chunks()
    values = known.cast(pa.large_string()).unique()
    strange = pc.and_(pc.invert(pc.is_in(plain, value_set=values)), pc.is_valid(plain))
    count = pc.sum(strange).as_py() or 0
    return (pc.index(strange, True).as_py(), count) if count else None
