"""Names in Latin letters: Zhang Wei, ZHANG San, San Zhang, Wang Xiao-ming; Elena, John Miller.

In pinyin, a family name and a given name of one to three syllables stand side by side, each with a
capital. Of other languages a list of common given names is known (Faker's, MIT); up to two
capitalised words after one belong to it. Spellings other than Hanyu Pinyin are left to the model.

>>> token_kind("Zhang"), token_kind("Xiaoming"), token_kind("Hello")
(19, 18, 16)
>>> token_kind("Elena"), token_kind("RandyMiller"), token_kind("hello")
(22, 24, 0)
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Ints, TextColumn
from aitransparency.deid.names.fast import letter_runs
from aitransparency.deid.spans import Candidates

FAMILY, GIVEN, FOREIGN, JOINED, CAPITALISED = 1, 2, 4, 8, 16
_LONGEST = 24
_FIRST_SCORE, _LAST_SCORE, _FOREIGN_SCORE, _ALONE_SCORE = 0.8, 0.7, 0.8, 0.6
_JOINED = re.compile("([A-Z][a-z]{2,})(?:[A-Z][a-z]+){1,2}")

_LETTER = np.zeros(256, np.bool_)
_LETTER[65:91] = _LETTER[97:123] = True
_LETTER[[39, 45]] = True  # ' and - inside a given name
_CAPITAL = np.zeros(256, np.bool_)
_CAPITAL[65:91] = True
_GLUE = np.zeros(256, np.bool_)  # beside a name these make something else of it
_GLUE[48:58] = True
_GLUE[[ord(c) for c in "@._/\\&=#%+:-"]] = True
for _table in (_LETTER, _CAPITAL, _GLUE):
    _table.flags.writeable = False


@cache
def _words() -> dict[str, Any]:
    text = resources.files("aitransparency.deid.names").joinpath("latin.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def _listed(name: str) -> frozenset[str]:
    return frozenset(_words()[name].split())


@cache
def _given() -> re.Pattern[str]:
    """Return the pattern of one to three syllables, - or ' between them allowed."""
    syllables = {
        initial.removeprefix("none") + final
        for initial, finals in _words()["finals"].items()
        for final in finals.split()
    }
    longest_first = sorted(syllables, key=lambda syllable: (-len(syllable), syllable))
    return re.compile(f"(?:(?:{'|'.join(longest_first)})['-]?){{1,3}}")


@cache
def _foreign() -> frozenset[str]:
    text = resources.files("aitransparency.deid.names").joinpath("given_names.txt")
    return frozenset(text.read_text("utf-8").split())


@lru_cache(maxsize=4096)
def token_kind(token: str) -> int:
    """Return what a token of letters can be, as bits: `FAMILY` to `CAPITALISED`."""
    joined = _JOINED.fullmatch(token)
    if joined and joined[1].lower() in _foreign():
        return JOINED | CAPITALISED
    if not (token.istitle() or token.isupper() or _is_hyphened(token)):
        return 0
    lower = token.lower()
    is_word = lower in _listed("words")
    kind = 0 if lower in _listed("english") else CAPITALISED
    if lower in _listed("families"):
        kind |= FAMILY
    if not is_word and _given().fullmatch(lower):
        kind |= GIVEN
    if not is_word and lower in _foreign() and token.istitle():
        kind |= FOREIGN
    return kind


def _is_hyphened(token: str) -> bool:
    return "-" in token and token[:1].isupper() and token[1:].islower()


def find_latin(column: TextColumn) -> Candidates:
    """Return the names in pinyin."""
    base, last = int(column.offsets[0]), int(column.offsets[-1])
    data, offsets = column.data[base:last], column.offsets - base
    start, end = letter_runs(data, offsets, _LETTER, _CAPITAL)
    if len(start) < 1:
        return Candidates.none()
    first = _neighbours(data, start, end, offsets[1:-1])
    kind = _kinds(data, start, end, _may_be(data, start, end, first))
    low, high, score = _stretches(first, kind)
    free = _free(data, start[low], end[high], offsets)
    low, high = low[free], high[free]
    return Candidates.of("PERSON", start[low] + base, end[high] + base, score[free])


