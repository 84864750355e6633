"""E-mail address (电子邮箱), in the form that mail systems take.

Rule: RFC 5322 clause 3.4.1 and RFC 5321 clause 4.5.3.1 (local part up to 64 bytes), without quoted
local parts and comments; the last label of the domain has two letters or more. RFC 6531 for letters
of other alphabets that have two bytes in UTF-8, and Chinese domains under the Chinese top-level
names of IANA's list. A Chinese local part is not told apart from the words before it.

>>> from aitransparency.deid.column import TextColumn
>>> text = ScanText.of(TextColumn.from_strings(["邮箱zhang.san+a@mail.example.com。", "a@b"]))
>>> matches = candidates(text)
>>> [bytes(text.data[s:e]) for s, e in zip(matches.start, matches.end)]
[b'zhang.san+a@mail.example.com']
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Ints
from aitransparency.deid.scan.recognizer import PASSED, Matches, Recognizer, Scores, words
from aitransparency.deid.scan.runs import is_alnum
from aitransparency.deid.scan.text import ScanText, members

_ALNUM = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_OTHER = bytes(range(0xC3, 0xE0))  # first bytes of letters with two
_MORE = bytes(range(0x80, 0xC0))
_LOCAL = members(_ALNUM + b"._%+-&'~!#$*=^{}|" + _OTHER + _MORE)
_LEADING = members(_ALNUM + b"_" + _OTHER)
_DOMAIN = members(_ALNUM + b".-" + _OTHER + _MORE)
_NAME = members(_ALNUM + _OTHER + _MORE)
_CHINESE = members(_ALNUM + b"-." + bytes(range(0xE4, 0xEA)) + _MORE)
_TOP_LEVELS = tuple(
    f".{name}".encode()
    for name in words(
        "中国、中國、公司、网络、網絡、香港、台湾、台灣、在线、中文网、集团、企业、网址、商城",
        "我爱你",
    )
)
_LETTERS = members(_ALNUM[10:])
_LONGEST_LOCAL = 64
_LONGEST_DOMAIN = 100
_LONGEST_LABEL = 24
_LABELS = 6


def candidates(text: ScanText) -> Matches:
    """Return what stands around every @ that has a local part and a domain."""
    at = text.places(ord("@"))
    at = at[_before_a_dot(text, at)]
    at = at[_LOCAL[text.data[at - 1]] & (text.data[at - 1] != ord("."))]
    start = at - text.reach_back(at, _LOCAL, _LONGEST_LOCAL)
    start += text.reach(start, ~_LEADING, _LONGEST_LOCAL)
    at, start = at[start < at], start[start < at]
    end = _domain_end(text, at + 1)
    some = np.flatnonzero(end == at + 1)
    end[some] = _chinese_end(text, at[some] + 1)
    good = end > at + 1
    return Matches(start[good], end[good], np.full(int(good.sum()), PASSED, np.int8))


def _before_a_dot(text: ScanText, at: Ints) -> npt.NDArray[np.bool_]:
    """Return whether a dot follows each @ within a domain's length, before the next @."""
    dots = np.append(text.places(ord(".")), len(text.data) + _LONGEST_DOMAIN)
    dot = dots[np.searchsorted(dots, at)]
    following = np.append(at[1:], len(text.data))
    good: npt.NDArray[np.bool_] = (dot - at <= _LONGEST_DOMAIN) & (dot < following)
    return good


def _domain_end(text: ScanText, start: Ints) -> Ints:
    """Return the end of the last label of letters alone, or start where there is none."""
    end = start.copy()
    length = text.reach(start, _DOMAIN, _LONGEST_DOMAIN)
    dots = _last_dot(text, start, start + length)
    for _ in range(_LABELS):
        open_ = (end == start) & (dots > start)
        if not open_.any():
            break
        label = text.reach(dots + 1, _LETTERS, _LONGEST_LABEL)
        after = dots + 1 + label
        good = open_ & (label >= 2) & ~is_alnum(text.data[after]) & _NAME[text.data[dots - 1]]
        end[good] = after[good]
        dots = np.where(open_ & ~good, _last_dot(text, start, dots), dots)
    return end


def _chinese_end(text: ScanText, start: Ints) -> Ints:
    """Return the end of the first Chinese top-level name, or start where there is none."""
    end = start.copy()
    if not len(start):
        return end
    length = text.reach(start, _CHINESE, _LONGEST_DOMAIN)
    window = text.windows(start, _LONGEST_DOMAIN)
    for name in _TOP_LEVELS:
        width = _LONGEST_DOMAIN - len(name) + 1
        hit = np.arange(width) + len(name) <= length[:, None]
        hit[:, 0] = False
        for place, byte in enumerate(name):
            hit &= window[:, place : place + width] == byte
        found = hit.any(axis=1) & (end == start)
        end[found] += hit[found].argmax(axis=1) + len(name)
    return end


def _last_dot(text: ScanText, start: Ints, end: Ints) -> Ints:
    """Return the last dot in [start, end), or start where there is none."""
    window = text.windows(end - _LONGEST_DOMAIN, _LONGEST_DOMAIN)[:, ::-1] == ord(".")
    back = np.where(window.any(axis=1), window.argmax(axis=1) + 1, _LONGEST_DOMAIN)
    return np.maximum(end - back, start)


RECOGNIZER = Recognizer(
    entity="EMAIL_ADDRESS",
    labels=words(
        "邮箱、郵箱、电子邮箱、電子郵箱、邮件、郵件、电子邮件、電子郵件、邮箱地址、电邮、電郵",
        "email、e-mail、mail、mailto",
    ),
    shape=Scores(alone=0, near=0, direct=0, contrary=0),
    passed=Scores(alone=98, near=99, direct=100, contrary=98),
    candidates=candidates,
    digits=False,
)
