"""Passport number: Chinese passports of every kind, and any passport's by the words around it.

Rule: 中华人民共和国护照 as the National Immigration Administration and the consulates describe
their books (no public standard for the numbers; ICAO Doc 9303 only bounds them to nine characters):
ordinary E and eight digits, or E, a letter without I and O, seven digits; G, 14 and 15 before;
diplomatic D or DE, service S or SE, public affairs P or PE; Hong Kong K, KJ, KZ, Macau MA, MB.

>>> from aitransparency.deid.column import TextColumn
>>> text = ScanText.of(TextColumn.from_strings(["护照E12345678，旧照 G 87654321，ED1234567"]))
>>> matches = candidates(text)
>>> sorted(bytes(text.data[s:e]).decode() for s, e in zip(matches.start, matches.end))
['E12345678', 'E12345678', 'ED1234567', 'ED1234567', 'G 87654321']
"""

from __future__ import annotations

from aitransparency.deid.scan.recognizer import (
    Matches,
    Recognizer,
    Scores,
    graded,
    words,
)
from aitransparency.deid.scan.runs import Shape, Windows, lettered
from aitransparency.deid.scan.text import ScanText

_EIGHT = Shape.of("[EG]########")
_SEVEN = Shape.of("[EDSP][A-HJ-NP-Z]#######")
_SECOND = Shape.of("[E][A-HJ-NP-Z]#######")
_OFFICIAL = Shape.of("[DSP][E]#######")
_OLD_OFFICIAL = Shape.of("[DSP]#######")
_OLD_EIGHT = Shape.of("[DSPKHM]########")
_SAR = Shape.of("[KM][ABJZ]#######")
_OLD_DIGITS = Shape.of("1[45]#######")
_FOREIGN_LENGTHS = range(7, 10)


def candidates(text: ScanText) -> Matches:
    """Return numbers of Chinese passports, and what a foreign one may be (by words alone)."""
    runs = text.digits
    eight = Windows.concat(runs.whole(8), runs.grouped((4, 4)))
    seven = Windows.concat(runs.whole(7), runs.grouped((3, 4)))
    one = lettered(eight, text.data, 1)
    two = lettered(seven, text.data, 2)
    old = lettered(seven, text.data, 1)
    nine = runs.whole(9)
    parts = [
        graded(one, _EIGHT.fits(one.characters)).take(
            _EIGHT.fits(one.characters) | _OLD_EIGHT.fits(one.characters)
        ),
        graded(two, _SECOND.fits(two.characters) | _OFFICIAL.fits(two.characters)).take(
            _SEVEN.fits(two.characters) | _SAR.fits(two.characters)
        ),
        _shapes(old.take(_OLD_OFFICIAL.fits(old.characters))),
        _shapes(nine.take(_OLD_DIGITS.fits(nine.characters))),
    ]
    return Matches.concat(*parts, *(_foreign(text, length) for length in _FOREIGN_LENGTHS))


def _shapes(windows: Windows) -> Matches:
    return graded(windows, windows.start < 0)


def _foreign(text: ScanText, length: int) -> Matches:
    """Return codes of one or two letters and digits; only words make them a passport's."""
    windows = text.mixed.whole(length)
    digits = (windows.characters < 58).sum(axis=1)
    return _shapes(windows.take((digits < length) & (digits >= length - 3)))


RECOGNIZER = Recognizer(
    entity="CN_PASSPORT",
    labels=words(
        "护照、護照、护照号、護照號、护照号码、護照號碼、普通护照、因公护照、因私护照、旅行证",
        "旅行證、证件号、證件號、证件号码、證件號碼、passport、passport no、passport number",
        "huzhao",
    ),
    shape=Scores(alone=0, near=50, direct=75, contrary=0),
    passed=Scores(alone=58, near=88, direct=98, contrary=15),
    candidates=candidates,
)
