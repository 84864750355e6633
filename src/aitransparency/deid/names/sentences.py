"""A column as sentences of character numbers.

White space is left out and remembered as a gap before the next character, so that a name set in
two (王 伟) reads like any other. A sentence ends at a full stop, a line or a row, and at the latest
after `LONGEST` characters; nothing beyond it counts, so that the answer does not depend on how a
column is cut. Sentences lie one behind the other with `PADS` empty places between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from aitransparency.deid.characters import decoded
from aitransparency.deid.column import Ints, TextColumn

Kind = TypeVar("Kind", bound=np.generic)

PADS = 3
LONGEST = 200
PAD, OTHER, DIGIT, LOWER, UPPER, RARE = range(
    6
)  # numbers of the alphabet that are no one character

_BMP = 1 << 16
_GAPS = (
    0x20,
    0xA0,
    0x3000,
    0x09,
    0x0B,
    0x0C,
    0x200B,
    0x200C,
    0x200D,
    0x2060,
    0xFEFF,
    0x2002,
    0x2003,
)
_LINES = (0x0A, 0x0D, 0x2028, 0x2029, 0x85)
_STOPS = tuple(map(ord, "。！？!?；;"))


def _kinds() -> npt.NDArray[np.uint8]:
    """Return 1 for white space, 2 for line ends, 3 for other sentence ends, by code point."""
    kinds = np.zeros(_BMP, np.uint8)
    kinds[list(_GAPS)], kinds[list(_LINES)], kinds[list(_STOPS)] = 1, 2, 3
    kinds.flags.writeable = False
    return kinds


KINDS = _kinds()


@dataclass(frozen=True, slots=True, eq=False)
class Sentences:
    """S sentences in n places.

    Parameters
    ----------
    ids
        uint16 (n,), numbers of the alphabet, `PAD` between sentences.
    gaps
        uint8 (n,), 0 no white space before the character, 1 one, 2 several.
    start, end
        int64 (n,), bytes of the character in ``column.data``; both 0 at a pad.
    first, length
        int64 (S,), place of the first character and number of characters.
    """

    ids: npt.NDArray[np.uint16]
    gaps: npt.NDArray[np.uint8]
    start: Ints
    end: Ints
    first: Ints
    length: Ints


def sentences(column: TextColumn, alphabet: npt.NDArray[np.uint16]) -> Sentences:
    """Cut a column into sentences.

    Parameters
    ----------
    column
        The text of n rows.
    alphabet
        uint16 (65536,), number of each code point; those beyond are `RARE`.
    """
    base, last = int(column.offsets[0]), int(column.offsets[-1])
    data = column.data[base:last]
    lead = np.flatnonzero((data & 0xC0) != 0x80)
    try:
        points = np.frombuffer(data.tobytes().decode().encode("utf-32-le"), np.uint32)
    except UnicodeDecodeError:  # Arrow does not check what a producer calls UTF-8
        points = decoded(np.append(data, np.zeros(3, np.uint8)), lead)
    bmp = np.minimum(points, _BMP - 1)
    kind = KINDS[bmp]
    keep = np.flatnonzero((kind == 0) | (kind == 3))
    opens = np.zeros(len(points) + 1, np.int32)
    opens[np.searchsorted(lead, column.offsets[:-1] - base)] = 1
    opens[1:] += kind >= 2
    number = np.cumsum(opens[:-1], dtype=np.int32)[keep]
    number = _cut(number)
    place = np.arange(len(keep)) + PADS * number
    total = len(keep) + PADS * (int(number[-1]) + 1 if len(number) else 1)
    edges = np.append(lead, len(data)) + base
    dropped = np.diff(keep, prepend=keep[:1]) - 1
    dropped[np.diff(number, prepend=0) > 0] = 0  # what stands before a sentence is not its own
    return Sentences(
        ids=_spread(
            np.where(points[keep] < _BMP, alphabet[bmp[keep]], RARE), place, total, np.uint16
        ),
        gaps=_spread(np.clip(dropped, 0, 2), place, total, np.uint8),
        start=_spread(edges[keep], place, total, np.int64),
        end=_spread(edges[keep + 1], place, total, np.int64),
        first=place[np.flatnonzero(np.diff(number, prepend=-1))],
        length=np.bincount(number)[np.bincount(number) > 0],
    )


def _cut(number: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Number sentences from 1 on, none longer than `LONGEST`."""
    if not len(number):
        return number
    fresh = np.diff(number, prepend=number[0] - 1) != 0
    first = np.flatnonzero(fresh)
    within = np.arange(len(number)) - first[np.cumsum(fresh) - 1]
    return np.cumsum(fresh | (within % LONGEST == 0), dtype=np.int32)


def _spread(
    values: npt.NDArray[Any], place: Ints, total: int, kind: type[Kind]
) -> npt.NDArray[Kind]:
    """Return zeros with the values at the places."""
    new = np.zeros(total, kind)
    new[place] = values
    return new
