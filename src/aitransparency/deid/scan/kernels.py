"""Text and runs in compiled loops: what `fold`, `text` and `runs` do over arrays."""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# Types are numba's to infer; `fast` is typed.

from __future__ import annotations

import numpy as np

from aitransparency.deid.jit import kernel
from aitransparency.deid.word_kernels import holds

_EDGE = 0xFF
_GONE = 1
_BLANK, _COMMA = ord(" "), ord(",")
_HIGH = np.uint64(0x8080808080808080)
_C2 = np.uint64(0xC2C2C2C2C2C2C2C2)
_FEWEST_NUMERALS = 3
_NEAR = 8  # rows


@kernel
def _key(data, at):
    """Return the lower bits of a character of three bytes."""
    return (data[at] & 15) << 12 | (data[at + 1] & 63) << 6 | data[at + 2] & 63


@kernel
def _next_to_fold(data, at, stop, some):
    """Return where the next character stands that may fold, `stop` where there is none."""
    while at < stop:
        byte = data[at]
        if byte < 0xC2 or byte >= 0xF0:
            at += 1
        elif byte < 0xE0:
            if byte == 0xC2:
                return at
            at += 2
        else:
            if some[(data[at + 1] & 63) << 6 | data[at + 2] & 63] >> (byte & 7) & 1:
                return at
            at += 3
    return stop


@kernel
def join_and_fold(data, eight, offsets, padding, tables, out, out_eight, removed):
    """Write the rows between edges, folded, and what was taken out; return the sizes of both.

    `eight` and `out_eight` are every eight bytes as a number, one byte apart. Of the tables the
    first is uint8 (64,) by the second byte behind 0xC2, the next two are (65536,) by the lower bits
    of three bytes: what a character becomes, and the value of a numeral or -1. The last is uint8
    (4096,): which characters of three bytes may fold, a bit for the lead by the other two.
    """
    two, three, numerals, some = tables
    for at in range(padding):
        out[at] = _EDGE
    to = padding  # where to write
    gone = 0
    shift = padding - offsets[0]  # from a place in `data` to one in the joined rows
    for row in range(len(offsets) - 1):
        if row:
            out[to] = _EDGE
            to += 1
            shift += 1
        at, stop = offsets[row], offsets[row + 1]
        spoken = at  # where the numerals end that are read out
        while True:
            first = at
            at = _next_to_fold(data, at, stop, some)
            while first + 8 <= at:
                out_eight[to] = eight[first]
                first += 8
                to += 8
            while first < at:
                out[to] = data[first]
                first += 1
                to += 1
            if at == stop:
                break
            if data[at] == 0xC2:
                width = 2
                becomes = two[data[at + 1] & 63]
            else:
                width = 3
                becomes = three[_key(data, at)]
                if at >= spoken and numerals[_key(data, at)] >= 0:
                    last = at + 3
                    while last < stop and 0xE0 <= data[last] < 0xF0:
                        if numerals[_key(data, last)] < 0:
                            break
                        last += 3
                    if last - at >= 3 * _FEWEST_NUMERALS:
                        spoken = last
                if at < spoken:
                    becomes = 48 + numerals[_key(data, at)]
            if becomes == 0:
                for place in range(width):
                    out[to + place] = data[at + place]
                to += width
            else:
                if becomes == _GONE:
                    removed[gone] = at + shift
                    gone += 1
                else:
                    out[to] = becomes
                    to += 1
                for place in range(1, width):
                    removed[gone] = at + place + shift
                    gone += 1
            at += width
    for at in range(padding):
        out[to + at] = _EDGE
    return to + padding, gone


@kernel
def _is_plain(eight):
    """Return whether eight bytes are all of 0x80 or more, and none is 0xC2."""
    return eight & _HIGH == _HIGH and holds(eight, _C2) == 0


