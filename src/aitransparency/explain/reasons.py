"""Ranked reasons: which columns count most for each person, how strongly, and for or against.

The rule, over arrays of any number of people:

- the share of a column is the size of its amount over the sum of all sizes, rounded to 1e-9, so
  that noise in the last digits decides nothing;
- reasons are the columns with the largest shares, ties in the order of the columns; a share under
  0.005 would print as 0% and is no reason;
- strength is large from a share of 0.25, medium from 0.10, small below;
- what is not listed is summed with its sign into one rest.

>>> r = rank(np.array([[0.5, -2.0, 0.1, 0.4]]), top=2)
>>> r.order.tolist(), r.shares.round(2).tolist(), r.strength.tolist()
([[1, 0]], [[0.67, 0.17]], [[2, 1]])
>>> r.rest.round(2).tolist(), r.rest_count.tolist(), r.coverage.round(2).tolist()
([0.5], [2], [0.83])
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from aitransparency.errors import InputError

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
Strength = Literal["small", "medium", "large"]

STRENGTHS: tuple[Strength, ...] = ("small", "medium", "large")
ENOUGH = 0.6  # coverage under which a card says that its reasons do not tell the whole story
_MEDIUM, _LARGE = 0.10, 0.25
_LEAST = 0.005
_GRAIN = 1e9


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The reasons of n people, k each.

    Parameters
    ----------
    order
        intp (n, k), places of columns, largest share first; -1 where there is no further reason.
    amounts, shares
        float64 (n, k); 0 where there is no reason.
    strength
        int8 (n, k), a place in `STRENGTHS`.
    rest
        float64 (n,), signed sum of what is not listed.
    rest_share
        float64 (n,), size of `rest` over the sum of all sizes.
    rest_count
        intp (n,), columns not listed.
    coverage
        float64 (n,), share of all sizes that the reasons cover; 1 where nothing counts at all.
    """

    order: Indices
    amounts: Floats
    shares: Floats
    strength: npt.NDArray[np.int8]
    rest: Floats
    rest_share: Floats
    rest_count: Indices
    coverage: Floats

    def __len__(self) -> int:
        return len(self.order)


def rank(values: Floats, top: int = 4) -> Ranking:
    """Return the reasons of each row of attributions.

    Parameters
    ----------
    values
        float64 (n, p).
    top
        Most reasons a person, from 1.

    Raises
    ------
    InputError
        `top` is under 1, or an amount is not finite (the row is named).
    """
    if top < 1:
        raise InputError(f"top must be at least 1, got {top}")
    count, width = values.shape
    size = np.abs(values)
    total = size.sum(axis=1)
    if not np.isfinite(total).all():
        row = int(np.argmin(np.isfinite(total)))
        raise InputError(f"attributions: row {row:,} holds an amount that is not finite")
    divisor = np.where(total > 0, total, 1.0)
    grains = np.rint(size * (_GRAIN / divisor)[:, None])
    most = min(top, width)
    order = np.empty((count, most), np.intp)
    shares = np.empty((count, most))
    rows = np.arange(count)
    for place in range(most):
        best = grains.argmax(axis=1)
        order[:, place] = best
        shares[:, place] = grains[rows, best] / _GRAIN
        grains[rows, best] = -1.0
    listed = shares >= _LEAST
    amounts = np.where(listed, values[rows[:, None], order], 0.0)
    shares = np.where(listed, shares, 0.0)
    rest = values.sum(axis=1) - amounts.sum(axis=1)
    rest_count = width - listed.sum(axis=1)
    rest[rest_count == 0] = 0.0
    return Ranking(
        order=np.where(listed, order, -1),
        amounts=amounts,
        shares=shares,
        strength=strengths(shares),
        rest=rest,
        rest_share=np.abs(rest) / divisor,
        rest_count=rest_count.astype(np.intp),
        coverage=np.where(total > 0, np.minimum(np.abs(amounts).sum(axis=1) / divisor, 1.0), 1.0),
    )


def strengths(shares: Floats) -> npt.NDArray[np.int8]:
    """Return 0 (small), 1 (medium) or 2 (large) for each share."""
    return ((shares >= _MEDIUM).astype(np.int8) + (shares >= _LARGE)).astype(np.int8)
