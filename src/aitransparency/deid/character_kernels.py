"""Characters and words of a lexicon in compiled loops: see `characters` and `lexicon`."""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# Types are numba's to infer; the callers are typed.

from __future__ import annotations

import numpy as np

from aitransparency.deid.jit import kernel

_PLANE = 1 << 16
_LONG = 15  # see `Lexicon.begins`
_ODD = np.uint64(0x9E3779B97F4A7C15)
_SPREAD, _PAIR = np.uint32(0x85EBCA77), np.uint32(0x9E3779B1)


@kernel
def read(data, simple, codes, place, edges):
    """Write the characters of folded text, where each begins, and which are edges.

    `simple` is uint32 (65536,); `edges` are positions of characters. Returns how many there are of
    characters and of edges. The text ends with padding.
    """
    count = edge = at = 0
    while at < len(data):
        lead = np.int64(data[at])
        at += 1
        if (lead & 0xC0) == 0x80:  # the middle of a character: no UTF-8
            continue
        place[count] = at - 1
        if lead < 0x80:
            codes[count] = simple[lead]
            count += 1
            continue
        if lead == 0xFF:
            codes[count] = 0
            edges[edge] = count
            edge += 1
            count += 1
            continue
        code = _code(data, at, lead)
        codes[count] = simple[code] if code < _PLANE else np.uint32(code)
        count += 1
        while (data[at] & 0xC0) == 0x80:  # the padding ends it
            at += 1
    place[count] = len(data)
    return count, edge


@kernel
def _code(data, after, lead):
    """Return the code point of a first byte and the bytes after it."""
    second = np.int64(data[after] & 0x3F)
    if lead < 0xE0:
        return (lead & 0x1F) << 6 | second
    third = np.int64(data[after + 1] & 0x3F)
    if lead < 0xF0:
        return (lead & 0x0F) << 12 | second << 6 | third
    return (lead & 0x07) << 18 | second << 12 | third << 6 | np.int64(data[after + 2] & 0x3F)


@kernel
def likely(codes, begins, bits, found):
    """Write where a word can begin, and return how often; see `Lexicon.begins`."""
    count = 0
    for at in range(len(codes) - 1):
        found[count] = at
        count += begins[_pair(codes[at], codes[at + 1], bits)] > 0
    return count


@kernel
def _pair(first, second, bits):
    mixed = np.uint32(np.uint32(first * _SPREAD) + second)
    return np.uint32(mixed * _PAIR) >> np.uint32(32 - bits)


@kernel
def begun(codes, place, begins, bits, lengths, sizes, keys, numbers, which, word, group):
    """Write which of the places a word begins at, the word, and which of the lengths it has.

    Returns how many there are; where there is no room for all, the rest is not written.
    """
    count = 0
    shift = np.uint64(64 - bits_of(len(keys)))
    for one in range(len(place)):
        at = place[one]
        if at + 1 >= len(codes):
            continue
        these = np.int64(begins[_pair(codes[at], codes[at + 1], bits)])
        hashed, done = np.uint64(0), 0
        for index in range(len(lengths)):
            length = lengths[index]
            left = these >> min(index, _LONG)
            if not left or at + length > len(codes):
                break
            if not left & 1:
                continue
            for offset in range(done, length):
                hashed = (hashed ^ np.uint64(codes[at + offset])) * _ODD
                hashed ^= hashed >> np.uint64(29)
            done = length
            slot = _slot(hashed, keys, np.int64(hashed >> shift))
            if slot >= 0 and sizes[numbers[slot]] == length:
                if count < len(which):
                    which[count], word[count], group[count] = one, numbers[slot], index
                count += 1
    return count


@kernel
def bits_of(size):
    """Return the logarithm of a power of two."""
    bits = 0
    while size > 1:
        size >>= 1
        bits += 1
    return bits


@kernel
def _slot(hashed, keys, slot):
    """Return where a hash stands in a table with linear probing, -1 where it does not."""
    while keys[slot] != hashed:
        if keys[slot] == 0:
            return -1
        slot = (slot + 1) % len(keys)
    return slot
