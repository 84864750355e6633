r"""Records and fields of delimited text, found over a whole chunk at once.

Delimiters and newlines count where an even number of quotes stands before them. That is right as
long as every quote opens at the start of a field and closes at its end, which is checked over the
whole chunk; a chunk with a quote anywhere else (``5" pipe``) is read field by field instead, by
the rule of RFC 4180 that only a quote at the start of a field opens one. Compiled loops, where they
pay, go by that rule from the beginning.

>>> rows = find_rows(np.frombuffer(b'a,b\n"1,2",3\nx\n', np.uint8), Dialect(), 2)
>>> rows.start.tolist(), rows.end.tolist(), rows.bad
([[0, 2], [4, 10]], [[1, 3], [9, 11]], [Misshapen(start=12, end=14, fields=1, broken=False)])
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Bytes, Ints, eights
from aitransparency.deid.compiled import pays
from aitransparency.deid.files.csv_dialect import Dialect

Truth = npt.NDArray[np.bool_]
_CR = 13
_NOWHERE = (np.empty((0, 0), np.int64), np.empty((0, 0), np.int64), np.empty(0, np.int64))


@dataclass(frozen=True, slots=True)
class Misshapen:
    """A record that has not the shape of the others.

    Parameters
    ----------
    start, end
        Byte offsets, its line ending included.
    fields
        How many fields it has.
    broken
        Whether something stands behind a closing quote, or a quote is not closed.
    """

    start: int
    end: int
    fields: int
    broken: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """Where the fields of n records stand.

    Parameters
    ----------
    start, end
        int64 (n, fields): byte offsets of each field, quotes included, line endings not.
    last
        int64 (n,): the offset behind each record's line ending.
    bad
        Records with another number of fields, in order.
    """

    start: Ints
    end: Ints
    last: Ints
    bad: list[Misshapen]


def find_rows(data: Bytes, dialect: Dialect, fields: int) -> Rows:
    """Find the fields of a chunk of whole records.

    Parameters
    ----------
    data
        uint8 (size,), ending in a newline.
    fields
        How many fields a record has. Blank lines are no records, unless there is one field.
    """
    if pays(len(data)):
        found = _table(data, dialect, fields)
        if found is not None:
            return found
    stops, newline, broken = structure(data, dialect)
    rows = int(newline.sum())
    if not broken.size and len(stops) == rows * fields and newline[fields - 1 :: fields].all():
        end = stops.reshape(rows, fields).copy()
        start = np.empty_like(end)
        start[:, 1:] = end[:, :-1] + 1
        start[0:1, 0] = 0
        start[1:, 0] = end[:-1, -1] + 1
        last = end[:, -1] + 1
        return _good_rows(data, dialect, start, end, last, [])
    return _ragged(data, dialect, fields, (stops, newline, broken))


def _table(data: Bytes, dialect: Dialect, fields: int) -> Rows | None:
    """Return the fields by compiled loops; None where a record is not like the others."""
    from aitransparency.deid.files import kernels

    most = len(data) // fields + 1  # pages that are not written to cost nothing
    start, end = np.empty((2, most, fields), np.int64)
    last = np.empty(most, np.int64)
    rows, done = kernels.table(*view(data), *dialect.codes, fields, start, end, last)
    if done < len(data):
        return None
    return _good_rows(data, dialect, start[:rows], end[:rows], last[:rows], [])


def count_rows(data: Bytes, dialect: Dialect, fields: int) -> int:
    """Return how many good records `find_rows` finds."""
    if pays(len(data)):
        from aitransparency.deid.files import kernels

        rows, done = kernels.table(*view(data), *dialect.codes, fields, *_NOWHERE)
        if done == len(data):
            return int(rows)
    return len(find_rows(data, dialect, fields).last)


def view(data: Bytes) -> tuple[Bytes, npt.NDArray[np.uint64]]:
    """Return bytes and their words as compiled loops take them: read-only, so of one type."""
    fixed = data.view()
    fixed.flags.writeable = False
    return fixed, eights(fixed)


def _ragged(
    data: Bytes, dialect: Dialect, fields: int, structure: tuple[Ints, Truth, Ints]
) -> Rows:
    stops, newline, broken = structure
    closing = np.flatnonzero(newline)
    opening = np.concatenate([[0], closing[:-1] + 1]) if len(closing) else closing
    counts = closing - opening + 1
    last = stops[closing] + 1
    first = np.concatenate([[0], last[:-1]]) if len(last) else last
    harmed = np.isin(np.arange(len(closing)), np.searchsorted(closing, broken))
    good = (counts == fields) & ~harmed
    if fields > 1:
        body = last - 1 - first
        blank = (body == 0) | ((body == 1) & (data[first] == _CR))
        good &= ~blank
    else:
        blank = np.zeros(len(closing), np.bool_)
    bad = [
        Misshapen(int(first[row]), int(last[row]), int(counts[row]), bool(harmed[row]))
        for row in np.flatnonzero(~good & ~blank)
    ]
    picked = opening[good][:, None] + np.arange(fields)
    end = stops[picked] if len(picked) else np.empty((0, fields), np.int64)
    start = np.empty_like(end)
    start[:, 1:] = end[:, :-1] + 1
    start[:, 0] = first[good]
    return _good_rows(data, dialect, start, end, last[good], bad)


def _good_rows(
    data: Bytes, dialect: Dialect, start: Ints, end: Ints, last: Ints, bad: list[Misshapen]
) -> Rows:
    if dialect.newline == "\n" and len(end):
        tail = end[:, -1]
        tail -= (tail > start[:, -1]) & (data[tail - 1] == _CR)
    return Rows(start, end, last, bad)


def structure(data: Bytes, dialect: Dialect) -> tuple[Ints, Truth, Ints]:
    """Return the offsets that end fields, which of them end records, and those of broken fields."""
    if not pays(len(data)):
        return structure_by_arrays(data, dialect)
    from aitransparency.deid.files import kernels

    stops, ends = np.empty(len(data), np.int64), np.empty(len(data), np.bool_)
    broken = np.empty(len(data), np.int64)
    many, harmed = kernels.structure(data, *dialect.codes, stops, ends, broken)
    return stops[:many], ends[:many], broken[:harmed]


def structure_by_arrays(data: Bytes, dialect: Dialect) -> tuple[Ints, Truth, Ints]:
    """Return what `structure` returns, without compiled loops."""
    delimiter, quote, newline = dialect.codes
    found = data == newline
    if delimiter >= 0:
        found |= data == delimiter
    stops = np.flatnonzero(found)
    if quote >= 0:
        quotes = np.flatnonzero(data == quote)
        if len(quotes):
            if not quotes_stand_well(data, quotes, dialect):
                return _one_by_one(data, dialect)
            stops = stops[np.searchsorted(quotes, stops) % 2 == 0]
    return stops, data[stops] == newline, np.empty(0, np.int64)


def quotes_stand_well(data: Bytes, quotes: Ints, dialect: Dialect) -> bool:
    """Return whether every quote opens at a field's start and closes at its end.

    Parameters
    ----------
    quotes
        int64 (m,), the offsets of all quotes in `data`, which begins at a record's start.
    """
    if len(quotes) % 2:
        return False
    delimiter, quote, newline = dialect.codes
    opening, closing = quotes[0::2], quotes[1::2]
    before = np.where(opening > 0, data[np.maximum(opening, 1) - 1], newline)
    opens = (before == delimiter) | (before == newline)
    opens[1:] |= opening[1:] == closing[:-1] + 1  # the second of a doubled quote
    inside = closing + 1 < len(data)
    after = np.where(inside, data[np.minimum(closing + 1, len(data) - 1)], newline)
    closes = (after == delimiter) | (after == newline) | (after == quote)
    if newline == 10:
        behind = np.where(
            closing + 2 < len(data), data[np.minimum(closing + 2, len(data) - 1)], newline
        )
        closes |= (after == _CR) & (behind == newline)
    return bool(opens.all() and closes.all())


def _one_by_one(data: Bytes, dialect: Dialect) -> tuple[Ints, Truth, Ints]:
    text = data.tobytes()
    newline = dialect.newline.encode()
    stops: list[int] = []
    ends: list[bool] = []
    broken: list[int] = []
    place = 0
    while place < len(text):
        match = dialect.field.match(text, place)
        if match is None:  # a quote that is not closed runs to the end
            break
        junk = match[1]
        unclosed = junk is None and text[place : place + 1] == dialect.quote.encode()
        if unclosed or (junk and junk != b"\r"):
            broken.append(len(stops))
        stops.append(match.start(2) if match[2] else len(text) - 1)
        ends.append(match[2] == newline or not match[2])
        place = match.end()
    return np.array(stops, np.int64), np.array(ends, np.bool_), np.array(broken, np.int64)


def whole_records(data: bytes, dialect: Dialect) -> int:
    """Return the length of the front of `data` that holds whole records, 0 where there is none.

    `data` begins at a record's start.
    """
    newline = dialect.newline.encode()
    at = data.rfind(newline)
    if at < 0:
        return 0
    if not dialect.quote or dialect.quote.encode() not in data:
        return at + 1
    if pays(len(data)):
        from aitransparency.deid.files import kernels

        text = np.frombuffer(data, np.uint8)
        _, done = kernels.table(*view(text), *dialect.codes, 0, *_NOWHERE)
        return int(done + kernels.front(text[done:], *dialect.codes))
    found = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(found == dialect.codes[1])
    ends = np.flatnonzero(found == dialect.codes[2])
    outside = np.flatnonzero(np.searchsorted(quotes, ends) % 2 == 0)
    if len(outside):
        last = int(ends[outside[-1]]) + 1
        if quotes_stand_well(found[:last], quotes[quotes < last], dialect):
            return last
    return _last_by_field(data, dialect)


def _last_by_field(data: bytes, dialect: Dialect) -> int:
    newline = dialect.newline.encode()
    place = last = 0
    while place < len(data):
        match = dialect.field.match(data, place)
        if match is None or not match[2]:
            break
        place = match.end()
        if match[2] == newline:
            last = place
    return last
