"""What makes two spellings the same person: the value that tokens and surrogates are made of.

Beyond the canonical spelling, a resident ID of the first generation (15 digits, GB 11643-1989) is
the ID of 18 characters with the century and the check character of GB 11643-1999 put in.

>>> cells = pa.array(["110105491231002", "11010519491231002x"], pa.large_string())
>>> same_person(cells, "CN_RESIDENT_ID").to_pylist()
['11010519491231002X', '11010519491231002X']
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aitransparency.deid.forms import spell, spell_and_fit
from aitransparency.deid.text import Bytes, from_matrix, layout, null_mask, put

_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], np.int64)
_CHECKS = np.frombuffer(b"10X98765432", np.uint8)


def same_person(values: pa.Array, entity: str | None) -> pa.Array:
    """Return the spelling under which values of one person are equal, large_string (n,)."""
    spelled = spell(values, entity)
    return _long_ids(spelled) if entity == "CN_RESIDENT_ID" else spelled


def person_and_fit(values: pa.Array, entity: str | None) -> tuple[pa.Array, npt.NDArray[np.bool_]]:
    """Return `same_person`, and where a value can be the entity, bool (n,); null can."""
    spelled, fit = spell_and_fit(values, entity)
    return (_long_ids(spelled) if entity == "CN_RESIDENT_ID" else spelled), fit


def _long_ids(spelled: pa.Array) -> pa.Array:
    offsets, data = layout(spelled)
    rows = np.flatnonzero((np.diff(offsets) == 15) & ~null_mask(spelled))
    if not len(rows):
        return spelled
    cells = data[offsets[rows][:, None] + np.arange(15)]
    old = (cells - np.uint8(48) < 10).all(axis=1)
    where = np.zeros(len(spelled), np.bool_)
    where[rows[old]] = True
    return put(spelled, where, from_matrix(_eighteen(cells[old]))) if old.any() else spelled


def _eighteen(cells: Bytes) -> Bytes:
    century = np.broadcast_to(np.frombuffer(b"19", np.uint8), (len(cells), 2))
    body = np.hstack([cells[:, :6], century, cells[:, 6:]])
    return np.hstack([body, check_characters(body)[:, None]])


def check_characters(body: Bytes) -> Bytes:
    """Return the check character of GB 11643-1999 for each row of 17 ASCII digits, uint8 (n,)."""
    checks: Bytes = _CHECKS[(body.astype(np.int64) - 48) @ _WEIGHTS % 11]
    return checks
