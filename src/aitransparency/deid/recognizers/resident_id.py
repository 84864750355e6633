"""Resident identity number of mainland China (居民身份证号码 / 公民身份号码), 18 or 15 characters.

Rule: GB 11643-1999 (not read; form and check as published by python-stdnum ``stdnum.cn.ric`` and
ISO/IEC 7064 MOD 11-2): division code of GB/T 2260 (6), date of birth (8), order (3), check
character 0-9 or X. The code may be any that was ever valid: it is that of the place of
registration, which may be long withdrawn or much younger than the holder. The residence permit
for residents of Hong Kong (810000), Macau (820000) and Taiwan (830000) has the same form.

Until 1999 numbers had 15 digits (GB 11643-1989, not read): code of a county, date without century,
order, and no check digit.

Two numbers written as one, an ID of 18 and another ID, a mobile number or a bank card, are told
apart where the ID passes and the other is one too.

>>> number = np.frombuffer(b"110101199003074477" b"110101199003074478", np.uint8).reshape(2, 18)
>>> levels(number).tolist() == [PASSED, SHAPE]
True
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Bytes
from aitransparency.deid.divisions import known_codes
from aitransparency.deid.recognizers.dates import is_date, number
from aitransparency.deid.scan.recognizer import (
    NO_LEVELS,
    PASSED,
    REFUSED,
    SHAPE,
    Levels,
    Matches,
    Recognizer,
    Scores,
    words,
)
from aitransparency.deid.scan.runs import Windows
from aitransparency.deid.scan.text import ScanText

_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))
# The check character by the weighted sum, at most 9 * 10 * 17.
_CHECKS = np.frombuffer(b"10X98765432" * 140, np.uint8)
_GROUPINGS = (
    (6, 8, 4),
    (6, 4, 4, 4),
    (4, 4, 4, 4, 2),
    (3, 3, 4, 4, 4),
    (6, 4, 2, 2, 4),
    (6, 8, 3, 1),
)
_SHORT_GROUPINGS = ((6, 6, 3), (3, 3, 3, 3, 3), (6, 2, 2, 2, 3), (6, 9))
_LIKELY_YEAR = 25  # an older holder is found by the words around the number
_NEIGHBOURS = (11, 16, 18, 19)
_SLIPS = (17, 19)  # digits of a mistyped number that its label still names
_BLOCK = 1 << 13  # numbers whose columns stay in the fastest cache
_PERMITS = (810000, 820000, 830000)


def levels(characters: Bytes) -> Levels:
    """Return the level of each number.

    Parameters
    ----------
    characters
        uint8 (n, 18), digits, the last may be X.
    """
    if len(characters) > _BLOCK:
        blocks = range(0, len(characters), _BLOCK)
        return np.concatenate([levels(characters[first : first + _BLOCK]) for first in blocks])
    if not len(characters):
        return NO_LEVELS
    result = np.full(len(characters), SHAPE, np.int8)
    some = np.flatnonzero(check_character_fits(characters))
    digits = characters[some, :14] - np.uint8(48)
    result[some[is_division(digits[:, :6]) & is_date(digits[:, 6:])]] = PASSED
    result[characters[:, 0] == ord("0")] = REFUSED
    return result


def check_character_fits(characters: Bytes) -> npt.NDArray[np.bool_]:
    """Return whether the last of uint8 (n, 18) is the check character of the digits before it."""
    columns = characters.T.astype(np.uint16, order="C")
    total = columns[0] * np.uint16(_WEIGHTS[0])
    for column, weight in zip(columns[1:17], _WEIGHTS[1:], strict=True):
        total += column * np.uint16(weight)
    total -= np.uint16(48 * sum(_WEIGHTS))
    fits: npt.NDArray[np.bool_] = _CHECKS.take(total) == columns[17]
    return fits


def is_division(digits: Bytes) -> npt.NDArray[np.bool_]:
    """Return whether six digits, uint8 (n, 6), are a division code or a permit's."""
    known: npt.NDArray[np.bool_] = _divisions().take(number(digits))
    return known


@cache
def _divisions() -> npt.NDArray[np.bool_]:
    table = known_codes().copy()
    table[list(_PERMITS)] = True
    table.flags.writeable = False
    return table


