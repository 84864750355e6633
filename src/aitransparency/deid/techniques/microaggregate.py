"""Microaggregate (微聚集 / microaggregation): like values in groups, each the mean of its group.

Groups of at least k by fixed size over the sorted column (Defays and Nanopoulos, 1993;
Domingo-Ferrer and Mateo-Sanz, 2002). GB/T 37964-2019 lists it among the randomization techniques
(随机化技术); the clause was not read.

>>> from aitransparency.deid.techniques.base import Place
>>> Microaggregate(k=2).apply(pa.array([10, 99, 12, 101, 103]), Place("pay")).values.to_pylist()
[11, 101, 11, 101, 101]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from aitransparency.deid.coarse import no_number, numbers_of
from aitransparency.deid.dates import Dates
from aitransparency.deid.techniques.base import Outcome, Place, Technique, expect_whole
from aitransparency.deid.text import Mask, as_text, null_mask


@dataclass(frozen=True)
class Microaggregate(Technique):
    """Replace numbers or dates by the mean of their group of k to 2k - 1 neighbours.

    Needs the whole column (`deid.whole`). The sum of the column stays but for rounding: to whole
    numbers in columns of whole numbers, to days for dates, to `decimals` places in others. With
    fewer than k values none fits. Each column is grouped alone: together with others, a row may
    still be the only one of its kind; `deid.risk` tells.

    Parameters
    ----------
    k
        Rows of a group at least, 2 or more.
    decimals
        Places of the mean of broken numbers.
    """

    k: int = 5
    decimals: int = 2

    by_value: ClassVar[bool] = False
    whole_column: ClassVar[bool] = True
    why_not_reversible: ClassVar[str] = "a group has one mean"

    def __post_init__(self) -> None:
        expect_whole(self, "k", 2)
        expect_whole(self, "decimals", -12)

    def apply(self, values: pa.Array, place: Place) -> Outcome:
        """Return the means, in the type that came; dates written in text the way they were."""
        kind = values.type
        if pa.types.is_date(kind) or pa.types.is_timestamp(kind) or self._are_dates(values):
            read = Dates.read(values)
            means = self._means(read.days.astype(np.float64), read.good)
            misfit = ~null_mask(values) & ~read.good | self._few(read.good)
            made = read.write(np.round(means).astype(np.int64))
            return Outcome(made, misfit)
        numbers, good = numbers_of(values)
        means = self._means(numbers, good)
        misfit = no_number(values, good) | self._few(good)
        if pa.types.is_integer(kind):
            made = pa.array(np.round(means).astype(np.int64), mask=~good).cast(kind)
        else:
            made = pa.array(np.round(means, self.decimals) + 0.0, mask=~good)
            made = made.cast(kind) if pa.types.is_floating(kind) else as_text(made)
        return Outcome(made, misfit)

    def _are_dates(self, values: pa.Array) -> bool:
        if pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
            return False
        _, numeric = numbers_of(values)
        return not numeric.any()

    def _few(self, good: Mask) -> Mask:
        return good if good.sum() < self.k else np.zeros(len(good), np.bool_)

    def _means(
        self, numbers: np.ndarray[tuple[int], np.dtype[np.float64]], good: Mask
    ) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        rows = np.flatnonzero(good)
        means = numbers.copy()
        groups = len(rows) // self.k
        if not groups:
            return means
        order = rows[np.argsort(numbers[rows], kind="stable")]
        starts = np.arange(groups) * self.k
        sizes = np.diff(np.append(starts, len(rows)))
        sums = np.add.reduceat(numbers[order], starts)
        means[order] = np.repeat(sums / sizes, sizes)
        return means
