"""Numbers of people and organisations from ranges that no issuer allots.

- Resident ID: division code pp99cc with a province pp in use; no code of GB/T 2260 since 1980 has
  99 in the middle. Date, order and check character are well formed.
- Mobile phone: the segments 142, 143, 154, 160, 163, 164, 168, 169 and 194, not in use by
  libphonenumber's metadata; the ministry may allot them one day.
- Landline: area code 010 to 0999 of the length that was there, then a local number that begins
  with 0, which no exchange has because 0 is the trunk prefix.
- Bank card: begins with 9999. ISO/IEC 7812-1 gives a leading 9 to national bodies, followed by the
  country's number in ISO 3166-1, and ISO 3166-1 will never assign 999. Luhn's digit is right.
- Unified social credit code (GB 32100-2015): division pp99cc as above; its check is right.
- Passport: begins with Z, as no published series of Chinese passports does.
- License plate: a serial that begins with I, a letter that GA 36-2018 leaves out.

None of the standards was read; what is said of them is what public summaries say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aitransparency.deid.domains import luhn_digit, uscc_letters, yyyymmdd
from aitransparency.deid.ff1 import digits_of
from aitransparency.deid.formats import assemble, by_width
from aitransparency.deid.identity import check_characters
from aitransparency.deid.text import Bytes, from_matrix

if TYPE_CHECKING:
    from aitransparency.deid.surrogates import Asked

Ints = npt.NDArray[np.int64]

_ZERO = np.uint8(48)
_PROVINCES = np.array(
    [
        *(11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41),
        *(42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63, 64, 65),
    ],
    np.int64,
)
_SEGMENTS = np.array([142, 143, 154, 160, 163, 164, 168, 169, 194], np.int64)
_YEARS = (1940, 2004)  # of an ID whose decade is not kept
_PLATE_LETTERS = np.frombuffer(b"ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", np.uint8)


def _digits(numbers: Ints, width: int) -> Bytes:
    return digits_of(numbers.astype(np.uint64), 10, width)


def _nowhere(numbers: Ints) -> Bytes:
    """Return division codes pp99cc, uint8 (n, 6) digits."""
    county, province = np.divmod(numbers, len(_PROVINCES))
    return _digits(_PROVINCES[province] * 10_000 + 9_900 + 1 + county % 99, 6)


def resident_id(asked: Asked) -> pa.Array:
    """Return an ID for each, born in the same decade and of the same gender where asked for."""
    first, days = _birth_range(asked)
    day = first + asked.picks(0, 2**40) % days
    date = yyyymmdd(day)
    other = asked.picks(1, 2**48)
    order = other % 1000
    if "gender" in asked.keep:
        order = order // 2 * 2 + (_cells_of(asked.values)[:, 16] & 1)
    body = np.hstack(
        [
            _nowhere(other // 1000) + _ZERO,
            digits_of(date, 10, 8) + _ZERO,
            _digits(order, 3) + _ZERO,
        ]
    )
    return from_matrix(np.hstack([body, check_characters(body)[:, None]]))


def _birth_range(asked: Asked) -> tuple[Ints, Ints]:
    """Return the first day an ID may be born, in days of 1970, and how many there are."""
    count = len(asked.values)
    if "decade" in asked.keep:
        year = _digits_value(_cells_of(asked.values)[:, 6:9]) * 10
        start, stop = year, year + 10
    else:
        start, stop = (np.full(count, year, np.int64) for year in _YEARS)
    days = [
        (year - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
        for year in (start, stop)
    ]
    return days[0], days[1] - days[0]


def _cells_of(values: pa.Array) -> Bytes:
    """Return IDs of 18 characters, uint8 (n, 18); zeros where the row is another."""
    cells = np.full((len(values), 18), _ZERO, np.uint8)
    for rows, made in by_width(values):
        if made.shape[1] == 18:
            cells[rows] = made
    return cells


def _digits_value(cells: Bytes) -> Ints:
    digits = (cells - _ZERO) % 10
    value: Ints = digits.astype(np.int64) @ 10 ** np.arange(cells.shape[1] - 1, -1, -1)
    return value


def mobile_phone(asked: Asked) -> pa.Array:
    """Return a phone for each."""
    segment = _SEGMENTS[asked.picks(0, len(_SEGMENTS))]
    return from_matrix(_digits(segment * 10**8 + asked.picks(1, 10**8), 11) + _ZERO)


def landline_phone(asked: Asked) -> pa.Array:
    """Return a landline for each, with as many digits as it had."""
    parts = []
    area, local = asked.picks(0, 990) + 10, asked.picks(1, 10**16)
    for rows, cells in by_width(asked.values):
        width = cells.shape[1]
        coded = cells[0, 0] == _ZERO and width >= 10
        made = np.zeros((len(rows), width), np.uint8)
        if coded:
            made[:, 1:4] = _digits(area[rows], 3)
        front = 5 if coded else 1
        made[:, front:] = _digits(local[rows] % 10 ** (width - front), width - front)
        parts.append((rows, made + _ZERO))
    return assemble(len(asked.values), parts)


def bank_card(asked: Asked) -> pa.Array:
    """Return a card number for each, with as many digits."""
    parts = []
    serial = asked.picks(0, 10**18)
    for rows, cells in by_width(asked.values):
        middle = cells.shape[1] - 5
        body = np.hstack(
            [
                np.full((len(rows), 4), 9, np.uint8),
                _digits(serial[rows] % 10**middle, middle),
            ]
        )
        parts.append((rows, np.hstack([body, luhn_digit(body)[:, None]]) + _ZERO))
    return assemble(len(asked.values), parts)


def uscc(asked: Asked) -> pa.Array:
    """Return a code for each: 91, a division that is none, an organisation code of its form."""
    organisation = asked.picks(1, 31**8).astype(np.uint64)
    places = np.hstack(
        [
            np.broadcast_to(np.array([9, 1], np.uint8), (len(asked.values), 2)),
            _nowhere(asked.picks(0, 2**40)),
            digits_of(organisation, 31, 8),
            digits_of(organisation % np.uint64(10), 31, 1),
        ]
    )
    return from_matrix(uscc_letters(places))


def passport(asked: Asked) -> pa.Array:
    """Return a passport number for each: Z and eight digits."""
    letter = np.full((len(asked.values), 1), ord("Z"), np.uint8)
    return from_matrix(np.hstack([letter, _digits(asked.picks(0, 10**8), 8) + _ZERO]))


def license_plate(asked: Asked) -> pa.Array:
    """Return a plate for each: 京A, then I, then four letters or digits."""
    front = np.frombuffer("京AI".encode(), np.uint8)
    places = digits_of(asked.picks(0, 34**4).astype(np.uint64), 34, 4)
    fronts = np.broadcast_to(front, (len(asked.values), len(front)))
    return from_matrix(np.hstack([fronts, _PLATE_LETTERS[places]]))
