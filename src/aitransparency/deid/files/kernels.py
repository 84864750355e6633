"""Delimited text in compiled loops: find fields, copy them out, put others in their place.

The grammar is that of `csv_rows`: only a quote at the start of a field opens one, and one that is
doubled stands for itself.
"""

# mypy: disable-error-code="no-untyped-def, misc"
# Types are numba's to infer; the callers are typed.

from __future__ import annotations

from aitransparency.deid.jit import kernel

_LF, _CR = 10, 13


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
def table(data, delimiter, quote, newline, fields, start, end, last):
    """Write where the fields of every record stand; return the records, -1 where one is not well.

    `start` and `end` are (n, fields), `last` is (n,), what is behind each record.
    """
    size = len(data)
    at = row = 0
    while at < size:
        for place in range(fields):
            stop, state = _field_end(data, at, delimiter, quote, newline)
            ends = stop < size and data[stop] == newline
            if state or stop >= size or ends != (place == fields - 1):
                return -1
            start[row, place], end[row, place] = at, stop
            at = stop + 1
        last[row] = at
        row += 1
    return row


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
def gather(data, start, end, quote, out, offsets):
    """Copy fields without their quotes; return the bytes written."""
    to = 0
    for row in range(len(start)):
        offsets[row] = to
        at, stop = start[row], end[row]
        if quote >= 0 and stop - at >= 2 and data[at] == quote:
            at += 1
            stop -= 1
            while at < stop:
                byte = data[at]
                out[to] = byte
                to += 1
                at += 1
                if byte == quote and at < stop and data[at] == quote:
                    at += 1
        else:
            while at < stop:
                out[to] = data[at]
                to += 1
                at += 1
    offsets[len(start)] = to
    return to


@kernel
def fill(data, start, end, values, offsets, raw, delimiter, quote, out):
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
    """
    to = done = 0
    rows, columns = start.shape
    for row in range(rows):
        for column in range(columns):
            begin, stop = start[row, column], end[row, column]
            while done < begin:
                out[to] = data[done]
                to += 1
                done += 1
            done = stop
            index = column * rows + row
            at, limit = offsets[index], offsets[index + 1]
            quoted = False
            if not raw[column]:
                quoted = stop - begin >= 2 and data[begin] == quote
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
