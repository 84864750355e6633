"""Redact (屏蔽 / redaction): the value goes, a label of its kind stays.

GB/T 37964-2019 lists it among the suppression techniques (抑制技术); the clause was not read.

>>> from aitransparency.deid.techniques.base import Place
>>> values = pa.array(["13800138000", None])
>>> Redact().apply(values, Place("phone", "CN_MOBILE_PHONE")).values.to_pylist()
['<CN_MOBILE_PHONE>', None]
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.techniques.base import Outcome, Place, Technique, expect
from aitransparency.deid.text import null_mask, text_of


@dataclass(frozen=True)
class Redact(Technique):
    """Replace every value by a label.

    Parameters
    ----------
    label
        The text to put; ``<ENTITY>`` by default, or ``<REDACTED>`` where the entity is not known.
    """

    label: str | None = None

    def __post_init__(self) -> None:
        expect(self, self.label is None or isinstance(self.label, str), "label is text")

    def apply(self, values: pa.Array, place: Place) -> Outcome:
        """Return the label on every row that is not null."""
        label = self.label if self.label is not None else f"<{place.entity or 'REDACTED'}>"
        filled = pa.repeat(text_of(label), len(values))
        empty = null_mask(values)
        if pa.types.is_floating(values.type):
            empty = empty | pc.fill_null(pc.is_nan(values), True).to_numpy(zero_copy_only=False)
        if empty.any():
            filled = pc.if_else(pa.array(empty), text_of(None), filled)
        return Outcome(filled)