@kernel
def runs_and_marks(data, eight, kinds, digits, codes, held, marks):
    """Write the runs of digits, those of letters and digits, and the places of marks.

    `eight` is every eight bytes as a number, uint64 (size - 7,), one byte apart. `kinds` is uint8
    (256,): 1 a digit, 2 a letter, 4 a mark, 0 other: bytes of 0x80 and more but 0xC2. `digits` and
    `codes` are int64 (2, m): start and length. `held` tells which codes hold a digit. Returns the
    three counts.
    """
    digit_count = code_count = mark_count = 0
    size = len(data)
    at = 0
    while at < size:
        kind = kinds[data[at]]
        if kind == 0:
            at += 1
            while at < size - 8 and _is_plain(eight[at]):
                at += 8
            continue
        if kind == 4:
            marks[mark_count] = at
            mark_count += 1
            at += 1
            continue
        first = at
        numbered = False
        while True:
            if kind == 1:
                numbered = True
                begin = at
                while kinds[data[at]] == 1:
                    at += 1
                digits[0, digit_count] = begin
                digits[1, digit_count] = at - begin
                digit_count += 1
            else:
                while kinds[data[at]] == 2:
                    at += 1
            kind = kinds[data[at]]
            if kind != 1 and kind != 2:
                break
        codes[0, code_count] = first
        codes[1, code_count] = at - first
        held[code_count] = numbered
        code_count += 1
    return digit_count, code_count, mark_count


@kernel
def _is_letter(byte):
    low = byte | 32
    return 97 <= low <= 122


@kernel
def handles(data, start, length, held, kinds, is_join, of_addresses, joined, numbered, named):
    """Write codes that a mark alone parts as one, and what `text._Joined` says of them."""
    count = -1
    for code in range(len(start)):
        begin, size = start[code], length[code]
        end = joined[0, count] + joined[1, count] if count >= 0 else -2
        if begin == end + 1 and is_join[data[end]]:
            joined[1, count] += 1 + size
            numbered[count] |= held[code]
            continue
        count += 1
        before, spaced = data[begin - 1], data[begin - 2]
        joined[0, count], joined[1, count], numbered[count] = begin, size, held[code]
        plain = before == _BLANK and (1 <= kinds[spaced] <= 2 or spaced == _COMMA)
        named[count] = not plain and not of_addresses[before]
    return count + 1


@kernel
def follows(data, start, text, here):
    """Write whether a text stands at each start."""
    for row in range(len(start)):
        at = start[row]
        good = True
        for place in range(len(text)):
            if data[at + place] != text[place]:
                good = False
                break
        here[row] = good


@kernel
def reach(data, at, table, limit, step, counts):
    """Write how many bytes of a table stand from each place on (step 1) or before it (step -1)."""
    for row in range(len(at)):
        place = at[row] if step > 0 else at[row] - 1
        count = 0
        while count < limit and table[data[place]]:
            count += 1
            place += step
        counts[row] = count


@kernel
def fits(characters, allowed, good):
    """Write which rows have an allowed character at every place."""
    for row in range(len(characters)):
        fine = True
        for place in range(len(allowed)):
            if not allowed[place, characters[row, place]]:
                fine = False
                break
        good[row] = fine


@kernel
def places_grouped(first, sizes, gap, grouping, check_letter, found):
    """Write which of the runs `first` begin groups of these sizes; return how many."""
    count = 0
    parts = len(grouping)
    for row in range(len(first)):
        at = first[row]
        good = True
        for part in range(1, parts):
            if gap[at + part - 1] == 0:
                good = False
                break
            size = sizes[at + part]
            if size != grouping[part]:
                good = check_letter and part == parts - 1 and size == grouping[part] - 1
                if not good:
                    break
        if good:
            found[count] = at
            count += 1
    return count


@kernel
def separators_after(data, start, length, is_separator, longest, gap):
    """Write the separators behind each run, packed into a number, 0 where none link the next."""
    for row in range(len(start) - 1):
        at, last = start[row] + length[row], start[row + 1]
        packed = 0
        if last - at <= longest:
            while at < last and is_separator[data[at]]:
                packed = packed << 8 | data[at]
                at += 1
            if at < last:
                packed = 0
        gap[row] = packed
    if len(start):
        gap[len(start) - 1] = 0


