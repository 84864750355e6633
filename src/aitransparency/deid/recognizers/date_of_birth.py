"""Date of birth (出生日期), found by the words around it.

Rule: GB/T 7408.1-2023 and ISO 8601-1 (not read) for the forms with digits; 1990年5月3日 with digits
or Chinese numerals; English with the month's name; day and month first; two-digit years; year and
month alone. A date without a word for birth right before or behind it is none.

>>> from aitransparency.deid.column import TextColumn
>>> text = ScanText.of(TextColumn.from_strings(["生于一九九〇年十二月三日，May 3, 1990"]))
>>> matches = candidates(text)
>>> [bytes(text.data[s:e]).decode() for s, e, _ in zip(*matches)]
['1990年十二月三日', 'May 3, 1990']
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Bytes, Ints
from aitransparency.deid.recognizers.dates import FIRST_YEAR, LAST_YEAR, is_day
from aitransparency.deid.scan.recognizer import PASSED, SHAPE, Matches, Recognizer, Scores, words
from aitransparency.deid.scan.runs import is_alnum, is_digit
from aitransparency.deid.scan.text import EDGE, ScanText, members

Mask = npt.NDArray[np.bool_]

_DIGITS = members(b"0123456789")
_YEAR, _MONTH, _DAYS = "年", "月", "日号號"
_NUMERALS = dict(zip("一二三四五六七八九", range(1, 10), strict=True))
_TEN, _ZERO, _FIRST = "十", "〇零", "正元"
_MONTHS = np.array(
    [int.from_bytes(name) for name in b"jan feb mar apr may jun jul aug sep oct nov dec".split()]
)
_WINDOW = 24  # bytes before a year in which the month's name begins
_LETTERS = members(bytes(range(65, 91)) + bytes(range(97, 123)) + b".")
_BLANK = members(b" ")
_MARKS = members(b" ,./-" + b"stndrh")  # 3rd, 1st
_BORN = ("出生", "生于", "生於")
_BORN_SHORT = "生"  # only at the end of a clause: 生效, 生产, 生日 are other things
_ENDS = members(b",.;:)/|\n\t " + bytes([EDGE]))
_CLOSES = "，。；、）！？："


def candidates(text: ScanText) -> Matches:
    """Return every date of the years of a life, whole or without its day."""
    parts = [_compact(text), *_parted(text), _chinese(text), _short(text), _english(text)]
    start = np.concatenate([part[0] for part in parts])
    end = np.concatenate([part[1] for part in parts])
    level = np.where(_born(text, end), PASSED, SHAPE).astype(np.int8)
    return Matches(start, end, level)


def _born(text: ScanText, end: Ints) -> Mask:
    """Return whether a word for birth stands right behind each date."""
    at = end + text.reach(end, _BLANK, 1)
    said = np.zeros(len(end), np.bool_)
    for word in _BORN:
        said |= text.follows(at, word.encode())
    short = text.follows(at, _BORN_SHORT.encode())
    after = at + len(_BORN_SHORT.encode())
    said |= short & (_ENDS[text.data[after]] | text.character_at(after, _CLOSES))
    return said


def _number(digits: Bytes) -> Ints:
    """Return the number that digits, uint8 (n, size), write."""
    value: Ints = (digits - np.uint8(48)).astype(np.int64) @ 10 ** np.arange(
        digits.shape[1] - 1, -1, -1
    )
    return value


def _compact(text: ScanText) -> tuple[Ints, Ints]:
    """Return YYYYMMDD."""
    windows = text.digits.whole(8)
    digits = windows.characters
    if not len(digits):
        return windows.start, windows.end
    kept = windows.take(
        is_day(_number(digits[:, :4]), _number(digits[:, 4:6]), _number(digits[:, 6:]))
    )
    return kept.start, kept.end


def _parted(text: ScanText) -> list[tuple[Ints, Ints]]:
    """Return groups with the year first, last, or of two digits; year and month alone."""
    found = []
    for month in (1, 2):
        for day in (1, 2):
            found.append(_groups(text, (4, month, day), (0, 1, 2)))
            found.append(_groups(text, (month, day, 4), (2, 0, 1)))
            found.append(_groups(text, (day, month, 4), (2, 1, 0)))
            found.append(_groups(text, (2, month, day), (0, 1, 2)))
        windows = text.digits.grouped((4, month))
        if not len(windows.start):
            continue
        year, number = _number(windows.characters[:, :4]), _number(windows.characters[:, 4:])
        kept = windows.take(_is_year(year) & (number >= 1) & (number <= 12))
        found.append((kept.start, kept.end))
    return found


def _groups(
    text: ScanText, sizes: tuple[int, int, int], order: tuple[int, int, int]
) -> tuple[Ints, Ints]:
    windows = text.digits.grouped(sizes)
    if not len(windows.start):
        return windows.start, windows.end
    edges = np.cumsum((0, *sizes))
    year, month, day = (
        _number(windows.characters[:, edges[part] : edges[part + 1]]) for part in order
    )
    if sizes[order[0]] == 2:
        year = year + 1900  # for a leap day; the century is not known
    kept = windows.take(is_day(year, month, day))
    return kept.start, kept.end


def _is_year(year: Ints) -> Mask:
    real: Mask = (year >= FIRST_YEAR) & (year <= LAST_YEAR)
    return real


def _chinese(text: ScanText) -> tuple[Ints, Ints]:
    """Return a year of two or four digits, 年, and what follows."""
    parts = []
    for size in (4, 2):
        windows = text.digits.whole(size)
        windows = windows.take(text.follows(windows.end, _YEAR.encode()))
        year = _number(windows.characters)
        parts.append(windows.take(_is_year(year)) if size == 4 else windows)
    start = np.concatenate([part.start for part in parts])
    end = np.concatenate([part.end for part in parts]) + 3
    if not len(start):
        return start, end
    return start, _with_day(text, *_with_month(text, end))


def _short(text: ScanText) -> tuple[Ints, Ints]:
    """Return a month and a day without a year."""
    two, one = (
        windows.take(text.follows(windows.end, _MONTH.encode()))
        for windows in (text.digits.whole(2), text.digits.whole(1))
    )
    start, end = np.concatenate([two.start, one.start]), np.concatenate([two.end, one.end])
    month = np.concatenate([_number(two.characters), _number(one.characters)])
    good = (month >= 1) & (month <= 12) & ~text.precedes(start, _YEAR.encode())
    start, month, end = start[good], month[good], end[good] + 3
    if not len(start):
        return start, end
    last = _with_day(text, end, month)
    return start[last > end], last[last > end]


def _with_month(text: ScanText, at: Ints) -> tuple[Ints, Ints]:
    """Return the end of the month behind each place, and its number, 0 where there is none."""
    month, end = _count(text, at + (text.data[at] == ord(" ")))
    good = (month >= 1) & (month <= 12)
    good &= text.follows(end, _MONTH.encode())
    return np.where(good, end + 3, at), np.where(good, month, 0)


def _with_day(text: ScanText, at: Ints, month: Ints) -> Ints:
    """Return the end of the day behind each month, or of the month."""
    day, end = _count(text, at + (text.data[at] == ord(" ")))
    good = (month > 0) & is_day(np.full(len(at), 2000), month, day)
    named = text.character_at(end, _DAYS)
    bare = is_digit(text.data[end - 1]) & ~is_alnum(text.data[end])
    return np.where(good & named, end + 3, np.where(good & bare, end, at))


def _count(text: ScanText, at: Ints) -> tuple[Ints, Ints]:
    """Return the number of one or two digits, or of Chinese numerals up to 39, and its end."""
    size = text.reach(at, _DIGITS, 3)
    value = np.zeros(len(at), np.int64)
    for place in range(2):
        digit = text.data[at + place].astype(np.int64) - 48
        value = np.where(place < size, value * 10 + digit, value)
    end = at + size
    value[size > 2] = 0
    some = np.flatnonzero(size == 0)
    if len(some):
        value[some], end[some] = _numerals(text, at[some])
    return value, end


def _numerals(text: ScanText, at: Ints) -> tuple[Ints, Ints]:
    """Return the number that Chinese numerals write, 0 where there are none, and its end."""
    at = at + 3 * text.character_at(at, _ZERO)
    first = np.zeros(len(at), np.int64)
    for character, digit in _NUMERALS.items():
        first[text.follows(at, character.encode())] = digit
    first[text.character_at(at, _FIRST)] = 1
    ten_at = at + 3 * (first > 0)
    ten = text.character_at(ten_at, _TEN)
    last_at = ten_at + 3 * ten
    last = np.zeros(len(at), np.int64)
    for character, digit in _NUMERALS.items():
        last[ten & text.follows(last_at, character.encode())] = digit
    value = np.where(ten, np.maximum(first, 1) * 10 + last, first)
    return value, last_at + 3 * (last > 0)


def _english(text: ScanText) -> tuple[Ints, Ints]:
    """Return a month's name with the day before or behind it and a year of four digits."""
    windows = text.digits.whole(4)
    year = _number(windows.characters)
    start = windows.start[_is_year(year)]
    end = start + 4
    parted = (text.data[start - 1] == ord(" ")) | (text.data[start - 1] == ord(","))
    start, end = start[parted], end[parted]
    if not len(start):
        return start, end
    window = text.windows(start - _WINDOW, _WINDOW).astype(np.int64) | 32
    named = np.isin(window[:, :-2] << 16 | window[:, 1:-1] << 8 | window[:, 2:], _MONTHS)
    found = named.any(axis=1)
    last = named.shape[1] - 1 - named[found][:, ::-1].argmax(axis=1)
    start, end = start[found] - _WINDOW + last, end[found]
    alone = ~is_alnum(text.data[start - 1])
    start, end = start[alone], end[alone]
    day_at = start + text.reach(start, _LETTERS, 12)
    day_at += text.reach(day_at, _BLANK, 2)
    size = text.reach(day_at, _DIGITS, 3)
    rest = text.reach(day_at + size, _MARKS, 6)
    behind = (size <= 2) & (size > 0) & (day_at + size + rest == end - 4)
    alone = day_at + text.reach(day_at, _MARKS, 4) == end - 4
    before = start - text.reach_back(start, _MARKS, 6)
    digits = text.reach_back(before, _DIGITS, 3)
    led = alone & (digits > 0) & (digits <= 2) & (before < start)
    begin = np.where(led, before - digits, start)
    good = behind | alone
    return begin[good], end[good]


RECOGNIZER = Recognizer(
    entity="DATE_OF_BIRTH",
    labels=words(
        "出生日期、出生年月、出生年月日、出生、生日、生于、生於、出生于、诞生、誕生、生辰",
        "出生时间、出生時間、生年月日、诞辰、出生地和日期、公历生日、农历生日、date of birth",
        "birth date、birthdate、birthday、born、dob、d.o.b、csrq、chusheng",
    ),
    shape=Scores(alone=0, near=45, direct=93, contrary=0),
    passed=Scores(alone=85, near=90, direct=95, contrary=70),
    candidates=candidates,
)
