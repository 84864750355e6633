"""The scan in compiled loops: what `fold`, `runs` and `words` do over arrays, for much text.

Both ways give the same (`tests/deid/test_compiled_scan.py`); `fast` chooses.
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# Types are numba's to infer; `fast` is typed.

from __future__ import annotations

import numpy as np

from aitransparency.deid.jit import kernel

_EDGE = 0xFF
_GONE = 1
_FEWEST_NUMERALS = 3
_LONGEST = 24  # bytes of the longest label
_SHORT = np.uint32(0b111000)
_HEAD, _HEAD_CASE, _HEAD_MIX = np.uint64(0xFFFFFF), np.uint64(0x202020), np.uint64(0x9E3779B1)
_LOW_BITS, _HIGH_BITS = np.uint64(0x7F7F7F7F7F7F7F7F), np.uint64(0x8080808080808080)
_FROM_A, _FROM_Z = np.uint64(0x3F3F3F3F3F3F3F3F), np.uint64(0x2525252525252525)
_SIXTEEN, _HALF = np.uint64(16), np.uint64(0xFFFFFFFF)
_TAIL_CASE, _UP = np.uint64(0x202020202020), np.uint64(48)
_ONE, _TWO, _THREE, _SEVEN = np.uint32(1), np.uint64(2), np.uint64(3), np.uint64(7)
_MEMORY = 1 << 17  # places whose words are remembered
_DIRECT = np.uint64(1 << 63)  # no word has this bit
_NOTHING = np.uint64(0)


@kernel
def _key(data, at):
    """Return the lower bits of a character of three bytes."""
    return (data[at] & 15) << 12 | (data[at + 1] & 63) << 6 | data[at + 2] & 63


@kernel
def join_and_fold(data, offsets, padding, two, three, numerals, out, removed):
    """Write the rows between edges, folded, and what was taken out; return the sizes of both.

    `two` is uint8 (64,) by the second byte behind 0xC2, `three` and `numerals` are (65536,) by the
    lower bits of three bytes: what a character becomes, and the value of a numeral or -1.
    """
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
        while at < stop:
            byte = data[at]
            if byte < 0xC2 or byte >= 0xF0:
                out[to] = byte
                to += 1
                at += 1
                continue
            if byte < 0xE0:
                width = 2
                becomes = two[data[at + 1] & 63] if byte == 0xC2 else 0
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
def runs_and_marks(data, kinds, digits, codes, held, marks):
    """Write the runs of digits, those of letters and digits, and the places of marks.

    `kinds` is uint8 (256,): 1 a digit, 2 a letter, 4 a mark, 0 other. `digits` and `codes` are
    int64 (2, m): start and length. `held` tells which codes hold a digit. Returns the three counts.
    """
    digit_count = code_count = mark_count = 0
    size = len(data)
    at = 0
    while at < size:
        kind = kinds[data[at]]
        if kind == 0:
            at += 1
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
def _maybe(data, eight, end, few):
    """Return whether a word may end at a place, by its last three bytes."""
    if data[end] & 0xC0 == 0x80:
        return False  # inside a character
    tail = _tail(eight, end)
    return (few[tail >> _THREE] >> np.uint8(tail & _SEVEN)) & 1 != 0


@kernel
def _tail(eight, end):
    return ((eight[end - 3] & _HEAD | _HEAD_CASE) * _HEAD_MIX & _HALF) >> _SIXTEEN


@kernel
def _lower(eight):
    """Return eight bytes with ASCII letters in lower case."""
    low = eight & _LOW_BITS
    capital = ((low + _FROM_A) ^ (low + _FROM_Z)) & ~eight & _HIGH_BITS
    return eight | capital >> _TWO


@kernel
def _word_at(data, eight, end, low, words, tails, long_tails, slots, seed, mix, covers):
    """Return the longest word that ends at a place and begins at `low` or later, or -1."""
    maybe = tails[_tail(eight, end)]
    six = eight[end - 8] >> _SIXTEEN
    lengths = long_tails[((six | _TAIL_CASE) * mix) >> _UP] | maybe & _SHORT
    if lengths == 0:
        return -1
    most = min(end - low, _LONGEST)
    one, two = _lower(eight[end - 24]), _lower(eight[end - 16])
    three = _lower(eight[end - 8])
    for length in range(most, 2, -1):
        if not (lengths >> np.uint32(length)) & _ONE:
            continue
        head, middle, tail = one & covers[length, 0], two & covers[length, 1], three
        tail &= covers[length, 2]
        word = slots[(((head * seed ^ middle) * seed ^ tail) * seed) >> _UP]
        if word < 0 or words[word, 0] != head or words[word, 1] != middle:
            continue
        if words[word, 2] != tail:
            continue
        if words[word, 4] and (_is_letter(data[end - length - 1]) or _is_letter(data[end])):
            continue
        return word
    return -1


@kernel
def words_before(data, eight, start, width, reach, limit, vocabulary, ends, masks, direct):
    """Write the mask of the word that ends last before each start, and whether it is direct.

    `eight` is every eight bytes of `data` as a number, uint64 (size - 7,), one byte apart.
    `reach` is how far before a start a word may begin, `limit` how far away a direct one may end.
    `ends` is uint8 (256,): bits 1 a mark of one byte that ends a clause, 2 the last byte of such a
    full-width mark, 4 the last byte of such a Chinese one.
    """
    words, few, tails, long_tails, slots, seed, mix, covers = vocabulary
    slots_known = 64
    while slots_known < _MEMORY and slots_known < 2 * len(start):
        slots_known *= 2
    known = np.zeros((slots_known, 2), np.uint64)  # a place and what is known of it
    for row in range(len(start)):
        place = start[row]
        slot = place & slots_known - 1
        if known[slot, 0] == np.uint64(place):  # entities share candidates
            masks[row] = known[slot, 1] & ~_DIRECT
            direct[row] = known[slot, 1] & _DIRECT != 0
            continue
        low = place - reach
        mask, near = _NOTHING, False
        end = place
        while end >= place - width + 3:
            if data[end - 1] == _EDGE:
                break  # what stands before is another row
            if _maybe(data, eight, end, few):
                word = _word_at(
                    data, eight, end, low, words, tails, long_tails, slots, seed, mix, covers
                )
                if word >= 0:
                    mask = words[word, 3]
                    near = place - end <= limit and not _clause_ends(data, end, place, ends)
                    break
            end -= 1
        masks[row], direct[row] = mask, near
        known[slot, 0], known[slot, 1] = place, mask | _DIRECT if near else mask


@kernel
def _clause_ends(data, start, end, ends):
    for at in range(start, end):
        byte = data[at]
        if ends[byte] & 1:
            return True
        if at + 2 < end:
            if byte == 0xEF and data[at + 1] == 0xBC and ends[data[at + 2]] & 2:
                return True
            if byte == 0xE3 and data[at + 1] == 0x80 and ends[data[at + 2]] & 4:
                return True
    return False


@kernel
def words_after(data, eight, end, width, vocabulary, masks):
    """Write the masks of all words within `width` bytes behind each end, in its row."""
    words, few, tails, long_tails, slots, seed, mix, covers = vocabulary
    for row in range(len(end)):
        begin = end[row]
        masks[row] = _NOTHING
        stop = begin
        while stop < begin + width and data[stop] != _EDGE:
            stop += 1
        for place in range(begin + 3, stop + 1):
            if _maybe(data, eight, place, few):
                word = _word_at(
                    data, eight, place, begin, words, tails, long_tails, slots, seed, mix, covers
                )
                if word >= 0:
                    masks[row] |= words[word, 3]


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


LOADED = True  # the last line: the module is whole
