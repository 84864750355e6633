"""QQ number (QQ 号), 5 to 11 digits, found by the words around it.

Rule: Tencent: numbers begin at 10000, without a leading zero. QQ right before the digits, with no
more than a few signs between, is word enough.

>>> from aitransparency.deid.column import TextColumn
>>> text = ScanText.of(TextColumn.from_strings(["QQ：12345678，扣扣87654321"]))
>>> candidates(text).level.tolist()
[2, 1]
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Ints
from aitransparency.deid.scan.recognizer import (
    PASSED,
    SHAPE,
    Matches,
    Recognizer,
    Scores,
    words,
)
from aitransparency.deid.scan.runs import is_alnum, is_letter
from aitransparency.deid.scan.text import ScanText

_REACH = 11  # bytes in which QQ has to stand: ``QQ号码：``
_ENDS = b",;\n"


def candidates(text: ScanText) -> Matches:
    """Return runs of 5 to 11 digits without a leading zero."""
    runs = text.digits.between(5, 11)
    start, end = runs.start, runs.start + runs.length
    real = text.data[start] != ord("0")
    start, end = start[real], end[real]
    return Matches(start, end, np.where(_named(text, start), PASSED, SHAPE).astype(np.int8))


def _named(text: ScanText, start: Ints) -> npt.NDArray[np.bool_]:
    """Return whether QQ stands before each start, and nothing but signs and 号 between."""
    window = text.windows(start - _REACH, _REACH)
    is_q = (window | 32) == ord("q")
    named = np.zeros(len(start), np.bool_)
    some = np.flatnonzero(is_q.any(axis=1))
    if not len(some):
        return named
    window, is_q = window[some], is_q[some]
    last = _REACH - 1 - is_q[:, ::-1].argmax(axis=1)
    row = np.arange(len(some))
    good = (last >= 1) & is_q[row, np.maximum(last - 1, 0)]
    stops = is_alnum(window) | np.isin(window, list(_ENDS))
    stops[np.arange(_REACH) <= last[:, None]] = False
    good &= ~stops.any(axis=1)
    before = text.data[start[some] - _REACH + last - 2]
    named[some] = good & ~is_letter(before)
    return named


RECOGNIZER = Recognizer(
    entity="CN_QQ",
    labels=words(
        "扣扣、扣扣号、企鹅号、企鹅、qq号、qq号码、qq號、qq號碼、qq:、qq：、qq 、加qq、q号、秋秋",
        "qq=、oicq、腾讯qq",
    ),
    shape=Scores(alone=0, near=20, direct=85, contrary=0),
    passed=Scores(alone=92, near=94, direct=97, contrary=90),
    candidates=candidates,
)
