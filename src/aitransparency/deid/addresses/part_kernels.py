"""The divisions at the front of addresses in compiled loops: what the arrays of `parts` do."""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# Types are numba's to infer; `parts` is typed.

from __future__ import annotations

import numpy as np

from aitransparency.deid.addresses.gazetteer import CITY, DISTRICT, PROVINCE
from aitransparency.deid.jit import kernel

_STEPS, _SKIPS = 6, 8  # as in `parts`
_MOST = 256  # words at one place: one of each length
_LONG = 15  # see `Lexicon.begins`
_LAST = np.uint32(0xFFFF)
_ODD, _29 = np.uint64(0x9E3779B97F4A7C15), np.uint64(29)
_SPREAD, _PAIR = np.uint32(0x85EBCA77), np.uint32(0x9E3779B1)


@kernel
def read_divisions(codes, edges, words, meanings, tables, made):
    """Write where the rest of each row begins and the labels of its divisions, `made` (4, n).

    Loops are written out: calls with so many arrays cost more than their bodies.

    Parameters
    ----------
    edges
        (2, n), where rows begin and end.
    words
        The arrays of a `Lexicon`: the names, and behind them what is skipped.
    meanings
        The columns of the gazetteer: first, full, level, province, city, label, rank.
    tables
        Characters that are skipped, how many stand between a name and what makes a road of it, and
        what does.
    """
    begins, bits, lengths, sizes, keys, shift, numbers = words
    first, full, levels, provinces, cities, labels, rank = meanings
    skipped, between, roads = tables
    names = len(full)
    pair_shift, last_slot = np.uint32(32 - bits), len(keys) - 1
    found = np.empty(_MOST, np.int64)
    for row in range(edges.shape[1]):
        at, end = edges[0, row], edges[1, row]
        level, province, city, district = np.int64(0), np.int64(-1), np.int64(-1), np.int64(-1)
        steps = skips = 0
        while at < end:
            many = 0  # the words that begin here, shorter ones first
            skip = 0
            pair = np.uint32(np.uint32(codes[at] * _SPREAD) + codes[at + 1])
            these = np.int64(begins[np.uint32(pair * _PAIR) >> pair_shift])
            hashed, done, index = np.uint64(0), 0, 0
            while these >> min(index, _LONG) and index < len(lengths):
                length = lengths[index]
                if at + length > len(codes):
                    break
                if these >> min(index, _LONG) & 1:
                    for offset in range(done, length):
                        hashed = (hashed ^ np.uint64(codes[at + offset])) * _ODD
                        hashed ^= hashed >> _29
                    done = length
                    slot = np.int64(hashed >> shift)
                    while keys[slot] != hashed and keys[slot] != 0:
                        slot = (slot + 1) & last_slot
                    if keys[slot] == hashed and sizes[numbers[slot]] == length:
                        if numbers[slot] >= names:
                            skip = length
                        else:
                            found[many] = numbers[slot]
                            many += 1
                index += 1
            if skips < _SKIPS and (skip or skipped[min(codes[at], _LAST)]):
                at += max(skip, 1)
                skips += 1
                continue
            if steps == _STEPS:
                break
            word = best = np.int64(-1)  # the longest word first
            while level < DISTRICT and many and best < 0:
                many -= 1
                word = found[many]
                after = at + sizes[word]
                after += between[min(codes[after], _LAST)]
                if not full[word] and roads[min(codes[after], _LAST)]:
                    continue
                for one in range(first[word], first[word + 1]):
                    if levels[one] <= level or (province >= 0 and province != provinces[one]):
                        continue
                    if city >= 0 and cities[one] >= 0 and city != cities[one]:
                        continue
                    order = 4 * rank[one] + levels[one]
                    if best < 0 or order < 4 * rank[best] + levels[best]:
                        best = one
            if best < 0 and not skips:
                break
            steps += 1
            skips = 0
            if best < 0:
                continue
            parent, seat = provinces[best], cities[best]
            for one in range(first[word], first[word + 1]):  # meanings that are as good
                if levels[one] != levels[best] or rank[one] != rank[best]:
                    continue
                if province >= 0 and province != provinces[one]:
                    continue
                if city >= 0 and cities[one] >= 0 and city != cities[one]:
                    continue
                if provinces[one] != provinces[best]:
                    parent = -1
                if cities[one] != cities[best]:
                    seat = -1
            at += sizes[word]
            level = levels[best]
            province = parent if province < 0 else province
            city = seat if city < 0 else city
            if level == DISTRICT:
                district = labels[best]
            elif level == CITY:  # whose province may be in doubt
                city = labels[best]
            elif level == PROVINCE:
                province = labels[best]
        made[0, row], made[1, row], made[2, row], made[3, row] = at, province, city, district
