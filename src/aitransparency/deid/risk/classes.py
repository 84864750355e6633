"""Equivalence classes: the records that share their values of all quasi-identifiers.

Columns become numbers of a small range (`radix.py`), these the digits of one number per record, and
numbers are counted. Every step is exact: a hash never stands for a value.

A null is a value of its own: two records that both lack a birth date are alike in it, and a record
that lacks it is not like one that has it. pycanon drops such records, as pandas' group-by does. NaN
is null.

>>> made = classes_of(pa.table({"sex": ["F", "F", "M"], "age": [30, 30, 41]}))
>>> made.ids.tolist(), made.sizes.tolist()
([0, 0, 1], [2, 1])
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.risk.radix import BLOCK, MOST, Scale, scaled

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]

_From = TypeVar("_From")
_To = TypeVar("_To")

_THREADS = 2
_MANY = 4 * BLOCK  # rows that two threads take sooner than one


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
    """The classes of n records.

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
    """Return a column as codes in the order of first appearance; a null has a code of its own."""
    read, scale = scaled(column)
    codes, first = _coded(_side_by_side([(read, scale)], len(column)), scale.space)
    return Encoded(codes, values_of(column, first))


def values_of(column: pa.Array | pa.ChunkedArray, rows: Ints) -> pa.Array:
    """Return the values of some rows, dictionaries decoded, NaN as null."""
    if pa.types.is_string_view(column.type):  # Arrow takes no rows of it
        column = column.cast(pa.large_string())
    values = column.take(pa.array(rows))
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if isinstance(values, pa.ChunkedArray):  # a column without rows has no chunks to combine
        values = pa.array([], values.type)
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_floating(values.type):
        values = pc.if_else(pc.is_nan(values), pa.scalar(None, values.type), values)
    return values


def classes_of(table: pa.Table) -> Classes:
    """Return the classes of a table by all of its columns, in the order of first appearance."""
    ids, first = _coded(*numbers_of(table))
    sizes = np.bincount(ids, minlength=len(first))
    return Classes(ids, sizes.astype(np.int64, copy=False), first)


def sizes_of(table: pa.Table) -> Ints:
    """Return the sizes of a table's classes, in no order."""
    numbers, space = numbers_of(table)
    dense = space <= _dense_up_to(len(numbers))
    sizes = np.bincount(numbers if dense else _hashed(numbers)[0])
    return sizes[sizes > 0].astype(np.int64, copy=False)


def fewest_values(table: pa.Table, column: pa.ChunkedArray) -> int | tuple[Codes, int]:
    """Return the least number of different values of a column in a class of the table.

    Where classes and values are too many for one bit map of both: the class of each record, and
    how many there are.
    """
    rows = len(column)
    classes, space = numbers_of(table)
    read, scale = scaled(column)
    if space * scale.space > max(1 << 22, min(16 * rows, 1 << 28)):
        ids, first = _coded(classes, space)
        return ids, len(first)
    values = _side_by_side([(read, scale)], rows)
    seen = np.zeros(scale.space * space, np.bool_)
    for start in range(0, rows, BLOCK):
        part = slice(start, start + BLOCK)
        seen[values[part] * space + classes[part]] = True
    found = seen.reshape(scale.space, space).sum(axis=0, dtype=np.int32)
    return int(found[found > 0].min())


def numbers_of(table: pa.Table) -> tuple[Ints, int]:
    """Return one number per record, equal where all columns are, and how many there could be.

    Where the product of the columns' ranges is too large, the columns of the widest ranges are
    replaced by the codes of their values, and then columns by those of their combinations.
    """
    rows = table.num_rows
    made = _each(scaled, table.columns, rows)
    open_ = set(range(len(made)))
    while _space(made) > MOST and open_:
        at = max(open_, key=lambda place: made[place][1].space)
        open_.remove(at)
        made[at] = _joined([made[at]], rows)
    while _space(made) > MOST:
        made[:2] = [_joined(made[:2], rows)]
    return _side_by_side(made, rows), _space(made)


_Scaled = tuple[pa.ChunkedArray, Scale]


def _space(columns: Sequence[_Scaled]) -> int:
    return math.prod(scale.space for _, scale in columns)


