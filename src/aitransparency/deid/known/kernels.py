"""Compact texts and the search for the values of a row, in compiled loops: see `compact`."""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# Types are numba's to infer; `compact` is typed.

from __future__ import annotations

import numpy as np

from aitransparency.deid.jit import kernel


@kernel
def leave_out(codes, between, toneless, ends, out, place, row_end, letters, digits):
    """Write a text without what is between, and count the letters and digits of each row.

    `between` is bool (65536,), `toneless` uint32 (512,), `ends` the end of each row. Returns how
    many characters are left.
    """
    count = row = 0
    for one in range(len(ends)):
        letters[one], digits[one] = 0, 0
    for at in range(len(codes)):
        code = codes[at]
        if row < len(ends) and at == ends[row]:
            row_end[row] = count
            row += 1
        if between[min(code, np.uint32(0xFFFF))]:
            continue
        if 0xC0 <= code < 0x200:
            code = toneless[code]
        out[count], place[count] = code, at
        count += 1
        if row < len(ends):
            letters[row] += (code | np.uint32(32)) - np.uint32(97) < np.uint32(26)
            digits[row] += code - np.uint32(48) < np.uint32(10)
    return count


@kernel
def pairs(codes, row_start, row_end, out):
    """Mark in 256 bits which pairs of neighbours each row has; `out` is uint64 (rows, 4)."""
    for row in range(len(row_start)):
        for word in range(4):
            out[row, word] = 0
        for at in range(row_start[row], row_end[row] - 1):
            bit = _bit(codes[at], codes[at + 1])
            out[row, bit >> 6] |= np.uint64(1) << np.uint64(bit & 63)


@kernel
def _bit(first, second):
    mixed = np.uint32(np.uint32(first * np.uint32(0x85EBCA77)) + second)
    return np.int64(np.uint32(mixed * np.uint32(0x9E3779B1)) >> np.uint32(24))


@kernel
def _can_stand(marks, row, values, start, length):
    """Return whether a row has the first pairs of a value; most have not."""
    for at in range(start, start + min(length - 1, 4)):
        bit = _bit(values[at], values[at + 1])
        if not marks[row, bit >> 6] & np.uint64(1) << np.uint64(bit & 63):
            return False
    return True


@kernel
def character_places(codes, row_start, row_end, wanted, found):
    """Write where the character of each row stands, row and place; return how often.

    `wanted` is uint32 (rows,), 0 for none; `found` is int64 (2, room).
    """
    count = 0
    for row in range(len(wanted)):
        if not wanted[row]:
            continue
        for at in range(row_start[row], row_end[row]):
            if codes[at] == wanted[row]:
                if count < found.shape[1]:
                    found[0, count], found[1, count] = row, at
                count += 1
    return count


@kernel
def own_places(
    codes, place, row_start, row_end, marks, longest_gap, rows, values, start, size, found
):
    """Write where the value of each row stands in its text; return how often.

    `found` is int64 (3, room): which value, position of its first and of its last character. Where
    there is no room for all, the rest is not written.
    """
    count = 0
    for one in range(len(rows)):
        length = size[one]
        if length < 2:
            continue
        if not _can_stand(marks, rows[one], values, start[one], length):
            continue
        value = values[start[one] : start[one] + length]
        low, high = row_start[rows[one]], row_end[rows[one]]
        text, where = codes[low:high], place[low:high]
        first, second = value[0], value[1]
        for at in range(len(text) - length + 1):
            if text[at] != first or text[at + 1] != second:
                continue
            if _stands(text, where, at, value, longest_gap):
                if count < found.shape[1]:
                    found[0, count], found[1, count] = one, where[at]
                    found[2, count] = where[at + length - 1]
                count += 1
    return count


@kernel
def _stands(text, where, at, value, longest_gap):
    """Return whether a value stands at a place, with little between its characters."""
    for offset in range(1, len(value)):
        if text[at + offset] != value[offset]:
            return False
        if where[at + offset] - where[at + offset - 1] > longest_gap:
            return False
    return True


@kernel
def plain(data, offsets, drop, codes, start, size):
    """Write ASCII values in lower case without what is between; return their length.

    `drop` is bool (256,). Returns -1 where a byte is not ASCII.
    """
    count = 0
    for row in range(len(offsets) - 1):
        start[row] = count
        for at in range(offsets[row], offsets[row + 1]):
            byte = data[at]
            if byte >= 0x80:
                return -1
            if not drop[byte]:
                codes[count] = byte + 32 if 65 <= byte <= 90 else byte
                count += 1
        size[row] = count - start[row]
    return count


@kernel
def cells(codes, start, size, count, from_end, out):
    """Write the first or last characters of each value, 0 where there are none."""
    for one in range(len(start)):
        whole = size[one] >= count
        for at in range(count):
            if from_end:
                out[one, at] = codes[start[one] + size[one] - count + at] if whole else 0
            else:
                out[one, at] = codes[start[one] + at] if at < size[one] else 0
