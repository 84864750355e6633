"""Generalisation hierarchies: what the values of a column are called on coarser and coarser levels.

Made from the type of the column: numbers become intervals whose width doubles, days become months,
years and decades, codes of one length lose digits from the right, everything else goes to ``*`` at
once. A hierarchy of one's own is a table from each value to its names, finest first.

>>> made = hierarchy(pa.array(range(18, 90)), "age")
>>> made.names
('as it is', 'width 5', 'width 10', 'width 20', 'width 40', '*')
>>> made.labels[2].to_pylist()[:3]
['[10, 20)', '[10, 20)', '[20, 30)']
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.risk.classes import Codes, encode
from aitransparency.deid.text import as_text, is_text
from aitransparency.errors import InputError

Floats = npt.NDArray[np.float64]

_STEPS = 20  # intervals that the finest generalisation of a number has, at least
_ROOT = "*"
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


@dataclass(frozen=True, slots=True)
class Level:
    """One level.

    Parameters
    ----------
    name
        What people read: "width 10", "first 4", "*".
    codes
        int32 (m,), the node of each value.
    labels
        Text (m,), the name of each value's node.
    cost
        float64 (m,), normalised certainty penalty of each value: the width of its node over the
        width of the column, or the values under it less one over all values less one; 0 to 1.
    settings
        What to do, for a technique: ``{"width": 10}``, ``{"first": 4}``, ``{"groups": ...}``.
    """

    name: str
    codes: Codes
    labels: pa.Array
    cost: Floats
    settings: Mapping[str, Any]  # numbers and tables of text


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """The levels of one column; the first is the column as it is, the last is one value.

    Parameters
    ----------
    column
        Its name.
    values
        Arrow (m,), the different values.
    levels
        Each joins what the one before joins.
    """

    column: str
    values: pa.Array
    levels: tuple[Level, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The levels' names."""
        return tuple(level.name for level in self.levels)

    @property
    def labels(self) -> tuple[pa.Array, ...]:
        """The levels' names of the values."""
        return tuple(level.labels for level in self.levels)


def hierarchy(
    values: pa.Array, column: str, given: Mapping[Any, Sequence[str]] | None = None
) -> Hierarchy:
    """Return the hierarchy of a column.

    Parameters
    ----------
    values
        The different values, m; null may be one of them and stays null on every level.
    column
        The column's name.
    given
        Each value to its names, finest first, all equally many; ``*`` above them is added.

    Raises
    ------
    InputError
        `given` lacks a value, or is not nested.
    """
    steps = _given(values, column, given) if given is not None else _automatic(values)
    text = as_text(values) if len(values) else pa.array([], pa.large_string())
    levels = [_level("as it is", text, values, {})]
    for name, labels, settings in steps:
        made = _level(name, labels, values, settings)
        _check_nested(levels[-1], made, column)
        if 1 < made.codes.max(initial=0) + 1 < levels[-1].codes.max(initial=0) + 1:
            levels.append(made)  # one that joins nothing, or everything, is no level of its own
    root = pa.array([_ROOT] * len(values), pa.large_string())
    levels.append(_level(_ROOT, root, values, {"label": _ROOT}))
    return Hierarchy(column, values, tuple(levels))


_Step = tuple[str, pa.Array, Mapping[str, Any]]


def _given(
    values: pa.Array, column: str, given: Mapping[Any, Sequence[str]]
) -> list[_Step]:  # the keys are values of any column
    known = values.to_pylist()
    missing = sum(1 for value in known if value is not None and value not in given)
    if missing:
        raise InputError(
            f"column {column!r}: its hierarchy lacks {missing:,} of {len(known):,} values"
        )
    depths = {len(given[value]) for value in known if value is not None}
    if len(depths) > 1:
        raise InputError(f"column {column!r}: the values of its hierarchy have different depths")
    steps: list[_Step] = []
    for depth in range(depths.pop() if depths else 0):
        names = [None if value is None else str(given[value][depth]) for value in known]
        groups = {str(value): name for value, name in zip(known, names, strict=True) if name}
        steps.append((f"level {depth + 1}", pa.array(names, pa.large_string()), {"groups": groups}))
    return steps


def _automatic(values: pa.Array) -> list[_Step]:
    kind = values.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _intervals(values)
    if pa.types.is_temporal(kind) or is_text(kind):
        text = as_text(values)
        known = text.drop_null()
        if len(known) and pc.all(pc.match_substring_regex(known, _DAY)).as_py():
            return [_prefix(text, keep) for keep in (7, 4, 3)]
        lengths = pc.unique(pc.utf8_length(known)).to_pylist()
        digits = len(known) and pc.all(pc.ascii_is_alnum(known)).as_py()
        if len(lengths) == 1 and digits and 3 <= lengths[0] <= 12:
            step = 2 if lengths[0] == 6 else 1  # GB/T 2260 and postal codes go two by two
            return [_prefix(text, keep) for keep in range(lengths[0] - step, 0, -step)]
    return []


def _prefix(text: pa.Array, keep: int) -> _Step:
    return f"first {keep}", pc.utf8_slice_codeunits(text, 0, keep), {"first": keep}


def _intervals(values: pa.Array) -> list[_Step]:
    numbers = values.cast(pa.float64()).to_numpy(zero_copy_only=False)
    known = numbers[np.isfinite(numbers)]
    if not len(known) or known.min() == known.max():
        return []
    span = float(known.max() - known.min())
    width = _nice(span / _STEPS)
    if pa.types.is_integer(values.type):
        width = max(width, 1.0)
    steps: list[_Step] = []
    while width < span:
        low = np.floor(numbers / width) * width
        labels = _interval_labels(low, width, np.isfinite(numbers))
        steps.append((f"width {width:g}", labels, {"width": width}))
        width *= 2
    return steps


def _interval_labels(low: Floats, width: float, known: npt.NDArray[np.bool_]) -> pa.Array:
    edges = {edge: f"[{edge:g}, {edge + width:g})" for edge in np.unique(low[known]).tolist()}
    names = [edges[edge] if good else None for edge, good in zip(low.tolist(), known, strict=True)]
    return pa.array(names, pa.large_string())


def _nice(width: float) -> float:
    """Return the least of 1, 2, 5 times a power of ten that is at least `width`."""
    power: float = 10.0 ** math.floor(math.log10(width))
    least = width * (1 - 1e-9)
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= least)


def _level(name: str, labels: pa.Array, values: pa.Array, settings: Mapping[str, Any]) -> Level:
    codes = encode(labels).codes
    cost = _cost(codes, values, settings)
    return Level(name, codes, labels, cost, settings)


def _cost(codes: Codes, values: pa.Array, settings: Mapping[str, Any]) -> Floats:
    """Return the normalised certainty penalty of each value (Xu et al., KDD 2006)."""
    if "width" in settings:
        numbers = values.cast(pa.float64()).to_numpy(zero_copy_only=False)
        span = float(np.nanmax(numbers) - np.nanmin(numbers))
        return np.full(len(codes), min(1.0, settings["width"] / span))
    if len(codes) < 2:
        return np.zeros(len(codes))
    under = np.bincount(codes)[codes]
    return np.asarray((under - 1) / (len(codes) - 1))


def _check_nested(below: Level, above: Level, column: str) -> None:
    parent = np.full(int(below.codes.max(initial=-1)) + 1, -1, np.int64)
    parent[below.codes] = above.codes
    if (parent[below.codes] != above.codes).any():
        raise InputError(
            f"column {column!r}: {above.name!r} parts values that {below.name!r} joins"
        )
