"""Skeletons, hashes and searches in compiled loops: what arrays do elsewhere in `verify`."""

# mypy: disable-error-code="no-untyped-def, misc"
# Types are numba's to infer; the callers are typed.

from __future__ import annotations

import numpy as np

from aitransparency.deid.jit import inlined, kernel

_GONE = 1  # in the tables of `fold`: the character is taken out
_NUMERALS = 3  # so many in a row are a number read out
_K0, _K1 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
_F0, _F1 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_29, _32, _52, _58, _64 = (np.uint64(one) for one in (29, 32, 52, 58, 64))
_ONE, _SIX, _BYTE = np.uint64(1), np.uint64(63), np.uint64(255)


@kernel
def skeletons(data, start, end, two, three, numerals, becomes, out, edges):
    """Write the skeletons of pieces of text and their edges; return the size.

    `start` and `end` are (n,), in any order; `two`, `three` and `numerals` are the tables of
    `fold`; `becomes` is uint8 (256,), what an ASCII byte becomes, 0 where it goes.
    """
    to = 0
    for row in range(len(start)):
        edges[row] = to
        at, stop = start[row], end[row]
        while at < stop:
            byte = data[at]
            if byte < 0x80:
                small = becomes[byte]
                out[to] = small
                to += small != 0
                at += 1
            elif byte < 0xC2 or byte >= 0xF0:  # of a character of four bytes
                out[to] = byte
                to += 1
                at += 1
            elif byte < 0xE0:
                folded = two[data[at + 1] & 63] if byte == 0xC2 else 0
                if folded == 0:
                    out[to] = byte
                    out[to + 1] = data[at + 1]
                    to += 2
                elif folded != _GONE:
                    out[to] = becomes[folded]
                    to += becomes[folded] != 0
                at += 2
            else:
                key = (byte & 15) << 12 | (data[at + 1] & 63) << 6 | data[at + 2] & 63
                folded = three[key]
                if numerals[key] >= 0:
                    last, count = at + 3, 1
                    while last < stop and data[last] >= 0xE0 and data[last] < 0xF0:
                        other = (data[last] & 15) << 12 | (data[last + 1] & 63) << 6
                        if numerals[other | data[last + 2] & 63] < 0:
                            break
                        last += 3
                        count += 1
                    for _ in range(count):
                        if count >= _NUMERALS:
                            key = (data[at] & 15) << 12 | (data[at + 1] & 63) << 6
                            out[to] = 48 + numerals[key | data[at + 2] & 63]
                            to += 1
                        else:
                            out[to], out[to + 1], out[to + 2] = data[at], data[at + 1], data[at + 2]
                            to += 3
                        at += 3
                    continue
                if folded == 0:
                    out[to], out[to + 1], out[to + 2] = byte, data[at + 1], data[at + 2]
                    to += 3
                elif folded != _GONE:
                    out[to] = becomes[folded]
                    to += becomes[folded] != 0
                at += 3
    edges[len(start)] = to
    for pad in range(to, len(out)):
        out[pad] = 0
    return to


@kernel
def kinds(data, offsets, rules, address, person, made):
    """Write how far each row is looked for, `made` (4, n): see `kinds.Kinds`.

    `rules` are the bytes of a number, of a code and of a long text that are looked for everywhere,
    the least of each in its own row, and the most.
    """
    for row in range(len(offsets) - 1):
        begin, end = offsets[row], offsets[row + 1]
        length = end - begin
        digits = wide = marks = 0
        for at in range(begin, end):
            byte = data[at]
            digits += byte >= 48 and byte < 58
            wide += byte >= 0x80
            marks += byte == 64
        number = length > 0 and digits == length
        text = length > 0 and digits == 0 and marks == 0
        code = length > 0 and not number and not text
        named = own = False
        if address:
            certain = code and length >= rules[2]
        else:
            long = text and wide == length and length >= rules[2] and not person
            certain = (number and length >= rules[0]) or (code and length >= rules[1]) or long
            named = text and length > rules[1] and not long
            least = rules[3] if number else (rules[4] if code else rules[5])
            own = length > 0 and not certain and length >= least and length <= rules[6]
        made[0, row], made[1, row], made[2, row] = certain, named, own
        made[3, row] = length > 0 and not (certain or named or own)


@kernel
def short_ids(data, offsets, rows, out):
    """Write the 15 digits of IDs of 18 of people born in 19xx; return how many there are.

    `rows` are of 18 bytes, `out` is (15 * len(rows),) with slack.
    """
    many = 0
    for row in rows:
        at = offsets[row]
        if data[at + 6] != 49 or data[at + 7] != 57:
            continue
        for place in range(15):
            out[15 * many + place] = data[at + place + (2 if place > 5 else 0)]
        many += 1
    return many


@inlined
def _hash(words, at, left):
    """Return the hash of a piece of `left` bytes."""
    hashed = np.uint64(left) * _K0
    while left > 0:
        word = words[at]
        if left < 8:
            word &= (_ONE << np.uint64(8 * left)) - _ONE
        hashed = (hashed ^ word) * _K1
        hashed ^= hashed >> _29
        at += 8
        left -= 8
    hashed *= _K0
    return hashed ^ (hashed >> _32)


@inlined
def _marks(number):
    """Return the two bits of a number in its word of a filter."""
    other = number * _F1
    return _ONE << (other >> _58) | _ONE << ((other >> _52) & _SIX)


@kernel
def hashes(words, start, lengths, made):
    """Write the hash of each piece; the words of all places, the last ones with slack."""
    for one in range(len(start)):
        made[one] = _hash(words, start[one], lengths[one])


