"""Licence plate of mainland China (机动车号牌).

Rule: GA 36-2018 (not read; forms as widely published): province, letter of the issuing office,
five characters without I and O of which at most two are letters; new-energy cars six, a letter
first (small cars) or last (large); behind four characters 挂 trailer, 学 learner, 警 police, 领
consulate, 港 and 澳 cross-border, 试 and 超 trial and oversize, 应急 rescue; 使 embassy with six
digits; WJ armed police. A dot, blank or hyphen may stand behind the office's letter. Military
plates, two letters and five digits, are found by the words around them.

>>> from aitransparency.deid.column import TextColumn
>>> text = ScanText.of(TextColumn.from_strings(["粤B·12345，京AD12345、沪A1234学"]))
>>> matches = candidates(text)
>>> [bytes(text.data[s:e]).decode() for s, e in zip(*matches.take(matches.level == PASSED)[:2])]
['沪A1234学', '粤B.12345', '京AD12345']
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Bytes, Ints
from aitransparency.deid.scan.recognizer import PASSED, Matches, Recognizer, Scores, graded, words
from aitransparency.deid.scan.runs import Shape, Windows, is_letter, upper
from aitransparency.deid.scan.text import ScanText, members

Mask = npt.NDArray[np.bool_]

_PROVINCES = (
    "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼滬遼鲁蘇贛魯陝閩貴粵寧瓊雲"
)
_JOINTS = members(b" .-")
_PLAIN = Shape.of("[A-HJ-NP-Z0-9]" * 5)
_SMALL = Shape.of("[A-HJK][A-HJ-NP-Z0-9]####")
_LARGE = Shape.of("#####[A-HJK]")
_SUFFIXES = "挂掛学學警领領港澳试試超"
_MILITARY = Shape.of("@@#####")


def _province_table() -> npt.NDArray[np.bool_]:
    table = np.zeros((16, 1 << 12), np.bool_)
    for character in _PROVINCES:
        first, second, third = character.encode()
        table[first & 15, (second & 63) << 6 | third & 63] = True
    return table


_IS_PROVINCE = _province_table()


def _behind_province(text: ScanText, at: Ints) -> Mask:
    """Return whether a province's character stands right before each place."""
    first, second, third = (text.data[at - step].astype(np.int64) for step in (3, 2, 1))
    known: Mask = _IS_PROVINCE[first & 15, (second & 63) << 6 | third & 63]
    return known & (first >= 0xE0) & (first < 0xF0) & ((second & third) >= 0x80)


def candidates(text: ScanText) -> Matches:
    """Return plates by the character of the province, 使 or WJ in front of them."""
    parts = []
    for size in (4, 5, 6):
        start, end, tail = _with_office(text, size)
        if not len(start):
            continue
        if size == 4:
            parts.append(_suffixed(text, Windows(start, end, tail)))
            continue
        letters = (tail >= 65).sum(axis=1)
        if size == 5:
            fits = _PLAIN.fits(tail)
            kept = Windows(start, end, tail).take(fits)
            parts.append(graded(kept, (letters <= 2)[fits]))
        else:
            fits = _SMALL.fits(tail) | _LARGE.fits(tail)
            kept = Windows(start, end, tail).take(fits)
            parts.append(graded(kept, kept.start > 0))
    military = text.mixed.whole(7)
    military = military.take(_MILITARY.fits(military.characters))
    parts += [graded(military, military.start < 0), _embassy(text), _armed_police(text)]
    return Matches.concat(*parts)


def _with_office(text: ScanText, size: int) -> tuple[Ints, Ints, Bytes]:
    """Return plates of province, letter and `size` characters, and these characters."""
    whole = text.mixed.whole(size + 1)
    if len(whole.start):
        whole = whole.take((whole.characters[:, 0] >= 65) & _behind_province(text, whole.start))
    parted = text.mixed.whole(size)
    if len(parted.start):
        before = parted.start - 1
        parted = parted.take(_JOINTS[text.data[before]] & is_letter(text.data[before - 1]))
    if len(parted.start):
        parted = parted.take(_behind_province(text, parted.start - 2))
    if not len(whole.start) and not len(parted.start):
        return whole.start, whole.end, whole.characters[:, 1:]
    start = np.concatenate([whole.start - 3, parted.start - 5])
    tail = np.concatenate([whole.characters[:, 1:], parted.characters])
    return start, np.concatenate([whole.end, parted.end]), tail


def _suffixed(text: ScanText, windows: Windows) -> Matches:
    """Return plates of four characters and a word behind them."""
    one = text.character_at(windows.end, _SUFFIXES)
    two = text.follows(windows.end, "应急".encode()) | text.follows(windows.end, "應急".encode())
    end = windows.end + np.where(two, 6, 3)
    found = Windows(windows.start, end, windows.characters).take(one | two)
    return graded(found, found.start > 0)


def _embassy(text: ScanText) -> Matches:
    """Return 使 with six digits behind or before it."""
    six = Windows.concat(text.digits.whole(6), text.digits.grouped((3, 3)))
    if not len(six.start):
        return Matches.none()
    behind = six.take(text.precedes(six.start, "使".encode()))
    before = six.take(text.follows(six.end, "使".encode()))
    before = before.take(~text.follows(before.end + 3, "用".encode()))
    return graded(
        Windows(
            np.concatenate([behind.start - 3, before.start]),
            np.concatenate([behind.end, before.end + 3]),
            np.concatenate([behind.characters, before.characters]),
        ),
        np.ones(len(behind.start) + len(before.start), np.bool_),
    )


def _armed_police(text: ScanText) -> Matches:
    """Return WJ, a province's character or number, and five characters."""
    five = text.mixed.whole(5)
    nine, seven = text.mixed.whole(9), text.mixed.whole(7)
    parts = [_begins_wj(nine), _begins_wj(seven)]
    if not len(five.start):
        return Matches.concat(*parts)
    start = five.start - _JOINTS[text.data[five.start - 1]]
    province = np.where(_behind_province(text, start), 3, 0)
    office = upper(text.data[(start - province)[:, None] + np.array([-2, -1])])
    good = (office == np.frombuffer(b"WJ", np.uint8)).all(axis=1)
    two = text.data[start[:, None] + np.arange(-4, 0)]
    numbered = (upper(two[:, :2]) == np.frombuffer(b"WJ", np.uint8)).all(axis=1)
    numbered &= ((two[:, 2:] - np.uint8(48)) < 10).all(axis=1) & (start < five.start)
    first = start - np.where(numbered, 4, province + 2)
    found = Windows(first, five.end, five.characters).take(good | numbered)
    return Matches.concat(*parts, graded(found, found.start > 0))


def _begins_wj(windows: Windows) -> Matches:
    kept = windows.take((windows.characters[:, :2] == np.frombuffer(b"WJ", np.uint8)).all(axis=1))
    return graded(kept, np.logical_and.reduce(kept.characters[:, 2:-1] < 65, axis=1))


RECOGNIZER = Recognizer(
    entity="CN_LICENSE_PLATE",
    labels=words(
        "车牌、車牌、车牌号、車牌號、车牌号码、車牌號碼、牌照、牌号、号牌、號牌、车辆号牌、车号",
        "車號、车辆、軍牌、军牌、军车、驾驶、驶入、plate、license plate、licence plate、plate no",
        "chepai",
    ),
    shape=Scores(alone=10, near=45, direct=75, contrary=0),
    passed=Scores(alone=88, near=95, direct=99, contrary=45),
    candidates=candidates,
)

__all__ = ["PASSED", "RECOGNIZER", "candidates"]