@kernel
def chains(sizes, gap, first, last, total):
    """Write the chains of runs with one separator all along, and their characters; return how many.

    `sizes` and `gap` are those of the linked runs.
    """
    count = at = 0
    while at < len(gap):
        mark = gap[at]
        end = at + 1
        if mark == 0:
            at = end
            continue
        characters = sizes[at]
        while end < len(gap) and gap[end] == mark:
            characters += sizes[end]
            end += 1
        stop = min(end, len(gap) - 1)
        if stop == end:
            characters += sizes[stop]
        first[count], last[count], total[count] = at, stop, characters
        count += 1
        at = end
    return count


@kernel
def gather(data, start, length, first, last, short, characters, end):
    """Write the characters of chains from run `first` to `last`, in upper case, and their ends."""
    width = characters.shape[1]
    for row in range(len(first)):
        to = 0
        for run in range(first[row], last[row] + 1):
            for at in range(start[run], start[run] + length[run]):
                characters[row, to] = _upper(data[at])
                to += 1
        stop = start[last[row]] + length[last[row]]
        if short[row]:
            stop += 1
        characters[row, width - 1] = _upper(data[stop - 1])
        end[row] = stop


@kernel
def _upper(byte):
    return byte & 0xDF if _is_letter(byte) else byte


@kernel
def origin(start, end, removed, offsets, padding, data, first, last):
    """Write where spans of the folded text stand in the column; see `ScanText.origin`."""
    rows = len(offsets) - 1
    row = 0
    for at in range(len(start)):
        low = _unfolded(start[at], removed)
        high = _unfolded(end[at] - 1, removed) + 1
        here = low - padding + offsets[0]  # joined rows are one byte longer each
        if here < offsets[row] + row:
            row = 0
        ahead = 0
        while row + 1 < rows and here > offsets[row + 1] + row:  # the next find is near, mostly
            row += 1
            ahead += 1
            if ahead == _NEAR:
                row = _row_of(here, offsets)
                break
        shift = offsets[0] - padding - row
        low += shift
        high += shift
        for _ in range(3):  # a folded character was up to four bytes long
            if high < offsets[row + 1] and data[high] & 0xC0 == 0x80:
                high += 1
        first[at], last[at] = low, high


@kernel
def _unfolded(place, removed):
    """Return a place as it was before some bytes were taken out."""
    low, high = 0, len(removed)
    while low < high:
        middle = (low + high) // 2
        if removed[middle] - middle <= place:
            low = middle + 1
        else:
            high = middle
    return place + low


@kernel
def _row_of(place, offsets):
    """Return the last row that begins at a place or before, in joined rows."""
    low, high = 0, len(offsets) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if offsets[middle] + middle <= place:
            low = middle
        else:
            high = middle
    return low


@kernel
def by_length(length, edges, order):
    """Write the runs in order of length, and where each length begins; the longest are alike."""
    longest = len(edges) - 2
    for run in range(len(length)):
        edges[min(length[run], longest) + 1] += 1
    for size in range(longest + 1):
        edges[size + 1] += edges[size]
    to = edges[:-1].copy()
    for run in range(len(length)):
        size = min(length[run], longest)
        order[to[size]] = run
        to[size] += 1


@kernel
def lettered(start, end, characters, data, size, is_separator, first, last, together):
    """Write digits with the letters before them; see `runs.lettered`. Return how many."""
    count = 0
    for gap in range(2):
        for row in range(len(start)):
            begin = start[row] - size - gap
            if gap and not is_separator[data[start[row] - 1]]:
                continue
            good = True
            for at in range(begin, begin + size):
                if not _is_letter(data[at]):
                    good = False
                    break
            before = data[begin - 1]
            if not good or 48 <= before <= 57 or _is_letter(before):
                small = good and 97 <= before <= 122 and data[begin] < 97
                if not small:
                    continue
            for place in range(size):
                together[count, place] = _upper(data[begin + place])
            for place in range(characters.shape[1]):
                together[count, size + place] = characters[row, place]
            first[count], last[count] = begin, end[row]
            count += 1
    return count
