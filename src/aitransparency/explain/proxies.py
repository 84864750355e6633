"""Which columns partly stand for a protected attribute that a model does not use.

Leaving race or sex out of a model does not keep it out of the decision where another column tells
it. For each column and each protected attribute the strength of their association is measured:

- two categories: Cramér's V with the bias correction of Bergsma, Journal of the Korean Statistical
  Society 42 (2013);
- a number and a category: the correlation ratio eta;
- two numbers: Spearman's rank correlation, its size.

All lie between 0 and 1. From 0.3, which Cohen (Statistical Power Analysis for the Behavioral
Sciences, 1988) calls a medium correlation, a column is said to stand for the attribute in part. A
weaker association of many columns together is not looked for: this finds single columns.

>>> people = pa.table({"district": ["a", "b"] * 50, "age": list(range(100))})
>>> found = stand_ins(people, pa.table({"ethnicity": ["x", "y"] * 50}))
>>> [(one.protected, one.column, round(one.strength, 2)) for one in found]
[('ethnicity', 'district', 1.0)]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.errors import InputError
from aitransparency.explain.features import Features
from aitransparency.frames import to_table

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

MEDIUM = 0.3
_MOST_CATEGORIES = 50  # a column of more texts is no category
_FEWEST = 30  # rows known in both columns


@dataclass(frozen=True, slots=True)
class StandIn:
    """A column that goes with a protected attribute, and how strongly, 0 to 1."""

    protected: str
    column: str
    strength: float


def stand_ins(X: Any, protected: Any, *, least: float = MEDIUM) -> tuple[StandIn, ...]:
    """Return the columns that go with a protected attribute, the strongest first.

    Parameters
    ----------
    X
        Frame of the model's columns, n rows.
    protected
        Frame of attributes that the model does not use, the same n rows.
    least
        Strength from which a column is named.

    Raises
    ------
    InputError
        The frames have different numbers of rows.
    """
    columns, attributes = to_table(X), to_table(protected)
    if columns.num_rows != attributes.num_rows:
        raise InputError(
            f"protected has {attributes.num_rows:,} rows; expected {columns.num_rows:,}, those of X"
        )
    found = [
        StandIn(attribute, name, strength)
        for attribute in attributes.column_names
        for name in columns.column_names
        for strength in _strengths(columns[name], attributes[attribute])
        if strength >= least
    ]
    return tuple(sorted(found, key=lambda one: (-one.strength, one.protected, one.column)))


def as_approximated(
    found: tuple[StandIn, ...], features: Features, names: Features | None = None
) -> tuple[dict[str, str], ...]:
    """Return stand-ins as `System.approximated` takes them: "sex (income)", by language.

    Parameters
    ----------
    found
        From `stand_ins`.
    features
        Labels of the model's columns.
    names
        Labels of the protected attributes; their names where missing.
    """
    words = Features() if names is None else names
    made = []
    for one in found:
        zh, en = (
            (words[one.protected].label_in(tongue), features[one.column].label_in(tongue))
            for tongue in ("zh", "en")
        )
        made.append({"zh": f"{zh[0]}（{zh[1]}）", "en": f"{en[0]} ({en[1]})"})
    return tuple(made)


def _strengths(one: pa.ChunkedArray, other: pa.ChunkedArray) -> Iterator[float]:
    known = pc.and_(_known(one), _known(other))
    one, other = one.filter(known), other.filter(known)
    if len(one) < _FEWEST:
        return
    first, second = _read(one), _read(other)
    if first is None or second is None:
        return
    if first.dtype == second.dtype == np.float64:
        yield abs(_correlation(_ranks(first), _ranks(second)))
    elif first.dtype == np.float64:
        yield _eta(first, second)
    elif second.dtype == np.float64:
        yield _eta(second, first)
    else:
        yield _cramer(first, second)


def _known(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_floating(column.type):
        return pc.fill_null(pc.is_finite(column), False)
    return pc.is_valid(column)


def _read(column: pa.ChunkedArray) -> npt.NDArray[Any] | None:
    """Return numbers as float64 and categories as codes; None for texts of no few kinds.

    A number of two values only is a category.
    """
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    codes = column.combine_chunks().dictionary_encode()
    few = len(codes.dictionary)
    if (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)) and few > 2:
        numbers: Floats = column.to_numpy().astype(np.float64)
        return numbers
    if few > _MOST_CATEGORIES:
        return None
    numbered: Codes = codes.indices.to_numpy().astype(np.intp)
    return numbered


def _ranks(values: Floats) -> Floats:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    middle: Floats = ends - (counts - 1) / 2
    return middle[place]


def _correlation(one: Floats, other: Floats) -> float:
    a, b = one - one.mean(), other - other.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size else 0.0


def _eta(values: Floats, groups: Codes) -> float:
    centred = values - values.mean()
    total = float(centred @ centred)
    counts = np.bincount(groups)
    sums = np.bincount(groups, centred)
    between = float((sums[counts > 0] ** 2 / counts[counts > 0]).sum())
    return float(np.sqrt(between / total)) if total else 0.0


def _cramer(one: Codes, other: Codes) -> float:
    rows, columns, count = int(one.max()) + 1, int(other.max()) + 1, len(one)
    table = np.bincount(one * columns + other, minlength=rows * columns).reshape(rows, columns)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / count
    filled = expected > 0
    phi = float(((table - expected)[filled] ** 2 / expected[filled]).sum()) / count
    phi = max(0.0, phi - (rows - 1) * (columns - 1) / (count - 1))
    r = rows - (rows - 1) ** 2 / (count - 1)
    c = columns - (columns - 1) ** 2 / (count - 1)
    least = min(r, c) - 1
    return float(min(np.sqrt(phi / least), 1.0)) if least > 0 else 0.0
