"""Generalisation hierarchies: what the values of a column are called on coarser and coarser levels.

Made from the values of the column (`levels.py`): numbers become bands, days months, addresses
districts; everything ends in ``*``. A level is a technique of a plan, so that a plan gives the same
values. A hierarchy of one's own is a table from each value to its names, finest first; it has no
technique.

>>> made = hierarchy(pa.array(range(18, 90)), "age")
>>> made.names
('as it is', 'width 5', 'width 10', 'width 20', 'width 40', '*')
>>> made.labels[2].to_pylist()[:3]
['10-19', '10-19', '20-29']
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aitransparency.deid.risk.classes import Codes, encode
from aitransparency.deid.risk.levels import Step, steps
from aitransparency.deid.techniques import Redact, Technique
from aitransparency.deid.techniques.base import Place
from aitransparency.deid.text import as_text
from aitransparency.errors import InputError

Floats = npt.NDArray[np.float64]

_ROOT = "*"


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
        float64 (m,), normalised certainty penalty of each value (Xu et al., KDD 2006): the width of
        its node over the width of the column, or the values under it less one over all values less
        one; 0 to 1.
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
    above = given_steps(values, column, given) if given is not None else steps(values)
    text = as_text(values) if len(values) else pa.array([], pa.large_string())
    levels = [_level(Step("as it is", text, None))]
    for step in above:
        made = _level(step)
        _check_nested(levels[-1], made, column)
        if 1 < made.codes.max(initial=0) + 1 < levels[-1].codes.max(initial=0) + 1:
            levels.append(made)  # one that joins nothing, or everything, is no level of its own
    redact = Redact(label=_ROOT)
    root = redact.apply(values, Place("")).values
    levels.append(_level(Step(_ROOT, as_text(root), redact)))
    return Hierarchy(column, values, tuple(levels))


def given_steps(
    values: pa.Array, column: str, given: Mapping[Any, Sequence[str]]
) -> list[Step]:  # the keys are values of any column
    """Return the levels of a hierarchy of one's own; see `hierarchy`."""
    known = values.to_pylist()
    missing = sum(1 for value in known if value is not None and value not in given)
    if missing:
        raise InputError(
            f"column {column!r}: its hierarchy lacks {missing:,} of {len(known):,} values"
        )
    depths = {len(given[value]) for value in known if value is not None}
    if len(depths) > 1:
        raise InputError(f"column {column!r}: the values of its hierarchy have different depths")
    made: list[Step] = []
    for depth in range(depths.pop() if depths else 0):
        names = [None if value is None else str(given[value][depth]) for value in known]
        made.append(Step(f"level {depth + 1}", pa.array(names, pa.large_string()), None))
    return made


def _level(step: Step) -> Level:
    codes = encode(step.labels).codes
    cost = _share_under(codes) if step.cost is None else step.cost
    return Level(step.name, codes, step.labels, cost, step.technique)


def _share_under(codes: Codes) -> Floats:
    """Return the values under the node of each, less one, over all less one."""
    if len(codes) < 2:
        return np.zeros(len(codes))
    return np.asarray((np.bincount(codes)[codes] - 1) / (len(codes) - 1))


def _check_nested(below: Level, above: Level, column: str) -> None:
    parent = np.full(int(below.codes.max(initial=-1)) + 1, -1, np.int64)
    parent[below.codes] = above.codes
    if (parent[below.codes] != above.codes).any():
        raise InputError(
            f"column {column!r}: {above.name!r} parts values that {below.name!r} joins"
        )
