"""Names in pinyin: Zhang Wei, ZHANG San, San Zhang, Wang Xiao-ming.

A family name and a given name of one to three syllables, each with a capital, side by side. Names
of other languages in Latin letters are left to the model, which knows few; so are spellings other
than Hanyu Pinyin.

>>> token_kind("Zhang"), token_kind("Xiaoming"), token_kind("Hello")
(3, 2, 0)
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
from aitransparency.deid.spans import Candidates

FAMILY, GIVEN = 1, 2
_LONGEST = 18
_FIRST_SCORE, _LAST_SCORE = 0.8, 0.7

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
    text = resources.files("aitransparency.deid.names").joinpath("pinyin.toml").read_text("utf-8")
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


@lru_cache(maxsize=4096)
def token_kind(token: str) -> int:
    """Return `FAMILY` and `GIVEN` as bits: what a token of letters can be."""
    if not (token.istitle() or token.isupper() or _is_hyphened(token)):
        return 0
    lower = token.lower()
    if lower in _listed("words") and lower not in _listed("families"):
        return 0
    kind = FAMILY if lower in _listed("families") else 0
    if lower not in _listed("words") and _given().fullmatch(lower):
        kind |= GIVEN
    return kind


def _is_hyphened(token: str) -> bool:
    return "-" in token and token[:1].isupper() and token[1:].islower()


def find_latin(column: TextColumn) -> Candidates:
    """Return the names in pinyin."""
    base, last = int(column.offsets[0]), int(column.offsets[-1])
    data = column.data[base:last]
    letter = np.zeros(len(data) + 2, np.bool_)
    letter[1:-1] = _LETTER[data]
    start = np.flatnonzero(letter[1:-1] & ~letter[:-2])
    if len(start) < 1:
        return Candidates.none()
    edges = column.offsets[1:-1] - base
    start, end = _cut_at_rows(start, np.flatnonzero(letter[1:-1] & ~letter[2:]) + 1, edges)
    first, second = _neighbours(data, start, end, edges)
    if not len(first):
        return Candidates.none()
    kind = _kinds(data, start, end, np.unique(np.concatenate([first, second])))
    one, two = kind[first], kind[second]
    family_first = ((one & FAMILY) > 0) & ((two & GIVEN) > 0)
    family_last = ((one & GIVEN) > 0) & ((two & FAMILY) > 0) & ~family_first
    free = _free(data, start[first], end[second], column.offsets - base)
    keep = np.flatnonzero((family_first | family_last) & free)
    score = np.where(family_first[keep], _FIRST_SCORE, _LAST_SCORE)
    return Candidates.of("PERSON", start[first[keep]] + base, end[second[keep]] + base, score)


def _cut_at_rows(start: Ints, end: Ints, edges: Ints) -> tuple[Ints, Ints]:
    """Cut runs of letters where a row ends inside."""
    at = np.searchsorted(start, edges, side="right") - 1
    inside = np.unique(edges[(at >= 0) & (edges > start[at]) & (edges < end[at])])
    return np.sort(np.append(start, inside)), np.sort(np.append(end, inside))


def _neighbours(
    data: npt.NDArray[np.uint8], start: Ints, end: Ints, edges: Ints
) -> tuple[Ints, Ints]:
    """Return pairs of capitalised runs with a space, or a comma and a space, between them."""
    gap = start[1:] - end[:-1]
    before = data[np.minimum(end[:-1], len(data) - 1)]
    space = (gap == 1) & (before == 32)
    comma = (gap == 2) & (before == 44) & (data[np.minimum(end[:-1] + 1, len(data) - 1)] == 32)
    good = (space | comma) & _CAPITAL[data[start[1:]]] & _CAPITAL[data[start[:-1]]]
    good &= np.maximum(end[1:] - start[1:], end[:-1] - start[:-1]) <= _LONGEST
    row = np.searchsorted(edges, start, side="right")
    first = np.flatnonzero(good & (row[1:] == row[:-1]))
    return first, first + 1


def _kinds(
    data: npt.NDArray[np.uint8], start: Ints, end: Ints, used: Ints
) -> npt.NDArray[np.uint8]:
    """Return what each used token can be; distinct tokens are judged once."""
    span = np.arange(_LONGEST)
    place = start[used][:, None] + span
    inside = place < end[used][:, None]
    padded = np.where(inside, data[np.minimum(place, len(data) - 1)], 0).astype(np.uint8)
    tokens, inverse = np.unique(padded.view(f"S{_LONGEST}").ravel(), return_inverse=True)
    kind = np.zeros(len(start), np.uint8)
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
