"""Chains of elements, and their percents as an address, in compiled loops: see `recognizer`.

The rules are those of the arrays, function by function; tests hold both to the same finds. Elements
are int64 (4, m): start, end, kind and whether it is sure.
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# Types are numba's to infer; `compiled` is typed.

from __future__ import annotations

import numpy as np

from aitransparency.deid.addresses.kernels import (
    IS_AFTER,
    IS_BETWEEN,
    IS_COMMA,
    IS_GAP,
    IS_SIDE,
    IS_TAIL,
)
from aitransparency.deid.addresses.vocabulary import (
    COMPANY,
    CUE,
    DIVISION,
    NUMBER,
    PLACE,
    ROAD,
    TOWN,
    VILLAGE,
    WEAK,
)
from aitransparency.deid.jit import kernel

_START, _END, _KIND, _SURE = range(4)
_BLANK, _DASH, _POINT, _OPEN, _CLOSE, _LIVES = (ord(one) for one in " -.()住")
_LONGEST_ASIDE = 10
_LONGEST_TAIL = 9
_LONGEST_SPACED = 4
_CUE_REACH = 3


@kernel
def chains(codes, marks, found, start, end, role):
    """Return runs of neighbouring elements: start, end, end with a bare number, percents as address
    and as organisation, int64 (5, m).
    """
    opens = _opens(codes, marks, found)
    cues = np.zeros(len(codes) + 1, np.bool_)
    for word in range(len(start)):
        if role[word] & CUE:
            cues[end[word]] = True
    made = np.zeros((5, opens.sum()), np.int64)
    count = low = 0
    for at in range(1, found.shape[1] + 1):
        if at < found.shape[1] and not opens[at]:
            continue
        begin, last = found[_START, low], at - 1
        tail = found[_END, last] + _tail(codes, marks, found[_END, last], found[_KIND, last])
        made[0, count], made[1, count], made[2, count] = begin, found[_END, last], tail
        if found[_KIND, last] == COMPANY:
            made[4, count] = 1
        else:
            cue = _after_cue(codes, marks, cues, begin)
            made[3, count] = _percent(found, low, at, cue, tail > found[_END, last])
        count += 1
        low = at
    return made


@kernel
def _opens(codes, marks, found):
    """Return which elements begin a chain."""
    size = found.shape[1]
    linked = np.zeros(size, np.bool_)  # to the one before
    for at in range(1, size):
        linked[at] = _linked(codes, marks, found, at)
    opens = np.ones(size, np.bool_)
    for at in range(1, size):
        before, after = found[_KIND, at - 1], found[_KIND, at]
        # a number that begins a chain goes on with numbers only: 77号航班撞入五角大厦
        lead = before == NUMBER and not linked[at - 1]
        opens[at] = not linked[at] or (lead and after != NUMBER)
        opens[at] = opens[at] or (before == NUMBER and after == COMPANY)
    first = opens.copy()
    low, number = 0, -1
    for at in range(size):
        low = at if first[at] else low
        if found[_KIND, at] == NUMBER:
            number = at
        if found[_KIND, at] == COMPANY and number >= low:
            opens[number + 1] = True  # an organisation after a house number of its own chain
    return opens


@kernel
def _linked(codes, marks, found, at):
    """Return whether an element goes on from the one before, whatever that one is linked to."""
    end, start = found[_END, at - 1], found[_START, at]
    before, after = found[_KIND, at - 1], found[_KIND, at]
    gap = start - end
    if before == COMPANY:
        return False
    finer = after > before or (before == DIVISION and after == DIVISION)
    digit = codes[start] - np.uint32(48) < np.uint32(10)
    finer = finer and after != COMPANY and (after != NUMBER or digit)
    if gap == 1 and marks[end] & IS_COMMA and finer:
        return True
    if gap == 0:
        return True
    linked = gap == 1 and (marks[end] & IS_GAP) > 0
    linked = linked or (gap == 2 and (marks[end] & IS_GAP and marks[end + 1] & IS_GAP) > 0)
    side = gap == 1 and before == ROAD and after == NUMBER and (marks[end] & IS_SIDE) > 0
    linked = linked or side
    aside = 2 < gap <= _LONGEST_ASIDE and codes[end] == _OPEN and codes[start - 1] == _CLOSE
    linked = linked or aside
    return linked and (before < VILLAGE or after != DIVISION)


@kernel
def _tail(codes, marks, end, kind):
    """Return how many characters of a bare number, 502 or 3-2-501, follow a chain."""
    spaced = kind == NUMBER and codes[end] == _BLANK
    end += spaced
    length = 0
    if kind in (NUMBER, ROAD, PLACE, VILLAGE, WEAK):
        while length <= _LONGEST_TAIL and marks[end + length] & IS_TAIL:
            length += 1
    digit = codes[end] - np.uint32(48) < np.uint32(10)
    digit = digit or codes[end + 1] - np.uint32(48) < np.uint32(10)
    bad = length > _LONGEST_TAIL or not digit or (marks[end + length] & IS_AFTER) > 0
    bad = bad or (spaced and length > _LONGEST_SPACED)
    point = codes[end + length] == _POINT
    bad = bad or (point and codes[end + length + 1] - np.uint32(48) < np.uint32(10))
    return 0 if bad else length - (codes[end + length - 1] == _DASH) + spaced


@kernel
def _after_cue(codes, marks, cues, start):
    """Return whether a word such as 家住 stands right before a chain."""
    at = start
    for _ in range(_CUE_REACH):
        at -= (marks[at - 1] & IS_BETWEEN) > 0
    return cues[start] or cues[start - 1] or cues[at] or codes[start - 1] == _LIVES


@kernel
def _percent(found, low, high, cue, tailed):
    """Return the percent of a chain as an address; 0 where it is none."""
    numbers = buildings = full = short = town = village = strong = bare = weak = 0
    for at in range(low, high):
        kind, sure = found[_KIND, at], found[_SURE, at]
        numbers += kind == NUMBER
        buildings += kind == NUMBER and sure
        full += kind == DIVISION and sure
        short += kind == DIVISION and not sure
        town += kind == TOWN
        village += kind == VILLAGE and sure
        strong += kind in (ROAD, PLACE) and sure
        bare += kind in (ROAD, PLACE) and not sure
        weak += kind == WEAK and found[_END, at] - found[_START, at] > 2
    detailed = numbers > 0 or tailed
    named = strong + bare + village + town
    divided = full + (short > 0)
    known = divided > 0 or cue
    if detailed and named:
        return 95 if known else 85
    if detailed and weak and (buildings or known):
        return 80
    if cue and strong + village and divided:
        return 85
    if cue and strong + village + weak:
        return 75
    if buildings and numbers + tailed > 1:
        return 75
    if divided > 1 and strong + village:
        return 70
    if detailed and divided and buildings:
        return 70
    if cue and town:
        return 65
    if divided > 1 and (town or cue):
        return 60
    if detailed and weak:
        return 45
    return 40 if divided and (named or cue) else 0
