"""Hong Kong identity card number (香港身份證), one or two letters, six digits, check digit.

Rule: Immigration Department of Hong Kong; check as the OECD's page on Hong Kong tax numbers has it:
letters 10 to 35, a missing first letter 36, weights 9 down to 1, sum divisible by 11; the check
digit 10 is written A. In print it stands in parentheses.

>>> from aitransparency.deid.column import TextColumn
>>> text = ScanText.of(TextColumn.from_strings(["A123456(3)、AB987654(3)、A123456(4)"]))
>>> candidates(text).level.tolist()
[2, 1, 2]
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Bytes, Ints
from aitransparency.deid.scan.recognizer import (
    PASSED,
    REFUSED,
    SHAPE,
    Matches,
    Recognizer,
    Scores,
    words,
)
from aitransparency.deid.scan.runs import Windows, is_alnum, is_digit, lettered, upper
from aitransparency.deid.scan.text import ScanText

_WEIGHTS = np.arange(9, 0, -1)
_BLANK = 36


def check_fits(characters: Bytes, check: Bytes) -> npt.NDArray[np.bool_]:
    """Return whether check characters fit.

    Parameters
    ----------
    characters
        uint8 (n, 7 or 8), capital letters and six digits.
    check
        uint8 (n,), a digit or A.
    """
    values = np.full((len(characters), 9), _BLANK, np.int64)
    plain = np.where(characters >= 65, characters - np.uint8(55), characters - np.uint8(48))
    values[:, 8 - characters.shape[1] : 8] = plain
    values[:, 8] = np.where(check >= 65, 10, check - np.uint8(48))
    fits: npt.NDArray[np.bool_] = values @ _WEIGHTS % 11 == 0
    return fits


def candidates(text: ScanText) -> Matches:
    """Return letters, six digits and what may be the check character behind them."""
    runs = text.digits
    six = runs.whole(6)
    seven = runs.whole(7)
    six = Windows.concat(
        six, Windows(seven.start, seven.end - 1, seven.characters[:, :6]), runs.grouped((3, 3))
    )
    return Matches.concat(*(_graded(text, lettered(six, text.data, size)) for size in (1, 2)))


def _graded(text: ScanText, windows: Windows) -> Matches:
    if not len(windows.start):
        return Matches.none()
    check, end, enclosed = _check(text, windows.end)
    fits = check_fits(windows.characters, check)
    bare = windows.end - windows.start - windows.characters.shape[1] == 0
    typed = fits | enclosed | bare  # an unfit check without parentheses still has its label
    level = np.where(fits & enclosed, PASSED, np.where(typed, SHAPE, REFUSED))
    return Matches(windows.start, end, level.astype(np.int8)).take(end > windows.end)


def _check(text: ScanText, at: Ints) -> tuple[Bytes, Ints, npt.NDArray[np.bool_]]:
    """Return the check character behind the digits, the end, and whether in parentheses."""
    data = text.data
    spaced = at + (data[at] == ord(" "))
    enclosed = (data[spaced] == ord("(")) & (data[spaced + 2] == ord(")"))
    place = np.where(enclosed, spaced + 1, at + (data[at] == ord("-")))
    check = upper(data[place])
    good = is_digit(check) | (check == ord("A"))
    good &= enclosed | ~is_alnum(data[place + 1])
    end = np.where(good, np.where(enclosed, spaced + 3, place + 1), at)
    return np.where(good, check, ord("0")).astype(np.uint8), end, enclosed & good


RECOGNIZER = Recognizer(
    entity="HK_ID",
    labels=words(
        "香港身份证、香港身份證、香港身分證、香港居民身份证、香港永久性居民、身份证号、身份證號",
        "身份证号码、身份證號碼、身分證號碼、香港身份证号、香港身份證號碼",
        "身份证、身份證、身分證、证件号、證件號、證件號碼、证件号码、hkid、hk id、hong kong id",
        "identity card、id card、id no",
    ),
    shape=Scores(alone=30, near=60, direct=80, contrary=5),
    passed=Scores(alone=88, near=95, direct=99, contrary=40),
    candidates=candidates,
)
