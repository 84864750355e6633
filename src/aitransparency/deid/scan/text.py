r"""Rows joined into one buffer that scanners can read without looking at row edges.

Rows are joined by the byte 0xFF, which UTF-8 never holds, so no run of digits or letters crosses
from row to row. The buffer is folded (see `scan.fold`) and padded on both sides; `origin` leads
offsets back to the column.

>>> column = TextColumn.from_strings(["１３８ ok", "7"])
>>> text = ScanText.of(column)
>>> bytes(text.data[PADDING:-PADDING])
b'138 ok\xff7'
>>> text.origin(np.array([PADDING + 7]), np.array([PADDING + 8]))
(array([12]), array([13]))
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aitransparency.deid.column import Bytes, Ints, TextColumn, eights, translated, windows
from aitransparency.deid.scan.fast import begin, kernels
from aitransparency.deid.scan.fold import flat_tables, fold, leads
from aitransparency.deid.scan.runs import Runs, is_alnum, is_digit, is_letter

Mask = npt.NDArray[np.bool_]

PADDING = 128  # readable bytes before the first and after the last row
EDGE = 0xFF
_BLOCK = 1 << 21  # bytes of windows gathered at a time
NUMBERED, NAMED, LETTER = 1, 2, 4  # a handle holds a digit, can be a name, begins with a letter
_JOINS = b"_-"  # of codes to the name of an account


def members(characters: bytes) -> Mask:
    """Return a table, bool (256,), true at the given bytes."""
    table = np.zeros(256, np.bool_)
    table[list(characters)] = True
    table.flags.writeable = False
    return table


_IS_JOIN = members(_JOINS)
_OF_ADDRESSES = members(b"/.@")  # of a URL or an e-mail address


class _Read(NamedTuple):
    """The runs of a text, which codes hold a digit, and where marks stand.

    A mark is an ASCII character that is no letter or digit, or 0xC2 before a sign.
    """

    digits: Runs
    codes: Runs
    numbered: Mask
    marks: Ints

    @classmethod
    def of(cls, data: Bytes) -> _Read:
        """Read a text by arrays."""
        alnum = is_alnum(data)
        digits, codes = Runs.of(data, is_digit(data)), Runs.of(data, alnum, letters=True)
        mark = data < 0x80
        mark &= ~alnum
        mark |= data == 0xC2
        return cls(digits, codes, codes.hold(digits.start), np.flatnonzero(mark))

    @classmethod
    def compiled(cls, data: Bytes, kernels: Any) -> _Read:  # a module whose functions numba types
        """Read a text by compiled loops."""
        most = len(data) // 2 + 1  # pages that are not written to cost nothing
        digits, codes = np.empty((2, most), np.int64), np.empty((2, most), np.int64)
        held, marks = np.empty(most, np.bool_), np.empty(len(data), np.int64)
        first, second, third = kernels.runs_and_marks(
            data, eights(data), _kinds(), digits, codes, held, marks
        )
        return cls(
            Runs(data, digits[0, :first].copy(), digits[1, :first].copy()),
            Runs(data, codes[0, :second].copy(), codes[1, :second].copy(), letters=True),
            held[:second].copy(),
            marks[:third].copy(),
        )


class _Joined(NamedTuple):
    """Codes put together, whether they hold a digit, and whether they stand behind no English word.

    Such a word stands before a blank, or a mark of an address is there.
    """

    handles: Runs
    numbered: Mask
    named: Mask

    @classmethod
    def of(cls, codes: Runs, held: Mask) -> _Joined:
        """Put codes together by arrays; `held` says which hold a digit."""
        data, handles = codes.data, codes.joined(_JOINS)
        numbered = held
        if len(codes.start) > len(handles.start):
            numbered = np.logical_or.reduceat(held, np.searchsorted(codes.start, handles.start))
        before, spaced = data[handles.start - 1], data[handles.start - 2]
        plain = (before == ord(" ")) & (is_alnum(spaced) | (spaced == ord(",")))
        return cls(handles, numbered, ~(plain | _OF_ADDRESSES[before]))

    @classmethod
    def compiled(cls, codes: Runs, held: Mask, kernels: Any) -> _Joined:  # functions numba types
        """Put codes together by compiled loops."""
        runs = np.empty((2, len(held)), np.int64)
        numbered, named = np.empty((2, len(held)), np.bool_)
        many = kernels.handles(
            *(codes.data, codes.start, codes.length, held, _kinds(), _IS_JOIN, _OF_ADDRESSES),
            *(runs, numbered, named),
        )
        start, length = runs[0, :many], runs[1, :many]
        return cls(Runs(codes.data, start, length, letters=True), numbered[:many], named[:many])


@dataclass(frozen=True, eq=False)
class ScanText:
    """The folded text of a column.

    Parameters
    ----------
    data
        uint8, `PADDING` bytes of 0xFF, the rows joined by 0xFF, `PADDING` bytes of 0xFF.
    column
        The rows as they came.
    removed
        int64, sorted offsets into the buffer before folding of the bytes that folding took out.
    """

    data: Bytes
    column: TextColumn
    removed: Ints

    @classmethod
    def of(cls, column: TextColumn) -> ScanText:
        """Join, pad and fold the rows."""
        begin(int(column.offsets[-1] - column.offsets[0]))
        compiled = kernels()
        data, removed = _folded(column, compiled) if compiled else fold(_joined(column))
        return cls(data, column, removed)

    @property
    def digits(self) -> Runs:
        """The maximal runs of ASCII digits."""
        return self._read.digits

    @property
    def codes(self) -> Runs:
        """The maximal runs of ASCII letters and digits."""
        return self._read.codes

    @cached_property
    def mixed(self) -> Runs:
        """Those of `codes` that hold a digit."""
        return self.codes.under(self._read.numbered)

    @cached_property
    def _read(self) -> _Read:
        compiled = kernels()
        return _Read.compiled(self.data, compiled) if compiled else _Read.of(self.data)

    @property
    def handles(self) -> Runs:
        """The maximal runs of letters, digits, and single ``_`` and ``-`` between them."""
        return self._joined.handles

    @cached_property
    def kinds(self) -> Bytes:
        """Return bits of each handle, uint8 (m,): `NUMBERED`, `NAMED` and `LETTER`.

        `NAMED` are those that words can make the name of an account: they hold a digit, or what
        stands before them is not an English word.
        """
        joined = self._joined
        kinds = (joined.numbered | joined.named) * np.uint8(NAMED)
        kinds |= joined.numbered * np.uint8(NUMBERED)
        kinds |= is_letter(self.data[joined.handles.start]) * np.uint8(LETTER)
        return kinds

    @cached_property
    def _joined(self) -> _Joined:
        compiled = kernels()
        codes, held = self.codes, self._read.numbered
        return _Joined.compiled(codes, held, compiled) if compiled else _Joined.of(codes, held)

    @cached_property
    def _places(self) -> dict[int, Ints]:
        return {}

    def places(self, byte: int) -> Ints:
        """Return where an ASCII mark or 0xC2 stands, int64 (m,)."""
        if byte not in self._places:
            marks = self._read.marks
            self._places[byte] = marks[self.data[marks] == byte]
        return self._places[byte]

    def character_at(self, start: Ints, characters: str) -> Mask:
        """Return whether one of these characters, all of one size in UTF-8, is at each start."""
        here = np.zeros(len(start), np.bool_)
        if not len(start):
            return here
        for character in characters:
            here |= self.follows(start, character.encode())
        return here

    def windows(self, start: Ints, width: int) -> Bytes:
        """Return ``data[start:start + width]`` for every start, uint8 (m, width).

        A start may lie up to `PADDING` bytes outside the rows, and `width` is at most `PADDING`.
        """
        return windows(self.data, start, width)

    def reach(self, start: Ints, table: Mask, limit: int) -> Ints:
        """Return how many bytes of the table stand from each start on, at most `limit`."""
        return self._count(start, table, limit, backward=False)

    def reach_back(self, end: Ints, table: Mask, limit: int) -> Ints:
        """Return how many bytes of the table stand before each end, at most `limit`."""
        return self._count(end, table, limit, backward=True)

    def _count(self, at: Ints, table: Mask, limit: int, backward: bool) -> Ints:
        counts = np.empty(len(at), np.int64)
        if not len(at):
            return counts
        if compiled := kernels():
            compiled.reach(self.data, at, table, limit, -1 if backward else 1, counts)
            return counts
        for block in _blocks(len(at), limit):
            first = at[block] - limit if backward else at[block]
            other = ~translated(self.windows(first, limit), table)
            if backward:
                other = other[:, ::-1]
            counts[block] = np.where(other.any(axis=1), other.argmax(axis=1), limit)
        return counts

    def follows(self, start: Ints, text: bytes) -> Mask:
        """Return whether `text` stands at each start, bool (m,)."""
        here = np.ones(len(start), np.bool_)
        if not len(start):
            return here
        if compiled := kernels():
            compiled.follows(self.data, start, np.frombuffer(text, np.uint8), here)
            return here
        for place, byte in enumerate(text):
            here &= self.data[start + place] == byte
        return here

    def precedes(self, end: Ints, text: bytes) -> Mask:
        """Return whether `text` stands right before each end, bool (m,)."""
        return self.follows(end - len(text), text)

    def origin(self, start: Ints, end: Ints) -> tuple[Ints, Ints]:
        """Lead offsets into `data` back to byte offsets into the column's own data.

        Parameters
        ----------
        start, end
            int64 (m,), not empty spans, each within one row.
        """
        if compiled := kernels():
            first, last = np.empty((2, len(start)), np.int64)
            column = self.column
            compiled.origin(
                start, end, self.removed, column.offsets, PADDING, column.data, first, last
            )
            return first, last
        first = self._unfolded(start)
        last = self._unfolded(end - 1)
        rows = self.column.offsets
        joined = rows[:-1] - rows[0] + np.arange(len(rows) - 1) + PADDING
        row = np.searchsorted(joined, first, side="right") - 1
        shift = rows[0] - PADDING - row
        first += shift
        last += shift + 1
        for _ in range(3):  # a folded character was up to four bytes long
            inside = np.minimum(last, len(self.column.data) - 1)
            last += (last < rows[row + 1]) & ((self.column.data[inside] & 0xC0) == 0x80)
        return first, last

    def _unfolded(self, position: Ints) -> Ints:
        before = self.removed - np.arange(len(self.removed))
        moved: Ints = position + np.searchsorted(before, position, side="right")
        return moved


def _blocks(count: int, width: int) -> Iterator[slice]:
    step = max(_BLOCK // max(width, 1), 1)
    return (slice(at, at + step) for at in range(0, count, step))


@cache
def _kinds() -> Bytes:
    """Return of every byte 1 for a digit, 2 for a letter, 4 for a mark, 0 for another."""
    every = np.arange(256, dtype=np.uint8)
    kinds = np.where(every < 0x80, 4, 0).astype(np.uint8)
    kinds[0xC2] = 4
    kinds[is_digit(every)] = 1
    kinds[is_alnum(every) & ~is_digit(every)] = 2
    return kinds


def _folded(column: TextColumn, kernels: Any) -> tuple[Bytes, Ints]:  # functions numba types
    """Return ``fold(_joined(column))``, by compiled loops."""
    size = int(column.offsets[-1] - column.offsets[0]) + max(len(column) - 1, 0)
    out = np.empty(size + 2 * PADDING, np.uint8)
    removed = np.empty(size, np.int64)
    data, tables = column.data, (*flat_tables(), leads())
    written, gone = kernels.join_and_fold(
        data, eights(data), column.offsets, PADDING, tables, out, eights(out), removed
    )
    return out[:written], removed[:gone].copy()


def _joined(column: TextColumn) -> Bytes:
    first, last = int(column.offsets[0]), int(column.offsets[-1])
    rows = len(column)
    joined = np.full(last - first + max(rows - 1, 0) + 2 * PADDING, EDGE, np.uint8)
    inside = joined[PADDING : len(joined) - PADDING]
    if rows == 1:
        inside[:] = column.data[first:last]
    elif rows:
        texts = pa.LargeBinaryArray.from_buffers(
            pa.large_binary(),
            rows,
            [None, pa.py_buffer(column.offsets), pa.py_buffer(column.data)],
        )
        whole = pa.ListArray.from_arrays(pa.array([0, rows], pa.int32()), texts)
        _, _, buffer = pc.binary_join(whole, pa.scalar(b"\xff", pa.large_binary())).buffers()
        inside[:] = np.frombuffer(buffer, np.uint8)[: len(inside)]
    return joined
