"""Foreign permanent resident ID card of mainland China (外国人永久居留身份证).

Rule: National Immigration Administration, 新版外国人永久居留身份证机读信息规则 (2023; read in
extracts): 18 digits, 9, province of issue (2), country in digits (3), date of birth (8), order (3),
check character of MOD 11-2 as in resident IDs. Cards before had country in letters (3), province
and city (4), date of birth without century (6), order (1), check digit (1) with the weights 7, 3, 1
of ICAO Doc 9303 part 3 clause 4.9 (not read; agrees with the sample numbers that validators test).

>>> old = np.frombuffer(b"KAZ110090123105" b"KAZ110090123104", np.uint8).reshape(2, 15)
>>> is_old(old).tolist()
[True, False]
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Bytes
from aitransparency.deid.divisions import known_codes
from aitransparency.deid.recognizers.countries import is_alpha_code, numeric_codes
from aitransparency.deid.recognizers.dates import is_date
from aitransparency.deid.recognizers.resident_id import check_character_fits
from aitransparency.deid.scan.recognizer import Matches, Recognizer, Scores, graded, words
from aitransparency.deid.scan.runs import Windows, lettered
from aitransparency.deid.scan.text import ScanText

Mask = npt.NDArray[np.bool_]

_WEIGHTS = np.array([7, 3, 1] * 5, np.int64)[:14]
_NEW_GROUPINGS = ((6, 8, 4), (6, 4, 4, 4), (3, 3, 8, 4), (4, 4, 4, 4, 2), (1, 2, 3, 8, 4))


def is_old(characters: Bytes) -> Mask:
    """Return whether codes, uint8 (n, 15), capital letters and digits, are of the old form."""
    if not len(characters):
        return np.empty(0, np.bool_)
    digits = characters[:, 3:] - np.uint8(48)
    values = np.concatenate([characters[:, :3] - np.uint8(55), digits], axis=1).astype(np.int64)
    good: Mask = values[:, :14] @ _WEIGHTS % 10 == values[:, 14]
    some = np.flatnonzero(good)
    good[some] = is_alpha_code(characters[some, :3]) & _is_province(digits[some, :2])
    some = np.flatnonzero(good)
    birth = np.concatenate([np.full((len(some), 2), [1, 9], np.uint8), digits[some, 4:10]], axis=1)
    later = birth.copy()
    later[:, :2] = 2, 0
    good[some] = is_date(birth) | is_date(later)
    return good


def is_new(characters: Bytes) -> Mask:
    """Return whether codes, uint8 (n, 18), are of the form of 2023."""
    if not len(characters):
        return np.empty(0, np.bool_)
    digits = characters[:, :17] - np.uint8(48)
    good: Mask = (digits[:, 0] == 9) & check_character_fits(characters)
    some = np.flatnonzero(good)
    country = digits[some, 3:6].astype(np.int64) @ np.array([100, 10, 1])
    good[some] = _is_province(digits[some, 1:3]) & numeric_codes()[country]
    some = np.flatnonzero(good)
    good[some] = is_date(digits[some, 6:14])
    return good


def _is_province(digits: Bytes) -> Mask:
    code = (digits.astype(np.int64) @ np.array([10, 1])) * 10_000
    known: Mask = known_codes()[code]
    return known


def candidates(text: ScanText) -> Matches:
    """Return runs and groups of 18 that begin with 9, and three letters with 12 digits."""
    runs = text.digits
    new = Windows.concat(
        runs.whole(18, check_letter=True),
        *(runs.grouped(grouping, check_letter=True) for grouping in _NEW_GROUPINGS),
    )
    new = new.take(new.characters[:, 0] == ord("9"))
    old = lettered(Windows.concat(runs.whole(12), runs.grouped((4, 4, 4))), text.data, 3)
    return Matches.concat(graded(new, is_new(new.characters)), graded(old, is_old(old.characters)))


RECOGNIZER = Recognizer(
    entity="CN_FOREIGN_PERMANENT_ID",
    labels=words(
        "永久居留、永居证、永居證、永久居留证、永久居留證、永久居留身份证、永久居留身份證",
        "外国人永久居留、居留证、证件号、證件號、证件号码、證件號碼、证号、permanent residence",
        "permanent resident、residence card",
    ),
    shape=Scores(alone=10, near=40, direct=60, contrary=0),
    passed=Scores(alone=93, near=97, direct=100, contrary=60),
    candidates=candidates,
)
