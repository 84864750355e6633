"""Permits between the mainland and Taiwan (台胞证、往来台湾通行证).

Rule: National Immigration Administration, description of the cards (no public standard): Mainland
Travel Permit for Taiwan Residents, eight digits since 2015, ten digits and a letter, with or
without parentheses, before; exit-entry permit of mainland residents for Taiwan, L and eight digits
since 2016, T and eight before. Digits alone are found by the words around them.

>>> from aitransparency.deid.column import TextColumn
>>> text = ScanText.of(TextColumn.from_strings(["0012345601(B) L12345678"]))
>>> matches = candidates(text)
>>> [bytes(text.data[s:e]).decode() for s, e in zip(matches.start, matches.end)]
['L12345678', '12345678', '0012345601(B)']
"""

from __future__ import annotations

import numpy as np

from aitransparency.deid.scan.recognizer import Matches, Recognizer, Scores, graded, words
from aitransparency.deid.scan.runs import Shape, Windows, is_alnum, is_letter, lettered
from aitransparency.deid.scan.text import ScanText

_LETTERED = Shape.of("[LT]########")


def candidates(text: ScanText) -> Matches:
    """Return L or T with eight digits, eight digits, and ten with a letter."""
    runs = text.digits
    plain = Windows.concat(runs.whole(8), runs.grouped((4, 4)))
    one = lettered(plain, text.data, 1)
    one = one.take(_LETTERED.fits(one.characters))
    return Matches.concat(
        graded(one, one.start > 0), graded(plain, plain.start < 0), _ten(text, runs.whole(10))
    )


def _ten(text: ScanText, windows: Windows) -> Matches:
    """Return ten digits, with the letter behind them where there is one."""
    after, data = windows.end, text.data
    bare = is_letter(data[after]) & ~is_alnum(data[after + 1])
    closed = (data[after] == ord("(")) & is_letter(data[after + 1]) & (data[after + 2] == ord(")"))
    end = after + np.where(bare, 1, np.where(closed, 3, 0))
    return graded(Windows(windows.start, end, windows.characters), closed)


RECOGNIZER = Recognizer(
    entity="CN_TW_PERMIT",
    labels=words(
        "台胞证、臺胞證、台胞證、台湾通行证、台灣通行證、大陆通行证、大陸通行證、来往大陆通行证",
        "來往大陸通行證、往来台湾通行证、往來台灣通行證、大通证、通行证、通行證",
        "taiwan compatriot",
    ),
    shape=Scores(alone=0, near=45, direct=80, contrary=0),
    passed=Scores(alone=52, near=88, direct=98, contrary=15),
    candidates=candidates,
)
