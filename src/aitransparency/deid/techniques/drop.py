"""Drop (删除 / suppression of a whole attribute): the column is not in the result.

GB/T 37964-2019 lists it among the suppression techniques (抑制技术); the clause was not read.

>>> Drop().settings()
{'name': 'Drop'}
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from aitransparency.deid.techniques.base import Outcome, Place, Technique


@dataclass(frozen=True)
class Drop(Technique):
    """Leave the column out."""

    def apply(self, values: pa.Array, place: Place) -> Outcome:
        """Return nulls; the kernel leaves the column out, and a find in free text empties."""
        return Outcome(pa.nulls(len(values), pa.large_string()))
