"""Real dates of the Gregorian calendar, over arrays of digits.

>>> is_date(np.array([[2, 0, 0, 0, 0, 2, 2, 9], [1, 9, 0, 0, 0, 2, 2, 9]], np.uint8))
array([ True, False])
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Bytes, Ints

FIRST_YEAR = 1880
LAST_YEAR = 2059  # fixed, for an answer must not depend on the day it is asked
_DAYS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] + [0] * 87, np.int64)


def is_date(digits: Bytes) -> npt.NDArray[np.bool_]:
    """Return whether digits, uint8 (n, 8), are a date YYYYMMDD between the years of a life."""
    return is_day(number(digits[:, :4]), number(digits[:, 4:6]), number(digits[:, 6:]))


def number(digits: Bytes) -> Ints:
    """Return the numbers that digits, uint8 (n, size), write."""
    total = digits[:, 0].astype(np.int64)
    for place in range(1, digits.shape[1]):
        total *= 10
        total += digits[:, place]
    return total


def is_day(year: Ints, month: Ints, day: Ints) -> npt.NDArray[np.bool_]:
    """Return whether year, month (0 to 99) and day, int64 (n,), are a date."""
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    last = _DAYS.take(month) - ((month == 2) & ~leap)
    real: npt.NDArray[np.bool_] = (year >= FIRST_YEAR) & (year <= LAST_YEAR)
    real &= (day >= 1) & (day <= last)
    return real
