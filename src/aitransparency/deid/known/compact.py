"""Texts and values without what people put between characters: 王 伟, 138-0013-8000, Wang, Wei.

A value is looked for in the text of its own row. Both lose blanks, hyphens, dots and the like, and
then a value is where its characters follow each other, with little between them in the original.

>>> from aitransparency.deid.column import TextColumn
>>> text = Compact.of(Characters.of(TextColumn.from_strings(["王 伟来了", "李伟"])))
>>> values = Values.of(TextColumn.from_strings(["王伟", "王伟"]))
>>> row, start, end = own_places(text, values)
>>> row.tolist(), (end - start).tolist()
([0], [3])
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from aitransparency.deid.characters import EDGE, PLANE, Characters, Codes, table_of
from aitransparency.deid.column import Ints, TextColumn

_BETWEEN = table_of(" \t\r\n-_./\\()[]{}'\"`,|·•‧・∙⋅˙‐‑—–")
_LONGEST_GAP = 3  # characters from one of a value to the next
_TONES = {
    "a": "āáǎàâä",
    "e": "ēéěè",
    "i": "īíǐì",
    "o": "ōóǒòö",
    "u": "ūúǔù",
    "v": "üǖǘǚǜ",
}


def _toneless() -> Codes:
    table = np.arange(0x200, dtype=np.uint32)
    for plain, marked in _TONES.items():
        table[[ord(one) for one in marked]] = ord(plain)
    table.flags.writeable = False
    return table


_TONELESS = _toneless()


@dataclass(frozen=True, eq=False)
class Compact:
    """The characters of a column without those between.

    Parameters
    ----------
    text
        The column.
    codes
        uint32 (n,), what is left; `EDGE` between rows.
    place
        int64 (n,), where each stands in ``text.codes``.
    """

    text: Characters
    codes: Codes
    place: Ints

    @classmethod
    def of(cls, text: Characters) -> Compact:
        """Take the characters between others out of a text."""
        place = np.flatnonzero(~_BETWEEN[text.plane])
        codes = text.codes[place]
        marked = np.flatnonzero((codes >= 0xC0) & (codes < 0x200))
        if len(marked):
            codes[marked] = _TONELESS[codes[marked]]
        return cls(text, codes, place)

    @cached_property
    def row_start(self) -> Ints:
        """The first character of each row, int64 (rows,)."""
        return np.searchsorted(self.place, self.text.row_start)

    @cached_property
    def row_end(self) -> Ints:
        """The end of each row, int64 (rows,)."""
        return np.searchsorted(self.place, self.text.row_end)

    @cached_property
    def pairs(self) -> npt.NDArray[np.uint64]:
        """Each character with the one after it, as one number; of the rows only."""
        first = int(self.row_start[0]) if len(self.row_start) else 0
        last = int(self.row_end[-1]) if len(self.row_end) else 0
        left = self.codes[first:last].astype(np.uint64) << np.uint64(32)
        return left | self.codes[first + 1 : last + 1]


@dataclass(frozen=True, eq=False)
class Values:
    """One value for each row, as `Compact` would read it.

    Parameters
    ----------
    codes
        uint32, the characters of all values.
    start, size
        int64 (n,); size 0 where there is none.
    """

    codes: Codes
    start: Ints
    size: Ints

    @classmethod
    def of(cls, column: TextColumn) -> Values:
        """Read a column of values."""
        compact = Compact.of(Characters.of(column))
        return cls(compact.codes, compact.row_start, compact.row_end - compact.row_start)

    def only(self, keep: npt.NDArray[np.bool_]) -> Values:
        """Return the values of some rows; the others have none."""
        return Values(self.codes, self.start, np.where(keep, self.size, 0))

    def first(self, count: int) -> Codes:
        """Return the first characters of each value, uint32 (n, count), `EDGE` behind its end."""
        at = self.start[:, None] + np.arange(count)
        inside = np.arange(count) < self.size[:, None]
        found: Codes = np.where(
            inside, self.codes[np.minimum(at, max(len(self.codes) - 1, 0))], np.uint32(EDGE)
        )
        return found

    def last(self, count: int) -> Codes:
        """Return the last characters of each value, uint32 (n, count); whole ones only."""
        at = np.maximum(self.start + self.size - count, 0)[:, None] + np.arange(count)
        found: Codes = np.where(
            (self.size >= count)[:, None],
            self.codes[np.minimum(at, max(len(self.codes) - 1, 0))],
            np.uint32(EDGE),
        )
        return found

    @classmethod
    def of_matrix(cls, cells: Codes) -> Values:
        """Build from characters, uint32 (n, width), without the `EDGE` ones."""
        kept = cells != EDGE
        size = kept.sum(axis=1).astype(np.int64)
        codes = np.append(cells[kept], np.uint32(EDGE))
        return cls(codes, np.cumsum(size) - size, size)


def own_places(text: Compact, values: Values) -> tuple[Ints, Ints, Ints]:
    """Find the value of each row in the text of that row.

    Parameters
    ----------
    text
        n rows.
    values
        n values; those of fewer than two characters are not looked for.

    Returns
    -------
    row, start, end
        int64 (m,); positions in ``text.text.codes``.
    """
    looked = values.size > 1
    if not looked.any():
        none = np.empty(0, np.int64)
        return none, none, none
    head = values.first(2).astype(np.uint64)
    wanted = np.where(looked, head[:, 0] << np.uint64(32) | head[:, 1], np.uint64(0))
    # every row is followed by one edge, the last row of `pairs` by none
    lengths = np.diff(np.append(text.row_start, text.row_end[-1]))
    hit = np.flatnonzero(text.pairs == np.repeat(wanted, lengths))
    row = np.repeat(np.arange(len(lengths)), lengths)[hit] if len(hit) else hit
    at = hit + int(text.row_start[0])
    keep = looked[row]
    row, at = row[keep], at[keep]
    going = np.arange(len(at))
    good = np.ones(len(at), np.bool_)
    for offset in range(1, int(values.size[row].max()) if len(row) else 0):
        going = going[values.size[row[going]] > offset]
        here = at[going] + offset
        same = text.codes[here] == values.codes[values.start[row[going]] + offset]
        same &= text.place[here] - text.place[here - 1] <= _LONGEST_GAP
        good[going[~same]] = False
        going = going[same]
    row, at = row[good], at[good]
    return row, text.place[at], text.place[at + values.size[row] - 1] + 1


def is_cut(text: Characters, start: Ints, end: Ints, longest: int = 7) -> npt.NDArray[np.bool_]:
    """Return which spans begin or end inside a word of letters, or a short one inside a number.

    A letter beside a digit is the check character of a number, not of a word: ...936XWang Wei.
    """
    codes = text.codes
    short = end - start < longest
    cut = np.zeros(len(start), np.bool_)
    for inner, outward in ((start, -1), (end - 1, 1)):
        outer = codes[inner + outward]
        word = _letter(codes[inner]) & _letter(outer)
        word &= ~_digit(codes[inner + 2 * outward]) & ~_digit(codes[inner - outward])
        cut |= word | (short & _digit(codes[inner]) & _digit(outer))
    return cut


def _letter(codes: Codes) -> npt.NDArray[np.bool_]:
    return (codes | np.uint32(32)) - np.uint32(97) < 26


def _digit(codes: Codes) -> npt.NDArray[np.bool_]:
    return codes - np.uint32(48) < 10


def is_han(codes: Codes) -> npt.NDArray[np.bool_]:
    """Return which characters are Chinese."""
    han: npt.NDArray[np.bool_] = (codes - np.uint32(0x3400) < 0x6C00) | (codes >= PLANE)
    return han
