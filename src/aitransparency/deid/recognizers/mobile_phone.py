"""Mobile phone number of mainland China (手机号), 11 digits, with or without +86.

Rule: numbering plan of the Ministry of Industry and Information Technology (电信网编号计划,
not read; the segments in use as collected by libphonenumber): 13x, 14x, 15x without 154,
162 165 166 167, 17x, 18x, 19x without 194, virtual operators and satellite included.

>>> levels(np.frombuffer(b"13800138000" b"12345678901", np.uint8).reshape(2, 11)).tolist()
[2, 1]
"""

from __future__ import annotations

import numpy as np

from aitransparency.deid.column import Bytes, Ints
from aitransparency.deid.scan.recognizer import PASSED, SHAPE, Levels, Matches, Recognizer, Scores
from aitransparency.deid.scan.runs import Windows
from aitransparency.deid.scan.text import ScanText

_SEGMENTS = np.zeros(1000, np.bool_)
_SEGMENTS[130:200] = True
_SEGMENTS[[142, 143, 154, 160, 161, 163, 164, 168, 169, 194]] = False
_SEGMENTS.flags.writeable = False
_GROUPINGS = ((3, 4, 4), (3, 3, 5), (3, 2, 3, 3), (4, 3, 4), (5, 6), (3, 8), (7, 4), (4, 4, 3))
_CODES = ("(+86)", "+86", "(0086)", "0086", "(86)", "86")
_JOINTS = ("", " ", "-", " -", "- ", "  ")


def levels(characters: Bytes) -> Levels:
    """Return the level of each number, uint8 (n, 11)."""
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
    )
    level = levels(windows.characters)
    windows, level = windows.take(level == PASSED), level[level == PASSED]
    return Matches(_with_country_code(text, windows.start), windows.end, level)


def _glued(windows: Windows, code: bytes) -> Windows:
    """Keep what begins with the country code, and cut the code off."""
    cut = len(code)
    here = (windows.characters[:, :cut] == np.frombuffer(code, np.uint8)).all(axis=1)
    return Windows(windows.start + cut, windows.end, windows.characters[:, cut:]).take(here)


def _with_country_code(text: ScanText, start: Ints) -> Ints:
    """Move the start before a country code that stands before it."""
    first = start.copy()
    for joint in _JOINTS:
        for code in _CODES:
            prefix = (code + joint).encode()
            here = (first == start) & text.precedes(start, prefix)
            if code[0].isdigit():
                before = text.data[start - len(prefix) - 1]
                here &= (before - np.uint8(48)) > 9
            first[here] -= len(prefix)
    return first


RECOGNIZER = Recognizer(
    entity="CN_MOBILE_PHONE",
    labels=(
        *(
            "手机",
            "手機",
            "手机号",
            "手機號",
            "手机号码",
            "手機號碼",
            "移动电话",
            "電話",
            "电话",
            "联系方式",
        ),
        *(
            "聯繫方式",
            "联系电话",
            "聯絡電話",
            "致电",
            "来电",
            "来電",
            "拨打",
            "撥打",
            "回电",
            "短信",
            "热线",
        ),
        *(
            "联系人",
            "号码",
            "號碼",
            "預留",
            "预留",
            "mobile",
            "phone",
            "cell",
            "tel",
            "cellphone",
            "call",
        ),
        *("mobile no", "phone no", "phone number", "telephone", "contact", "sjh", "dianhua"),
    ),
    shape=Scores(alone=0, near=0, direct=0, contrary=0),
    passed=Scores(alone=75, near=92, direct=98, contrary=30),
    candidates=candidates,
)
