"""Format-preserving encryption of a column: rows sorted by width and pattern, each its domain.

>>> cells = pa.array(["13800138000", "C2023-000123", None], pa.large_string())
>>> made, misfit = Formats(bytes(32), "CN_MOBILE_PHONE").turn(cells.slice(0, 1))
>>> bool(misfit[0]), len(made[0].as_py())
(False, 11)
>>> Formats(bytes(32), None).turn(cells)[0][1].as_py()[5]
'-'
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aitransparency.deid.domains import (
    Domain,
    Places,
    digits_in,
    domains_of,
    luhn_digit,
    uscc_letters,
    uscc_places,
)
from aitransparency.deid.ff1 import FF1, LEAST, MOST, digits_of, halves, number_of, permute
from aitransparency.deid.text import Bytes, Mask, from_matrix, layout, matrix, null_mask

_ZERO = np.uint8(48)
_WIDEST = 32  # characters of a value; also the most digits whose halves FF1 takes
_CLASSES = np.zeros(256, np.uint8)  # 0 a character that stays, else which alphabet it is in
_CLASSES[ord("0") : ord("9") + 1] = 1
_CLASSES[ord("A") : ord("Z") + 1] = 2
_CLASSES[ord("a") : ord("z") + 1] = 3
_BASES = (1, 10, 26, 26)
_FIRSTS = (0, ord("0"), ord("A"), ord("a"))

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Formats:
    """The encryption of a column's values into values of their own format.

    Parameters
    ----------
    key
        32 bytes.
    entity
        One of `ENTITIES`, or None.
    keep_start
        Characters at the front that stay as they are.
    check
        Bank cards keep a right (or wrong) check digit right (or wrong).
    decrypt
        Undo instead.
    """

    key: bytes = field(repr=False)
    entity: str | None
    keep_start: int = 0
    check: bool = True
    decrypt: bool = False

    def turn(self, values: pa.Array) -> tuple[pa.Array, Mask]:
        """Return the values encrypted, and where one has no format; large_string (n,)."""
        misfit = ~null_mask(values)
        parts: list[tuple[Rows, Bytes]] = []
        for rows, cells in by_width(values):
            for some, made in self._of_width(cells):
                parts.append((rows[some], made))
                misfit[rows[some]] = False
        return assemble(len(values), parts), misfit

    def _of_width(self, cells: Bytes) -> Iterator[tuple[Rows, Bytes]]:
        left = np.arange(len(cells))
        if self.entity == "CN_USCC" and cells.shape[1] == 18:
            yield self._uscc(cells)
            return
        if self.entity == "CN_BANK_CARD" and self.check:
            yield from self._cards(cells)
            return
        for domain in () if self.keep_start else domains_of(self.entity, cells.shape[1]):
            some, made = self._in_domain(cells[left], domain)
            yield left[some], made
            left = np.delete(left, some)
            if not len(left):
                return
        if self.entity != "CN_RESIDENT_ID" and cells.shape[1] <= _WIDEST:
            for some, made in self._by_pattern(cells[left]):
                yield left[some], made

    def _in_domain(self, cells: Bytes, domain: Domain) -> tuple[Rows, Bytes]:
        number, good = domain.count(cells)
        rows = np.flatnonzero(good)
        number = permute(number[rows], domain.size, self.key, domain.name, decrypt=self.decrypt)
        return rows, domain.back(number)

    def _by_pattern(self, cells: Bytes) -> Iterator[tuple[Rows, Bytes]]:
        classes = _CLASSES[cells]
        classes[:, : self.keep_start] = 0
        if (classes == 1).all():  # digits alone: one pattern
            for some, moved in self._moved(cells, (1,) * cells.shape[1]):
                yield some, moved
            return
        plates = self.entity == "CN_LICENSE_PLATE"
        plain = np.ones(len(cells), np.bool_) if plates else (cells < 0x80).all(axis=1)
        code = np.zeros(len(cells), np.uint64)
        for column in range(cells.shape[1]):
            code = code << np.uint64(2) | classes[:, column]
        patterns, first, which = np.unique(code, return_index=True, return_inverse=True)
        for number in range(len(patterns)):
            rows = np.flatnonzero((which == number) & plain)
            kinds = classes[first[number]]
            moving = np.flatnonzero(kinds)
            if not len(rows):
                continue
            made = self._moved(cells[rows][:, moving], tuple(map(int, kinds[moving])))
            for some, moved in made:
                whole = cells[rows[some]].copy()
                whole[:, moving] = moved
                yield rows[some], whole

    def _moved(self, cells: Bytes, kinds: tuple[int, ...]) -> Iterator[tuple[Rows, Bytes]]:
        """Encrypt the characters of one pattern that do not stay."""
        count = len(kinds)
        digits = set(kinds) == {1}
        everything = np.arange(len(cells))
        if digits and 10**count >= LEAST:
            yield everything, self._numerals(cells - _ZERO, 10, b"") + _ZERO
            return
        pattern = Places(tuple(_BASES[k] for k in kinds), tuple(_FIRSTS[k] for k in kinds))
        if LEAST <= pattern.size <= MOST:
            some, made = self._in_domain(cells, pattern)
            yield some, made

    def _cards(self, cells: Bytes) -> Iterator[tuple[Rows, Bytes]]:
        """Encrypt between the kept front and the check digit, which stays right, or wrong."""
        body = slice(self.keep_start, cells.shape[1] - 1)
        size = 10 ** max(body.stop - body.start, 0)
        digits, good = digits_in(cells)
        off = (10 + digits[:, -1] - luhn_digit(digits[:, :-1])) % 10
        number = number_of(digits[:, body], 10)
        for wrongs in (1, 9):
            rows = np.flatnonzero(good & ((off == 0) == (wrongs == 1)))
            if not (len(rows) and LEAST <= size * wrongs <= MOST):
                continue
            tweak = b"luhn" if wrongs == 1 else b"not luhn"
            here = number[rows] * np.uint64(wrongs) + np.maximum(off[rows], 1) - np.uint64(1)
            here = permute(here, size * wrongs, self.key, tweak, decrypt=self.decrypt)
            here, wrong = np.divmod(here, np.uint64(wrongs))
            made = digits[rows]
            made[:, body] = digits_of(here, 10, body.stop - body.start)
            wrong += np.uint64(wrongs != 1)
            made[:, -1] = (luhn_digit(made[:, :-1]) + wrong) % np.uint64(10)
            yield rows, made + _ZERO

    def _numerals(self, digits: Bytes, radix: int, tweak: bytes) -> Bytes:
        cipher = FF1(self.key, radix, digits.shape[1], tweak)
        left, right = (cipher.decrypt if self.decrypt else cipher.encrypt)(*halves(digits, radix))
        width = cipher.left
        parts = digits_of(left, radix, width), digits_of(right, radix, digits.shape[1] - width)
        return np.hstack(parts)

    def _uscc(self, cells: Bytes) -> tuple[Rows, Bytes]:
        places, good = uscc_places(cells)
        rows = np.flatnonzero(good)
        return rows, uscc_letters(self._numerals(places[rows, :17], 31, b"uscc"))


def by_width(values: pa.Array) -> Iterator[tuple[Rows, Bytes]]:
    """Give the rows of each width in bytes, and their bytes, uint8 (m, width); no null, no ''."""
    whole = matrix(values)
    if whole is not None:
        yield np.arange(len(values)), whole
        return
    offsets, data = layout(values)
    widths = np.diff(offsets)
    widths[null_mask(values)] = 0
    for width in np.unique(widths):
        if width:
            rows = np.flatnonzero(widths == width)
            yield rows, data[offsets[rows][:, None] + np.arange(width)]


def assemble(count: int, parts: list[tuple[Rows, Bytes]]) -> pa.Array:
    """Put rows of several widths into one large_string array (n,), null where none is given."""
    if len(parts) == 1 and len(parts[0][0]) == count:
        rows, cells = parts[0]
        if np.array_equal(rows, np.arange(count)):
            return from_matrix(cells)
    arrays = [from_matrix(cells) for _, cells in parts] + [pa.nulls(1, pa.large_string())]
    place = np.full(count, sum(len(rows) for rows, _ in parts), np.int64)
    first = 0
    for rows, _ in parts:
        place[rows] = np.arange(first, first + len(rows))
        first += len(rows)
    return pa.concat_arrays(arrays).take(pa.array(place))
