"""Mobile phone number of mainland China (手机号), 11 digits, with or without +86, 13 for machines.

Rule: numbering plan of the Ministry of Industry and Information Technology (电信网编号计划,
not read; the segments in use as collected by libphonenumber): 13x, 14x, 15x without 154,
161 162 165 166 167, 17x, 18x, 19x without 194; virtual operators and satellite (1349, 1749) are
among them.
Machines (物联网) have 13 digits that begin with 10646 to 10649, 1410 or 1440.

>>> levels(np.frombuffer(b"13800138000" b"12345678901", np.uint8).reshape(2, 11)).tolist()
[2, 1]
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Bytes, Ints
from aitransparency.deid.recognizers import resident_id
from aitransparency.deid.scan.recognizer import (
    NO_LEVELS,
    PASSED,
    SHAPE,
    Levels,
    Matches,
    Recognizer,
    Scores,
    words,
)
from aitransparency.deid.scan.runs import Windows, is_digit
from aitransparency.deid.scan.text import ScanText, members

_SEGMENTS = np.zeros(1000, np.bool_)
_SEGMENTS[130:200] = True
_SEGMENTS[[142, 143, 154, 160, 163, 164, 168, 169, 194]] = False
_SEGMENTS.flags.writeable = False
_GROUPINGS = ((3, 4, 4), (3, 3, 5), (3, 2, 3, 3), (4, 3, 4), (5, 6), (3, 8), (7, 4), (4, 4, 3))
_MACHINE_GROUPINGS = ((3, 4, 4, 2), (5, 8), (5, 4, 4), (3, 5, 5), (4, 4, 5), (3, 10))
_CODES = ("(+86)", "+86", "(0086)", "0086", "(86)", "86")
_JOINT, _MAY_END_CODE = members(b" -"), members(b"6)")
_JOINTS = ("", " ", "-", " -", "- ", "  ")


def levels(characters: Bytes) -> Levels:
    """Return the level of each number, uint8 (n, 11)."""
    if not len(characters):
        return NO_LEVELS
    segment = (characters[:, :3] - np.uint8(48)).astype(np.int64) @ np.array([100, 10, 1])
    return np.where(_SEGMENTS[segment], PASSED, SHAPE).astype(np.int8)


def candidates(text: ScanText) -> Matches:
    """Return runs of 11, groups of 11, and runs of 13 and 15 that begin with the country code."""
    runs = text.digits
    windows = Windows.concat(
        runs.whole(11),
        runs.chained(11),
        *(runs.grouped(grouping) for grouping in _GROUPINGS),
        *(_glued(runs.whole(11 + len(code)), code) for code in (b"86", b"0086")),
        resident_id.beside(text, 11),
    )
    machines = Windows.concat(runs.whole(13), *(runs.grouped(one) for one in _MACHINE_GROUPINGS))
    machines = machines.take(_is_machine(machines.characters))
    windows = windows.take(levels(windows.characters) == PASSED)
    start = np.concatenate([windows.start, machines.start])
    end = np.concatenate([windows.end, machines.end])
    level = np.full(len(start), PASSED, np.int8)
    alone = Matches(_with_country_code(text, start), end, level)
    return Matches.concat(alone, _pairs(runs.whole(22)), _in_parentheses(text))


def _in_parentheses(text: ScanText) -> Matches:
    """Return ``(138)0013-8000``."""
    rest = Windows.concat(text.digits.whole(8), text.digits.grouped((4, 4)))
    at = rest.start - (text.data[rest.start - 1] == ord(" "))
    enclosed = (text.data[at - 1] == ord(")")) & (text.data[at - 5] == ord("("))
    rest, at = rest.take(enclosed), at[enclosed]
    segment = text.windows(at - 4, 3)
    good = np.flatnonzero(is_digit(segment).all(axis=1))
    number = np.concatenate([segment[good], rest.characters[good]], axis=1)
    good = good[levels(number) == PASSED]
    start = at[good] - 5
    return Matches(start, rest.end[good], np.full(len(start), PASSED, np.int8))


def _pairs(windows: Windows) -> Matches:
    """Return both numbers of two that are written as one, uint8 (n, 22).

    An order number may look like that: what words say decides.
    """
    if not len(windows.start):
        return Matches.none()
    halves = windows.characters[:, :11], windows.characters[:, 11:]
    both = (levels(halves[0]) == PASSED) & (levels(halves[1]) == PASSED)
    start = windows.start[both]
    start = np.concatenate([start, start + 11])
    return Matches(start, start + 11, np.full(len(start), SHAPE, np.int8))


def _is_machine(characters: Bytes) -> npt.NDArray[np.bool_]:
    """Return whether numbers, uint8 (n, 13), begin as those of machines do."""
    if not len(characters):
        return np.empty(0, np.bool_)
    prefix = (characters[:, :5] - np.uint8(48)).astype(np.int64) @ 10 ** np.arange(4, -1, -1)
    short = prefix // 10
    good: npt.NDArray[np.bool_] = (prefix >= 10646) & (prefix <= 10649)
    good |= (short == 1410) | (short == 1440)
    return good


def _glued(windows: Windows, code: bytes) -> Windows:
    """Keep what begins with the country code, and cut the code off."""
    if not len(windows.start):
        return Windows.none(11)
    cut = len(code)
    here = (windows.characters[:, :cut] == np.frombuffer(code, np.uint8)).all(axis=1)
    return Windows(windows.start + cut, windows.end, windows.characters[:, cut:]).take(here)


def _with_country_code(text: ScanText, start: Ints) -> Ints:
    """Move the start before a country code that stands before it."""
    first = start.copy()
    code_end = start - text.reach_back(start, _JOINT, 3)
    some = np.flatnonzero(_MAY_END_CODE[text.data[code_end - 1]])
    if not len(some):
        return first
    at, moved = start[some], start[some]
    for joint in _JOINTS:
        for code in _CODES:
            prefix = (code + joint).encode()
            here = (moved == at) & text.precedes(at, prefix)
            if code[0].isdigit():
                here &= ~is_digit(text.data[at - len(prefix) - 1])
            moved = np.where(here, at - len(prefix), moved)
    first[some] = moved
    return first


RECOGNIZER = Recognizer(
    entity="CN_MOBILE_PHONE",
    labels=words(
        "手机、手機、手机号、手機號、手机号码、手機號碼、移动电话、移動電話、電話、电话、联系方式",
        "聯繫方式、联系电话、聯絡電話、致电、来电、来電、拨打、撥打、回电、回電、短信、热线",
        "联系人、联系、聯繫、号码、號碼、預留、预留、微信、微信号、微信號、支付宝、支付寶",
        "支付宝账号、收货人、收件人、物联网卡、物聯網卡、流量卡、紧急联系人、mobile、phone、cell",
        "tel、cellphone、call、mobile no、phone no、phone number、telephone、contact、sjh",
        "dianhua、shouji、wechat、weixin、alipay",
    ),
    shape=Scores(alone=40, near=80, direct=92, contrary=5),
    passed=Scores(alone=75, near=92, direct=98, contrary=30),
    candidates=candidates,
)