def _may_be(data: npt.NDArray[np.uint8], start: Ints, end: Ints, first: Ints) -> Ints:
    """Return the tokens that have a neighbour, or a small letter behind the capital.

    No other can be a name: a token of its own is a given name of another language or two in one.
    """
    second = data[np.minimum(start + 1, len(data) - 1)]
    may = (second - np.uint8(97) < 26) & (end - start > 1)
    may[first] = may[first + 1] = True
    return np.flatnonzero(may & (end - start <= _LONGEST))


def _stretches(
    first: Ints, kind: npt.NDArray[np.uint8]
) -> tuple[Ints, Ints, npt.NDArray[np.float32]]:
    """Return first and last token and score of every name, from tokens that have a neighbour."""
    one, two = kind[first], kind[first + 1]
    family_first = first[((one & FAMILY) > 0) & ((two & GIVEN) > 0)]
    family_last = first[((one & GIVEN) > 0) & ((two & FAMILY) > 0)]
    family_last = np.setdiff1d(family_last, family_first)
    foreign = np.flatnonzero(kind & FOREIGN)
    more = np.isin(foreign, first[(two & CAPITALISED) > 0])
    most = more & np.isin(foreign + 1, first[(two & CAPITALISED) > 0])
    joined = np.flatnonzero(kind & JOINED)
    low = np.concatenate([family_first, family_last, foreign, joined])
    high = np.concatenate([family_first + 1, family_last + 1, foreign + more + most, joined])
    score = np.concatenate(
        [
            np.full(len(family_first), _FIRST_SCORE),
            np.full(len(family_last), _LAST_SCORE),
            np.where(more, _FOREIGN_SCORE, _ALONE_SCORE),
            np.full(len(joined), _ALONE_SCORE),
        ]
    )
    return low, high, score.astype(np.float32)


def _neighbours(data: npt.NDArray[np.uint8], start: Ints, end: Ints, edges: Ints) -> Ints:
    """Return the runs that a space, or a comma and a space, joins to the next."""
    gap = start[1:] - end[:-1]
    before = data[np.minimum(end[:-1], len(data) - 1)]
    space = (gap == 1) & (before == 32)
    comma = (gap == 2) & (before == 44) & (data[np.minimum(end[:-1] + 1, len(data) - 1)] == 32)
    good = space | comma
    good &= np.maximum(end[1:] - start[1:], end[:-1] - start[:-1]) <= _LONGEST
    row = np.searchsorted(edges, start, side="right")
    return np.flatnonzero(good & (row[1:] == row[:-1]))


def _kinds(
    data: npt.NDArray[np.uint8], start: Ints, end: Ints, used: Ints
) -> npt.NDArray[np.uint8]:
    """Return what each token can be; distinct tokens are judged once, those not used are none."""
    kind = np.zeros(len(start), np.uint8)
    place = start[used][:, None] + np.arange(_LONGEST)
    inside = place < end[used][:, None]
    padded = np.where(inside, data[np.minimum(place, len(data) - 1)], 0).astype(np.uint8)
    tokens, inverse = np.unique(padded.view(f"S{_LONGEST}").ravel(), return_inverse=True)
    kind[used] = np.array([token_kind(t.decode()) for t in tokens.tolist()], np.uint8)[inverse]
    return kind


def _free(
    data: npt.NDArray[np.uint8], start: Ints, end: Ints, offsets: Ints
) -> npt.NDArray[np.bool_]:
    """Return whether nothing sticks to the stretches that makes a name or an address of them."""
    row = np.searchsorted(offsets, start, side="right") - 1
    before = (start > offsets[row]) & _GLUE[data[np.maximum(start - 1, 0)]]
    after = data[np.minimum(end, len(data) - 1)]
    glued = (end < offsets[row + 1]) & _GLUE[after] & (after != 46) & (after != 58)
    free: npt.NDArray[np.bool_] = ~(before | glued)
    return free
