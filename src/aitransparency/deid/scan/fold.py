r"""Ways of writing that hide a number, led back to ASCII: one character to one byte, or none.

Full-width letters, digits and the marks inside numbers become ASCII (Unicode block Halfwidth and
Fullwidth Forms); hyphens, dashes and spaces of other alphabets become ``-`` and a space; zero-width
characters go. Chinese numerals read out one by one, at least three in a row, become digits, 幺, 两,
those of cheques (壹贰叁) and those of radio (洞拐勾) among them. What is folded depends on the
character and its neighbours in the row, so it never depends on where a column is cut.

>>> folded, removed = fold(np.frombuffer("a１\u200b２－b".encode(), np.uint8))
>>> bytes(folded), removed.tolist()
(b'a12-b', [2, 3, 4, 5, 6, 8, 9, 11, 12])
>>> bytes(fold(np.frombuffer("一三八零零, 三八".encode() + b"  ", np.uint8))[0]).decode()
'13800, 三八  '
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Bytes, Ints, translated

_GONE = 1  # in the table: the character is taken out
_TWO = 0  # row of the table for characters of two bytes

_MARKS = "＋－．＿／＠＃％＝＆～（）"
_DOTS = "·•・‧"
_HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00ad"
_SPACES = (
    "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)
_NOTHING = (
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff\ufe0e\ufe0f\u20e3"
)
_NUMERALS = (
    *(
        "〇○零洞",
        "一幺壹",
        "二两兩贰貳",
        "三叁參",
        "四肆",
        "五伍",
        "六陆陸",
        "七柒拐",
        "八捌",
        "九玖勾",
    ),
)
_LEAST_NUMERALS = 3


@cache
def _table() -> Bytes:
    """Return what a character becomes, by its first byte (row) and the two after it."""
    becomes: dict[str, int] = {}
    for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)):
        becomes[chr(code)] = code - 0xFEE0
    becomes |= {mark: ord(mark) - 0xFEE0 for mark in _MARKS}
    becomes |= dict.fromkeys(_DOTS, ord("."))
    becomes |= dict.fromkeys(_HYPHENS, ord("-"))
    becomes |= dict.fromkeys(_SPACES, ord(" "))
    becomes |= dict.fromkeys(_NOTHING, _GONE)
    becomes["\u00ad"] = _GONE  # a soft hyphen shows only where a line breaks
    table = np.zeros((16, 1 << 12), np.uint8)
    for character, byte in becomes.items():
        encoded = character.encode()
        key = (encoded[1] & 63) << 6
        if len(encoded) == 3:
            table[encoded[0] & 15, key | encoded[2] & 63] = byte
        else:  # two bytes, in the row of no other: whatever the third is
            table[_TWO, key : key + 64] = byte
    table.flags.writeable = False
    return table


def fold(data: Bytes) -> tuple[Bytes, Ints]:
    """Return the folded bytes, and the sorted offsets into `data` of those that were taken out.

    Parameters
    ----------
    data
        uint8, UTF-8. Returned as it is where nothing has to be folded.
    """
    gone: list[Ints] = []
    changed: list[tuple[Ints, Bytes]] = []
    first = (data - np.uint8(0xE2)) < 2  # the four first bytes of what folds
    first |= data == 0xEF
    first |= data == 0xC2
    at = np.flatnonzero(first[:-2])
    lead = data[at]
    two = lead == 0xC2
    key = (data[at + 1].astype(np.int64) & 63) << 6 | data[at + 2] & 63
    byte = _table()[np.where(two, np.uint8(_TWO), lead & 15), key]
    some = np.flatnonzero(byte)
    if len(some):
        at, byte, two = at[some], byte[some], two[some]
        gone += [at[byte == _GONE], at + 1, at[~two] + 2]
        changed.append((at, byte))
    at, byte = _read_out(data)
    if len(at):
        gone += [at + 1, at + 2]
        changed.append((at, byte))
    if not changed:
        return data, np.empty(0, np.int64)
    folded = data.copy()
    keep = np.ones(len(data), np.bool_)
    for at, byte in changed:
        folded[at] = byte
    for at in gone:
        keep[at] = False
    return folded[keep], np.flatnonzero(~keep)


@cache
def _numeral_tables() -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int8]]:
    """Return which third bytes a numeral has, and by a hash of its bytes its value or -1."""
    third = np.zeros(256, np.bool_)
    values = np.full((16, 1 << 12), -1, np.int8)
    for value, characters in enumerate(_NUMERALS):
        for character in characters:
            first, second, last = character.encode()
            third[last] = True
            values[first & 15, (second & 63) << 6 | last & 63] = value
    return third, values


@cache
def flat_tables() -> tuple[Bytes, Bytes, npt.NDArray[np.int8]]:
    """Return what characters of two and of three bytes become, and the values of numerals.

    uint8 (64,) by the second byte behind 0xC2, uint8 and int8 (65536,) by the lower bits.
    """
    table = _table()
    three = np.zeros((16, 1 << 12), np.uint8)
    for lead in (0x2, 0x3, 0xF):
        three[lead] = table[lead]
    two = table[_TWO].reshape(64, 64)[:, 0].copy()
    return two, three.ravel(), _numeral_tables()[1].ravel()


@cache
def leads() -> Bytes:
    """Return which characters of three bytes may fold, uint8 (4096,).

    A bit for the lead, by the lower bits of the other two bytes; two leads may share a bit.
    """
    _, three, numerals = flat_tables()
    some = np.zeros(1 << 12, np.uint8)
    folds = ((three != 0) | (numerals >= 0)).reshape(16, -1)
    for lead, own in enumerate(folds):
        some[own] |= 1 << (lead & 7)
    return some


def _read_out(data: Bytes) -> tuple[Ints, Bytes]:
    """Return where a numeral of a spoken number begins, and its digit."""
    third, _ = _numeral_tables()
    maybe = translated(data, third)
    three = maybe[2:-6] & maybe[5:-3]
    three &= maybe[8:]
    first = np.flatnonzero(three)
    for step in range(0, 3 * _LEAST_NUMERALS, 3):
        first = first[_value(data, first + step) >= 0]
    if not len(first):
        return first, np.empty(0, np.uint8)
    places = np.unique(np.concatenate([first, first + 3, first + 6]))
    return places, (_value(data, places) + 48).astype(np.uint8)


def _value(data: Bytes, at: Ints) -> npt.NDArray[np.int8]:
    """Return the value of the numeral at each place, -1 where there is none."""
    lead, second, last = (data[at + step].astype(np.int64) for step in range(3))
    table = _numeral_tables()[1]
    value: npt.NDArray[np.int8] = table[lead & 15, (second & 63) << 6 | last & 63]
    value[(lead < 0xE0) | (second & 0xC0 != 0x80) | (last & 0xC0 != 0x80)] = -1
    return value
