"""Generalisation hierarchies: what the values of a column are called on coarser and coarser levels.

Made from the type of the column: numbers become intervals whose width doubles, days become months,
years and decades, codes of one length lose digits from the right, everything else goes to ``*`` at
once. A level is a technique of a plan, so that a plan gives the same values. A hierarchy of one's
own is a table from each value to its names, finest first; it has no technique.

>>> made = hierarchy(pa.array(range(18, 90)), "age")
>>> made.names
('as it is', 'width 5', 'width 10', 'width 20', 'width 40', '*')
>>> made.labels[2].to_pylist()[:3]
['10-19', '10-19', '20-29']
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
from aitransparency.deid.techniques import Generalize, Mask, Redact, Technique
from aitransparency.deid.techniques.base import Place
from aitransparency.deid.techniques.generalize import To
from aitransparency.deid.text import as_text, is_text
from aitransparency.errors import InputError

Floats = npt.NDArray[np.float64]

_STEPS = 20  # intervals that the finest generalisation of a number has, at least
_ROOT = "*"
_DATES: tuple[To, ...] = ("month", "year", "decade")
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
    technique
        What does this in a plan; None for the column as it is and for hierarchies of one's own.
    """

    name: str
    codes: Codes
    labels: pa.Array
    cost: Floats
    technique: Technique | None


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
    levels = [_level("as it is", text, values, None)]
    for name, labels, technique in steps:
        made = _level(name, labels, values, technique)
        _check_nested(levels[-1], made, column)
        if 1 < made.codes.max(initial=0) + 1 < levels[-1].codes.max(initial=0) + 1:
            levels.append(made)  # one that joins nothing, or everything, is no level of its own
    _, root, technique = _by(Redact(label=_ROOT), values)
    levels.append(_level(_ROOT, root, values, technique))
    return Hierarchy(column, values, tuple(levels))


_Step = tuple[str, pa.Array, Technique | None]


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
        steps.append((f"level {depth + 1}", pa.array(names, pa.large_string()), None))
    return steps


def _automatic(values: pa.Array) -> list[_Step]:
    kind = values.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _intervals(values)
    if pa.types.is_temporal(kind) or is_text(kind):
        text = as_text(values)
        known = text.drop_null()
        if len(known) and pc.all(pc.match_substring_regex(known, _DAY)).as_py():
            return [_by(Generalize(to), text, to) for to in _DATES]
        lengths = pc.unique(pc.utf8_length(known)).to_pylist()
        codes = len(known) and pc.all(pc.ascii_is_alnum(known)).as_py()
        if len(lengths) == 1 and codes and 3 <= lengths[0] <= 12:
            step = 2 if lengths[0] == 6 else 1  # GB/T 2260 and postal codes go two by two
            kept = range(lengths[0] - step, 0, -step)
            return [_by(Mask(keep_start=keep, keep_end=0), text, f"first {keep}") for keep in kept]
    return []


def _by(technique: Technique, values: pa.Array, name: str = "") -> _Step:
    made = technique.apply(values, Place("")).values
    return name, as_text(made), technique


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
        steps.append(_by(Generalize("bin", width=width), values, f"width {width:g}"))
        width *= 2
    return steps


def _nice(width: float) -> float:
    """Return the least of 1, 2, 5 times a power of ten that is at least `width`."""
    power: float = 10.0 ** math.floor(math.log10(width))
    least = width * (1 - 1e-9)
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= least)


def _level(name: str, labels: pa.Array, values: pa.Array, technique: Technique | None) -> Level:
    codes = encode(labels).codes
    return Level(name, codes, labels, _cost(codes, values, technique), technique)


def _cost(codes: Codes, values: pa.Array, technique: Technique | None) -> Floats:
    """Return the normalised certainty penalty of each value (Xu et al., KDD 2006)."""
    if isinstance(technique, Generalize) and technique.width is not None:
        numbers = values.cast(pa.float64()).to_numpy(zero_copy_only=False)
        span = float(np.nanmax(numbers) - np.nanmin(numbers))
        return np.full(len(codes), min(1.0, technique.width / span))
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
