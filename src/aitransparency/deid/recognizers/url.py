"""URL (网址), above all with parts that point at a person.

Rule: RFC 3986 (scheme, ``//``, ASCII characters of clause 2), and ``www.`` in front of a domain.
A query, a fragment, user information, a tilde, or the usual path of a profile makes it personal;
the address of a site alone is found only at a low score.

>>> from aitransparency.deid.column import TextColumn
>>> text = ScanText.of(TextColumn.from_strings(["见https://a.cn/u/1001。 www.example.com/a, ok"]))
>>> [(bytes(text.data[s:e]).decode(), int(l)) for s, e, l in zip(*candidates(text))]
[('https://a.cn/u/1001', 2), ('www.example.com/a', 1)]
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Ints
from aitransparency.deid.scan.recognizer import PASSED, SHAPE, Matches, Recognizer, Scores, words
from aitransparency.deid.scan.runs import is_alnum, is_letter
from aitransparency.deid.scan.text import ScanText, members

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SCHEME = members(_LETTERS)
_URL = members(_LETTERS + b"0123456789-._~:/?#[]@!$&'()*+,;=%")
_TRAILING = members(b".,;:!?'()[]*")
_LONGEST_SCHEME = 12
_STEP = 120
_STEPS = 17  # two thousand characters, what browsers and servers carry
_WINDOW = 120
_PROFILES = tuple(b"/u/ /user /people/ /profile /member /space /home/ /in/ /@ uid id=".split())
_PERSONAL = members(b"?#@~=")


def candidates(text: ScanText) -> Matches:
    """Return what begins with a scheme or ``www.``."""
    start = np.sort(np.concatenate([_schemes(text), _worldwide(text)]))
    if not len(start):
        return Matches.none()
    end = _end(text, start)
    good = end - start > 8
    start, end = start[good], end[good]
    level = np.where(_is_personal(text, start, end), PASSED, SHAPE).astype(np.int8)
    return Matches(start, end, level)


def _schemes(text: ScanText) -> Ints:
    colons = text.places(ord(":"))
    colons = colons[text.follows(colons + 1, b"//") & is_alnum(text.data[colons + 3])]
    size = text.reach_back(colons, _SCHEME, _LONGEST_SCHEME)
    return (colons - size)[size >= 2]


def _worldwide(text: ScanText) -> Ints:
    dots = text.places(ord("."))
    dots = dots[text.precedes(dots, b"www") & is_alnum(text.data[dots + 1])]
    before = text.data[dots - 4]
    start: Ints = dots[~is_letter(before) & (before != ord("/"))] - 3
    return start


def _end(text: ScanText, start: Ints) -> Ints:
    """Return the end of each URL; the starts are sorted."""
    end = start + text.reach(start, _URL, _STEP)
    # A URL that runs into the next one ends where that ends.
    runs_on = np.append(end[:-1] > start[1:], False)
    open_ = np.flatnonzero(~runs_on & (end - start == _STEP))
    for _ in range(_STEPS - 1):
        size = text.reach(end[open_], _URL, _STEP)
        end[open_] += size
        open_ = open_[size == _STEP]
        if not len(open_):
            break
    last = np.flatnonzero(~runs_on)
    end = end[last[np.searchsorted(last, np.arange(len(start)))]]
    end = np.minimum(end, start + _STEP * _STEPS)
    whole: Ints = end - text.reach_back(end, _TRAILING, _LONGEST_SCHEME)
    return whole


def _is_personal(text: ScanText, start: Ints, end: Ints) -> npt.NDArray[np.bool_]:
    """Return whether a mark or a path in the first characters behind the scheme is a person's."""
    window = text.windows(start, _WINDOW)
    inside = np.arange(_WINDOW) < (end - start)[:, None]
    personal: npt.NDArray[np.bool_] = np.logical_or.reduce(_PERSONAL[window] & inside, axis=1)
    for path in _PROFILES:
        width = _WINDOW - len(path) + 1
        hit = inside[:, len(path) - 1 :].copy()
        for place, byte in enumerate(path):
            hit &= window[:, place : place + width] == byte
        personal |= hit.any(axis=1)
    return personal


RECOGNIZER = Recognizer(
    entity="URL",
    labels=words(
        "主页、主頁、个人主页、個人主頁、空间地址、微博、博客",
        "homepage、profile",
    ),
    shape=Scores(alone=30, near=45, direct=60, contrary=20),
    passed=Scores(alone=70, near=85, direct=92, contrary=55),
    candidates=candidates,
    digits=False,
)
