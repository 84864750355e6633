"""Delimited text in compiled loops: find fields, copy them out, put others in their place.

The grammar is that of `csv_rows`: only a quote at the start of a field opens one, and one that is
doubled stands for itself. Eight bytes are looked at and copied at a time; what is copied too far is
written over by what follows. Loops are written out: calls with arrays cost more than their bodies.
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc"
# Types are numba's to infer; the callers are typed.

from __future__ import annotations

import numpy as np

from aitransparency.deid.jit import kernel
from aitransparency.deid.word_kernels import first, holds, repeated

_LF, _CR = 10, 13
_NONE = np.uint64(0)


@kernel
def _field_end(data, at, delimiter, quote, newline):
    """Return where the field at a place ends, and whether it is 1 junk behind a quote or 2 open.

    It ends before its delimiter or newline, or at the end of the data.
    """
    size = len(data)
    state = 0
    if at < size and quote >= 0 and data[at] == quote:
        at += 1
        while True:
            while at < size and data[at] != quote:
                at += 1
            if at >= size:
                return size, 2
            at += 1
            if at < size and data[at] == quote:
                at += 1
                continue
            break
        junk = at
        while at < size and data[at] != delimiter and data[at] != newline:
            at += 1
        if at - junk > 1 or (at - junk == 1 and data[junk] != _CR):
            state = 1
        return at, state
    while at < size and data[at] != delimiter and data[at] != newline:
        at += 1
    return at, state


@kernel
def table(data, words, delimiter, quote, newline, fields, start, end, last):
    """Write where the fields of every record stand; return the records, and the bytes they take.

    Parameters
    ----------
    words
        Eight bytes from every place of the data.
    fields
        How many a record has; 0 where it does not matter.
    start, end, last
        (n, fields), (n, fields), and (n,), what is behind each record; without rows where only the
        records are counted.

    It stops at the first record that is not well or not whole.
    """
    size = len(data)
    within = size - 8
    keeps = len(last) > 0
    delimiters = repeated(delimiter if delimiter >= 0 else newline)
    quotes, newlines = repeated(max(quote, 0)), repeated(newline)
    at = row = place = done = 0
    while at < size:
        begin = at
        if data[at] == quote:
            at += 1
            while True:
                mask = _NONE
                while at <= within:
                    mask = holds(words[at], quotes)
                    if mask != _NONE:
                        at += first(mask)
                        break
                    at += 8
                if mask == _NONE:
                    while at < size and data[at] != quote:
                        at += 1
                at += 1
                if at < size and data[at] == quote:
                    at += 1
                    continue
                break
            if at < size and data[at] == _CR:
                at += data[at] != newline
            if at >= size or (data[at] != delimiter and data[at] != newline):
                break
        else:
            mask = _NONE
            while at <= within:
                word = words[at]
                mask = holds(word, delimiters) | holds(word, newlines)
                if mask != _NONE:
                    at += first(mask)
                    break
                at += 8
            if mask == _NONE:
                while at < size and data[at] != delimiter and data[at] != newline:
                    at += 1
            if at >= size:
                break
        ends = data[at] == newline
        if fields > 0 and ends != (place == fields - 1):
            break
        if keeps:
            start[row, place], end[row, place] = begin, at
        at += 1
        place += 1
        if ends:
            if keeps:
                last[row] = at
            row += 1
            place = 0
            done = at
    return row, done


@kernel
def structure(data, delimiter, quote, newline, stops, ends, broken):
    """Write the offsets that end fields, which of them end records, and which fields are broken."""
    size = len(data)
    at = many = harmed = 0
    while at < size:
        stop, state = _field_end(data, at, delimiter, quote, newline)
        if state:
            broken[harmed] = many
            harmed += 1
        if stop < size:
            stops[many], ends[many] = stop, data[stop] == newline
        else:
            stops[many], ends[many] = size - 1, True
        many += 1
        at = stop + 1
    return many, harmed


@kernel
def front(data, delimiter, quote, newline):
    """Return the length of the front that holds whole records."""
    size = len(data)
    at = last = 0
    while at < size:
        stop, _ = _field_end(data, at, delimiter, quote, newline)
        at = stop + 1
        if stop < size and data[stop] == newline:
            last = at
    return last


@kernel
def count(data, byte):
    """Return how often a byte occurs."""
    many = 0
    for one in data:
        many += one == byte
    return many


@kernel
def gather(data, words, start, end, quote, out, out_words, offsets):
    """Copy the fields of one column after the other, without their quotes.

    Parameters
    ----------
    start, end
        (rows, columns).
    out
        With eight bytes of slack behind each column.
    offsets
        (columns, rows + 1), edges of fields in `out`. The first of each column is given, the
        others are written.
    """
    rows, columns = start.shape
    within = len(data) - 8
    quotes = repeated(max(quote, 0))
    for column in range(columns):
        to = offsets[column, 0]
        for row in range(rows):
            offsets[column, row] = to
            at, stop = start[row, column], end[row, column]
            size = stop - at
            if quote >= 0 and size >= 2 and data[at] == quote:
                at += 1
                stop -= 1
                size -= 2
                doubled = stop > within
                place, there = at, to
                while not doubled and place < stop:
                    word = words[place]
                    out_words[there] = word
                    mask = holds(word, quotes)
                    doubled = mask != _NONE and place + first(mask) < stop
                    place += 8
                    there += 8
                if doubled:
                    there = to
                    while at < stop:
                        byte = data[at]
                        out[there] = byte
                        there += 1
                        at += 1
                        if byte == quote and at < stop and data[at] == quote:
                            at += 1
                    size = there - to
            elif stop <= within:
                there = to
                while at < stop:
                    out_words[there] = words[at]
                    at += 8
                    there += 8
            else:
                there = to
                while at < stop:
                    out[there] = data[at]
                    at += 1
                    there += 1
            to += size
        offsets[column, rows] = to


@kernel
def fill(data, words, start, end, values, value_words, offsets, raw, delimiter, quote, out,
         out_words):  # fmt: skip
    """Write the data with fields replaced; return the bytes written.

    Parameters
    ----------
    start, end
        (rows, m), ascending by row.
    values, offsets
        The bytes and edges of the new fields, those of the first column first.
    raw
        bool (m,), which columns are written as they are; others are quoted where the field was
        and where they must be.
    out
        With room for all values quoted and every byte of them doubled, and slack.
    """
    to = done = 0
    rows, columns = start.shape
    within, values_within = len(data) - 8, len(values) - 8
    delimiters = repeated(delimiter if delimiter >= 0 else max(quote, 0))
    quotes = repeated(max(quote, 0))
    feeds, returns = repeated(_LF), repeated(_CR)
    for row in range(rows):
        for column in range(columns):
            begin, stop = start[row, column], end[row, column]
            there = to
            to += begin - done
            if begin <= within:
                while done < begin:
                    out_words[there] = words[done]
                    done += 8
                    there += 8
            else:
                while done < begin:
                    out[there] = data[done]
                    done += 1
                    there += 1
            done = stop
            index = column * rows + row
            at, limit = offsets[index], offsets[index + 1]
            plain = raw[column]
            quoted = not plain and stop - begin >= 2 and data[begin] == quote
            if quoted:
                out[to] = quote
            must = limit > values_within  # so near the end, byte by byte
            place, there = at, to + quoted
            while not must and place < limit:
                word = value_words[place]
                out_words[there] = word
                if not plain:
                    mask = holds(word, delimiters) | holds(word, quotes)
                    mask |= holds(word, feeds) | holds(word, returns)
                    must = mask != _NONE and place + first(mask) < limit
                place += 8
                there += 8
            if not must:
                to += quoted + limit - at
            else:
                if not plain and not quoted:
                    for place in range(at, limit):
                        byte = values[place]
                        quoted |= byte in (delimiter, quote) or byte in (_LF, _CR)
                if quoted:
                    out[to] = quote
                    to += 1
                while at < limit:
                    byte = values[at]
                    out[to] = byte
                    to += 1
                    at += 1
                    if quoted and byte == quote:
                        out[to] = quote
                        to += 1
            if quoted:
                out[to] = quote
                to += 1
    while done < len(data):
        out[to] = data[done]
        to += 1
        done += 1
    return to
