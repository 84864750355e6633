"""Wider values for `Generalize`: classes of dates, numbers, coordinates, IDs and addresses.

Every function takes an array (n,) and returns the classes and where a value has none, bool (n,).

>>> made, misfit = identity_to(pa.array(["11010519491231002X", "x"]), "birth_year+province")
>>> made.to_pylist(), misfit.tolist()
(['1949 北京市', None], [False, True])
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.dates import Dates, year_month_day
from aitransparency.deid.divisions import divisions
from aitransparency.deid.domains import ResidentIDs, ascii_number
from aitransparency.deid.identity import same_person
from aitransparency.deid.text import Mask, as_text, null_mask, text_of, true_mask

if TYPE_CHECKING:
    from aitransparency.deid.techniques.generalize import Generalize

Made = tuple[pa.Array, Mask]
Floats = npt.NDArray[np.float64]
_NO_TEXT = text_of(None)


def _text(numbers: npt.NDArray[np.int64]) -> pa.Array:
    return pa.array(numbers).cast(pa.large_string())


def _join(*parts: pa.Array | pa.Scalar) -> pa.Array:
    return pc.binary_join_element_wise(*parts, text_of(""))


def _where(good: Mask, made: pa.Array) -> pa.Array:
    return made if good.all() else pc.if_else(pa.array(good), made, _NO_TEXT)


def dates_to(values: pa.Array, to: str, how: Generalize) -> Made:
    """Return years, months (1990-05), quarters (1990Q2), decades (1990-1999) or bands of age."""
    read = Dates.read(values)
    year, month, day = year_month_day(read.days)
    misfit = ~read.good & ~null_mask(values)
    if to == "age":
        on = np.datetime64(how.on or "", "D").astype(np.int64).reshape(1)
        on_year, on_month, on_day = (int(one[0]) for one in year_month_day(on))
        birthday_past = (month < on_month) | ((month == on_month) & (day <= on_day))
        age = on_year - year - ~birthday_past
        made = _bands(age.astype(np.float64), how, whole=True)
        return _where(read.good & (age >= 0), made), misfit | (read.good & (age < 0))
    if to == "year":
        made = _text(year)
    elif to == "quarter":
        made = _join(_text(year), text_of("Q"), _text((month + 2) // 3))
    elif to == "month":
        made = _join(_text(year), text_of("-"), pc.utf8_lpad(_text(month), 2, "0"))
    else:
        made = _decade(year)
    return _where(read.good, made), misfit


def _decade(year: npt.NDArray[np.int64]) -> pa.Array:
    first = year // 10 * 10
    return _join(_text(first), text_of("-"), _text(first + 9))


def numbers_of(values: pa.Array) -> tuple[Floats, Mask]:
    """Return numbers, 0 where there is none, and where there is one."""
    kind = values.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        given = values.cast(pa.float64(), safe=False)
    else:
        text = pc.utf8_trim_whitespace(as_text(values))
        shaped = pc.match_substring_regex(text, r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)$")
        given = pc.if_else(shaped, pc.utf8_ltrim(text, "+"), _NO_TEXT).cast(pa.float64())
    numbers = given.to_numpy(zero_copy_only=False)
    good = np.isfinite(numbers)
    return np.where(good, numbers, 0.0), good


def no_number(values: pa.Array, good: Mask) -> Mask:
    """Return where something is written that is no number; NaN is as good as null."""
    misfit: Mask = ~good & ~null_mask(values)
    if pa.types.is_floating(values.type):
        misfit = misfit & ~true_mask(pc.fill_null(pc.is_nan(values), False))
    return misfit


def number_bins(values: pa.Array, how: Generalize, *, clip: bool) -> Made:
    """Return bands, 30-39 (39.5 too) or of a broken width [0.5,1), or numbers cut off."""
    numbers, good = numbers_of(values)
    misfit = no_number(values, good)
    if clip:
        low = -np.inf if how.bottom is None else how.bottom
        high = np.inf if how.top is None else how.top
        cut = np.clip(numbers, low, high)
        moved = cut != numbers
        kind = values.type
        if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
            values = as_text(values)
            return pc.if_else(pa.array(moved & good), _shown(cut), values), misfit
        numeric = pa.array(cut).cast(kind, safe=False)
        return pc.if_else(pa.array(moved & good), numeric, values), misfit
    ends = [end for end in (how.width, how.bottom, how.top) if end is not None]
    whole = all(float(end).is_integer() for end in ends)  # never by the type: readers differ
    return _where(good, _bands(numbers, how, whole=whole)), misfit


def _bands(numbers: Floats, how: Generalize, *, whole: bool) -> pa.Array:
    width = how.width or 1
    whole = whole and float(width).is_integer()
    start = np.floor(numbers / width) * width
    stop = start + width
    if how.bottom is not None:
        start = np.maximum(start, how.bottom)
    if how.top is not None:
        stop = np.minimum(stop, how.top)
    if whole:
        made = _join(_shown(start), text_of("-"), _shown(stop - 1))
        if width == 1:
            made = _shown(start)
    else:
        made = _join(text_of("["), _shown(start), text_of(","), _shown(stop), text_of(")"))
    if how.bottom is not None:
        below = pa.array(numbers < how.bottom)
        made = pc.if_else(below, text_of(f"<{_plain(how.bottom)}"), made)
    if how.top is not None:
        above = pa.array(numbers >= how.top)
        made = pc.if_else(above, text_of(f"{_plain(how.top)}+"), made)
    return made


def _plain(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else repr(float(number))


def _shown(numbers: Floats) -> pa.Array:
    return as_text(pa.array(np.round(numbers, 6) + 0.0))


def grid(values: pa.Array, width: float) -> Made:
    """Return the south-west corner of each coordinate's cell; "22.54,114.06" has two numbers."""
    if pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
        numbers, good = numbers_of(values)
        made = pa.array(_corner(numbers, width), mask=~good)
        if pa.types.is_floating(values.type):
            made = made.cast(values.type, safe=False)
        return made, no_number(values, good)
    text = as_text(values)
    numeral = r"[+-]?[0-9]{1,3}(?:\.[0-9]+)?"
    found = pc.extract_regex(
        text,
        rf"^\s*[(\[]?\s*(?P<a>{numeral})(?P<gap>\s*[,，;\s]\s*)?(?P<b>{numeral})?\s*[)\]]?\s*$",
    )
    one, other = (pc.struct_field(found, name) for name in ("a", "b"))
    gap = pc.equal(pc.struct_field(found, "gap"), "")
    single = true_mask(pc.fill_null(pc.equal(other, ""), False))
    odd = true_mask(pc.fill_null(gap, False)) & ~single
    corners = []
    for part in (one, other):
        given = pc.if_else(pc.equal(part, ""), _NO_TEXT, part).cast(pa.float64())
        numbers = given.to_numpy(zero_copy_only=False)
        corners.append(_shown(_corner(np.where(np.isnan(numbers), 0.0, numbers), width)))
    made = _join(corners[0], text_of(","), corners[1])
    made = pc.if_else(pa.array(single), corners[0], made)
    good = np.asarray(found.is_valid().to_numpy(zero_copy_only=False)) & ~odd
    return _where(good, made), ~good & ~null_mask(text)


