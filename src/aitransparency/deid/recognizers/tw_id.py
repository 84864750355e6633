"""Taiwan national identification number (身分證字號) and resident certificate number (統一證號).

Rule: Ministry of the Interior of Taiwan (戶役政資訊系統; as published by the Household Registration
and the National Immigration Agency): a letter worth 10 to 35, then 1 or 2 (national), 8 or 9
(resident, since 2021) or A to D (resident, before), eight digits, the last the check digit; weights
1 for the first digit of the letter's value, 9 for its second, then 8 down to 1 and 1, modulo 10.

>>> numbers = np.frombuffer(b"A123456789" b"A123456788" b"A800000014", np.uint8).reshape(3, 10)
>>> check_fits(numbers).tolist()
[True, False, True]
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Bytes
from aitransparency.deid.scan.recognizer import Matches, Recognizer, Scores, graded, words
from aitransparency.deid.scan.runs import Shape, Windows, lettered
from aitransparency.deid.scan.text import ScanText

# What each letter is worth, in the order of the alphabet; I, O, W and Z came later.
_ORDER = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
_VALUES = np.array([10 + _ORDER.index(letter) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"])
_WEIGHTS = np.array([8, 7, 6, 5, 4, 3, 2, 1, 1])
_NATIONAL = Shape.of("@[1289]########")
_RESIDENT = Shape.of("@[A-D]########")


def check_fits(characters: Bytes) -> npt.NDArray[np.bool_]:
    """Return whether the check digit of uint8 (n, 10) fits."""
    first = _VALUES[characters[:, 0] - 65]
    rest = characters[:, 1:].astype(np.int64) - 48
    second = characters[:, 1]
    rest[:, 0] = np.where(second >= 65, _VALUES[np.maximum(second, 65) - 65] % 10, rest[:, 0])
    total = first // 10 + first % 10 * 9 + rest @ _WEIGHTS
    fits: npt.NDArray[np.bool_] = total % 10 == 0
    return fits


def candidates(text: ScanText) -> Matches:
    """Return one letter with nine digits, and two letters with eight."""
    runs = text.digits
    one = lettered(Windows.concat(runs.whole(9), runs.grouped((3, 3, 3))), text.data, 1)
    one = one.take(text.data[one.start + 1] != ord("/"))  # a part of a path
    two = lettered(runs.whole(8), text.data, 2)
    found = Windows.concat(
        one.take(_NATIONAL.fits(one.characters)), two.take(_RESIDENT.fits(two.characters))
    )
    return graded(found, check_fits(found.characters))


RECOGNIZER = Recognizer(
    entity="TW_ID",
    labels=words(
        "台湾身份证、台灣身分證、臺灣身分證、身分證字號、身分证字号、身分證、統一證號、居留證",
        "居留證號、身份证、身份證、身份證號、身份证号、身份证号码、身份證號碼、身分證號碼、身分證號",
        "证件号、證件號、taiwan id、national id",
        "arc no、id card、id no",
    ),
    shape=Scores(alone=20, near=45, direct=62, contrary=5),
    passed=Scores(alone=75, near=92, direct=99, contrary=30),
    candidates=candidates,
)
