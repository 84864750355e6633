"""Which quasi-identifier to look at first: what each brings when it goes, or loses one level.

>>> import pyarrow as pa
>>> from aitransparency.deid.risk.classes import classes_of, encode
>>> table = pa.table({"id": [1, 2, 3, 4], "group": ["a", "a", "b", "b"]})
>>> columns = [encode(one) for one in table.columns]  # every row is a class here
>>> [one.column for one in ranked(("id", "group"), columns, classes_of(table))]
['id', 'group']
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aitransparency.deid.risk.classes import Classes, Codes, Encoded, Ints, combine
from aitransparency.deid.risk.hierarchy import hierarchy


@dataclass(frozen=True, slots=True)
class Effect:
    """What a table would be like: k, share of unique records, mean chance of the prosecutor."""

    k: int
    unique_share: float
    mean_risk: float


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one quasi-identifier brings.

    Parameters
    ----------
    column
        Its name.
    distinct
        Different values.
    without
        The table without it.
    generalised
        The table with it on the first level of its hierarchy, and that level's name; None where the
        hierarchy has only the root.
    """

    column: str
    distinct: int
    without: Effect
    generalised: tuple[str, Effect] | None


def ranked(
    names: Sequence[str], columns: Sequence[Encoded], classes: Classes
) -> tuple[Contribution, ...]:
    """Return the columns by the mean risk that remains without each, lowest first.

    The codes of `columns` are those of the classes, int32 (g,).
    """
    codes = [one.codes for one in columns]
    counts = [one.count for one in columns]
    made = []
    for place, (name, column) in enumerate(zip(names, columns, strict=True)):
        rest = [*codes[:place], *codes[place + 1 :]]
        rest_counts = [*counts[:place], *counts[place + 1 :]]
        without = _effect(rest, rest_counts, classes.sizes)
        levels = hierarchy(column.values, name).levels
        generalised = None
        if len(levels) > 2:
            coarse = levels[1].codes
            effect = _effect(
                [*rest, coarse[codes[place]]],
                [*rest_counts, int(coarse.max()) + 1],
                classes.sizes,
            )
            generalised = (levels[1].name, effect)
        made.append(Contribution(name, column.count, without, generalised))
    return tuple(sorted(made, key=lambda one: (one.without.mean_risk, one.column)))


def _effect(codes: Sequence[Codes], counts: Sequence[int], sizes: Ints) -> Effect:
    made = combine(codes, counts, len(sizes))
    merged = np.bincount(made.ids, weights=sizes)
    rows = sizes.sum()
    return Effect(int(merged.min()), float((merged == 1).sum() / rows), float(len(merged) / rows))
