"""Sentences and scores in compiled loops: what `sentences` and `Model.scores` do, for much text.

All arithmetic is on whole numbers, so both ways give the same. A key is hashed once for the word
list and the weights; blocks of places are small enough for what they need to stay in the cache.
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, import-untyped"
# Types are numba's to infer; `fast` is typed. llvmlite, of which numba is made, has no types.

from __future__ import annotations

import numba  # noqa: F401  # whole before its parts: another thread may be importing it
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from aitransparency.deid.jit import kernel
from aitransparency.deid.names.sentences import LONGEST, PADS

# First and last offset of each template; `fast` checks that they are those of `features`.
SPANS = (
    *((-2, 2), (-1, 2), (-1, 3), (0, 2)),  # character, pair, triple, split_pair
    *((-1, 3), (-3, 1), (-1, 0), (0, 0)),  # word_from, word_to, word_edge, word_inside
    *((-1, 2), (-1, 3), (0, 3), (-1, 1)),  # trait_pair, trait_triple, trait_quadruple, gap
)
STRIDES = tuple(last - first + 2 for first, last in SPANS)  # eights from row to row
WORD_CLASSES, TRAITS = 8, 64
PLACES = 3 * WORD_CLASSES

_BLOCK = 512  # places scored at a time
_MARGIN = 8  # places read on both sides of a block
_LABELS = 8
_LARGE = (0, 1, 2, 3, 9, 10)  # the templates with many rows
_AHEAD = 12  # places
_KIND_BIT = 14  # where the kind of a character stands above its number
_ID = (1 << _KIND_BIT) - 1
_BITS, _SIX = np.uint64(14), np.uint64(6)
_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_ONE_MIX, _OTHER_MIX = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_LOW, _HALF, _MIDDLE, _ODD = (np.uint64(one) for one in (0xFFFFFFFF, 32, 16, 1))
_FLAGS = np.array([0, 1, 1, 2, 2, 3, 3, 3], np.uint8)


@kernel
def measure(data):
    """Return how many characters a text has, and at most how many of them end a sentence."""
    characters, ends = np.int64(0), np.int64(0)
    for at in range(len(data) - 2):
        one, two, three = data[at], data[at + 1], data[at + 2]
        characters += (one & 0xC0) != 0x80
        ends += (
            ((one == 0x0A) | (one == 0x0D) | (one == 0x21) | (one == 0x3B) | (one == 0x3F))
            | ((one == 0xC2) & (two == 0x85))
            | ((one == 0xE3) & (two == 0x80) & (three == 0x82))
            | ((one == 0xE2) & (two == 0x80) & ((three == 0xA8) | (three == 0xA9)))
            | ((one == 0xEF) & (two == 0xBC) & ((three | 0x1E) == 0x9F))
        )
    return characters + 2, ends + 2  # the last two bytes may be a character and an end each


@kernel
def lay_out(data, offsets, numbers, ids, gaps, start, end, first, length):
    """Write what `sentences` returns, and return how many places and sentences there are.

    `numbers` is uint16 (65537,): the kind of each code point in the two upper bits, its number in
    the others; the last entry stands for all beyond.
    """
    at, stop, rows = offsets[0], offsets[-1], len(offsets) - 1
    row = place = count = run = dropped = 0
    fresh = True
    while at < stop and (data[at] & 0xC0) == 0x80:
        at += 1
    while at < stop:
        while row < rows and offsets[row] <= at:
            fresh = True
            row += 1
        after = at + 1
        while after < stop and (data[after] & 0xC0) == 0x80:
            after += 1
        number = numbers[_code(data, at, stop)]
        kind = number >> _KIND_BIT
        if kind == 1 or kind == 2:
            dropped += 1
            fresh = fresh or kind == 2
            at = after
            continue
        if fresh or run == LONGEST:
            if count:
                length[count - 1] = run
            place = _pad(place, ids, gaps, start, end)
            first[count] = place
            count += 1
            run = dropped = 0
        fresh = kind == 3
        ids[place], gaps[place] = number & _ID, min(dropped, 2)
        start[place], end[place] = at, after
        place += 1
        run += 1
        dropped = 0
        at = after
    if count:
        length[count - 1] = run
    return _pad(place, ids, gaps, start, end), count


@kernel
def _code(data, at, stop):
    """Return the code point that begins at a byte; 65536 for all beyond the basic plane.

    What is no UTF-8 is read as `characters.decoded` reads it.
    """
    lead = np.int64(data[at])
    if lead < 0x80:
        return lead
    if lead >= 0xF0:
        return np.int64(0x10000 if lead < 0xFF else 0)
    second = np.int64(data[at + 1] & 0x3F) if at + 1 < stop else np.int64(0)
    if lead < 0xE0:
        return (lead & 0x1F) << 6 | second
    third = np.int64(data[at + 2] & 0x3F) if at + 2 < stop else np.int64(0)
    return (lead & 0x0F) << 12 | second << 6 | third


@kernel
def _pad(place, ids, gaps, start, end):
    for _ in range(PADS):
        ids[place], gaps[place], start[place], end[place] = 0, 0, 0, 0
        place += 1
    return place


@kernel
def places(ids, wanted, found):
    """Write where a number stands that is wanted, and return how often."""
    count = 0
    for place in range(len(ids)):
        found[count] = place
        count += wanted[ids[place]]
    return count


@kernel
def letter_runs(data, offsets, letter, capital, start, end):
    """Write the runs of letters in each row that begin with a capital, and return how many."""
    count = 0
    for row in range(len(offsets) - 1):
        before = False
        for at in range(offsets[row], offsets[row + 1]):
            is_letter = letter[data[at]]
            if is_letter and not before:
                start[count] = end[count] = at
                before = True
            elif before and not is_letter:
                end[count] = at
                count += capital[data[start[count]]]
                before = False
        if before:
            end[count] = offsets[row + 1]
            count += capital[data[start[count]]]
    return count


@kernel
def mixed(key):
    """Return the hash of a key: `ngrams.mixed`."""
    new = key + _GAMMA
    new ^= new >> np.uint64(30)
    new *= _ONE_MIX
    new ^= new >> np.uint64(27)
    new *= _OTHER_MIX
    return new ^ (new >> np.uint64(31))


@kernel
def _row(hashed, displacement, check, buckets, slots):
    """Return the row of a hash in an `NgramTable`, 0 where it is none."""
    moved = np.uint64(displacement[((hashed & _LOW) * buckets) >> _HALF])
    moved = ((hashed >> _HALF) + moved * ((hashed >> _MIDDLE) | _ODD)) & _LOW
    slot = (moved * slots) >> _HALF
    # a product, no branch: which keys are known can not be foreseen
    return (np.int64(slot) + 1) * np.int64(check[slot] == np.uint16(hashed))


@kernel
def _rows(hashes, table, size, base, out):
    """Write where the weights of each key begin."""
    displacement, check = table
    buckets, slots = np.uint64(len(displacement)), np.uint64(len(check))
    for at in range(len(out)):
        out[at] = base + size * _row(hashes[at], displacement, check, buckets, slots)


@kernel
def _classes(hashes, table, classes, out):
    """Write the class of each key in the word list."""
    displacement, check = table
    buckets, slots = np.uint64(len(displacement)), np.uint64(len(check))
    for at in range(len(out)):
        out[at] = classes[_row(hashes[at], displacement, check, buckets, slots)]


@intrinsic
def _add_up(context, below, place, weights, rows, at):
    """Write how far below the best each label is at a place and the next: sixteen sums abreast.

    What one row says of two neighbouring labels stands side by side, so it is loaded at once; the
    nothing around each row is what it says of the places beyond its offsets.
    """
    signature = types.void(below, types.intp, weights, rows, types.intp)

    def generate(context, builder, signature, arguments):
        below, place, weights, rows, at = arguments
        kinds = signature.args
        word, wide = ir.IntType(64), ir.VectorType(ir.IntType(16), 2 * _LABELS)
        rows = context.make_array(kinds[3])(context, builder, rows)
        width = builder.extract_value(rows.shape, 1)
        table = context.make_array(kinds[2])(context, builder, weights).data
        sums = [ir.Constant(wide, None)] * 4
        for template, (first, last) in enumerate(SPANS):
            here = builder.add(builder.mul(width, word(template)), at)
            for offset in range(first - 1, last + 1):
                row = builder.load(builder.gep(rows.data, [builder.sub(here, word(offset))]))
                begin = builder.add(builder.sext(row, word), word(offset - first))
                place_of = builder.gep(table, [builder.shl(begin, word(3))])
                narrow = ir.VectorType(ir.IntType(8), 2 * _LABELS)
                taken = builder.load(builder.bitcast(place_of, narrow.as_pointer()))
                taken.align = 1
                sums.append(builder.add(sums.pop(0), builder.zext(taken, wide)))
        _fetch(builder, rows.data, width, at, table)
        whole = builder.add(builder.add(*sums[:2]), builder.add(*sums[2:]))
        out = context.make_array(kinds[0])(context, builder, below).data
        out = builder.gep(out, [builder.shl(place, word(3))])
        made = builder.sub(_best_of_eight(builder, whole), whole)
        builder.store(made, builder.bitcast(out, wide.as_pointer())).align = 2
        return context.get_dummy_value()

    return signature, generate


def _fetch(builder, rows, width, at, table):
    """Ask for the rows of places ahead in the large tables, which lie far apart in memory."""
    word, small = ir.IntType(64), ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), [table.type, small, small, small])
    fetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
    for template in _LARGE:
        here = builder.add(builder.mul(width, word(template)), at)
        for ahead in (_AHEAD, _AHEAD + 1):
            row = builder.load(builder.gep(rows, [builder.add(here, word(ahead))]))
            place = builder.shl(builder.sext(row, word), word(3))
            place = builder.add(place, word(16))  # its middle
            builder.call(fetch, [builder.gep(table, [place]), small(0), small(3), small(1)])


def _best_of_eight(builder, values):
    """Return in every lane the greatest of its eight."""
    for step in (1, 2, 4):
        turned = ir.Constant(
            ir.VectorType(ir.IntType(32), 2 * _LABELS),
            [lane ^ step for lane in range(2 * _LABELS)],
        )
        other = builder.shuffle_vector(values, ir.Constant(values.type, ir.Undefined), turned)
        values = builder.select(builder.icmp_unsigned(">", values, other), values, other)
    return values


@kernel
def score(ids, gaps, traits, words, classes, tables, weights, base, below):
    """Write how far below the best the scores of `Model.scores` are at every place of a sentence.

    Parameters
    ----------
    ids, gaps
        As in `Sentences`.
    traits, classes
        The model's, `classes` of its words.
    words, tables
        Displacement and check of the word list, and of each template that is looked up.
    weights
        uint8, the rows of all templates one after the other, eight zeros before each and last.
    base
        int64 (templates,), where those of each begin, in eights.
    below
        uint16 (8 n,), labels of one place side by side.
    """
    count = len(ids)
    size = _BLOCK + 2 * _MARGIN + 4
    one, trait, gap, opens, closes = np.zeros((5, size), np.int32)
    keys = np.empty((5, size), np.uint64)
    two, three, four, split, quadruple = keys
    in_two, in_three, in_four = np.empty((3, size), np.uint8)
    rows = np.zeros((len(SPANS), size), np.int32)
    for low in range(0, count, _BLOCK):
        shift = low - _MARGIN
        used = min(_BLOCK, count - low) + 2 * _MARGIN
        _read(ids, gaps, traits, shift, used + 4, one, trait, gap)
        _keys(one, trait, used, keys)
        _mix(keys.reshape(-1))
        for hashes, out in ((two, in_two), (three, in_three), (four, in_four)):
            _classes(hashes, words, classes, out[:used])
            for at in range(max(0, -shift)):  # no word stands outside the text
                out[at] = 0
            for at in range(max(0, count - shift), used):
                out[at] = 0
        # rows are needed four places around the block, words three around those
        begin, end = _MARGIN - 4, used - _MARGIN + 4
        here = slice(begin, end)
        _edges(in_two, in_three, in_four, opens[:end], closes)
        _small(one, trait, gap, opens, closes, begin, end, base, rows)
        _rows(two[here], tables[0], STRIDES[1], base[1], rows[1, here])
        _rows(three[here], tables[1], STRIDES[2], base[2], rows[2, here])
        _rows(split[here], tables[2], STRIDES[3], base[3], rows[3, here])
        _trait_triples(trait[begin:], in_two[begin:], in_three[begin:], split[here])
        _mix(split)
        _rows(split[here], tables[3], STRIDES[9], base[9], rows[9, here])
        _rows(quadruple[here], tables[4], STRIDES[10], base[10], rows[10, here])
        for place in range(max(low, PADS), min(low + _BLOCK, count - PADS), 2):
            _add_up(below, place, weights, rows, place - shift)


@kernel
def _read(ids, gaps, traits, shift, used, one, trait, gap):
    """Read the places of a block, nothing beyond the text."""
    for at in range(used):
        place = shift + at
        if 0 <= place < len(ids):
            one[at], trait[at], gap[at] = ids[place], traits[ids[place]], gaps[place]
        else:
            one[at], trait[at], gap[at] = 0, 0, 0


@kernel
def _keys(one, trait, used, keys):
    """Write two, three and four characters, two with one between, and four traits."""
    for at in range(used):
        first, third = np.uint64(one[at]), np.uint64(one[at + 2])
        pair = (first << _BITS) | np.uint64(one[at + 1])
        triple = (pair << _BITS) | third
        keys[0, at] = pair
        keys[1, at] = triple
        keys[2, at] = (triple << _BITS) | np.uint64(one[at + 3])
        keys[3, at] = (first << _BITS) | third
        keys[4, at] = (_traits(trait, at) << _SIX) | np.uint64(trait[at + 3])


@kernel
def _mix(keys):
    """Turn keys into their hashes; alone in its loop, so that vector instructions do it."""
    for at in range(len(keys)):
        keys[at] = mixed(keys[at])


@kernel
def _traits(trait, at):
    first, second = np.uint64(trait[at]), np.uint64(trait[at + 1])
    return (((first << _SIX) | second) << _SIX) | np.uint64(trait[at + 2])


@kernel
def _trait_triples(trait, in_two, in_three, out):
    """Write three traits and the flags of the words that begin at the first of them."""
    for at in range(len(out)):
        known = _FLAGS[in_two[at]] << 4 | _FLAGS[in_two[at + 1]] << 2 | _FLAGS[in_three[at]]
        out[at] = (_traits(trait, at) << _SIX) | np.uint64(known)


@kernel
def _edges(in_two, in_three, in_four, opens, closes):
    """Write the class of the longest word that begins, and of that which ends, at each place."""
    for at in range(len(opens)):
        opens[at] = _longest(in_two[at], in_three[at], in_four[at])
    for at in range(len(opens) - 3):
        closes[at + 3] = _longest(in_two[at + 2], in_three[at + 1], in_four[at])


@kernel
def _longest(two, three, four):
    shorter = np.int32(three) + WORD_CLASSES if three else np.int32(two)
    return np.int32(four) + 2 * WORD_CLASSES if four else shorter


@kernel
def _small(one, trait, gap, opens, closes, begin, end, base, rows):
    """Write the rows of the templates whose keys are small numbers."""
    here, next_one = slice(begin, end), slice(begin + 1, end + 1)
    known, ended, marks = opens[here], closes[here], trait[here]
    _number(one[here], one[here], 0, STRIDES[0], base[0], rows[0, here])
    _number(known, known, 0, STRIDES[4], base[4], rows[4, here])
    _number(ended, ended, 0, STRIDES[5], base[5], rows[5, here])
    _number(closes[begin - 1 : end - 1], known, PLACES, STRIDES[6], base[6], rows[6, here])
    _number(known, ended, PLACES, STRIDES[7], base[7], rows[7, here])
    _number(marks, trait[next_one], TRAITS, STRIDES[8], base[8], rows[8, here])
    _number(gap[here], gap[next_one], 3, 1, 0, rows[11, here])
    _number(rows[11, here], marks, TRAITS, STRIDES[11], base[11], rows[11, here])


@kernel
def _number(first, second, factor, size, base, out):
    for at in range(len(out)):
        out[at] = base + size * (np.int64(first[at]) * factor + np.int64(second[at]))
