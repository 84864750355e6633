"""The words around candidates in compiled loops: what `words` and `column` do over arrays.

`vocabulary` is `Vocabulary.flat`, and `eight` is every eight bytes of the text as a number, uint64
(size - 7,), one byte apart.
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# Types are numba's to infer; `column` is typed.

from __future__ import annotations

import numpy as np

from aitransparency.deid.jit import kernel
from aitransparency.deid.scan.kernels import _is_letter

_EDGE = 0xFF
_LONGEST = 24  # bytes of the longest label
_SHORT = np.uint32(0b111000)
_HEAD, _HEAD_CASE, _HEAD_MIX = np.uint64(0xFFFFFF), np.uint64(0x202020), np.uint64(0x9E3779B1)
_LOW_BITS, _HIGH_BITS = np.uint64(0x7F7F7F7F7F7F7F7F), np.uint64(0x8080808080808080)
_FROM_A, _FROM_Z = np.uint64(0x3F3F3F3F3F3F3F3F), np.uint64(0x2525252525252525)
_SIXTEEN, _HALF = np.uint64(16), np.uint64(0xFFFFFFFF)
_TAIL_CASE, _UP = np.uint64(0x202020202020), np.uint64(48)
_ONE, _TWO, _THREE, _SEVEN = np.uint32(1), np.uint64(2), np.uint64(3), np.uint64(7)
_NOTHING = np.uint64(0)
_ALONE, _NEAR, _DIRECT, _CONTRARY = range(4)  # columns of the scores
_PLACE = 20  # bits of what is known of a place: the number of its word plus one, and two flags
_NEXT, _WHOLE = 2, 1  # the word is direct; no word stands further away


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
def _after(data, eight, begin, width, vocabulary):
    """Return the masks of all words within `width` bytes behind a place, in its row."""
    words, few, tails, long_tails, slots, seed, mix, covers = vocabulary
    mask = _NOTHING
    place = begin + 1
    while place <= begin + width and data[place - 1] != _EDGE:
        if place >= begin + 3 and _maybe(data, eight, place, few):
            word = _word_at(
                data, eight, place, begin, words, tails, long_tails, slots, seed, mix, covers
            )
            if word >= 0:
                mask |= words[word, 3]
        place += 1
    return mask


@kernel
def tell(data, eight, start, level, deep, sizes, vocabulary, ends, known, told):
    """Write what is known of the words before candidates; see `_PLACE`.

    Parameters
    ----------
    start, level
        Of each candidate.
    deep
        int64 (3,), by level how many bytes before a candidate are read.
    sizes
        Bytes before a candidate in which a word may begin, between a direct word and its candidate,
        and behind a candidate in which a word may end.
    ends
        uint8 (256,): bits 1 a mark of one byte that ends a clause, 2 the last byte of such a
        full-width mark, 4 the last byte of such a Chinese one.
    known
        int64 (a power of two,), what earlier calls for the same text learnt of places.
    told
        int64 (m,), written to.
    """
    reach, limit, _ = sizes
    words, few, tails, long_tails, slots, seed, mix, covers = vocabulary
    mark = len(known) - 1
    for row in range(len(start)):
        depth, place = deep[level[row]], start[row]
        told[row] = 0
        if depth == 0:
            continue
        last = place
        known_of = known[place & mark]
        if known_of >> _PLACE == place:
            told[row] = known_of & (1 << _PLACE) - 1
            if told[row] >> 2 or told[row] & _WHOLE or depth < reach:
                continue
            last = place - limit - 1  # nearer there is none
        says = _WHOLE if depth == reach else 0
        while last >= place - depth + 3:
            if data[last - 1] == _EDGE:
                says = _WHOLE  # what stands before is another row
                break
            if _maybe(data, eight, last, few):
                low = place - reach
                word = _word_at(
                    data, eight, last, low, words, tails, long_tails, slots, seed, mix, covers
                )
                if word >= 0:
                    says = (word + 1) << 2
                    if place - last <= limit and not _clause_ends(data, last, place, ends):
                        says |= _NEXT
                    break
            last -= 1
        told[row] = says
        known[place & mark] = place << _PLACE | says


@kernel
def scored(data, eight, matches, told, bit, scores, least, deep, sizes, vocabulary, found):
    """Write start, end and percent of the candidates of one entity that reach a score.

    Parameters
    ----------
    matches
        Start, end and level of each.
    told, deep, sizes
        As for `tell`.
    bit
        The entity's in the masks of words.
    scores
        int64 (3, 4), percent by level and by what stands around.
    least
        Percent.
    found
        int64 (3, m), written to.

    Returns
    -------
    int
        How many.
    """
    start, end, level = matches
    reach, _, behind = sizes
    words = vocabulary[0]
    count = 0
    for row in range(len(start)):
        grade = level[row]
        depth = deep[grade]
        if depth == 0:
            continue
        word = (told[row] >> 2) - 1
        mask = words[word, 3] if word >= 0 else _NOTHING
        situation = _ALONE
        if mask & bit:
            situation = _DIRECT if told[row] & _NEXT else _NEAR
        elif told[row] & _NEXT:
            situation = _CONTRARY
        elif word < 0 and depth == reach:
            after = _after(data, eight, end[row], behind, vocabulary)
            situation = _NEAR if after & bit else _ALONE
        if depth < reach and situation != _DIRECT:
            continue
        percent = scores[grade, situation]
        if percent >= least and percent > 0:
            found[0, count], found[1, count], found[2, count] = start[row], end[row], percent
            count += 1
    return count


@kernel
def labelled(start, length, kinds, told, asked, bits, masks, found):
    """Write start, end, percent and number of what a word right before a handle makes of it.

    `asked` is int64 (m, 4), `recognizer.Bare` of each entity and its percent; `bits` are the
    entities' in the masks of words, and `masks` is uint64 (words,). `found` is int64 (4, entities
    times handles). Returns how many.
    """
    every = _NOTHING
    for bit in bits:
        every |= bit
    count = 0
    for row in range(len(start)):
        if not told[row] & _NEXT:
            continue
        mask = masks[(told[row] >> 2) - 1] & every
        if mask == _NOTHING:
            continue
        for one in range(len(asked)):
            least, most, kind, percent = asked[one]
            if mask & bits[one] and least <= length[row] <= most and kinds[row] & kind == kind:
                found[0, count], found[1, count] = start[row], start[row] + length[row]
                found[2, count], found[3, count] = percent, one
                count += 1
    return count
