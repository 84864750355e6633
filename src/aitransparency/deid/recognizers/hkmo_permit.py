"""Permits between the mainland, Hong Kong and Macau (来往内地通行证、往来港澳通行证).

Rule: National Immigration Administration, description of the cards (no public standard): Mainland
Travel Permit for Hong Kong and Macau Residents, H or M and eight digits, on older cards followed by
two that count the renewals; exit-entry permit of mainland residents, C and eight digits, or C, a
letter without I and O and seven digits, W and eight digits before 2014.

>>> from aitransparency.deid.column import TextColumn
>>> text = ScanText.of(TextColumn.from_strings(["回乡证H0123456701，通行证C12345678"]))
>>> matches = candidates(text)
>>> [bytes(text.data[s:e]).decode() for s, e in zip(matches.start, matches.end)]
['C12345678', 'H0123456701']
"""

from __future__ import annotations

from aitransparency.deid.scan.recognizer import Matches, Recognizer, Scores, graded, words
from aitransparency.deid.scan.runs import Shape, Windows, lettered
from aitransparency.deid.scan.text import ScanText

_PERSON = Shape.of("[HMCW]########")
_NOT_W = Shape.of("[HMC]########")
_RENEWED = Shape.of("[HM]##########")
_SERIES = Shape.of("C[A-HJ-NP-Z]#######")


def candidates(text: ScanText) -> Matches:
    """Return a letter or two with the digits behind them."""
    runs = text.digits
    eight = lettered(Windows.concat(runs.whole(8), runs.grouped((4, 4))), text.data, 1)
    ten = lettered(Windows.concat(runs.whole(10), runs.grouped((8, 2))), text.data, 1)
    seven = lettered(Windows.concat(runs.whole(7), runs.grouped((3, 4))), text.data, 2)
    return Matches.concat(
        graded(eight, _NOT_W.fits(eight.characters)).take(_PERSON.fits(eight.characters)),
        graded(ten, ten.start > 0).take(_RENEWED.fits(ten.characters)),
        graded(seven, seven.start > 0).take(_SERIES.fits(seven.characters)),
    )


RECOGNIZER = Recognizer(
    entity="CN_HKMO_PERMIT",
    labels=words(
        "回乡证、回鄉證、回乡卡、回鄉卡、通行证、通行證、港澳通行证、港澳通行證、来往内地通行证",
        "來往內地通行證、往来港澳通行证、往來港澳通行證、港澳证、证件号、證件號、证件号码",
        "證件號碼、home return permit、travel permit、permit no",
    ),
    shape=Scores(alone=20, near=60, direct=85, contrary=0),
    passed=Scores(alone=60, near=90, direct=99, contrary=15),
    candidates=candidates,
)
