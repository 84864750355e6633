"""Mask (掩码 / masking): the middle goes, the ends that people know a value by stay.

The usual Chinese forms are the defaults: 138****5678, 110***********1234, 张*, z***@example.com.
GB/T 37964-2019 lists masking among the suppression techniques (抑制技术); the clause was not read.

>>> from aitransparency.deid.techniques.base import Place
>>> Mask().apply(pa.array(["13800138000"]), Place("phone", "CN_MOBILE_PHONE")).values.to_pylist()
['138****8000']
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.forms import Form, form_of, in_layout, spell_and_fit
from aitransparency.deid.techniques.base import Outcome, Place, Technique, expect, expect_whole
from aitransparency.deid.text import as_text, layout, matrix, null_mask, text_of


@dataclass(frozen=True)
class Mask(Technique):
    """Replace all but the first and last characters.

    With neither `keep_start` nor `keep_end`, the entity's usual form is taken; a column without an
    entity then keeps nothing but the length. Values are spelled canonically first (no separators,
    no country code). A value that is not of the entity's shape, or so short that nothing would be
    hidden, does not fit.

    Parameters
    ----------
    keep_start, keep_end
        Characters left at each end.
    character
        What is put for each hidden character.
    """

    keep_start: int | None = None
    keep_end: int | None = None
    character: str = "*"

    def __post_init__(self) -> None:
        expect_whole(self, "keep_start", 0, optional=True)
        expect_whole(self, "keep_end", 0, optional=True)
        good = isinstance(self.character, str) and len(self.character) == 1
        expect(self, good, "character is one character")

    def apply(self, values: pa.Array, place: Place) -> Outcome:
        """Return the masked values, as text."""
        spelled, fit = spell_and_fit(as_text(values), place.entity)
        misfit = ~fit
        form = form_of(place.entity)
        if self.keep_start is None and self.keep_end is None:
            if form.mask:
                return Outcome(self._by_form(spelled, form, form.mask), misfit)
            start, end = form.keep_start, form.keep_end
        else:
            start, end = self.keep_start or 0, self.keep_end or 0
        if start == 1 and end == 0 and form.han and len(self.character.encode()) == 1:
            names = self._names(spelled, form)
            if names is not None:
                return Outcome(names, misfit)
        masked, short = self._by_position(spelled, start, end)
        return Outcome(masked, misfit | short)

    def _by_form(self, values: pa.Array, form: Form, rule: tuple[str, str]) -> pa.Array:
        """Mask by the rule, or by the mark that the form stands around where that says the same."""
        if form.around and in_layout(values, form).all() and len(values):
            return self._around(values, ord(form.around))
        pattern, replacement = rule
        return pc.replace_substring_regex(
            values, f"(?s){pattern}", replacement.replace("*", self.character.replace("\\", r"\\"))
        )

    def _around(self, values: pa.Array, mark: int) -> pa.Array:
        """Mask values that are in the layout of a mark."""
        from aitransparency.deid import form_kernels

        offsets, data = layout(values)
        hidden = np.frombuffer(3 * self.character.encode(), np.uint8)
        size = int(offsets[-1] - offsets[0]) + (1 + len(hidden)) * len(values)
        out, edges = np.empty(size, np.uint8), np.empty(len(values) + 1, np.int64)
        size = form_kernels.mask_around(data, offsets, mark, hidden, out, edges)
        return pa.LargeStringArray.from_buffers(
            len(values), pa.py_buffer(edges), pa.py_buffer(out[:size])
        )

    def _names(self, values: pa.Array, form: Form) -> pa.Array | None:
        """Mask names of two Han characters or more, three bytes each; None where one is not."""
        if values.null_count or not len(values) or not in_layout(values, form).all():
            return None
        offsets, data = layout(values)
        ends = np.concatenate([[0], np.cumsum(np.diff(offsets) // 3 + 2)])
        cells = np.full(ends[-1], ord(self.character), np.uint8)
        for byte in range(3):
            cells[ends[:-1] + byte] = data[offsets[:-1] + byte]
        return pa.LargeStringArray.from_buffers(
            len(values), pa.py_buffer(ends), pa.py_buffer(cells)
        )

    def _by_position(
        self, values: pa.Array, start: int, end: int
    ) -> tuple[pa.Array, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
        cells = matrix(values)
        if cells is not None and cells.shape[1] > start + end and (cells < 0x80).all():
            stop = cells.shape[1] - end
            masked = pc.binary_replace_slice(
                values.cast(pa.large_binary()), start, stop, self.character * (stop - start)
            ).cast(pa.large_string())
            return masked, np.zeros(len(values), np.bool_)
        length = pc.fill_null(pc.utf8_length(values), 0).to_numpy(zero_copy_only=False)
        hidden = np.maximum(length - start - end, 0)
        short = (hidden == 0) & (length > 0)
        stars = pc.binary_repeat(self.character, pa.array(hidden)).cast(pa.large_string())
        head = pc.utf8_slice_codeunits(values, 0, start) if start else None
        tail = pc.utf8_slice_codeunits(values, -end) if end else None
        parts = [part for part in (head, stars, tail) if part is not None]
        masked = pc.binary_join_element_wise(*parts, text_of("")) if len(parts) > 1 else stars
        if masked.type != pa.large_string():
            masked = masked.cast(pa.large_string())
        nulls = null_mask(values)
        if nulls.any():
            masked = pc.if_else(pa.array(nulls), pa.scalar(None, pa.large_string()), masked)
        return masked, short & ~nulls
