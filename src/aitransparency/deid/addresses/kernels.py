"""Elements and chains of addresses in compiled loops: what `elements` and `recognizer` do.

The rules are those of the arrays, function by function; tests hold both to the same finds. While
elements are looked for, each is one number (see `_element`), and lists of them ascend.
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# Types are numba's to infer; `compiled` is typed.

from __future__ import annotations

import numpy as np

from aitransparency.deid.addresses.vocabulary import (
    AREA,
    BUILDING,
    COMPANY,
    CUE,
    DIVISION,
    FULL,
    KEPT,
    NAMED,
    NEVER,
    NUMBER,
    NUMBERED,
    ORGANISATION,
    PLACE,
    REFUSED,
    ROAD,
    SHORT,
    STOP,
    TOWN,
    WEAK,
)
from aitransparency.deid.jit import kernel

# What a character is, in one table; the kind of element that it ends stands above `KIND_BIT`.
IS_STOP, IS_UNIT, IS_BUILDING, IS_NUMBER, IS_COUNTING = (1 << bit for bit in range(5))
IS_BETWEEN, IS_AFTER, NAMES_HE, TURNS, MAKES_ROAD = (1 << bit for bit in range(5, 10))
NO_NAME, IS_GAP, IS_COMMA, IS_TAIL, IS_SIDE = (1 << bit for bit in range(10, 15))
KIND_BIT = 16
_ENDS_ONE = IS_UNIT | 15 << KIND_BIT
_HE, _BLANK, _DASH = (ord(one) for one in "和 -")
_LONGEST_NUMBER = 10
_TOLD = 10
_BEYOND = 1 << 62  # a place behind all text


@kernel
def mark(codes, table, out):
    """Write what each character is, and count those that end an element by themselves."""
    count = 0
    for at in range(len(codes)):
        out[at] = table[min(codes[at], np.uint32(0xFFFF))]
        count += (out[at] & IS_UNIT) > 0 or (out[at] >> KIND_BIT) > 0
    return count


@kernel
def breaks(codes, marks, start, end, role):
    """Return which characters no name has, and the last of them before each place."""
    stop = np.empty(len(codes), np.bool_)
    for at in range(len(codes)):
        stop[at] = (marks[at] & IS_STOP) > 0
        if codes[at] == _HE:
            stop[at] = not marks[at + 1] & NAMES_HE
    for word in range(len(start)):
        if role[word] & (KEPT | FULL | SHORT):
            for at in range(start[word], min(start[word] + 3, end[word])):
                stop[at] = False
    for word in range(len(start)):
        if role[word] & (CUE | STOP):
            stop[end[word] - 1] = True
    before = np.empty(len(codes) + 1, np.int32)
    last = -1
    for at in range(len(codes)):
        before[at] = last
        if stop[at]:
            last = at
    before[len(codes)] = last
    return stop, before


@kernel
def by_end(size, end):
    """Return the first word that ends at each place and the next for each word, -1 for none."""
    first, following = np.full(size + 1, -1, np.int32), np.empty(len(end), np.int32)
    for word in range(len(end)):
        following[word] = first[end[word]]
        first[end[word]] = word
    return first, following


@kernel
def _ends(marks, first, room):
    """Return where a word ends, or a character that ends an element by itself."""
    ends = np.empty(room + 1, np.int64)
    count = 0
    for end in range(1, len(marks)):
        ends[count] = end
        count += (marks[end - 1] & _ENDS_ONE) > 0 or first[end] >= 0
    return ends[:count]


@kernel
def _element(start, end, kind, sure):
    """Return an element as one number; by end, then the shorter, then the finer first."""
    return end << 20 | (end - start) << 5 | (15 - kind) << 1 | sure


@kernel
def _end(element):
    return element >> 20


@kernel
def _start(element):
    return (element >> 20) - (element >> 5 & 0x7FFF)


@kernel
def _kind(element):
    return 15 - (element >> 1 & 15)


@kernel
def _sort(found):
    """Order a list that is nearly ordered."""
    for at in range(1, len(found)):
        held, back = found[at], at
        while back > 0 and found[back - 1] > held:
            found[back] = found[back - 1]
            back -= 1
        found[back] = held


@kernel
def _joined(one, other):
    """Return two lists as one."""
    made = np.empty(len(one) + len(other), np.int64)
    left = right = 0
    for at in range(len(made)):
        if right == len(other) or (left < len(one) and one[left] >> 1 <= other[right] >> 1):
            made[at] = one[left]
            left += 1
        else:
            made[at] = other[right]
            right += 1
    return made


@kernel
def _nested(found):
    """Return the elements that lie in no other."""
    made = np.empty(len(found), np.int64)
    count = len(found)
    low = _BEYOND
    for at in range(len(found) - 1, -1, -1):
        start = _start(found[at])
        if low > start:
            count -= 1
            made[count] = found[at]
            low = start
    return made[count:]


@kernel
def divisions(marks, stop, start, end, role):
    """Return names of divisions: full ones anywhere, short ones where a name can begin."""
    made = np.empty(len(start), np.int64)
    waiting = np.empty(len(start), np.int64)
    count = left = reach = 0
    for word in range(len(start)):
        if role[word] & FULL:
            longest = True  # of those that begin here: the words of one place ascend
            after = word + 1
            while after < len(start) and start[after] == start[word]:
                longest = longest and not role[after] & FULL
                after += 1
            if longest:
                if start[word] >= reach:
                    made[count] = _element(start[word], end[word], DIVISION, 1)
                    count += 1
                reach = max(reach, end[word])
        if role[word] & SHORT:
            turned = end[word] + ((marks[end[word]] & TURNS) > 0)
            if not marks[turned] & MAKES_ROAD:
                waiting[left] = word
                left += 1
    return _with_short(made[:count], stop, start, end, waiting[:left])


@kernel
def _with_short(found, stop, start, end, waiting):
    ends = np.zeros(len(stop) + 1, np.bool_)
    for _ in range(3):
        for one in found:
            ends[_end(one)] = True
        made = np.empty(len(waiting), np.int64)
        count = left = 0
        for word in waiting:
            if stop[start[word] - 1] or ends[start[word]]:
                made[count] = _element(start[word], end[word], DIVISION, 0)
                count += 1
            else:
                waiting[left] = word
                left += 1
        if not count:
            break
        for one in found:
            ends[_end(one)] = False
        _sort(made[:count])
        found = _nested(_joined(found, made[:count]))
        waiting = waiting[:left]
    return found


@kernel
def numbered(codes, marks, ends, start, role, first, following):
    """Return numbers with their units."""
    made = np.empty(len(ends), np.int64)
    count = 0
    for end in ends:
        best, sure = end, 0
        if marks[end - 1] & IS_UNIT:
            best = _number(codes, marks, end - 1, end)
            sure = (marks[end - 1] & IS_BUILDING) > 0
        word = first[end]
        while word >= 0:
            if role[word] & NUMBERED:
                begin = _number(codes, marks, start[word], end)
                if begin < end and begin <= best:  # the words go from short to long
                    best, sure = begin, (role[word] & BUILDING) > 0
            word = following[word]
        if best < end:
            made[count] = _element(best, end, NUMBER, sure)
            count += 1
    return _nested(made[:count])


@kernel
def _number(codes, marks, first, none):
    """Return where the number before a unit begins."""
    spaced = codes[first - 1] == _BLANK and codes[first - 2] < 128
    spaced = spaced and (marks[first - 2] & IS_NUMBER) > 0
    if not (marks[first - 1] & IS_NUMBER or spaced):
        return none
    tail = first - spaced
    run = 0
    while run <= _LONGEST_NUMBER and marks[tail - run - 1] & IS_NUMBER:
        run += 1
    start = tail - run
    start += codes[start] == _DASH
    return start if run <= _LONGEST_NUMBER and start < tail else none


@kernel
def suffixes(marks, ends, start, role, kind, first, following, numbers):
    """Return the last words of named places and organisations, and how long each last word is."""
    made, size = np.empty(len(ends), np.int64), np.ones(len(ends), np.int64)
    count = 0
    for end in ends:
        found = np.int64(marks[end - 1] >> KIND_BIT)
        begin, sure = end, np.int64(1)
        if found:
            begin, sure = end - 1, np.int64(found != WEAK)
        word = first[end]
        while word >= 0:
            if role[word] & NAMED and start[word] < begin:
                begin, found, sure = start[word], np.int64(kind[word]), 1
            elif role[word] & ORGANISATION and start[word] < begin:
                begin, found, sure = start[word], np.int64(COMPANY), 1
            word = following[word]
        if begin < end:
            made[count] = _element(begin, end, found, sure)
            word = first[end]
            while word >= 0:
                if role[word] & (ORGANISATION if found == COMPANY else NAMED):
                    size[count] = max(size[count], end - start[word])
                word = following[word]
            count += 1
    low, number, kept = _BEYOND, len(numbers) - 1, count
    for at in range(count - 1, -1, -1):
        end, begin = _end(made[at]), _start(made[at])
        while number >= 0 and _end(numbers[number]) > end:
            number -= 1
        if low > begin and not (number >= 0 and _end(numbers[number]) == end):
            kept -= 1
            made[kept], size[kept] = made[at], size[at]
        low = min(low, begin)
    return made[kept:count], size[kept:count]


@kernel
def begun(marks, sizes, before, role, start, first, following, suffix, size, known, opens):
    """Return the suffixes with their names before them, and the lengths of their last words.

    `known` are the elements found so far, `opens` says where a numbered place begins. Those that
    have no name are left out.
    """
    made, lengths = np.empty(len(suffix), np.int64), np.empty(len(suffix), np.int64)
    count, last = 0, -1
    for at in range(len(suffix)):
        end, kind = _end(suffix[at]), _kind(suffix[at])
        word = end - size[at]
        while last + 1 < len(known) and _end(known[last + 1]) <= word:
            last += 1
        while last >= 0 and _end(known[last]) > word:
            last -= 1
        near = known[last] if last >= 0 else np.int64(15 << 1)  # of no kind, at the very beginning
        begin, sure = _named(
            marks, sizes, word, before[word] + 1, (_kind(near), _start(near), _end(near)),
            opens[end], (kind, suffix[at] & 1), _said(role, start, first, following, end),
        )  # fmt: skip
        if begin >= 0:
            made[count], lengths[count] = _element(begin, end, kind, sure), size[at]
            count += 1
    return made[:count], lengths[:count]


@kernel
def _said(role, start, first, following, end):
    """Return the first start of a refused word that ends here, and whether it is refused always.

    Where there is none, that is beyond all text.
    """
    refused, never = _BEYOND, False
    word = first[end]
    while word >= 0:
        if role[word] & REFUSED:
            refused = min(refused, np.int64(start[word]))
        never = never or (role[word] & NEVER) > 0
        word = following[word]
    return refused, never


@kernel
def _named(marks, sizes, word, stop, near, numbered_next, suffix, said):
    """Return where the name before a last word begins, -1 where it has none, and if it is sure."""
    near_kind, begin, reach = near
    kind, sure = suffix
    low = max(stop, reach)
    after_place = reach == low and 0 < near_kind < ROAD
    told = after_place and numbered_next
    part = word - low
    if part > (_TOLD if told else sizes[0, kind]):
        part = sizes[1, kind]
    road = kind == ROAD and near_kind == COMPANY and word - reach < 2
    start = begin if road else word - part
    joined = reach == word and near_kind > 0 and kind != AREA
    joined = joined and (kind == PLACE or (near_kind != NUMBER and near_kind != COMPANY))
    joined = joined or road
    touching = (reach == low and near_kind > 0) or road
    lone = part == 1 and not touching and (marks[max(word - 1, 0)] & NO_NAME) > 0
    lone = lone or (kind == AREA and part < 2 - after_place)
    refused = start >= said[0]
    area_after = after_place and kind == AREA
    excused = (part == 0 and joined) or told or area_after
    never = said[1] and kind != COMPANY and not area_after
    good = not ((part == 0 and not joined) or lone or (refused and not excused) or never)
    sure = sure and (part > 0 or road or near_kind >= TOWN) and not refused
    return start if good else -1, np.int64(sure)


@kernel
def elements(codes, table, sizes, start, end, role, kind):
    """Return what each character is, and the elements of a text, none inside another.

    `role` and `kind` are those of the words that stand there; `sizes` is int64 (2, 16), by kind the
    longest name that is taken whole, and how much of a longer one is taken.
    """
    marks = np.empty(len(codes), np.uint32)
    room = mark(codes, table, marks) + len(start)
    stop, before = breaks(codes, marks, start, end, role)
    first, following = by_end(len(codes), end)
    divided = divisions(marks, stop, start, end, role)
    ends = _ends(marks, first, room)
    numbers = numbered(codes, marks, ends, start, role, first, following)
    suffix, size = suffixes(marks, ends, start, role, kind, first, following, numbers)
    opens = np.zeros(len(codes) + 1, np.bool_)
    for one in numbers:
        opens[_start(one)] = True
    fixed = _joined(divided, numbers)
    for _ in range(2):  # a name that turns out to be none no longer bounds the next
        known = _joined(fixed, suffix)
        suffix, size = begun(
            marks, sizes, before, role, start, first, following, suffix, size, known, opens
        )
    return marks, _counted(marks, _nested(_joined(fixed, suffix)))


@kernel
def _counted(marks, found):
    """Leave out what is counted, 一座 or 两栋, where an address can not go on with it.

    Returns start, end, kind and whether it is sure of each element, int64 (4, m).
    """
    made = np.empty((4, len(found)), np.int64)
    count = 0
    for at in range(len(found)):
        start, end, kind = _start(found[at]), _end(found[at]), _kind(found[at])
        stays = True
        if kind == NUMBER and marks[start] & IS_COUNTING and marks[end - 2] & IS_COUNTING:
            stays = at > 0 and start == _end(found[at - 1])
            if at + 1 < len(found) and _kind(found[at + 1]) == NUMBER:
                stays = stays or _start(found[at + 1]) == end
        if stays:
            made[0, count], made[1, count], made[2, count] = start, end, kind
            made[3, count] = found[at] & 1
            count += 1
    return made[:, :count].copy()
