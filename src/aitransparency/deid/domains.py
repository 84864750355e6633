"""The values that format-preserving encryption moves among: each entity's, counted from 0.

Encrypting is: count (value to number), permute the numbers under the key, count back. What is
valid stays valid, because only valid values are counted. The counting is part of the format of a
ciphertext: it may never change, or what was encrypted cannot be read back.

>>> cells = np.frombuffer(b"11010519491231002X", np.uint8).reshape(1, 18)
>>> number, good = ResidentIDs().count(cells)
>>> bool(good[0]), ResidentIDs().back(number).tobytes()
(True, b'11010519491231002X')
"""

from __future__ import annotations

from functools import cache
from typing import Protocol

import numpy as np
import numpy.typing as npt

from aitransparency.deid.dates import Days, year_month_day
from aitransparency.deid.divisions import known_codes
from aitransparency.deid.ff1 import Numbers, digits_of, number_of
from aitransparency.deid.identity import check_characters
from aitransparency.deid.recognizers.dates import FIRST_YEAR, LAST_YEAR, is_day
from aitransparency.deid.text import Bytes, Mask

_ZERO = np.uint8(48)
_PERMITS = (810000, 820000, 830000)  # residence permits of Hong Kong, Macau and Taiwan
_FIRST = np.datetime64(f"{FIRST_YEAR}-01-01", "D").astype(np.int64)
_DAYS = int(np.datetime64(f"{LAST_YEAR + 1}-01-01", "D").astype(np.int64) - _FIRST)
_ORDERS = 1000
# Mobile segments in use when this format was made; the others are a domain of their own.
_UNUSED = (142, 143, 154, 160, 163, 164, 168, 169, 194)
_SEGMENTS = np.array([one for one in range(130, 200) if one not in _UNUSED], np.uint64)
_REST = np.array(_UNUSED, np.uint64)
_DOUBLED = np.array([0, 2, 4, 6, 8, 1, 3, 5, 7, 9], np.uint8)
_USCC = np.frombuffer(b"0123456789ABCDEFGHJKLMNPQRTUWXY", np.uint8)  # GB 32100-2015, not read


class Domain(Protocol):
    """Values of one width that can be counted."""

    size: int
    name: bytes

    def count(self, cells: Bytes) -> tuple[Numbers, Mask]:
        """Return the number of each value, uint8 (n, width), and whether it is of the domain."""

    def back(self, numbers: Numbers) -> Bytes:
        """Return the values of numbers below `size`."""


class ResidentIDs:
    """Valid resident IDs of 18 characters: known division, a date of 1880 to 2059, an order."""

    name = b"resident id"

    def __init__(self) -> None:
        codes, place = _divisions()
        self._codes, self._place = codes, place
        self.size = len(codes) * _DAYS * _ORDERS

    def count(self, cells: Bytes) -> tuple[Numbers, Mask]:
        """Return the number of each ID, and whether it is valid."""
        digits, good = digits_in(cells[:, :17])
        good &= check_characters(digits + _ZERO) == cells[:, 17]
        place = self._place[number_of(digits[:, :6], 10)]
        day, real = _days_of(digits[:, 6:14])
        good &= (place >= 0) & real
        number = (np.where(good, place, 0) * _DAYS + np.where(good, day, 0)) * _ORDERS
        return number.astype(np.uint64) + number_of(digits[:, 14:], 10), good

    def back(self, numbers: Numbers) -> Bytes:
        """Return the IDs of numbers."""
        above, order = np.divmod(numbers, np.uint64(_ORDERS))
        place, day = np.divmod(above, np.uint64(_DAYS))
        date = yyyymmdd(day.astype(np.int64) + _FIRST)
        body = np.hstack(
            [
                digits_of(self._codes[place].astype(np.uint64), 10, 6),
                digits_of(date, 10, 8),
                digits_of(order, 10, 3),
            ]
        )
        body += _ZERO
        return np.hstack([body, check_characters(body)[:, None]])


@cache
def _divisions() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    codes = np.unique(np.concatenate([np.flatnonzero(known_codes()), _PERMITS]))
    place = np.full(1_000_000, -1, np.int64)
    place[codes] = np.arange(len(codes))
    return codes, place


def _days_of(digits: Bytes) -> tuple[npt.NDArray[np.int64], Mask]:
    """Return days from the first one, and whether YYYYMMDD is a date."""
    year, month, day = (
        number_of(digits[:, part], 10).astype(np.int64)
        for part in (slice(4), slice(4, 6), slice(6, 8))
    )
    real = is_day(year, month, day)
    months = np.where(real, (year - FIRST_YEAR) * 12 + month - 1, 0)
    return _calendar()[1][months] + day - 1, real


@cache
def _calendar() -> tuple[Numbers, npt.NDArray[np.int64]]:
    """Return YYYYMMDD of every day from the first, and the first day of every month."""
    year, month, day = year_month_day(np.arange(_FIRST, _FIRST + _DAYS))
    numbers: Numbers = (year * 10_000 + month * 100 + day).astype(np.uint64)
    return numbers, np.flatnonzero(day == 1)


