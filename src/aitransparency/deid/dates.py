"""Dates of a column, whatever way they are written, and back in the same way.

>>> read = Dates.read(pa.array(["1990-05-01", "1990年5月1日", "19900501", "x"]))
>>> read.days.astype("datetime64[D]").astype(str)[:2].tolist(), read.good.tolist()
(['1990-05-01', '1990-05-01'], [True, True, True, False])
>>> read.write(read.days + 1).to_pylist()
['1990-05-02', '1990年5月2日', '19900502', None]
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.text import Mask, as_text, null_mask

Days = npt.NDArray[np.int64]

# Year, month and day with one separator between, or 年月日, or eight digits; a time may follow.
_WRITTEN = (
    r"^\s*(?P<y>[0-9]{4})(?P<s>[-/.年])(?P<m>[0-9]{1,2})(?P<t>[-/.月])(?P<d>[0-9]{1,2})(?P<e>日?)"
    r"(?P<rest>(?:[ T].*)?)$"
)
_PLAIN = r"^\s*(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})(?P<rest>(?:[ T].*)?)$"
_LAST = np.array([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.int64)


@dataclass(frozen=True, eq=False)
class Dates:
    """A column read as dates.

    Parameters
    ----------
    days
        int64 (n,), days since 1970-01-01; 0 where none was read.
    good
        bool (n,), where a date of the Gregorian calendar was read.
    parts
        How each was written, for `write`; None where the column's type is a date or time.
    source
        The column.
    """

    days: Days
    good: Mask
    parts: pa.StructArray | None
    source: pa.Array

    @classmethod
    def read(cls, values: pa.Array) -> Dates:
        """Read text, whole numbers of eight digits, dates or timestamps, array (n,)."""
        kind = values.type
        if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
            days = pc.floor_temporal(values, unit="day") if pa.types.is_timestamp(kind) else values
            if pa.types.is_timestamp(kind) and kind.tz:
                days = pc.local_timestamp(days)
            number = days.cast(pa.date32()).cast(pa.int32()).cast(pa.int64())
            filled = pc.fill_null(number, 0).to_numpy(zero_copy_only=False)
            return cls(filled, ~null_mask(values), None, values)
        text = as_text(values)
        parts = _parts(text)
        year, month, day = (
            pc.fill_null(parts.field(name).cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
            for name in ("y", "m", "d")
        )
        good = (year > 0) & (month >= 1) & (month <= 12) & (day >= 1)
        first = _first_of(np.where(good, year, 1970), np.where(good, month, 1))
        last = _LAST[np.where(good, month, 1) - 1]
        after = _first_of(np.where(good, year, 1970), np.where(good, month, 1) + 1)
        good &= day <= np.minimum(last, after - first)
        return cls(np.where(good, first + day - 1, 0), good, parts, text)

    def write(self, days: Days) -> pa.Array:
        """Return other days the way these were written, in the type of the column; null if bad."""
        if self.parts is None:
            return self._moved(days)
        year, month, day = year_month_day(days)
        wide = pc.not_equal(pc.utf8_length(self.parts.field("m")), 1)
        wide_day = pc.not_equal(pc.utf8_length(self.parts.field("d")), 1)
        written = pc.binary_join_element_wise(
            _padded(year, 4),
            self.parts.field("s"),
            pc.if_else(wide, _padded(month, 2), _padded(month, 1)),
            self.parts.field("t"),
            pc.if_else(wide_day, _padded(day, 2), _padded(day, 1)),
            self.parts.field("e"),
            self.parts.field("rest"),
            pa.scalar("", pa.large_string()),
        )
        return pc.if_else(pa.array(self.good), written, pa.scalar(None, pa.large_string()))

    def _moved(self, days: Days) -> pa.Array:
        kind = self.source.type
        shift = pa.array(days - self.days, mask=~self.good)
        if pa.types.is_timestamp(kind):
            unit = pa.duration(kind.unit)
            step = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[kind.unit] * 86_400
            return pc.add(self.source, pc.multiply(shift, step).cast(unit)).cast(kind)
        return pa.array(days.astype("datetime64[D]"), pa.date32(), mask=~self.good).cast(kind)


def year_month_day(days: Days) -> tuple[Days, Days, Days]:
    """Return the calendar of days since 1970-01-01, int64 (n,) each."""
    date = days.astype("datetime64[D]")
    months = date.astype("datetime64[M]")
    year, month = np.divmod(months.astype(np.int64) + 1970 * 12, 12)
    return year, month + 1, (date - months.astype("datetime64[D]")).astype(np.int64) + 1


def _first_of(year: Days, month: Days) -> Days:
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64)


def _padded(number: Days, width: int) -> pa.Array:
    text = pa.array(number).cast(pa.large_string())
    return pc.utf8_lpad(text, width, "0") if width > 1 else text


def _parts(text: pa.Array) -> pa.StructArray:
    """Return y, s, m, t, d, e and rest as large_string, null where no date is written."""
    ascii_digits = text
    odd = ~np.asarray(pc.fill_null(pc.string_is_ascii(text), True).to_numpy(zero_copy_only=False))
    if odd.any():
        ascii_digits = pc.utf8_normalize(text, "NFKC")
    written = pc.extract_regex(ascii_digits, _WRITTEN)
    plain = pc.extract_regex(ascii_digits, _PLAIN)
    none = pa.scalar("", pa.large_string())
    columns = []
    for name in ("y", "s", "m", "t", "d", "e", "rest"):
        one = pc.struct_field(written, name)
        if name in ("y", "m", "d", "rest"):
            columns.append(pc.coalesce(one, pc.struct_field(plain, name)))
        else:
            columns.append(pc.coalesce(one, none))
    return pa.StructArray.from_arrays(columns, ["y", "s", "m", "t", "d", "e", "rest"])
