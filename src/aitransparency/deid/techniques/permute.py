"""Permute (置换 / permutation): the values of a column change rows.

Every value of the column stays, so counts, means and quantiles of the column stay; what it has to
do with the other columns goes. GB/T 37964-2019 lists it among the randomization techniques
(随机化技术); the clause was not read.

>>> from aitransparency.deid.keys import Key
>>> from aitransparency.deid.techniques.base import Place
>>> made = Permute().apply(pa.array([1, 2, 3, 4]), Place("pay", None, Key(bytes(32)))).values
>>> sorted(made.to_pylist()), any(a == b for a, b in zip(made.to_pylist(), [1, 2, 3, 4]))
([1, 2, 3, 4], False)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.macs import cmac_of
from aitransparency.deid.techniques.base import Outcome, Place, Technique, expect
from aitransparency.deid.text import as_text


@dataclass(frozen=True)
class Permute(Technique):
    """Move every value to another row, in one keyed cycle through all rows, nulls among them.

    Needs the whole column (`deid.whole`): the order is that of the rows, and the same table gives
    the same result in batches of any size.

    Parameters
    ----------
    within
        A column: values move only among rows that are equal in it (region, ward), so that what the
        column has to do with that one stays. A row alone in its group keeps its value.
    """

    within: str | None = None

    keyed: ClassVar[bool] = True
    by_value: ClassVar[bool] = False
    whole_column: ClassVar[bool] = True
    why_not_reversible: ClassVar[str] = "a permutation is not written down"

    def __post_init__(self) -> None:
        expect(self, self.within is None or isinstance(self.within, str), "within names a column")

    def columns_used(self) -> tuple[str, ...]:
        """Return the column of groups."""
        return () if self.within is None else (self.within,)

    def apply(self, values: pa.Array, place: Place) -> Outcome:
        """Return the values of all rows in their new places, in their own type."""
        count = len(values)
        rows = pa.array(np.arange(count)).cast(pa.large_string())
        codes = cmac_of(rows, place.subkey("permute", place.column), "aes")
        random = codes.view(">u8").astype(np.uint64)
        group = np.zeros(count, np.int64)
        if self.within is not None and place.batch is not None:
            encoded = pc.dictionary_encode(as_text(place.batch.column(self.within)))
            group = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
        order = np.lexsort((random[:, 1], random[:, 0], group))
        first = np.ones(count, np.bool_)
        first[1:] = group[order][1:] != group[order][:-1]
        # The one before in its group, the first from the last: one cycle, no row keeps its own.
        before = np.arange(count) - 1
        starts = np.flatnonzero(first)
        before[starts] = np.append(starts[1:], count) - 1
        source = np.empty(count, np.int64)
        source[order] = order[before]
        return Outcome(values.take(pa.array(source)))
