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
from aitransparency.deid.compiled import pays

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
    row_start, row_end
        int64 (rows,), the first character of each row, and its end.
    letters, digits
        int64 (rows,), how many letters and digits of ASCII each row has.
    """

    text: Characters
    codes: Codes
    place: Ints
    row_start: Ints
    row_end: Ints
    letters: Ints
    digits: Ints

    @classmethod
    def of(cls, text: Characters) -> Compact:
        """Take the characters between others out of a text."""
        return cls._compiled(text) if pays(text.codes.nbytes) else cls._of_arrays(text)

    @classmethod
    def _compiled(cls, text: Characters) -> Compact:
        from aitransparency.deid.known import kernels

        codes, place = np.empty(len(text.codes), np.uint32), np.empty(len(text.codes), np.int64)
        ends, letters, digits = np.empty((3, len(text.row_end)), np.int64)
        left = kernels.leave_out(
            text.codes, _BETWEEN, _TONELESS, text.row_end, codes, place, ends, letters, digits
        )
        start = np.searchsorted(place[:left], text.row_start[:1])
        start = np.append(start, ends[:-1] + 1)
        return cls(text, codes[:left], place[:left], start, ends, letters, digits)

    @classmethod
    def _of_arrays(cls, text: Characters) -> Compact:
        place = np.flatnonzero(~_BETWEEN[text.plane])
        codes = text.codes[place]
        marked = np.flatnonzero((codes >= 0xC0) & (codes < 0x200))
        if len(marked):
            codes[marked] = _TONELESS[codes[marked]]
        start = np.searchsorted(place, text.row_start)
        end = np.searchsorted(place, text.row_end)
        letters, digits = (
            counted[end] - counted[start]
            for counted in (np.append(0, np.cumsum(kind(codes))) for kind in (_letter, _digit))
        )
        return cls(text, codes, place, start, end, letters, digits)

    @cached_property
    def marks(self) -> npt.NDArray[np.uint64]:
        """In 256 bits which pairs of neighbours each row has, uint64 (rows, 4)."""
        from aitransparency.deid.known import kernels

        marks = np.empty((len(self.row_start), 4), np.uint64)
        kernels.pairs(self.codes, self.row_start, self.row_end, marks)
        return marks

    @cached_property
    def pairs(self) -> npt.NDArray[np.uint64]:
        """Each character with the one after it, as one number; of the rows only."""
        first = int(self.row_start[0]) if len(self.row_start) else 0
        last = int(self.row_end[-1]) if len(self.row_end) else 0
        left = self.codes[first:last].astype(np.uint64) << np.uint64(32)
        return left | self.codes[first + 1 : last + 1]


@dataclass(frozen=True, eq=False)
class Values:
    """Values of rows, as `Compact` would read them.

    Parameters
    ----------
    codes
        uint32, the characters of all values.
    start, size
        int64 (n,); size 0 where there is none.
    rows
        int64 (n,), the row of the text that each is looked for in.
    """

    codes: Codes
    start: Ints
    size: Ints
    rows: Ints

    @classmethod
    def of(cls, column: TextColumn, rows: Ints | None = None) -> Values:
        """Read a column of values, those of all rows or of the given ones."""
        rows = np.arange(len(column)) if rows is None else rows
        if pays(column.offsets.nbytes):
            made = _plain(column)
            if made is not None:
                return cls(*made, rows)
        compact = Compact.of(Characters.of(column))
        return cls(compact.codes, compact.row_start, compact.row_end - compact.row_start, rows)

    def only(self, keep: npt.NDArray[np.bool_]) -> Values:
        """Return the values under a mask."""
        return self.take(np.flatnonzero(keep))

    def take(self, index: Ints) -> Values:
        """Return the values at the given positions."""
        return Values(self.codes, self.start[index], self.size[index], self.rows[index])

    def ends(self, count: int) -> Values:
        """Return the last characters of those values that have as many."""
        made = self.only(self.size >= count)
        start = made.start + made.size - count
        return Values(made.codes, start, np.full(len(start), count), made.rows)

    def first(self, count: int) -> Codes:
        """Return the first characters of each value, uint32 (n, count), `EDGE` behind its end."""
        return self._cells(count, from_end=False)

    def last(self, count: int) -> Codes:
        """Return the last characters of each value, uint32 (n, count); whole ones only."""
        return self._cells(count, from_end=True)

    def _cells(self, count: int, *, from_end: bool) -> Codes:
        if pays(self.start.nbytes):
            from aitransparency.deid.known import kernels

            made = np.empty((len(self.start), count), np.uint32)
            kernels.cells(self.codes, self.start, self.size, count, from_end, made)
            return made
        at, inside = np.arange(count), np.arange(count) < self.size[:, None]
        if from_end:
            at = at + self.size[:, None] - count
            inside = np.broadcast_to(self.size[:, None] >= count, inside.shape)
        at = np.clip(at + self.start[:, None], 0, max(len(self.codes) - 1, 0))
        return np.where(inside, self.codes[at], np.uint32(EDGE))

    @classmethod
    def of_matrix(cls, cells: Codes, rows: Ints) -> Values:
        """Build from characters, uint32 (n, width), without the `EDGE` ones."""
        kept = cells != EDGE
        size = kept.sum(axis=1).astype(np.int64)
        codes = np.append(cells[kept], np.uint32(EDGE))
        return cls(codes, np.cumsum(size) - size, size, rows)


def _plain(column: TextColumn) -> tuple[Codes, Ints, Ints] | None:
    """Return codes, start and size of values that are all ASCII, None where some are not."""
    from aitransparency.deid.known import kernels

    room = int(column.offsets[-1] - column.offsets[0]) + 1
    codes, (start, size) = np.zeros(room, np.uint32), np.empty((2, len(column)), np.int64)
    drop = _BETWEEN[:256]
    count = kernels.plain(column.data, column.offsets, drop, codes, start, size)
    return None if count < 0 else (codes, start, size)


def own_places(text: Compact, values: Values) -> tuple[Ints, Ints, Ints]:
    """Find the value of each row in the text of that row.

    Parameters
    ----------
    text
        n rows.
    values
        At most one for each row; those of fewer than two characters are not looked for.

    Returns
    -------
    row, start, end
        int64 (m,); positions in ``text.text.codes``.
    """
    values = values.only(values.size > 1)
    if not len(values.size):
        none = np.empty(0, np.int64)
        return none, none, none
    if not pays(text.codes.nbytes):
        return _places_by_arrays(text, values)
    from aitransparency.deid.known import kernels

    room = 2 * len(values.size) + 64
    while True:
        found = np.empty((3, room), np.int64)
        count = kernels.own_places(
            text.codes, text.place, text.row_start, text.row_end, text.marks, _LONGEST_GAP,
            values.rows, values.codes, values.start, values.size, found,
        )  # fmt: skip
        if count <= room:
            break
        room = count
    which, first, last = found[:, :count]
    return values.rows[which], first, last + 1


def _places_by_arrays(text: Compact, values: Values) -> tuple[Ints, Ints, Ints]:
    """Return the same without compiled loops."""
    head = values.first(2).astype(np.uint64)
    wanted = np.zeros(len(text.row_start), np.uint64)
    wanted[values.rows] = head[:, 0] << np.uint64(32) | head[:, 1]
    # every row is followed by one edge, the last row of `pairs` by none
    lengths = np.diff(np.append(text.row_start, text.row_end[-1]))
    hit = np.flatnonzero(text.pairs == np.repeat(wanted, lengths))
    row = np.repeat(np.arange(len(lengths)), lengths)[hit] if len(hit) else hit
    at = hit + int(text.row_start[0])
    value = np.full(len(lengths), -1)
    value[values.rows] = np.arange(len(values.rows))
    keep = np.flatnonzero(value[row] >= 0)
    row, at, value = row[keep], at[keep], value[row[keep]]
    keep = np.flatnonzero(at + values.size[value] <= text.row_end[row])
    row, at, value = row[keep], at[keep], value[keep]
    going = np.arange(len(at))
    good = np.ones(len(at), np.bool_)
    for offset in range(1, int(values.size[value].max()) if len(row) else 0):
        going = going[values.size[value[going]] > offset]
        here = at[going] + offset
        same = text.codes[here] == values.codes[values.start[value[going]] + offset]
        same &= text.place[here] - text.place[here - 1] <= _LONGEST_GAP
        good[going[~same]] = False
        going = going[same]
    row, at, value = row[good], at[good], value[good]
    return row, text.place[at], text.place[at + values.size[value] - 1] + 1


def character_places(text: Characters, wanted: Codes) -> tuple[Ints, Ints]:
    """Return row and place of a character of each row in the text of that row.

    Parameters
    ----------
    text
        n rows.
    wanted
        uint32 (n,), 0 for none.
    """
    if not pays(text.codes.nbytes):
        lengths = text.row_end - text.row_start
        row = np.repeat(np.arange(len(wanted)), lengths)
        at = np.arange(len(row)) + np.repeat(text.row_start - np.cumsum(lengths) + lengths, lengths)
        hit = np.flatnonzero((text.codes[at] == wanted[row]) & (wanted[row] > 0))
        return row[hit], at[hit]
    from aitransparency.deid.known import kernels

    room = 2 * len(wanted) + 64
    while True:
        found = np.empty((2, room), np.int64)
        count = kernels.character_places(text.codes, text.row_start, text.row_end, wanted, found)
        if count <= room:
            return found[0, :count], found[1, :count]
        room = count


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
