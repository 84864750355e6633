"""Unified social credit code (统一社会信用代码), 18 characters.

Rule: GB 32100-2015 (not read; check as published by python-stdnum ``stdnum.cn.uscc``): registering
department (1), kind (1), division code of GB/T 2260 (6), organisation code (9), check character
over the weights of the powers of 3 modulo 31. I, O, S, V and Z do not occur.

>>> codes = np.frombuffer(b"91110000600037341L" b"91110000600037342L", np.uint8).reshape(2, 18)
>>> passes(codes).tolist()
[True, False]
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Bytes
from aitransparency.deid.recognizers.resident_id import is_division
from aitransparency.deid.scan.recognizer import Matches, Recognizer, Scores, graded, words
from aitransparency.deid.scan.runs import Shape, Windows
from aitransparency.deid.scan.text import ScanText

_ALPHABET = b"0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = np.full(256, 31, np.float64)  # whole numbers, which are multiplied faster
_VALUES[list(_ALPHABET)] = np.arange(31)
_VALUES.flags.writeable = False
_WEIGHTS = np.array([float(pow(3, place, 31)) for place in range(17)])
_ALLOWED = "[0-9A-HJ-NPQRTUWXY]"
_SHAPE = Shape.of("[1-9AFGNY][1-59]######" + _ALLOWED * 10)
_DEPARTMENTS = Shape.of("[1-9ANY][1-59]")
_NATIONAL = b"100000"  # the State itself, where a division code stands otherwise
_GROUPINGS = (
    (4, 4, 4, 4, 2),
    (2, 6, 9, 1),
    (2, 6, 10),
    (8, 10),
    (2, 6, 8, 2),
    (6, 6, 6),
    (8, 9, 1),
)


def passes(characters: Bytes) -> npt.NDArray[np.bool_]:
    """Return whether check character, department and division of uint8 (n, 18) hold."""
    if not len(characters):
        return np.empty(0, np.bool_)
    values = _VALUES[characters]
    good: npt.NDArray[np.bool_] = (31 - values[:, :17] @ _WEIGHTS % 31) % 31 == values[:, 17]
    some = np.flatnonzero(good)
    division = characters[some, 2:8]
    known = is_division(division - np.uint8(48))
    known |= (division == np.frombuffer(_NATIONAL, np.uint8)).all(axis=1)
    good[some] = known & _DEPARTMENTS.fits(characters[some])
    return good


def candidates(text: ScanText) -> Matches:
    """Return codes of 18 and groups of them."""
    runs = text.mixed
    windows = Windows.concat(runs.whole(18), *(runs.grouped(grouping) for grouping in _GROUPINGS))
    windows = windows.take(_SHAPE.fits(windows.characters))
    return graded(windows, passes(windows.characters))


RECOGNIZER = Recognizer(
    entity="CN_USCC",
    labels=words(
        "统一社会信用代码、統一社會信用代碼、社会信用代码、社會信用代碼、信用代码、信用代碼、税号",
        "稅號、纳税人识别号、納稅人識別號、纳税识别号、营业执照、營業執照、执照号、注册号、uscc",
        "credit code、tax id、tax no",
    ),
    shape=Scores(alone=5, near=45, direct=62, contrary=0),
    passed=Scores(alone=90, near=96, direct=99, contrary=60),
    candidates=candidates,
)
