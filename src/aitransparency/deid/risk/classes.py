"""Equivalence classes: the records that share their values of all quasi-identifiers.

Columns become integer codes (Arrow's dictionary encoding), codes are combined into one number per
record, and numbers are counted. Every step is exact: a hash never stands for a value.

A null is a value of its own: two records that both lack a birth date are alike in it, and a record
that lacks it is not like one that has it. pycanon drops such records, as pandas' group-by does. NaN
is null.

>>> made = classes_of(pa.table({"sex": ["F", "F", "M"], "age": [30, 30, 41]}))
>>> made.ids.tolist(), made.sizes.tolist()
([0, 0, 1], [2, 1])
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.text import is_text, layout

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]

_RANGE = 1 << 20  # whole numbers within so much are coded by subtraction
_THREADS = 2
_DENSE = 1 << 24  # numbers up to here are counted in one array
_MOST = 1 << 62


@dataclass(frozen=True, slots=True)
class Encoded:
    """A column as codes.

    Parameters
    ----------
    codes
        int32 (n,), 0 to ``len(values) - 1``.
    values
        Arrow array, each value once; null at most once.
    """

    codes: Codes
    values: pa.Array

    @property
    def count(self) -> int:
        """How many different values there are."""
        return len(self.values)


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes of n records, numbered in the order of their codes.

    Parameters
    ----------
    ids
        int32 (n,), the class of each record.
    sizes
        int64 (g,), records in each class.
    first
        int64 (g,), a record of each class.
    """

    ids: Codes
    sizes: Ints
    first: Ints


def encode(column: pa.Array | pa.ChunkedArray) -> Encoded:
    """Return a column as codes; a null has a code of its own.

    Whole numbers of a small range and texts of up to eight bytes are coded as the numbers they are;
    everything else goes through Arrow's hash table.
    """
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if isinstance(column, pa.ChunkedArray):  # a column without rows has no chunks to combine
        column = pa.array([], column.type)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    if len(column) and not column.null_count:
        if pa.types.is_integer(column.type) and column.type != pa.uint64():
            made = _by_range(column)
        else:
            made = _by_word(column) if is_text(column.type) else None
        if made is not None:
            return made
    encoded = pc.dictionary_encode(column, null_encoding="encode")
    codes = np.asarray(encoded.indices.to_numpy(zero_copy_only=False))
    return Encoded(codes.astype(np.int32, copy=False), encoded.dictionary)


def encode_all(columns: Sequence[pa.Array | pa.ChunkedArray]) -> tuple[Encoded, ...]:
    """Return several columns as codes, two at a time."""
    with ThreadPoolExecutor(_THREADS) as pool:
        return tuple(pool.map(encode, columns))


def _by_range(column: pa.Array) -> Encoded | None:
    numbers = column.to_numpy().astype(np.int64, copy=False)
    low = int(numbers.min())
    span = int(numbers.max()) - low + 1
    if span > min(_RANGE, 4 * len(numbers) + 1_000):
        return None
    numbers = numbers - low
    present = np.bincount(numbers, minlength=span) > 0
    values = pa.array(np.flatnonzero(present) + low).cast(column.type)
    if present.all():
        return Encoded(numbers.astype(np.int32), values)
    place = np.cumsum(present, dtype=np.int32) - np.int32(1)
    return Encoded(place[numbers], values)


def _by_word(column: pa.Array) -> Encoded | None:
    """Code texts of up to eight bytes by the number that their bytes are."""
    text = column if pa.types.is_large_string(column.type) else column.cast(pa.large_string())
    offsets, data = layout(text)
    first, last = int(offsets[0]), int(offsets[-1])
    lengths = np.diff(offsets)
    if lengths.max() > 8 or not data[first:last].all():  # a zero byte would be taken for none
        return None
    padded = np.zeros(last - first + 8, np.uint8)
    padded[: last - first] = data[first:last]
    words = np.ndarray((last - first + 1,), "<u8", padded.data, 0, (1,))[offsets[:-1] - first]
    masks = np.array([(1 << (8 * size)) - 1 for size in range(9)], np.uint64)
    encoded = pa.array((words & masks[lengths]).view(np.int64)).dictionary_encode()
    codes = encoded.indices.to_numpy()
    return Encoded(codes, column.take(pa.array(_first(codes, len(encoded.dictionary)))))


def _first(ids: Codes, groups: int) -> Ints:
    """Return the first place of each number, int64 (groups,)."""
    first = np.zeros(groups, np.int64)
    first[ids[::-1]] = np.arange(len(ids) - 1, -1, -1)  # of several writes the last one stays
    return first


def classes_of(table: pa.Table) -> Classes:
    """Return the classes of a table by all of its columns."""
    columns = encode_all(table.columns)
    return combine([one.codes for one in columns], [one.count for one in columns], table.num_rows)


def combine(codes: Sequence[Codes], counts: Sequence[int], rows: int) -> Classes:
    """Return the classes of records whose columns are given as codes.

    Parameters
    ----------
    codes
        One int32 (n,) per column.
    counts
        How many codes each column has.
    rows
        n; without columns all records are one class.
    """
    numbers, space = _numbers(codes, counts, rows)
    if space <= max(_DENSE, 4 * rows):
        return _counted(numbers, space)
    return _counted(*_dense(numbers))


def _numbers(codes: Sequence[Codes], counts: Sequence[int], rows: int) -> tuple[Ints, int]:
    """Return one number per record, equal where all codes are, and how many there could be."""
    numbers, space = np.zeros(rows, np.int64), 1
    for column, count in zip(codes, counts, strict=True):
        if space * max(count, 1) >= _MOST:
            numbers, space = _dense(numbers)
        if count > 1:
            numbers = numbers * count + column if space > 1 else column.astype(np.int64)
            space *= count
    return numbers, space


def _dense(numbers: Ints) -> tuple[Ints, int]:
    encoded = pa.array(numbers).dictionary_encode()
    return encoded.indices.to_numpy().astype(np.int64), len(encoded.dictionary)


def _counted(numbers: Ints, space: int) -> Classes:
    counts = np.bincount(numbers, minlength=space)
    present = counts > 0
    if present.all():
        ids, sizes = numbers.astype(np.int32), counts
    else:
        place = np.cumsum(present, dtype=np.int32) - np.int32(1)
        ids, sizes = place[numbers], counts[present]
    return Classes(ids, sizes.astype(np.int64), _first(ids, len(sizes)))
