"""How many values a mask leaves to somebody without a list, who knows the format and the row.

A mobile number is a 1, a digit from 3 on and nine more; of a resident ID (GB 11643-1999, not read)
the first six digits are a division that exists, the next eight a day from 1900 on, three more an
order whose last digit is odd for men, and the last a check of the others. Where other columns of
the row show the birth date, or a wider class of it, or the sex, fewer are left.

>>> mask = pa.array(["138****5678", "440305********123X"])
>>> possible(mask.slice(0, 1), "mobile").tolist(), possible(mask.slice(1), "id").round(-2).tolist()
([10000.0], [4200.0])
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.divisions import known_codes
from aitransparency.deid.risk.classes import classes_of
from aitransparency.deid.text import as_text, matrix

Floats = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.uint8]
Format = Literal["mobile", "id", "digits"]

_STAR, _ONE, _ZERO = (np.uint8(ord(one)) for one in "*10")
_DAY = re.compile(r"([0-9]{4})(?:-?([0-9]{4})|[-/]?([0-9]{2})(?:[-/]?([0-9]{2}))?)?")
_CHECKED = 11  # values that the check character of a resident ID has
_FEW = 4  # values that a column of sexes has at most
_ORDER, _CHECK = 16, 17  # places of the digit that is odd for men, and of the check


def format_of(originals: pa.Array) -> Format | None:
    """Return the format that all originals have, None for text whose values nobody can count."""
    known = as_text(originals).drop_null()
    for name, pattern in (
        ("mobile", r"^1[3-9][0-9]{9}$"),
        ("id", r"^[1-9][0-9]{5}(19|20)[0-9]{9}[0-9Xx]$"),
        ("digits", r"^[0-9]+$"),
    ):
        if len(known) and pc.all(pc.match_substring_regex(known, pattern)).as_py():
            return name  # type: ignore[return-value]
    return None


def possible(
    masks: pa.Array,
    form: Format,
    *,
    born: pa.Array | None = None,
    sex_known: bool = False,
) -> Floats:
    """Return about how many values each mask leaves, float64 (n,), at least 1.

    Parameters
    ----------
    masks
        Text (n,), ``*`` for each hidden character; what has another length is counted by its
        hidden characters alone.
    form
        Format of the originals.
    born
        What the row shows of the birth date: a day, a month (1990-05), a year or years
        (1990-1999); anything else tells nothing.
    sex_known
        Whether the row shows the sex.
    """
    text = as_text(masks)
    hidden = pc.count_substring(pc.fill_null(text, ""), "*").to_numpy()
    made: Floats = np.power(10.0, hidden)
    width = {"mobile": 11, "id": 18, "digits": 0}[form]
    right = np.flatnonzero(pc.equal(pc.utf8_length(text), width).to_numpy(zero_copy_only=False))
    cells = matrix(text.take(pa.array(right))) if len(right) else None
    if cells is None:
        return made
    if form == "mobile":
        made[right] /= np.where(cells[:, 0] == _STAR, 10.0, 1.0)
        made[right] *= np.where(cells[:, 1] == _STAR, 0.7, 1.0)
    else:
        shown = None if born is None else as_text(born).take(pa.array(right)).to_pylist()
        made[right] = _ids(cells, shown, sex_known)
    return np.asarray(np.maximum(made, 1.0))


def shows_birth(column: pa.Array, ids: pa.Array) -> bool:
    """Return whether a column of originals holds the birth dates of resident IDs."""
    text = pc.replace_substring_regex(as_text(column), r"[-/.年月日]", "")
    return bool(pc.mean(pc.equal(text, pc.utf8_slice_codeunits(ids, 6, 14))).as_py() == 1.0)


def shows_sex(column: pa.Array, ids: pa.Array) -> bool:
    """Return whether a few values of an output tell the sex that resident IDs hold."""
    odd = pc.is_in(pc.utf8_slice_codeunits(ids, 16, 17), value_set=pa.array([*"13579"], ids.type))
    values = classes_of(pa.table([column], names=["value"]))
    both = classes_of(pa.table([column, odd], names=["value", "odd"]))
    return 2 <= len(values.sizes) <= _FEW and len(both.sizes) == len(values.sizes)


def _ids(cells: Bytes, born: list[str | None] | None, sex_known: bool) -> Floats:
    stars = cells == _STAR
    order: Floats = np.power(10.0, stars[:, 14:17].sum(axis=1))
    if sex_known:
        order /= np.where(stars[:, _ORDER], 2.0, 1.0)
    made = order * _matching(cells[:, :6], _divisions())
    days, numbers = _days(), np.arange(len(_days()))
    spans = [(0, len(numbers))] * len(cells) if born is None else [_span(one) for one in born]
    for span in sorted(set(spans)):
        rows = np.flatnonzero([one == span for one in spans])
        made[rows] *= _matching(cells[rows, 6:14], days[span[0] : span[1]])
    checked = ~stars[:, _CHECK] & stars[:, :_CHECK].any(axis=1)
    return np.asarray(made / np.where(checked, float(_CHECKED), 1.0))


def _matching(masks: Bytes, values: Bytes) -> Floats:
    """Return how many of the values fit each mask, uint8 (n, width) and (m, width)."""
    distinct, place = np.unique(masks, axis=0, return_inverse=True)
    counts = [
        float(((values == one) | (one == _STAR)).all(axis=1).sum()) if (one == _STAR).any() else 1.0
        for one in distinct
    ]
    return np.array(counts)[place.reshape(-1)]


@cache
def _divisions() -> Bytes:
    return _digits(np.flatnonzero(known_codes()), 6)


@cache
def _days() -> Bytes:
    days = np.arange("1900-01-01", "2027-01-01", dtype="datetime64[D]").astype(str)
    return np.array([list(one.replace("-", "").encode()) for one in days], np.uint8)


def _digits(numbers: npt.NDArray[np.int64], width: int) -> Bytes:
    powers = 10 ** np.arange(width - 1, -1, -1)
    return np.asarray(numbers[:, None] // powers % 10 + _ZERO, np.uint8)


def _span(shown: str | None) -> tuple[int, int]:
    """Return the places in `_days` of the first day that a value leaves and behind the last."""
    first, last = np.datetime64("1900-01-01"), np.datetime64("2027-01-01")
    whole = (0, int((last - first).astype(int)))
    found = _DAY.fullmatch(shown or "")
    if found is None:
        return whole
    year, until, month, day = found.groups()
    try:
        if day:
            start = np.datetime64(f"{year}-{month}-{day}")
            end = start + 1
        elif month:
            start = np.datetime64(f"{year}-{month}", "M").astype("M8[D]")
            end = (np.datetime64(f"{year}-{month}", "M") + 1).astype("M8[D]")
        else:
            start = np.datetime64(year, "Y").astype("M8[D]")
            end = (np.datetime64(until or year, "Y") + 1).astype("M8[D]")
    except ValueError:
        return whole
    edges = [int(np.clip((one - first).astype(int), 0, whole[1])) for one in (start, end)]
    return (edges[0], edges[1]) if edges[0] < edges[1] else whole
