"""Addresses and organisations: neighbouring elements joined, and scored by what they are.

An element alone is no address: a city in the news, a road in a story. A named place with a house
number is one; so is a building with a flat; and after words such as 家住 or 地址 less is enough.

>>> from aitransparency.deid.column import TextColumn
>>> column = TextColumn.from_strings(["他家住红荔路12号3栋502室。"])
>>> found = find_addresses(column, ("CN_ADDRESS",), 0.5)
>>> [(int(a), int(b)) for a, b in zip(found.start, found.end, strict=True)]
[(9, 33)]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aitransparency.deid.addresses.elements import Elements, Words, among, elements, words_in
from aitransparency.deid.addresses.english import find_english
from aitransparency.deid.addresses.vocabulary import (
    COMPANY,
    CUE,
    DIVISION,
    ENGLISH,
    NUMBER,
    PLACE,
    ROAD,
    TOWN,
    VILLAGE,
    WEAK,
    vocabulary,
)
from aitransparency.deid.characters import Characters, Mask, table_of
from aitransparency.deid.column import Ints, TextColumn, column_parts
from aitransparency.deid.compiled import pays
from aitransparency.deid.spans import Candidates

ENTITIES = ("CN_ADDRESS", "ORGANIZATION")
_CHUNK = 1 << 19  # bytes of text taken at a time

GAP = table_of(" -·()#/")
COMMA = table_of(",，、")
TAIL = table_of("0123456789abcdefghijklmnopqrstuvwxyz-~#之")
_CAN_END, _STRONG = np.zeros((2, 16), np.bool_)
_CAN_END[[NUMBER, ROAD, PLACE, VILLAGE, WEAK]] = True
_STRONG[[ROAD, PLACE]] = True
_LONGEST_TAIL = 9
_LONGEST_SPACED = 4
_CUE_REACH = 3
SIDE = table_of("东西南北中上下前后")
_LONGEST_ASIDE = 10
_LIVES = ord("住")
# An organisation is no person: it stays out of what is found at the usual least score of 50.
_ORGANISATION = 45


def find_addresses(column: TextColumn, wanted: Sequence[str], min_score: float) -> Candidates:
    """Return the addresses and organisations of a column that reach a score."""
    parts, english = [], []
    for part in column_parts(column, _CHUNK):
        found, rows = _find(part, wanted, min_score)
        parts.append(found)
        english.append(rows)
    begins = np.concatenate(english) if english else np.empty(0, np.int64)
    if len(begins) and "CN_ADDRESS" in wanted:
        found = find_english(column, column.row_of(begins))
        parts.append(found.take(np.flatnonzero(found.score >= np.float32(min_score))))
    return Candidates.concat(parts)


def _find(column: TextColumn, wanted: Sequence[str], min_score: float) -> tuple[Candidates, Ints]:
    """Return what is found in a part, and the first bytes of rows to look at for English order."""
    text = Characters.of(column)
    if pays(text.codes.nbytes):
        chains, streets = _compiled(text)
    elif vocabulary().ends[text.plane].any():
        chains, streets = _by_arrays(text)
    else:
        return Candidates.none(), np.empty(0, np.int64)
    parts = []
    least = round(min_score * 100, 6)
    for entity in wanted:
        firm = entity == "ORGANIZATION"
        score = chains.organisation if firm else chains.address
        keep = np.flatnonzero((score >= least) & (score > 0))
        if len(keep):
            end = chains.end if firm else chains.tail
            start, stop = text.origin(chains.start[keep], end[keep])
            parts.append(Candidates.of(entity, start, stop, score[keep] / 100))
    return Candidates.concat(parts), column.offsets[_rows(text, streets)]


@dataclass(frozen=True, eq=False)
class _Chains:
    """Runs of neighbouring elements, and their percents as an address and as an organisation."""

    start: Ints
    end: Ints
    tail: Ints
    address: Ints
    organisation: Ints


def _rows(text: Characters, streets: Ints) -> Ints:
    """Return the rows in which a word such as Road or Room begins, and a digit stands."""
    within = (text.codes[streets - 1] | np.uint32(32)) - np.uint32(97) < 26
    row = np.sort(text.row_of(streets[~within]))
    rows: Ints = row[np.diff(row, prepend=-1) != 0]
    if not len(rows):
        return rows
    digit = np.flatnonzero(text.codes - np.uint32(48) < 10)
    first, last = (np.searchsorted(digit, edge[rows]) for edge in (text.row_start, text.row_end))
    told: Ints = rows[first < last]
    return told


def _compiled(text: Characters) -> tuple[_Chains, Ints]:
    from aitransparency.deid.addresses import compiled

    (start, end, tail, address, firm), streets = compiled.chains(text)
    return _Chains(start, end, tail, address, firm * _ORGANISATION), streets


def _by_arrays(text: Characters) -> tuple[_Chains, Ints]:
    words = words_in(text)
    return _chains(text, words), words.start[words.of(ENGLISH)]


def _chains(text: Characters, words: Words) -> _Chains:
    found = elements(text, words)
    if not len(found.start):
        none = np.empty(0, np.int64)
        return _Chains(none, none, none, none, none)
    opens = np.ones(len(found.start), np.bool_)
    opens[1:] = ~_linked(text, found)
    opens |= _before_firms(found, opens)
    first = np.flatnonzero(opens)
    last = np.append(first[1:], len(opens)) - 1
    start, end = found.start[first], found.end[last]
    tail = end + _tails(text, found, last)
    firm = found.kind[last] == COMPANY
    cue = _after_cue(text, words, start)
    address = np.where(firm, 0, _percent(found, first, last, cue, tail > end))
    return _Chains(start, end, tail, address, np.where(firm, _ORGANISATION, 0))


def _linked(text: Characters, found: Elements) -> Mask:
    """Return whether each element but the first goes on from the one before, bool (m - 1,)."""
    gap = found.start[1:] - found.end[:-1]
    before, after = found.kind[:-1], found.kind[1:]
    one, two = text.plane[found.end[:-1]], text.plane[found.end[:-1] + 1]
    linked = gap == 0
    linked |= (gap == 1) & GAP[one]
    linked |= (gap == 2) & GAP[one] & GAP[two]
    linked |= (gap == 1) & (before == ROAD) & (after == NUMBER) & SIDE[one]
    linked |= (
        (gap > 2)
        & (gap <= _LONGEST_ASIDE)
        & (text.codes[found.end[:-1]] == ord("("))
        & (text.codes[found.start[1:] - 1] == ord(")"))
    )
    linked &= (gap == 0) | (before < VILLAGE) | (after != DIVISION)
    finer = (after > before) | ((before == DIVISION) & (after == DIVISION))
    digit = text.codes[found.start[1:]] - ord("0") < 10
    finer &= (after != COMPANY) & ((after != NUMBER) | digit)
    linked |= (gap == 1) & COMMA[one] & finer
    linked &= before != COMPANY
    # a number that begins a chain goes on with numbers only: 77号航班撞入五角大厦
    lead = (before == NUMBER) & np.append(True, ~linked[:-1])
    linked &= ~lead | (after == NUMBER)
    whole: Mask = linked & ~((before == NUMBER) & (after == COMPANY))
    return whole


def _before_firms(found: Elements, opens: Mask) -> Mask:
    """Return where an organisation begins that stands after a house number of its own chain."""
    index = np.arange(len(opens))
    lead = np.maximum.accumulate(np.where(opens, index, 0))
    number = np.maximum.accumulate(np.where(found.kind == NUMBER, index, -1))
    firm = np.flatnonzero((found.kind == COMPANY) & (number >= lead))
    starts = np.zeros(len(opens), np.bool_)
    starts[number[firm] + 1] = True
    return starts


def _tails(text: Characters, found: Elements, last: Ints) -> Ints:
    """Return how many characters of a bare number, 502 or 3-2-501, follow each chain."""
    end = found.end[last]
    spaced = (found.kind[last] == NUMBER) & (text.codes[end] == ord(" "))
    end = end + spaced
    length = np.zeros(len(end), np.int64)
    can = _CAN_END[found.kind[last]]
    going = np.flatnonzero(can)
    for step in range(_LONGEST_TAIL + 1):
        going = going[TAIL[text.plane[end[going] + step]]]
        if not len(going):
            break
        length[going] = step + 1
    digit = text.codes[end] - ord("0") < 10
    digit |= text.codes[end + 1] - ord("0") < 10
    bad = (length > _LONGEST_TAIL) | vocabulary().after[text.plane[end + length]] | ~digit
    bad |= spaced & (length > _LONGEST_SPACED)
    point = text.codes[end + length] == ord(".")
    bad |= point & (text.codes[end + length + 1] - ord("0") < 10)
    dashed = text.codes[end + length - 1] == ord("-")
    return np.where(bad, 0, length - dashed + spaced)


def _after_cue(text: Characters, words: Words, start: Ints) -> Mask:
    """Return which chains a word such as 家住 stands right before."""
    ends = words.end[words.of(CUE)]
    at = start.copy()
    for _ in range(_CUE_REACH):
        at = at - vocabulary().between[text.plane[at - 1]]
    told = np.zeros(len(start), np.bool_)
    for place in (start, start - 1, at):  # 住在 ends with what may stand between, too
        told |= among(place, ends)
    told |= text.codes[start - 1] == _LIVES
    return told


def _percent(found: Elements, first: Ints, last: Ints, cue: Mask, tailed: Mask) -> Ints:
    """Return the percent of each chain as an address; 0 where it is none."""
    kind, sure = found.kind, found.sure

    def count(mask: Mask) -> Ints:
        total: Ints = np.add.reduceat(mask.astype(np.int64), first)
        return total

    numbered = count(kind == NUMBER)
    building = count((kind == NUMBER) & sure)
    full, short = count((kind == DIVISION) & sure), count((kind == DIVISION) & ~sure)
    town, village = count(kind == TOWN), count((kind == VILLAGE) & sure)
    strong = count(_STRONG[kind] & sure)
    bare = count(_STRONG[kind] & ~sure)
    weak = count((kind == WEAK) & _long(found))
    detailed = (numbered > 0) | tailed
    named = strong + bare + village + town
    divided = full + (short > 0)
    rules: tuple[tuple[Mask, int], ...] = (
        (detailed & (named > 0) & ((divided > 0) | cue), 95),
        (detailed & (named > 0), 85),
        (detailed & (weak > 0) & (building > 0), 80),
        (detailed & (weak > 0) & ((divided > 0) | cue), 80),
        (cue & (strong + village > 0) & (divided > 0), 85),
        (cue & (strong + village + weak > 0), 75),
        (_flat(numbered, building, tailed), 75),
        ((divided > 1) & (strong + village > 0), 70),
        (detailed & (divided > 0) & (building > 0), 70),
        (cue & (town > 0), 65),
        ((divided > 1) & (town > 0), 60),
        (cue & (divided > 1), 60),
        (detailed & (weak > 0), 45),
        ((divided > 0) & (named > 0), 40),
        (cue & (divided > 0), 40),
    )
    percent: npt.NDArray[np.int64] = np.select(
        [rule for rule, _ in rules], [score for _, score in rules], 0
    )
    return percent


def _long(found: Elements) -> Mask:
    """Return which elements have a name of two characters before their last."""
    long: Mask = found.end - found.start > 2
    return long


def _flat(numbered: Ints, building: Ints, tailed: Mask) -> Mask:
    """Return which chains are a building and a place in it: 3栋502, 5号楼2单元301室."""
    flat: Mask = (building > 0) & (numbered + tailed > 1)
    return flat
