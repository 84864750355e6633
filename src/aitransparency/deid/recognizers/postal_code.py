"""Postal code (邮政编码), six digits, found by the words around it.

Rule: the plan of China Post (中国邮政编码, not read; the first two
digits as published per province).

>>> from aitransparency.deid.column import TextColumn
>>> text = ScanText.of(TextColumn.from_strings(["邮编518057，090000"]))
>>> candidates(text).level.tolist()
[2, 1]
"""

from __future__ import annotations

import numpy as np

from aitransparency.deid.scan.recognizer import Matches, Recognizer, Scores, graded, words
from aitransparency.deid.scan.text import ScanText

_PROVINCES = np.zeros(100, np.bool_)
_PROVINCES[[*range(1, 8), *range(10, 14), 15, 16, *range(20, 28), *range(30, 37)]] = True
_PROVINCES[[*range(40, 48), *range(51, 58), *range(61, 68), *range(71, 76), 81]] = True
_PROVINCES[[83, 84, 85, 86]] = True
_PROVINCES.flags.writeable = False


def candidates(text: ScanText) -> Matches:
    """Return runs of six digits."""
    windows = text.digits.whole(6)
    first = (windows.characters[:, :2] - np.uint8(48)).astype(np.int64) @ np.array([10, 1])
    return graded(windows, _PROVINCES[first])


RECOGNIZER = Recognizer(
    entity="CN_POSTAL_CODE",
    labels=words(
        "邮编、郵編、邮政编码、郵政編碼、邮政编号、郵遞區號、邮码、postal code、postcode",
        "zip code、zipcode、post code、youbian、p.c.",
    ),
    shape=Scores(alone=0, near=10, direct=55, contrary=0),
    passed=Scores(alone=0, near=40, direct=90, contrary=0),
    candidates=candidates,
)
