"""Macau resident identity card number (澳門居民身份證), seven digits and a check digit.

Rule: Identification Services Bureau of Macau (身份證明局): the first digit is 1, 5, 7 or 8, the
last is a check digit, written ``1234567(8)`` or, before 2002, ``1/234567/8``. How the check digit
comes about is not published, so it cannot be checked.

>>> from aitransparency.deid.column import TextColumn
>>> text = ScanText.of(TextColumn.from_strings(["1234567(8)、5/123456/7、51234567"]))
>>> candidates(text).level.tolist()
[2, 2, 1]
"""

from __future__ import annotations

import numpy as np

from aitransparency.deid.scan.recognizer import Matches, Recognizer, Scores, graded, words
from aitransparency.deid.scan.runs import Windows, is_alnum, is_digit
from aitransparency.deid.scan.text import ScanText, members

_FIRST = members(b"1578")


def candidates(text: ScanText) -> Matches:
    """Return the enclosed, the slashed and the bare form."""
    runs, data = text.digits, text.data
    seven = runs.whole(7)
    enclosed = seven.take(
        (data[seven.end] == ord("(")) & is_digit(data[seven.end + 1]) & (data[seven.end + 2] == 41)
    )
    enclosed = Windows(enclosed.start, enclosed.end + 3, enclosed.characters)
    slashed = runs.grouped((1, 6, 1))
    slashed = slashed.take(data[slashed.start + 1] == ord("/"))
    eight = runs.whole(8)
    parts = [(enclosed, True), (Windows(slashed.start, slashed.end, slashed.characters), True)]
    parts.append((eight, False))
    found = []
    for windows, passed in parts:
        free = ~is_alnum(data[windows.start - 1])
        kept = windows.take(_FIRST[windows.characters[:, 0]] & free)
        found.append(graded(kept, np.full(len(kept.start), passed)))
    return Matches.concat(*found)


RECOGNIZER = Recognizer(
    entity="MO_ID",
    labels=words(
        "澳门身份证、澳門身份證、澳門居民身份證、澳门居民身份证、澳门居民、澳門居民、身份证号",
        "身份證號、身份证、身份證、证件号、證件號、macau id、macao id、bir no",
        "bilhete de identidade",
    ),
    shape=Scores(alone=0, near=45, direct=72, contrary=0),
    passed=Scores(alone=65, near=88, direct=97, contrary=25),
    candidates=candidates,
)
