"""Canonical spellings recognised, and masked, in compiled loops: what `forms` does by arrays."""

# mypy: disable-error-code="no-untyped-def, misc"
# Types are numba's to infer; the callers are typed.

from __future__ import annotations

from aitransparency.deid.jit import kernel

_DIGIT, _DIGIT_OR_X, _FROM_1, _FROM_3, _HAN, _REST = (ord(one) for one in "DXNTHh")


@kernel
def in_layouts(data, offsets, patterns, widths, good):
    """Write whether each row is exactly in one of the layouts of a form.

    `patterns` is uint8 (m, longest), the letters of ``forms.toml``, `widths` (m,) their bytes.
    """
    for row in range(len(offsets) - 1):
        at, size = offsets[row], offsets[row + 1] - offsets[row]
        good[row] = False
        for one in range(len(widths)):
            if widths[one] == size and _matches(data, at, size, patterns[one]):
                good[row] = True
                break


@kernel
def _matches(data, at, size, pattern):
    same = True
    for place in range(size):
        byte, letter = data[at + place], pattern[place]
        digit = byte >= 48 and byte < 58
        if letter == _DIGIT:
            same &= digit
        elif letter == _HAN:
            early = byte == 0xE4 and data[at + place + 1] >= 0xB8
            same &= early or (byte >= 0xE5 and byte <= 0xE9)
        elif letter == _DIGIT_OR_X:
            same &= digit or byte == 88
        elif letter == _FROM_1:
            same &= byte >= 49 and digit
        elif letter == _FROM_3:
            same &= byte >= 51 and digit
        elif letter != _REST:
            same &= byte == letter
    return same


@kernel
def around(data, offsets, mark, good):
    """Write whether each row is in ASCII, small, without blanks, and has the mark once inside."""
    for row in range(len(offsets) - 1):
        at, stop = offsets[row], offsets[row + 1]
        marks, plain = 0, True
        for place in range(at, stop):
            byte = data[place]
            marks += byte == mark
            plain &= byte > 32 and byte < 127 and (byte < 65 or byte > 90)
        good[row] = plain and marks == 1 and data[at] != mark and data[stop - 1] != mark


@kernel
def mask_around(data, offsets, mark, hidden, out, edges):
    """Write the first byte of rows, what hides, and the rest from the mark on; return the size."""
    to = 0
    for row in range(len(offsets) - 1):
        edges[row] = to
        at, stop = offsets[row], offsets[row + 1]
        out[to] = data[at]
        to += 1
        for byte in hidden:
            out[to] = byte
            to += 1
        while data[at] != mark:
            at += 1
        while at < stop:
            out[to] = data[at]
            to += 1
            at += 1
    edges[len(offsets) - 1] = to
    return to