def _corner(numbers: Floats, width: float) -> Floats:
    corner: Floats = np.round(np.floor(np.round(numbers / width, 9)) * width, 6) + 0.0
    return corner


def identity_to(values: pa.Array, to: str) -> Made:
    """Return birth year, decade and province of resident IDs; only valid ones have any."""
    from aitransparency.deid.formats import by_width

    spelled = same_person(as_text(values), "CN_RESIDENT_ID")
    good = np.zeros(len(spelled), np.bool_)
    year, province = np.zeros((2, len(spelled)), np.int64)
    for rows, cells in by_width(spelled):
        if cells.shape[1] == 18:
            _, valid = ResidentIDs().count(cells)
            good[rows] = valid
            rows, cells = rows[valid], cells[valid]
            year[rows] = ascii_number(cells[:, 6:10])
            province[rows] = ascii_number(cells[:, :2])
    parts = []
    if to.startswith("birth_year"):
        parts.append(_text(year))
    elif to.startswith("birth_decade"):
        parts.append(_decade(year))
    if to.endswith("province"):
        parts.append(_provinces().take(pa.array(province)))
    made = parts[0] if len(parts) == 1 else _join(parts[0], text_of(" "), parts[1])
    return _where(good, made), ~good & ~null_mask(spelled)


def _provinces() -> pa.Array:
    names = [f"{code}0000" for code in range(100)]
    known = divisions()
    return pa.array([known[n].name if n in known else n for n in names], pa.large_string())


def place_to(values: pa.Array, to: str) -> Made:
    """Return the division of each address, with what it lies in: 广东省深圳市."""
    from aitransparency.deid.addresses.parts import divisions_of

    text = as_text(values)
    taken, which = divisions_of(text)
    made = place_of(taken, to).take(pa.array(which))
    return made, ~null_mask(text) & null_mask(made)


def place_of(taken: pa.StructArray, to: str) -> pa.Array:
    """Return the division from the parts of addresses, null where they lack it."""
    province, city, district = (
        pc.struct_field(taken, name) for name in ("province", "city", "district")
    )
    if to == "province":
        return province
    same = pc.fill_null(pc.equal(province, city), False)
    made = _join(pc.if_else(same, text_of(""), pc.fill_null(province, "")), city)
    if to == "district":
        made = _join(made, pc.if_else(pc.equal(city, district), text_of(""), district))
    return made
