"""Runs of digits, or of letters and digits, and the chains that separators make of them.

>>> data = np.full(64, 0xFF, np.uint8)
>>> data[20:40] = np.frombuffer(b"tel 138-0013-8000 x1", np.uint8)
>>> digits = Runs.of(data, is_digit(data))
>>> (digits.start - 20).tolist(), digits.length.tolist()
([4, 8, 13, 19], [3, 4, 4, 1])
>>> bytes(digits.grouped((3, 4, 4)).characters)
b'13800138000'
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Bytes, Ints, windows
from aitransparency.deid.scan.fast import kernels

Mask = npt.NDArray[np.bool_]

SEPARATORS = b" -._/\t"
LONGEST_GAP = 3
_MOST_GROUPS = 8
_LONG = 64  # no number is as long
_X = ord("x")


def is_digit(data: Bytes) -> Mask:
    """Return which bytes are ASCII digits."""
    return (data - np.uint8(48)) < 10  # wraps around below 48


def is_letter(data: Bytes) -> Mask:
    """Return which bytes are ASCII letters."""
    return ((data | np.uint8(32)) - np.uint8(97)) < 26


def is_alnum(data: Bytes) -> Mask:
    """Return which bytes are ASCII letters or digits."""
    return is_digit(data) | is_letter(data)


class Windows(NamedTuple):
    """Candidates of one length.

    Parameters
    ----------
    start, end
        int64 (m,), where they stand.
    characters
        uint8 (m, length), upper case, without separators.
    """

    start: Ints
    end: Ints
    characters: Bytes

    def take(self, index: npt.NDArray[np.bool_] | Ints) -> Windows:
        """Return the candidates at the given positions or under the given mask."""
        if not len(self.start):
            return self
        return Windows(self.start[index], self.end[index], self.characters[index])

    @staticmethod
    @cache
    def none(length: int) -> Windows:
        """Return no candidates of this length."""
        empty = np.empty(0, np.int64)
        return Windows(empty, empty, np.empty((0, length), np.uint8))

    @classmethod
    def concat(cls, *parts: Windows) -> Windows:
        """Put candidates of one length together."""
        some = [part for part in parts if len(part.start)]
        if len(some) < 2:
            return (some or parts)[0]
        parts = tuple(some)
        return cls(
            np.concatenate([part.start for part in parts]),
            np.concatenate([part.end for part in parts]),
            np.concatenate([part.characters for part in parts]),
        )


@dataclass(frozen=True, eq=False)
class Runs:
    """The runs of one kind, in order.

    Parameters
    ----------
    data
        uint8, padded with 0xFF on both sides.
    start, length
        int64 (m,).
    letters
        Whether they may hold letters.
    """

    data: Bytes
    start: Ints
    length: Ints
    letters: bool = False

    @classmethod
    def of(cls, data: Bytes, member: Mask, *, letters: bool = False) -> Runs:
        """Find the runs of the bytes under a mask."""
        turns = np.flatnonzero(member[1:] != member[:-1]) + 1
        start = turns[::2].copy()
        return cls(data, start, turns[1::2] - start, letters)

    def under(self, member: Mask) -> Runs:
        """Return the runs under a mask."""
        at = np.flatnonzero(member)
        return Runs(self.data, self.start[at], self.length[at], self.letters)

    def hold(self, places: Ints) -> Mask:
        """Return which runs hold one of the sorted places; every place is in some run."""
        held = np.zeros(len(self.start), np.bool_)
        held[np.searchsorted(self.start, places, side="right") - 1] = True
        return held

    def joined(self, joints: bytes) -> Runs:
        """Return the runs with those put together that one of these bytes alone parts."""
        if len(self.start) < 2:
            return self
        end = self.start + self.length
        gap = np.flatnonzero(self.start[1:] == end[:-1] + 1)
        byte = self.data[end[gap]]
        gap = gap[np.logical_or.reduce([byte == joint for joint in joints])]
        if not len(gap):
            return self
        opens = np.ones(len(self.start), np.bool_)
        opens[gap + 1] = False
        closes = np.ones(len(self.start), np.bool_)
        closes[gap] = False
        start = self.start[opens]
        return Runs(self.data, start, end[closes] - start, self.letters)

    def between(self, least: int, most: int) -> Runs:
        """Return the runs of these lengths."""
        return self.under((self.length >= least) & (self.length <= most))

    @cached_property
    def lengths_present(self) -> frozenset[int]:
        """Return the lengths that occur, up to 62."""
        return frozenset(np.flatnonzero(np.diff(self._by_length[1][:_LONG])).tolist())

    @cached_property
    def _wholes(self) -> dict[tuple[int, bool], Windows]:
        return {}

    @cached_property
    def _grouped(self) -> dict[tuple[tuple[int, ...], bool], Windows]:
        return {}

    @cached_property
    def _linked_sizes(self) -> frozenset[int]:
        linked, _ = self._linked
        present = np.zeros(_LONG + 1, np.bool_)
        present[self._short[linked]] = True
        return frozenset(np.flatnonzero(present).tolist())

    @cached_property
    def _linked(self) -> tuple[Ints, npt.NDArray[np.int32]]:
        """Runs with a separator before or after them, and the packed separator after each."""
        end = self.start + self.length
        gap = np.zeros(len(self.start), np.int32)
        compiled = kernels()
        if compiled:
            compiled.separators_after(
                self.data, self.start, self.length, _IS_SEPARATOR, LONGEST_GAP, gap
            )
        elif len(gap) > 1:
            size = self.start[1:] - end[:-1]
            at = np.flatnonzero(size <= LONGEST_GAP)
            packed = np.zeros(len(at), np.int32)
            good = np.ones(len(at), np.bool_)
            for place in range(LONGEST_GAP):
                byte = self.data[end[at] + place]
                inside = place < size[at]
                good &= ~inside | _IS_SEPARATOR[byte]
                packed = np.where(inside, packed << 8 | byte, packed)
            gap[at] = np.where(good, packed, 0)
        near = gap != 0
        near[1:] |= gap[:-1] != 0
        linked = np.flatnonzero(near)
        return linked, gap[linked]

    def whole(self, length: int, *, check_letter: bool = False) -> Windows:
        """Return the runs of this length.

        Parameters
        ----------
        length
            Number of characters.
        check_letter
            Take the runs one shorter too that an X follows, the check character of many numbers.
        """
        present = self.lengths_present
        if length not in present and not (check_letter and length - 1 in present):
            return Windows.none(length)
        key = length, check_letter
        if key not in self._wholes:
            self._wholes[key] = self._whole(length, check_letter)
        return self._wholes[key]

    def _whole(self, length: int, check_letter: bool) -> Windows:
        parts = []
        if length in self.lengths_present:
            parts.append(self.start[self._of_length(length)])
        if check_letter and length - 1 in self.lengths_present:
            start = self.start[self._of_length(length - 1)]
            parts.append(start[self._x_at(start + length - 1)])
        start = np.concatenate(parts)
        characters = windows(self.data, start, length)
        if self.letters:
            characters = upper(characters)
        elif check_letter:
            characters[:, -1] = upper(characters[:, -1])
        return Windows(start, start + length, characters)

    def _of_length(self, length: int) -> Ints:
        """Return which runs have a length under `_LONG`."""
        order, edges = self._by_length
        return order[edges[length] : edges[length + 1]]

    @cached_property
    def _by_length(self) -> tuple[Ints, Ints]:
        """The runs in order of their length, and where each length begins among them."""
        edges = np.zeros(_LONG + 2, np.int64)
        if compiled := kernels():
            order: Ints = np.empty(len(self.length), np.int64)
            compiled.by_length(self.length, edges, order)
            return order, edges
        np.cumsum(np.bincount(self._short, minlength=_LONG + 1), out=edges[1:])
        return np.argsort(self._short, kind="stable"), edges

    @cached_property
    def _short(self) -> Bytes:
        """Lengths, those of `_LONG` and more alike."""
        return np.minimum(self.length, _LONG).astype(np.uint8)

    def _x_at(self, place: Ints) -> Mask:
        is_x: Mask = (self.data[place] | 32) == _X
        return is_x & ~is_letter(self.data[place + 1])

    @cached_property
    def _chains(self) -> tuple[Ints, Ints, Ints]:
        """First and last linked run of every chain with one separator, and its characters."""
        linked, gap = self._linked
        if compiled := kernels():
            found = np.empty((3, len(gap)), np.int64)
            many = compiled.chains(self.length[linked], gap, *found)
            return found[0, :many], found[1, :many], found[2, :many]
        changes = np.ones(len(gap) + 1, np.bool_)
        changes[1:-1] = gap[1:] != gap[:-1]
        borders = np.flatnonzero(changes)
        first, last = borders[:-1], np.minimum(borders[1:], len(gap) - 1)
        real = gap[first] != 0
        first, last = first[real], last[real]
        total = np.concatenate([[0], np.cumsum(self.length[linked])])
        return first, last, total[last + 1] - total[first]

    def chained(self, length: int, *, check_letter: bool = False) -> Windows:
        """Return the chains of this many characters with the same separator all along."""
        linked, _ = self._linked
        if not len(linked):
            return Windows.none(length)
        first, last, count = self._chains
        pick = count == length
        if not check_letter:
            pick = np.flatnonzero(pick)
            return self._gather(first[pick], last[pick], length, np.zeros(len(pick), np.bool_))
        short = count == length - 1
        tail = linked[last]
        short &= self._x_at(self.start[tail] + self.length[tail])
        pick |= short
        return self._gather(first[pick], last[pick], length, short[pick])

    def grouped(self, grouping: tuple[int, ...], *, check_letter: bool = False) -> Windows:
        """Return the places where runs of exactly these lengths follow each other in a chain."""
        sizes = self._linked_sizes
        if not sizes.issuperset(grouping[:-1]):
            return Windows.none(sum(grouping))
        if grouping[-1] not in sizes and not (check_letter and grouping[-1] - 1 in sizes):
            return Windows.none(sum(grouping))
        key = grouping, check_letter
        if key not in self._grouped:
            self._grouped[key] = self._places_grouped(grouping, check_letter)
        return self._grouped[key]

    def _places_grouped(self, grouping: tuple[int, ...], check_letter: bool) -> Windows:
        linked, _ = self._linked
        first = self._first_grouped(grouping, check_letter)
        first, last = linked[first], linked[first + len(grouping) - 1]
        if check_letter and len(last):
            short = self.length[last] != grouping[-1]
            keep = ~short | self._x_at(self.start[last] + self.length[last])
            first, last = first[keep], last[keep]
        if not len(first):
            return Windows.none(sum(grouping))
        # An X behind the last run is the next character, so every part is a window.
        parts = [
            windows(self.data, self.start[first + part], size) for part, size in enumerate(grouping)
        ]
        characters = np.concatenate(parts, axis=1)
        if self.letters:
            characters = upper(characters)
        elif check_letter:
            characters[:, -1] = upper(characters[:, -1])
        return Windows(self.start[first], self.start[last] + grouping[-1], characters)

    def _first_grouped(self, grouping: tuple[int, ...], check_letter: bool) -> Ints:
        """Return which linked runs are the first of such groups."""
        sizes, gap = self._linked_table
        first = self._linked_of(grouping[0])
        if compiled := kernels():
            found: Ints = np.empty(len(first), np.int64)
            many: int = compiled.places_grouped(
                first, sizes, gap, np.array(grouping), check_letter, found
            )
            return found[:many]
        last_part = len(grouping) - 1
        for part in range(1, last_part):
            at = first + part
            first = first[(sizes[at] == grouping[part]) & (gap[at - 1] != 0)]
        last = first + last_part
        fit = sizes[last] == grouping[-1]
        if check_letter:
            fit |= sizes[last] == grouping[-1] - 1
        fit &= gap[last - 1] != 0
        kept: Ints = first[fit]
        return kept

    @cached_property
    def _linked_table(self) -> tuple[Ints, npt.NDArray[np.int32]]:
        """Sizes of the linked runs and the separators after them, with zeros behind the last."""
        linked, gap = self._linked
        behind = np.zeros(_MOST_GROUPS, np.int64)
        return (
            np.concatenate([self.length[linked], behind]),
            np.concatenate([gap, behind.astype(np.int32)]),
        )

    def _linked_of(self, size: int) -> Ints:
        """Return which linked runs have this size and a separator after them."""
        if size not in self._of_size:
            sizes, gap = self._linked_table
            self._of_size[size] = np.flatnonzero((sizes == size) & (gap != 0))
        return self._of_size[size]

    @cached_property
    def _of_size(self) -> dict[int, Ints]:
        return {}

    def _gather(self, first: Ints, last: Ints, length: int, short: Mask) -> Windows:
        """Collect the characters of chains from the linked run `first` to `last`."""
        if not len(first):
            return Windows.none(length)
        linked, _ = self._linked
        starts, sizes = self.start[linked], self.length[linked]
        if compiled := kernels():
            characters = np.empty((len(first), length), np.uint8)
            end = np.empty(len(first), np.int64)
            compiled.gather(self.data, starts, sizes, first, last, short, characters, end)
            return Windows(starts[first], end, characters)
        before = np.cumsum(sizes) - sizes
        ordinal = before[first, None] + np.arange(length)
        part = np.searchsorted(before, ordinal.ravel(), side="right").reshape(ordinal.shape) - 1
        place = starts[part] + ordinal - before[part]
        end = starts[last] + sizes[last] + short
        place[:, -1] = end - 1
        return Windows(starts[first], end, upper(self.data[place]))


def lettered(digits: Windows, data: Bytes, size: int) -> Windows:
    """Return the digits that follow exactly `size` letters, letters included.

    One separator may stand between. A letter before the letters is a word's only where it is a
    small one before a capital (``passportE12345678``).
    """
    width = digits.characters.shape[1] + size
    if not len(digits.start):
        return Windows.none(width)
    if compiled := kernels():
        most = len(digits.start)
        start, end = np.empty((2, most), np.int64)
        together = np.empty((most, width), np.uint8)
        many = compiled.lettered(*digits, data, size, _IS_SEPARATOR, start, end, together)
        return Windows(start[:many], end[:many], together[:many])
    parts = []
    for gap in (0, 1):
        start = digits.start - size - gap
        letters = windows(data, start, size)
        good = is_letter(letters).all(axis=1)
        if gap:
            good &= _IS_SEPARATOR[data[digits.start - 1]]
        some = np.flatnonzero(good)
        before, first = data[start[some] - 1], letters[some, 0]
        some = some[~is_alnum(before) | ((before >= 97) & is_letter(before) & (first < 97))]
        characters = np.concatenate([upper(letters[some]), digits.characters[some]], axis=1)
        parts.append(Windows(start[some], digits.end[some], characters))
    return Windows.concat(*parts)


class Shape(NamedTuple):
    """What may stand at each place of a number.

    Parameters
    ----------
    allowed
        bool (length, 256).
    """

    allowed: Mask

    @classmethod
    def of(cls, pattern: str) -> Shape:
        """Read a pattern of literal characters and bracketed classes: ``[HM][0-9][0-9]``.

        ``#`` is any digit and ``@`` any capital letter.
        """
        pattern = pattern.replace("#", "[0-9]").replace("@", "[A-Z]")
        places = re.findall(r"\[[^\]]+\]|.", pattern)
        allowed = np.zeros((len(places), 256), np.bool_)
        for place, part in enumerate(places):
            accept = re.compile(part.encode())
            allowed[place] = [bool(accept.match(bytes([byte]))) for byte in range(256)]
        allowed.flags.writeable = False
        return cls(allowed)

    def fits(self, characters: Bytes) -> Mask:
        """Return which rows of uint8 (m, length) have it, bool (m,)."""
        if not len(characters):
            return _NONE
        good = np.ones(len(characters), np.bool_)
        if compiled := kernels():
            compiled.fits(characters, self.allowed, good)
            return good
        for place, table in enumerate(self.allowed):
            good &= table[characters[:, place]]
        return good


def upper(characters: Bytes) -> Bytes:
    """Return ASCII letters in upper case, everything else as it is."""
    return np.where(is_letter(characters), characters & np.uint8(0xDF), characters)


_NONE = np.empty(0, np.bool_)
_IS_SEPARATOR = np.zeros(256, np.bool_)
_IS_SEPARATOR[list(SEPARATORS)] = True
_IS_SEPARATOR.flags.writeable = False
