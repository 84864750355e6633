"""What every card of one explainer compares a person with; computed once.

Typical values are the median, rounded so that it is nobody's own record, and the category that most
people have. The second opinions are the same model explained against each half of the background
apart (a seeded split): where they rank a person's reasons otherwise, the ranking is not stable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aitransparency.explain.counterfactual import Search
from aitransparency.explain.counterfactual.levels import nice_step, snapped
from aitransparency.explain.features import Feature
from aitransparency.explain.reasons import rank
from aitransparency.explain.values import Value

if TYPE_CHECKING:
    from aitransparency.explain.explainer import Explainer

Floats = npt.NDArray[np.float64]
Stability = Literal["stable", "unordered", "unstable", "untested"]

_FEWEST = 5  # rows from which a typical value is nobody's own
_HALVES_FROM = 20  # background rows from which half of them is a group to compare with
_SEED = 71


@dataclass(frozen=True, slots=True, eq=False)
class Typical:
    """What is typical of one column, and where a value stands.

    Parameters
    ----------
    value
        Median or most frequent category; None where too few rows share one.
    ordered
        The column's numbers in ascending order; empty for categories.
    """

    value: Value
    ordered: Floats

    @classmethod
    def of(cls, entry: Feature, column: pa.ChunkedArray) -> Typical:
        """Read it off a column of the background."""
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        known, kind = column.drop_null(), column.type
        if entry.categories or not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
            return cls(_commonest(known), np.zeros(0))
        numbers = np.sort(known.to_numpy().astype(np.float64))
        numbers = numbers[np.isfinite(numbers)]
        if len(numbers) < _FEWEST:
            return cls(None, np.zeros(0))
        return cls(_middle(entry, numbers), numbers)

    def place(self, value: Value) -> float | None:
        """Return the share of the background strictly below a number."""
        if not len(self.ordered) or value is None or isinstance(value, str):
            return None
        return float(np.searchsorted(self.ordered, float(value), side="left") / len(self.ordered))


@dataclass(frozen=True, eq=False)
class Comparison:
    """What the cards of one explainer share.

    Parameters
    ----------
    explainer
        Whose cards they are.
    typical
        Column to what is typical of it.
    base_score
        Mean of `Explainer.score` over the background.
    """

    explainer: Explainer
    typical: Mapping[str, Typical]
    base_score: float

    @classmethod
    def of(cls, explainer: Explainer) -> Comparison:
        """Read the background of an explainer."""
        typical = {
            name: Typical.of(explainer.features[name], explainer.background[name])
            for name in explainer.feature_names
        }
        native_mean = float(explainer.score(explainer.background).mean())
        return cls(explainer, typical, native_mean)

    @cached_property
    def search(self) -> Search:
        """The search for what could change a result."""
        return Search.of(self.explainer)

    @cached_property
    def opinions(self) -> tuple[Explainer, ...]:
        """The same model explained against each half of the background; empty where none helps."""
        rows = self.explainer.background.num_rows
        if not self.explainer.method.background_rows or rows < _HALVES_FROM:
            return ()
        mixed = np.random.default_rng(_SEED).permutation(rows)
        halves = np.sort(mixed[: rows // 2]), np.sort(mixed[rows // 2 :])
        return tuple(
            self.explainer.compared_with(half, seed=_SEED + at) for at, half in enumerate(halves)
        )

    def stability(self, row: pa.Table, order: npt.NDArray[np.intp], top: int) -> Stability:
        """Return whether the second opinions give the same reasons in the same order.

        Parameters
        ----------
        row
            One person.
        order
            (k,) the reasons found, -1 for none.
        top
            Reasons asked for.
        """
        from aitransparency.explain.explainer import amounts_of

        if not self.opinions:
            return "untested"
        found: Stability = "stable"
        for amounts in amounts_of(self.opinions, row):
            again = rank(amounts, top).order[0]
            if set(again.tolist()) != set(order.tolist()):
                return "unstable"
            if not np.array_equal(again, order):
                found = "unordered"
        return found


def _commonest(known: pa.ChunkedArray) -> Value:
    counted = known.value_counts()
    if not len(counted):
        return None
    counts = counted.field("counts").to_numpy()
    if counts.max() < _FEWEST:
        return None
    values = counted.field("values").to_pylist()
    best = min((str(values[at]), at) for at in np.flatnonzero(counts == counts.max()))
    value = values[best[1]]
    return value if isinstance(value, str | int | float | bool) else str(value)


def _middle(entry: Feature, numbers: Floats) -> Value:
    middle = float(np.median(numbers))
    low, high = np.quantile(numbers, (0.02, 0.98))
    whole = bool((numbers == np.round(numbers)).all())
    if high > low:
        step = nice_step(float(high - low), whole=whole, decimals=entry.decimals, scale=entry.scale)
        middle = snapped(middle, step)
    return int(middle) if whole and middle.is_integer() else middle