def short_levels(characters: Bytes) -> Levels:
    """Return the level of each number of the first generation, uint8 (n, 15)."""
    if not len(characters):
        return NO_LEVELS
    digits = characters - np.uint8(48)
    century = np.broadcast_to(np.array([1, 9], np.uint8), (len(digits), 2))
    real = is_date(np.concatenate([century, digits[:, 6:12]], axis=1))
    real &= is_division(digits[:, :6]) & (digits[:, 4:6] != 0).any(axis=1)
    likely = digits[:, 6] * np.uint8(10) + digits[:, 7] >= _LIKELY_YEAR
    result = np.where(real & likely, PASSED, SHAPE).astype(np.int8)
    result[digits[:, 0] == 0] = REFUSED
    return result


def slip_levels(characters: Bytes) -> Levels:
    """Return the level of what is a number with a digit lost or doubled, uint8 (n, 17 or 19).

    It begins as an ID does: a division and a century.
    """
    if not len(characters):
        return NO_LEVELS
    century = number(characters[:, 6:8] - np.uint8(48))
    slip = is_division(characters[:, :6] - np.uint8(48)) & ((century == 19) | (century == 20))
    return np.where(slip, SHAPE, REFUSED).astype(np.int8)


def candidates(text: ScanText) -> Matches:
    """Return runs of 18 or 15, and groups of them in the usual or any even way of writing."""
    runs = text.digits
    windows = Windows.concat(
        runs.whole(18, check_letter=True),
        runs.chained(18, check_letter=True),
        *(runs.grouped(grouping, check_letter=True) for grouping in _GROUPINGS),
        *(_glued(text, size)[0] for size in _NEIGHBOURS),
        beside(text, 18),
    )
    short = Windows.concat(
        runs.whole(15), runs.chained(15), *(runs.grouped(one) for one in _SHORT_GROUPINGS)
    )
    return Matches.concat(
        Matches(windows.start, windows.end, levels(windows.characters)),
        Matches(short.start, short.end, short_levels(short.characters)),
        *(_slips(runs.whole(length, check_letter=True)) for length in _SLIPS),
    )


def _slips(windows: Windows) -> Matches:
    return Matches(windows.start, windows.end, slip_levels(windows.characters))


def beside(text: ScanText, size: int) -> Windows:
    """Return the digits, `size` of them, that are written as one with an ID that passes."""
    return _glued(text, size)[1]


def _glued(text: ScanText, size: int) -> tuple[Windows, Windows]:
    """Return the IDs that pass, and the `size` characters before or behind each in the same run."""
    windows = text.digits.whole(18 + size, check_letter=True)
    if not len(windows.start):
        return Windows.none(18), Windows.none(size)
    start, end, characters = windows
    fronts = Windows(start, start + 18, characters[:, :18])
    behind = Windows(start + 18, end, characters[:, 18:])
    before = Windows(start, start + size, characters[:, :size])
    backs = Windows(start + size, end, characters[:, size:])
    at_front = levels(fronts.characters) == PASSED
    at_back = levels(backs.characters) == PASSED
    identities = Windows.concat(fronts.take(at_front), backs.take(at_back & ~at_front))
    others = Windows.concat(behind.take(at_front), before.take(at_back & ~at_front))
    return identities, others


RECOGNIZER = Recognizer(
    entity="CN_RESIDENT_ID",
    labels=words(
        "身份证、身份證、身分證、身分证、身份证号、身份證號、身份证号码、身份證號碼、身份证件",
        "公民身份号码、公民身份證號、身份号码、证件号、證件號、证件号码、證件號碼、证号、居民证",
        "居住证、居住證、居住证号、身份证明、二代证、社会保障号、社会保障号码、社保号、社保号码",
        "公民身份號碼、身份證明、證號、id card、id no、id number、identity card、sfzh、sfz",
        "idcard、id_no、id_card、citizen id、identity no、永居证、永居證、永久居留证、永久居留證",
        "永久居留身份证、永久居留身份證",
    ),
    shape=Scores(alone=20, near=45, direct=60, contrary=5),
    passed=Scores(alone=97, near=99, direct=100, contrary=80),
    candidates=candidates,
)
