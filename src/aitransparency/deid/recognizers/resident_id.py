"""Resident identity number of mainland China (居民身份证号码 / 公民身份号码), 18 characters.

Rule: GB 11643-1999 (not read; form and check as published by python-stdnum ``stdnum.cn.ric`` and
ISO/IEC 7064 MOD 11-2): division code of GB/T 2260 (6), date of birth (8), order (3), check
character 0-9 or X. The code may be any that was ever valid: it is that of the place of
registration, which may be long withdrawn or much younger than the holder. The residence permit
for residents of Hong Kong (810000), Macau (820000) and Taiwan (830000) has the same form.

>>> number = np.frombuffer(b"110101199003074477" b"110101199003074478", np.uint8).reshape(2, 18)
>>> levels(number).tolist() == [PASSED, SHAPE]
True
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Bytes
from aitransparency.deid.divisions import known_codes
from aitransparency.deid.recognizers.dates import is_date
from aitransparency.deid.scan.recognizer import (
    PASSED,
    REFUSED,
    SHAPE,
    Levels,
    Matches,
    Recognizer,
    Scores,
)
from aitransparency.deid.scan.runs import Windows
from aitransparency.deid.scan.text import ScanText

_WEIGHTS = np.array([pow(2, 17 - place, 11) for place in range(17)], np.uint16)
_CHECKS = np.frombuffer(b"10X98765432", np.uint8)
_GROUPINGS = (
    (6, 8, 4),
    (6, 4, 4, 4),
    (4, 4, 4, 4, 2),
    (3, 3, 4, 4, 4),
    (6, 4, 2, 2, 4),
    (6, 8, 3, 1),
)
_PERMITS = (810000, 820000, 830000)


def levels(characters: Bytes) -> Levels:
    """Return the level of each number.

    Parameters
    ----------
    characters
        uint8 (n, 18), digits, the last may be X.
    """
    digits = characters[:, :17] - np.uint8(48)
    passed = _CHECKS[(digits @ _WEIGHTS) % 11] == characters[:, 17]
    some = np.flatnonzero(passed)
    passed[some] = is_division(digits[some, :6]) & is_date(digits[some, 6:14])
    result = np.where(passed, PASSED, SHAPE).astype(np.int8)
    result[digits[:, 0] == 0] = REFUSED
    return result


def is_division(digits: Bytes) -> npt.NDArray[np.bool_]:
    """Return whether six digits, uint8 (n, 6), are a division code or a permit's."""
    code = digits.astype(np.int64) @ 10 ** np.arange(5, -1, -1)
    known: npt.NDArray[np.bool_] = known_codes()[code] | np.isin(code, _PERMITS)
    return known


def candidates(text: ScanText) -> Matches:
    """Return runs of 18, and groups of 18 in the usual or any even way of writing."""
    runs = text.digits
    windows = Windows.concat(
        runs.whole(18, check_letter=True),
        runs.chained(18, check_letter=True),
        *(runs.grouped(grouping, check_letter=True) for grouping in _GROUPINGS),
    )
    return Matches(windows.start, windows.end, levels(windows.characters))


RECOGNIZER = Recognizer(
    entity="CN_RESIDENT_ID",
    labels=(
        *(
            "身份证",
            "身份證",
            "身份证号",
            "身份證號",
            "身份证号码",
            "身份證號碼",
            "身份证件",
            "公民身份号码",
        ),
        *(
            "公民身份證號",
            "身份号码",
            "证件号",
            "證件號",
            "证件号码",
            "證件號碼",
            "证号",
            "居民证",
            "居住证",
        ),
        *(
            "居住證",
            "居住证号",
            "身份证明",
            "二代证",
            "id card",
            "id no",
            "id number",
            "identity card",
        ),
        *("sfzh", "sfz", "idcard", "id_no", "id_card", "citizen id", "身分證", "身分证"),
    ),
    shape=Scores(alone=20, near=45, direct=60, contrary=5),
    passed=Scores(alone=97, near=99, direct=100, contrary=80),
    candidates=candidates,
)
