"""Keep (保留): the column is given out as it is, because someone decided so.

Not a technique of GB/T 37964-2019: a plan names every column, also those that stay.

>>> Keep().settings()
{'name': 'Keep'}
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa

from aitransparency.deid.techniques.base import Outcome, Place, Technique


@dataclass(frozen=True)
class Keep(Technique):
    """Give the values out unchanged, in their own type."""

    reversible: ClassVar[bool] = True

    def apply(self, values: pa.Array, place: Place) -> Outcome:
        """Return the values."""
        return Outcome(values)

    def undo(self, values: pa.Array, place: Place) -> pa.Array:
        """Return the values."""
        return values