@kernel
def fill(table, bits, places, numbers):
    """Put numbers into a filter."""
    shift = _64 - np.uint64(bits)
    for number in numbers:
        for place in range(8):
            byte = np.int64((number >> np.uint64(8 * place)) & _BYTE)
            places[byte] |= np.uint8(1 << place)
        table[(number * _F0) >> shift] |= _marks(number)


@kernel
def passing(table, bits, words, count, mask, found, begin):
    """Write the places from `begin` on whose masked words pass, until `found` is full.

    Returns how many there are, and where to go on.
    """
    shift = _64 - np.uint64(bits)
    many = 0
    for at in range(begin, count):
        word = words[at] & mask
        wanted = _marks(word)
        if table[(word * _F0) >> shift] & wanted == wanted:
            if many == len(found):
                return many, at
            found[many] = at
            many += 1
    return many, count


@kernel
def pieces(words, edges, lengths, anchors, pairs, found, columns, count):
    """Write the hashes of pieces of skeletons that may be originals; return how many there are.

    What does not fit into `found` is not written.

    Parameters
    ----------
    words
        Eight bytes from every place of the skeletons, the last ones with slack.
    edges
        Of the skeletons of fields, (rows * count + 1,), row by row.
    lengths
        How long originals are, ascending.
    anchors, pairs
        Table, bits and places of the filters of middle bytes, and of those with a length.
    found, columns
        The hashes, and which of the `count` columns each is in.
    """
    table, bits, places = anchors
    other_table, other_bits, _ = pairs
    shift, other_shift = _64 - np.uint64(bits), _64 - np.uint64(other_bits)
    many = 0
    column = -1
    for field in range(len(edges) - 1):
        column = column + 1 if column + 1 < count else 0
        low, high = edges[field], edges[field + 1]
        if high - low < lengths[0]:
            continue
        state = np.uint8(0)  # bit i: the last i + 1 bytes are where anchors may have them
        for last in range(low, high):
            byte = np.int64(words[last] & _BYTE)
            state = np.uint8(state << 1 | 1) & places[byte]
            if state < 0x80:
                continue
            at = last - 7
            word = words[at]
            wanted = _marks(word)
            if table[(word * _F0) >> shift] & wanted != wanted:
                continue
            for length in lengths:
                begin = at - (length - 8) // 2
                if begin < low or begin + length > high:
                    if length > high - low:
                        break
                    continue
                paired = word ^ (np.uint64(length) * _K1)
                wanted = _marks(paired)
                if other_table[(paired * _F0) >> other_shift] & wanted != wanted:
                    continue
                if many < len(found):
                    found[many], columns[many] = _hash(words, begin, length), column
                many += 1
    return many


@kernel
def own(words, offsets, data, own_words, own_offsets, own_data, rows, found):
    """Write which of the rows hold their own value and where, (2, m); return how many do.

    Each row is told once at most for each place; it stops where `found` is full.
    """
    many = 0
    for which in range(len(rows)):
        row = rows[which]
        begin = own_offsets[row]
        needed = own_offsets[row + 1] - begin
        head = own_words[begin]
        mask = ~np.uint64(0)
        if needed < 8:
            mask = (_ONE << np.uint64(8 * needed)) - _ONE
        for at in range(offsets[row], offsets[row + 1] - needed + 1):
            if (words[at] ^ head) & mask:
                continue
            same = True
            for step in range(8, needed):
                same &= data[at + step] == own_data[begin + step]
            if same:
                if many == found.shape[1]:
                    return many
                found[0, many], found[1, many] = which, at
                many += 1
    return many


@kernel
def place(hashes, count, slots):
    """Note where the first hashes stand; `slots` is int32 (2^k,), all -1, more than there are."""
    mask = np.uint64(len(slots) - 1)
    for one in range(count):
        slot = hashes[one] & mask
        while slots[slot] >= 0:
            slot = (slot + _ONE) & mask
        slots[slot] = one


@kernel
def insert(hashes, anchors, marks, held_hashes, held_anchors, held_marks, count, slots):
    """Add values that are not held yet; return how many there are now.

    Of two marks for one hash the smaller stays: it is the certain one.
    """
    mask = np.uint64(len(slots) - 1)
    for one in range(len(hashes)):
        slot = hashes[one] & mask
        while slots[slot] >= 0 and held_hashes[slots[slot]] != hashes[one]:
            slot = (slot + _ONE) & mask
        at = slots[slot]
        if at < 0:
            slots[slot] = count
            held_hashes[count], held_anchors[count] = hashes[one], anchors[one]
            held_marks[count] = marks[one]
            count += 1
        elif marks[one] < held_marks[at]:
            held_marks[at] = marks[one]
    return count


@kernel
def pairs(after, before, slots, kept):
    """Write where each pair stands once; return how many there are, and collisions.

    A collision is an `after` with a second `before`, each counted once; a third is not kept, for it
    tells nothing more. `slots` is int32 (2^k,), all -1.
    """
    mask = np.uint64(len(slots) - 1)
    many = collisions = 0
    for one in range(len(after)):
        slot = after[one] & mask
        others = 0
        while slots[slot] >= 0:
            place = kept[slots[slot]]
            if after[place] == after[one]:
                if before[place] == before[one]:
                    break
                others += 1
                if others == 2:
                    break
            slot = (slot + _ONE) & mask
        if slots[slot] < 0:
            slots[slot] = many
            kept[many] = one
            many += 1
            collisions += others == 1
    return many, collisions
