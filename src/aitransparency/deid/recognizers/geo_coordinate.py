"""Geographic coordinate (经纬度): a pair of decimal degrees, or degrees with minutes.

Rule: ISO 6709 (not read; forms of annexes D and H as map services print them): latitude within 90,
longitude within 180, either first. Three decimals (about a hundred metres) or more make a place.
A pair outside China, or a single value, is found by the words around it.

>>> from aitransparency.deid.column import TextColumn
>>> text = ScanText.of(TextColumn.from_strings(["22.543096, 114.057865；22°32′35″N；36.5°C"]))
>>> [(bytes(text.data[s:e]).decode(), int(l)) for s, e, l in zip(*candidates(text)) if l > 1]
[('22.543096, 114.057865', 2), ('22°32′35″N', 2)]
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Ints
from aitransparency.deid.scan.recognizer import (
    PASSED,
    REFUSED,
    SHAPE,
    Matches,
    Recognizer,
    Scores,
    words,
)
from aitransparency.deid.scan.runs import is_alnum, is_digit
from aitransparency.deid.scan.text import ScanText, members

Mask = npt.NDArray[np.bool_]

_DIGITS = members(b"0123456789")
_NUMBER = members(b"0123456789.")
_BETWEEN = members(b" ,;/|_" + "，、；".encode())
_WIDEST_GAP = 4
_MINUTE_MARKS = tuple(mark.encode() for mark in ("′", "'", "’", "分"))
_SECOND_MARKS = tuple(mark.encode() for mark in ("″", '"', "”", "''", "′′", "秒"))
_WRITTEN_DEGREE = "度".encode()
_DIRECTIONS = members(b"NSEWnsew")


def candidates(text: ScanText) -> Matches:
    """Return pairs, single decimals, and degrees with minutes."""
    return Matches.concat(_decimals(text), _degrees(text))


def _decimals(text: ScanText) -> Matches:
    dots, data = text.places(ord(".")), text.data
    dots = dots[is_digit(data[dots - 1]) & is_digit(data[dots + 1])]
    dots = dots[is_digit(data[dots + 2]) & is_digit(data[dots + 3])]
    if not len(dots):
        return Matches.none()
    whole = text.reach_back(dots, _DIGITS, 4)
    fraction = text.reach(dots + 1, _DIGITS, 18)
    start, end = dots - whole, dots + 1 + fraction
    sign = np.isin(data[start - 1], (43, 45)) & ~is_alnum(data[start - 2])
    start = start - sign
    turned = _DIRECTIONS[data[start - 1]] & ~is_alnum(data[start - 2])
    start = start - turned
    degrees = np.zeros(len(dots), np.int64)
    for place in range(3):
        digit = data[dots - 1 - place].astype(np.int64) - 48
        degrees += np.where(place < whole, digit * 10**place, 0)
    good = (whole <= 3) & (fraction >= 3) & (fraction <= 16) & (degrees <= 180)
    good &= ~is_alnum(data[start - 1]) & (data[start - 1] != ord("."))
    good &= data[end] != ord(".")
    start, end, degrees, fraction = start[good], end[good], degrees[good], fraction[good]
    single = Matches(start, end, np.full(len(start), SHAPE, np.int8))
    if len(start) < 2:
        return single
    gap = start[1:] - end[:-1]
    near = np.flatnonzero((gap >= 1) & (gap <= _WIDEST_GAP))
    near = near[text.reach(end[near], _BETWEEN, _WIDEST_GAP) == gap[near]]
    low, high = np.sort(np.stack([degrees[near], degrees[near + 1]]), axis=0)
    real = low <= 90
    chinese = (low >= 3) & (low <= 54) & (high >= 73) & (high <= 135)
    chinese &= (fraction[near] >= 4) | (fraction[near + 1] >= 4)
    level = np.where(real, np.where(chinese, PASSED, SHAPE), 0).astype(np.int8)
    return Matches.concat(Matches(start[near], end[near + 1], level), single)


def _degrees(text: ScanText) -> Matches:
    """Return degrees, minutes and seconds behind each degree sign."""
    signs = text.places(0xC2)
    signs = signs[text.data[signs + 1] == 0xB0]
    written = text.digits.start + text.digits.length
    written = written[text.follows(written, _WRITTEN_DEGREE)]
    at = np.concatenate([signs, written])
    at = at[is_digit(text.data[at - 1])]
    if not len(at):
        return Matches.none()
    start = at - text.reach_back(at, _NUMBER, 12)
    end = at + np.where(text.data[at] == 0xC2, 2, 3)
    end, minutes = _part(text, end, _MINUTE_MARKS)
    after, seconds = _part(text, end, _SECOND_MARKS)
    end = np.where(minutes, after, end)
    spaced = end + (text.data[end] == ord(" "))
    turned = _DIRECTIONS[text.data[spaced]] & ~is_alnum(text.data[spaced + 1])
    end = np.where(turned, spaced + 1, end)
    exact = minutes | _has_decimals(text, start, at)
    sure = (minutes & (turned | seconds)) | (exact & turned)
    level = np.where(sure, PASSED, np.where(exact, SHAPE, REFUSED))
    return Matches(start, end, level.astype(np.int8))


def _has_decimals(text: ScanText, start: Ints, end: Ints) -> Mask:
    """Return whether numbers have three decimals or more: 0.001 degrees are a hundred metres."""
    found = np.zeros(len(start), np.bool_)
    for back in range(4, 12):
        found |= (text.data[end - back] == ord(".")) & (end - back > start)
    return found


def _part(text: ScanText, at: Ints, marks: tuple[bytes, ...]) -> tuple[Ints, Mask]:
    """Return the end of a number and its mark, and whether both are there."""
    first = at + (text.data[at] == ord(" "))
    size = text.reach(first, _NUMBER, 9)
    end, found = at.copy(), np.zeros(len(at), np.bool_)
    for mark in marks:
        here = ~found & (size > 0) & (size < 9) & text.follows(first + size, mark)
        end[here] = (first + size + len(mark))[here]
        found |= here
    return end, found


RECOGNIZER = Recognizer(
    entity="GEO_COORDINATE",
    labels=words(
        "经度、經度、纬度、緯度、经纬度、經緯度、坐标、座標、坐標、定位、位置、北纬、北緯、东经",
        "東經、南纬、西经、gps、latitude、longitude、lat、lng、lon、geo、coordinates、coordinate",
        "location、point",
    ),
    shape=Scores(alone=5, near=35, direct=80, contrary=0),
    passed=Scores(alone=65, near=90, direct=98, contrary=15),
    candidates=candidates,
)