def _joined(columns: Sequence[_Scaled], rows: int) -> _Scaled:
    """Return one column with a code for each combination of values."""
    return scaled(pa.array(_coded(_side_by_side(columns, rows), _space(columns))[0]))


def _side_by_side(columns: Sequence[_Scaled], rows: int) -> Ints:
    """Return the numbers of several columns as digits of one number, int64 (n,)."""
    scales = [scale for _, scale in columns]
    names = [str(place) for place in range(len(columns))]
    table = pa.table([column for column, _ in columns], names=names)
    numbers = np.empty(rows, np.uint64)
    end = 0
    for batch in table.to_batches(max_chunksize=BLOCK):
        made = scales[0].numbers(batch.column(0))
        for column, scale in zip(batch.columns[1:], scales[1:], strict=True):
            if scale.space > 1:
                made *= np.uint64(scale.space)
                made += scale.numbers(column)
        start, end = end, end + len(batch)
        numbers[start:end] = made
    return numbers.view(np.int64)


def _dense_up_to(rows: int) -> int:
    """Return up to how many different numbers an array is faster than a hash table."""
    return max(1 << 16, 4 * rows, min(32 * rows, 1 << 25))


def _coded(numbers: Ints, space: int) -> tuple[Codes, Ints]:
    """Return codes in the order of first appearance, int32 (n,), and their first rows."""
    if space > _dense_up_to(len(numbers)):
        return _hashed(numbers)
    place = np.full(space, -1, np.int32)
    codes = np.empty(len(numbers), np.int32)
    first: list[Ints] = []
    count = 0
    for start in range(0, len(numbers), BLOCK):
        block = numbers[start : start + BLOCK]
        found = place[block]
        fresh = np.flatnonzero(found < 0)
        if len(fresh):
            new = block[fresh]
            order = np.arange(len(new), dtype=np.int32)
            place[new[::-1]] = order[::-1]  # of several writes the last one stays
            leads = place[new] == order
            place[new[leads]] = np.arange(count, count + leads.sum(), dtype=np.int32)
            count += int(leads.sum())
            first.append(fresh[leads] + start)
            found = place[block]
        codes[start : start + BLOCK] = found
    return codes, np.concatenate(first) if first else np.zeros(0, np.int64)


def _hashed(numbers: Ints) -> tuple[Codes, Ints]:
    """Do so by Arrow's hash table, the halves side by side."""
    parts = np.array_split(numbers, _THREADS if len(numbers) > _MANY else 1)
    encoded = _each(lambda part: pa.array(part).dictionary_encode(), parts, len(numbers))
    known = encoded[0].dictionary
    made = [encoded[0].indices.to_numpy()]
    for one in encoded[1:]:
        at = pc.index_in(one.dictionary, value_set=known)
        new = at.is_null().to_numpy(zero_copy_only=False)
        place = np.asarray(at.fill_null(0).to_numpy())
        place = np.where(new, len(known) + np.cumsum(new) - 1, place).astype(np.int32)
        known = pa.concat_arrays([known, one.dictionary.filter(pa.array(new))])
        made.append(place[one.indices.to_numpy()])
    codes = made[0] if len(made) == 1 else np.concatenate(made)
    return codes, _first(codes, len(known))


def _each(call: Callable[[_From], _To], over: Collection[_From], rows: int) -> list[_To]:
    """Return what a function makes of each; by two threads where there are many rows."""
    if rows <= _MANY or len(over) < 2:
        return [call(one) for one in over]
    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(call, over))


def _first(ids: Codes, groups: int) -> Ints:
    """Return the first place of each number, int64 (groups,)."""
    first = np.zeros(groups, np.int64)
    first[ids[::-1]] = np.arange(len(ids) - 1, -1, -1)  # of several writes the last one stays
    return first


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
    if space <= _dense_up_to(rows):
        return _counted(numbers, space)
    return _counted(*_dense(numbers))


def _numbers(codes: Sequence[Codes], counts: Sequence[int], rows: int) -> tuple[Ints, int]:
    """Return one number per record, equal where all codes are, and how many there could be."""
    numbers, space = np.zeros(rows, np.int64), 1
    for column, count in zip(codes, counts, strict=True):
        if space * max(count, 1) >= MOST:
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