def yyyymmdd(days: Days) -> Numbers:
    """Return days since 1970-01-01, of the years 1880 to 2059, as YYYYMMDD, uint64 (n,)."""
    numbers: Numbers = _calendar()[0][days - _FIRST]
    return numbers


def digits_in(cells: Bytes) -> tuple[Bytes, Mask]:
    """Return ASCII cells, uint8 (n, width), as digits, and which rows are; others are zeros."""
    digits = cells - _ZERO
    if (digits < 10).all():
        return digits, np.ones(len(digits), np.bool_)
    good: Mask = np.asarray((digits < 10).all(axis=1))
    return np.where(good[:, None], digits, np.uint8(0)), good


def ascii_number(cells: Bytes) -> npt.NDArray[np.int64]:
    """Return ASCII digits, uint8 (n, width), as numbers, int64 (n,)."""
    return number_of(cells - _ZERO, 10).astype(np.int64)


class MobilePhones:
    """Mobile numbers of 11 digits in some segments (the first three digits)."""

    def __init__(self, segments: Numbers, name: bytes) -> None:
        self.name = name
        self._segments = segments
        self._place = np.full(1_000, -1, np.int64)
        self._place[segments] = np.arange(len(segments))
        self.size = len(segments) * 10**8

    def count(self, cells: Bytes) -> tuple[Numbers, Mask]:
        """Return the number of each phone, and whether it is in one of the segments."""
        digits, good = digits_in(cells)
        place = self._place[number_of(digits[:, :3], 10)]
        good &= place >= 0
        number = np.where(good, place, 0).astype(np.uint64) * np.uint64(10**8)
        return number + number_of(digits[:, 3:], 10), good

    def back(self, numbers: Numbers) -> Bytes:
        """Return the phones of numbers."""
        place, line = np.divmod(numbers, np.uint64(10**8))
        cells = np.hstack([digits_of(self._segments[place], 10, 3), digits_of(line, 10, 8)])
        return cells + _ZERO


def luhn_digit(body: Bytes) -> Bytes:
    """Return the check digit of ISO/IEC 7812-1 annex B for digits, uint8 (n, width)."""
    total = np.zeros(len(body), np.uint8)  # 19 digits add up to 171 at most
    for place, column in enumerate(reversed(range(body.shape[1]))):
        digits = body[:, column]
        total += digits if place % 2 else _DOUBLED[digits]
    made: Bytes = (np.uint8(10) - total % np.uint8(10)) % np.uint8(10)
    return made


class Places:
    """Values of one pattern: digits stay digits, capitals capitals, small letters small ones."""

    def __init__(self, bases: tuple[int, ...], firsts: tuple[int, ...]) -> None:
        self._bases, self._firsts = bases, firsts
        self.name = b"pattern:" + bytes(firsts)
        self.size = 1
        for base in bases:
            self.size *= base

    def count(self, cells: Bytes) -> tuple[Numbers, Mask]:
        """Return the number of each value; all are of the pattern."""
        number = np.zeros(len(cells), np.uint64)
        for column, (base, first) in enumerate(zip(self._bases, self._firsts, strict=True)):
            number = number * np.uint64(base) + (cells[:, column] - np.uint8(first))
        return number, np.ones(len(cells), np.bool_)

    def back(self, numbers: Numbers) -> Bytes:
        """Return the values of numbers."""
        cells = np.empty((len(numbers), len(self._bases)), np.uint8)
        for column in reversed(range(len(self._bases))):
            numbers, digit = np.divmod(numbers, np.uint64(self._bases[column]))
            cells[:, column] = digit + np.uint64(self._firsts[column])
        return cells


def uscc_check(body: Bytes) -> Bytes:
    """Return the check place of GB 32100-2015 (not read) for places, uint8 (n, 17) below 31."""
    weights = np.array([pow(3, place, 31) for place in range(17)], np.int64)
    made: Bytes = (-(body.astype(np.int64) @ weights) % 31).astype(np.uint8)
    return made


def uscc_places(cells: Bytes) -> tuple[Bytes, Mask]:
    """Return the places of letters in the alphabet of the code, and whether the check is right."""
    table = np.full(256, 255, np.uint8)
    table[_USCC] = np.arange(31)
    places = table[cells]
    good: Mask = np.asarray((places < 31).all(axis=1))
    places = np.where(good[:, None], places, np.uint8(0))
    good &= uscc_check(places[:, :17]) == places[:, 17]
    return places, good


def uscc_letters(places: Bytes) -> Bytes:
    """Undo `uscc_places`: 17 places to a code of 18 letters."""
    return _USCC[np.hstack([places, uscc_check(places)[:, None]])]


@cache
def domains_of(entity: str | None, width: int) -> tuple[Domain, ...]:
    """Return the domains that values of an entity and a width are in, the first that takes them."""
    if entity == "CN_RESIDENT_ID" and width == 18:
        return (ResidentIDs(),)
    if entity == "CN_MOBILE_PHONE" and width == 11:
        return MobilePhones(_SEGMENTS, b"mobile"), MobilePhones(_REST, b"unused mobile")
    return ()
