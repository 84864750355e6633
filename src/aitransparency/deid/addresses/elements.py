"""The elements of addresses in a text: divisions, named places, numbered places, organisations.

A named place ends with a word such as 路 or 小区; its name begins where the element before ends, or
after the last character that no name has. A numbered place is a number and a unit, 12号 or 3单元.

>>> from aitransparency.deid.column import TextColumn
>>> text = Characters.of(TextColumn.from_strings(["家住深圳市红荔路12号"]))
>>> found = elements(text)
>>> [(int(a) - 128, int(b) - 128) for a, b in zip(found.start, found.end, strict=True)]
[(2, 5), (5, 8), (8, 11)]
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from aitransparency.deid.addresses.parts import is_road
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
    VILLAGE,
    WEAK,
    vocabulary,
)
from aitransparency.deid.characters import Characters, Mask
from aitransparency.deid.column import Ints

Kinds = npt.NDArray[np.uint8]

_LONGEST_NUMBER = 10
_TOLD = 10  # the longest name between a division and a house number
_HE = ord("和")
# By kind: the longest name taken whole, and how much of a longer one is taken; the last word is
# not counted.
WHOLE = np.zeros(16, np.int64)
PART = np.zeros(16, np.int64)
for _kind, _whole, _part in (
    *((AREA, 5, 2), (TOWN, 5, 2), (VILLAGE, 6, 2), (ROAD, 6, 2)),
    *((WEAK, 6, 2), (PLACE, 9, 4), (COMPANY, 16, 6)),
):
    WHOLE[_kind], PART[_kind] = _whole, _part
NO_NAME = np.zeros(1 << 16, np.bool_)
NO_NAME[[ord(one) for one in "东西南北中大小新老前后上下一二三两几这那某同全本该各"]] = True


@dataclass(frozen=True, eq=False)
class Elements:
    """Elements of a text, ordered by end.

    Parameters
    ----------
    start, end
        int64 (m,), positions of characters.
    kind
        uint8 (m,), see `vocabulary`.
    sure
        bool (m,): a division with its kind, a named place with a word that is nothing else, a
        numbered place that is a building.
    """

    start: Ints
    end: Ints
    kind: Kinds
    sure: Mask

    def take(self, index: npt.NDArray[Any]) -> Elements:
        """Return the elements at the given positions or under the given mask."""
        return Elements(self.start[index], self.end[index], self.kind[index], self.sure[index])


@dataclass(frozen=True, eq=False)
class Words:
    """Every word of the vocabulary in a text, and the characters that no name has."""

    start: Ints
    end: Ints
    word: Ints
    role: npt.NDArray[np.int16]
    breaks: Ints

    def of(self, role: int) -> npt.NDArray[np.int64]:
        """Return the positions of the words with a role."""
        return np.flatnonzero(self.role & role)


def words_in(text: Characters) -> Words:
    """Look up every word of the vocabulary."""
    known = vocabulary()
    start, word = known.lexicon.find(text.codes)
    end = start + known.lexicon.sizes[word]
    role = known.role[word]
    stop = known.stop[text.plane]
    he = np.flatnonzero(text.codes == _HE)
    stop[he] = ~known.he_names[text.plane[he + 1]]
    kept = np.flatnonzero(role & (KEPT | FULL | SHORT))
    for offset in range(3):  # a name such as 日喀则 is one although 日 is not part of names
        here = kept[end[kept] - start[kept] > offset]
        stop[start[here] + offset] = False
    stop[end[np.flatnonzero(role & (CUE | STOP))] - 1] = True
    return Words(start, end, word, role, np.flatnonzero(stop))


def among(place: Ints, others: Ints) -> Mask:
    """Return which places are among others, both positions of characters, in any order."""
    if not len(others) or not len(place):
        return np.zeros(len(place), np.bool_)
    marks = np.zeros(max(int(place.max()), int(others.max())) + 1, np.bool_)
    marks[others] = True
    return marks[place]


def elements(text: Characters, words: Words | None = None) -> Elements:
    """Return the elements of a text, none inside another."""
    words = words_in(text) if words is None else words
    divided = _divisions(text, words)
    numbered = _numbered(text, words)
    suffix = _suffixes(text, words, numbered)
    for _ in range(2):  # a name that turns out to be none no longer bounds the next
        known = _Known(_joined(divided, numbered, suffix), numbered.start)
        suffix = _begun(text, words, suffix, known)
        suffix = suffix.take(suffix.start >= 0)
    return _counted(text, _nested(_joined(divided, numbered, suffix)))


def _counted(text: Characters, found: Elements) -> Elements:
    """Leave out what is counted, 一座 or 两栋, where an address can not go on with it."""
    known = vocabulary()
    gone = (found.kind == NUMBER) & known.counting[text.plane[found.start]]
    gone &= known.counting[text.plane[found.end - 2]]
    follows = np.zeros(len(gone), np.bool_)
    follows[1:] = found.start[1:] == found.end[:-1]
    goes_on = np.zeros(len(gone), np.bool_)
    goes_on[:-1] = follows[1:] & (found.kind[1:] == NUMBER)
    return found.take(~(gone & ~follows & ~goes_on))


def _joined(*parts: Elements) -> Elements:
    whole = Elements(
        np.concatenate([part.start for part in parts]),
        np.concatenate([part.end for part in parts]),
        np.concatenate([part.kind for part in parts]),
        np.concatenate([part.sure for part in parts]),
    )
    # by end, then the shorter first, then the kind of the higher number: one key sorts fastest
    length = np.minimum(whole.end - whole.start, 2047)
    key = whole.end << 16 | length << 4 | (15 - whole.kind)
    return whole.take(np.argsort(key, kind="stable"))


def _nested(found: Elements) -> Elements:
    """Return the elements that lie in no other."""
    if not len(found.start):
        return found
    low = np.minimum.accumulate(found.start[::-1])[::-1]
    inside = np.zeros(len(found.start), np.bool_)
    inside[:-1] = low[1:] <= found.start[:-1]
    # the ends ascend, so one that begins no later and ends no earlier covers it
    return found.take(~inside)


def _made(start: Ints, end: Ints, kind: int | Kinds, sure: bool | Mask) -> Elements:
    return Elements(
        start,
        end,
        np.broadcast_to(np.asarray(kind, np.uint8), start.shape),
        np.broadcast_to(np.asarray(sure, np.bool_), start.shape),
    )


def _divisions(text: Characters, words: Words) -> Elements:
    """Return names of divisions: full ones anywhere, short ones where a name can begin."""
    full = words.of(FULL)
    order = full[np.lexsort((-words.end[full], words.start[full]))]
    start, end = words.start[order], words.end[order]
    free = np.ones(len(order), np.bool_)
    if len(order):
        free[1:] = start[1:] >= np.maximum.accumulate(end)[:-1]
    found = _made(start[free], end[free], DIVISION, True)
    short = words.of(SHORT)
    short = short[~is_road(text, words.end[short])]
    for _ in range(3):
        if not len(short):
            break
        at = words.start[short]
        clean = among(at - 1, words.breaks) | among(at, found.end)
        more = short[clean]
        if not len(more):
            break
        made = _made(words.start[more], words.end[more], DIVISION, False)
        found = _nested(_joined(found, made))
        short = short[~clean]
    return found


def _numbered(text: Characters, words: Words) -> Elements:
    """Return numbers with their units."""
    known = vocabulary()
    one = np.flatnonzero(known.unit_one[text.plane])
    many = words.of(NUMBERED)
    sure_word = (words.role[many] & BUILDING) != 0
    first = np.concatenate([one, words.start[many]])
    end = np.concatenate([one + 1, words.end[many]])
    sure = np.concatenate([known.building[text.plane[one]], sure_word])
    kind_one = known.number[text.plane[first - 1]]
    blank = text.codes[first - 1] == ord(" ")
    spaced = blank & (text.codes[first - 2] < 128) & known.number[text.plane[first - 2]]
    good = np.flatnonzero(kind_one | spaced)
    first, end, sure, spaced = first[good], end[good], sure[good], spaced[good]
    tail = first - spaced
    start = tail - _run_before(text, tail, known.number)
    long = tail - start > _LONGEST_NUMBER
    start = np.where(text.codes[start] == ord("-"), start + 1, start)
    keep = np.flatnonzero(~long & (start < tail))
    return _nested(_joined(_made(start[keep], end[keep], NUMBER, sure[keep])))


def _run_before(text: Characters, end: Ints, table: Mask) -> Ints:
    """Return how many characters of a table stand before each place, at most eleven."""
    count = np.zeros(len(end), np.int64)
    going = np.arange(len(end))
    for step in range(1, _LONGEST_NUMBER + 2):
        going = going[table[text.plane[end[going] - step]]]
        if not len(going):
            break
        count[going] = step
    return count


def _suffixes(text: Characters, words: Words, numbered: Elements) -> Elements:
    """Return the last words of named places and organisations, as elements of their own."""
    known = vocabulary()
    one = np.flatnonzero(known.kind_one[text.plane])
    kind = known.kind_one[text.plane[one]]
    many, firm = words.of(NAMED), words.of(ORGANISATION)
    whole = _joined(
        _made(one, one + 1, kind, kind != WEAK),
        _made(words.start[many], words.end[many], known.kind[words.word[many]], True),
        _made(words.start[firm], words.end[firm], COMPANY, True),
    )
    whole = _nested(whole)
    # 3号 of 3号楼, 188巷: the end of a numbered place is no name
    return whole.take(~among(whole.end, numbered.end))


def _begun(text: Characters, words: Words, suffix: Elements, known: _Known) -> Elements:
    """Return the suffixes with their names put before them; start is -1 where there is none."""
    word = suffix.end - _last_words(words, suffix)
    stop = words.breaks[np.searchsorted(words.breaks, word) - 1] + 1
    begin, end, kind = known.before(word)
    low = np.maximum(stop, end)
    after_place = (end == low) & (kind > 0) & (kind < ROAD)
    told = after_place & among(suffix.end, known.numbers)
    longest = np.where(told, _TOLD, WHOLE[suffix.kind])
    part = np.where(word - low > longest, PART[suffix.kind], word - low)
    # 大学路, 学院西路: a road that is named after what stands on it
    road = (suffix.kind == ROAD) & (kind == COMPANY) & (word - end < 2)
    start = np.where(road, begin, word - part)
    joined = (end == word) & (kind > 0) & (suffix.kind != AREA)
    joined &= (suffix.kind == PLACE) | ((kind != NUMBER) & (kind != COMPANY))
    joined |= road
    touching = ((end == low) & (kind > 0)) | road
    lone = (part == 1) & ~touching & NO_NAME[text.plane[np.maximum(word - 1, 0)]]
    lone |= (suffix.kind == AREA) & (part < 2 - after_place)
    refused = _refused(words, start, suffix.end)
    never = among(suffix.end, words.end[words.of(NEVER)]) & (suffix.kind != COMPANY)
    never &= ~(after_place & (suffix.kind == AREA))
    excused = ((part == 0) & joined) | told | (after_place & (suffix.kind == AREA))
    good = ~(((part == 0) & ~joined) | lone | (refused & ~excused) | never)
    # a bare word after a name, 深圳市小区, is a place only where a number follows
    sure = suffix.sure & ((part > 0) | road | (kind >= TOWN)) & ~refused
    return replace(suffix, start=np.where(good, start, -1), sure=sure)


@dataclass(frozen=True, eq=False)
class _Known:
    """The elements found so far, and where numbered places begin."""

    found: Elements
    numbers: Ints

    def before(self, place: Ints) -> tuple[Ints, Ints, Kinds]:
        """Return start, end and kind of the last element that ends at or before each place."""
        index = np.searchsorted(self.found.end, place, side="right") - 1
        none = index < 0
        if not len(self.found.end):
            zero = np.zeros(len(place), np.int64)
            return zero, zero, zero.astype(np.uint8)
        index = np.maximum(index, 0)
        start, end = self.found.start[index], self.found.end[index]
        kind = np.where(none, 0, self.found.kind[index]).astype(np.uint8)
        return start, np.where(none, 0, end), kind


def _last_words(words: Words, suffix: Elements) -> Ints:
    """Return how long the last word of each named place is."""
    size = np.ones(len(suffix.end), np.int64)
    for role in (NAMED, ORGANISATION):
        many = words.of(role)
        order = many[np.argsort(words.start[many], kind="stable")[::-1]]  # longest last
        at = np.searchsorted(suffix.end, words.end[order])
        at = np.minimum(at, len(suffix.end) - 1)
        if len(suffix.end):
            right = (suffix.end[at] == words.end[order]) & (
                (suffix.kind[at] == COMPANY) == (role == ORGANISATION)
            )
            np.maximum.at(size, at[right], (words.end - words.start)[order[right]])
    return size


def _refused(words: Words, start: Ints, end: Ints) -> Mask:
    """Return which named places are no more than a word such as 知道 or 超市."""
    many = words.of(REFUSED)
    order = np.argsort(words.end[many], kind="stable")
    ends, starts = words.end[many][order], words.start[many][order]
    refused = np.zeros(len(end), np.bool_)
    first = np.searchsorted(ends, end, side="left")
    last = np.searchsorted(ends, end, side="right")
    for offset in range(3):  # at most three such words have one end
        here = np.flatnonzero(first + offset < last)
        refused[here] |= start[here] >= starts[first[here] + offset]
    return refused
