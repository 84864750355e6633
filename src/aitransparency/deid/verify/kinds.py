"""How far an original can be recognised: everywhere, in its own row only, or not at all.

A phone number in somebody else's note is a leak; the word 高原 there may be the name of a plateau,
and 35 may be anything. So a value is looked for as far as its skeleton tells it from other text:

- everywhere, for certain: numbers of 11 digits and more; codes of letters and digits, addresses of
  mail and of houses that hold a number, from 8 bytes;
- everywhere, as a name: names of 3 Chinese characters (9 bytes) or 8 Latin letters and more;
- in its own row: Chinese text of 2 characters, codes of 4 bytes, numbers of 5 digits, and more;
- not at all: what is shorter, and an address without a number, which is a place and no person.

>>> from aitransparency.deid.column import TextColumn
>>> from aitransparency.deid.verify.skeleton import skeleton
>>> made = skeleton(TextColumn.from_strings(["13800138000", "高原", "35", "诸葛孔明亮"]))
>>> kinds = kinds_of(made, None)
>>> kinds.certain.tolist(), kinds.own_row.tolist()
([True, False, False, False], [False, True, False, True])
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Ints, TextColumn
from aitransparency.deid.compiled import pays
from aitransparency.deid.verify.originals import ANCHOR
from aitransparency.deid.verify.skeleton import Skeleton

Mask = npt.NDArray[np.bool_]

_NUMBER = 11  # digits that tell a number from amounts and counters
_OWN_NUMBER, _OWN_CODE, _OWN_OTHER = 5, 4, 6
_LONG = 18  # bytes of Chinese text without a digit that is no name
OWN_LIMIT = 16  # bytes of a value that is looked for in its own row

# Entities whose values in free text stand for a place, a day or a firm as often as for a person.
VAGUE = frozenset(
    {
        "CN_ADDRESS",
        "CN_POSTAL_CODE",
        "DATE_OF_BIRTH",
        "GEO_COORDINATE",
        "ORGANIZATION",
        "PERSON",
        "URL",
    }
)


@dataclass(frozen=True, slots=True)
class Kinds:
    """How far each of n values is looked for, bool (n,) each; empty values are in none."""

    certain: Mask
    named: Mask
    own_row: Mask
    unsearched: Mask


def kinds_of(made: Skeleton, entity: str | None) -> Kinds:
    """Return how far the values of a column are looked for."""
    if pays(len(made.data)):
        from aitransparency.deid.verify import kernels

        rules = np.array([_NUMBER, ANCHOR, _LONG, _OWN_NUMBER, _OWN_CODE, _OWN_OTHER, OWN_LIMIT])
        found = np.empty((4, len(made)), np.bool_)
        address, person = entity == "CN_ADDRESS", entity == "PERSON"
        kernels.kinds(made.data, made.offsets, rules, address, person, found)
        return Kinds(*found)
    length = made.lengths()
    marks = ((made.data - np.uint8(48)) < 10, made.data >= 0x80, made.data == ord("@"))
    digits, wide, at = (_count(made, which) for which in marks)
    some = length > 0
    number = some & (digits == length)
    text = some & (digits == 0) & (at == 0)
    code = some & ~number & ~text
    if entity == "CN_ADDRESS":
        certain = code & (length >= _LONG)
        named = own = np.zeros(len(made), np.bool_)
    else:
        chinese = text & (wide == length)
        long = chinese & (length >= _LONG) & (entity != "PERSON")
        certain = (number & (length >= _NUMBER)) | (code & (length >= ANCHOR)) | long
        named = text & (length > ANCHOR) & ~long
        least = np.where(number, _OWN_NUMBER, np.where(code, _OWN_CODE, _OWN_OTHER))
        own = some & ~certain & (length >= least) & (length <= OWN_LIMIT)
    return Kinds(certain, named, own, some & ~certain & ~named & ~own)


def fifteen(made: Skeleton, kinds: Kinds) -> tuple[Skeleton, Ints]:
    """Return the 15-digit form of resident IDs of people born in 19xx (GB 11643-1989), and rows."""
    rows = np.flatnonzero(kinds.certain & (made.lengths() == 18))
    if pays(18 * len(rows)):
        from aitransparency.deid.verify import kernels

        data = np.zeros(15 * len(rows) + 8, np.uint8)
        data = data[: 15 * kernels.short_ids(made.data, made.offsets, rows, data) + 8]
    else:
        cells = made.data[made.offsets[rows][:, None] + np.arange(18)]
        cells = cells[(cells[:, 6] == ord("1")) & (cells[:, 7] == ord("9"))]
        short = np.hstack([cells[:, :6], cells[:, 8:17]])
        data = np.concatenate([short.reshape(-1), np.zeros(8, np.uint8)])
    offsets = np.arange(0, len(data) - 7, 15, dtype=np.int64)
    return Skeleton(data, offsets, TextColumn(data, offsets)), np.arange(len(offsets) - 1)


def _count(made: Skeleton, which: Mask) -> npt.NDArray[np.int64]:
    """Count the marked bytes of each row."""
    if not which.any():
        return np.zeros(len(made), np.int64)
    before = np.zeros(len(which) + 1, np.int32)
    np.cumsum(which, out=before[1:])
    return np.diff(before[made.offsets]).astype(np.int64)
