"""Landline number of mainland China (固定电话) with area code, and 400/800 numbers.

Rule: numbering plan of the Ministry of Industry and Information Technology (电信网编号计划, not
read; area codes as collected by libphonenumber): 0, area code of two or three digits, local number
of seven or eight that begins with 2 to 9, extension of up to six. A local number alone is found by
the words before it.

>>> from aitransparency.deid.column import TextColumn
>>> text = ScanText.of(TextColumn.from_strings(["电话（0755）8626-1234转801，客服400-820-8820"]))
>>> matches = candidates(text)
>>> [bytes(text.data[s:e]).decode() for s, e in zip(*matches.take(matches.level == PASSED)[:2])]
['(0755)8626-1234转801', '400-820-8820']
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Bytes, Ints
from aitransparency.deid.scan.recognizer import (
    PASSED,
    REFUSED,
    SHAPE,
    Levels,
    Matches,
    Recognizer,
    Scores,
    words,
)
from aitransparency.deid.scan.runs import Windows
from aitransparency.deid.scan.text import ScanText, members

_SHORT_AREAS = (10, 20, 21, 22, 23, 24, 25, 27, 28, 29)
_LONG_AREAS = (
    "310 311 312 313 314 315 316 317 318 319 335 349 350 351 352 353 354 355 356 357 358 359 "
    "370 371 372 373 374 375 376 377 379 391 392 393 394 395 396 398 411 412 415 416 417 418 "
    "419 421 427 429 431 432 433 434 435 436 437 438 439 451 452 453 454 455 456 457 458 459 "
    "464 467 468 469 470 471 472 473 474 475 476 477 478 479 482 483 510 511 512 513 514 515 "
    "516 517 518 519 523 527 530 531 532 533 534 535 536 537 538 539 543 546 550 551 552 553 "
    "554 555 556 557 558 559 561 562 563 564 566 570 571 572 573 574 575 576 577 578 579 580 "
    "591 592 593 594 595 596 597 598 599 631 632 633 635 660 662 663 668 691 692 701 710 711 "
    "712 713 714 715 716 717 718 719 722 724 728 730 731 734 735 736 737 738 739 743 744 745 "
    "746 750 751 752 753 754 755 756 757 758 759 760 762 763 766 768 769 770 771 772 773 774 "
    "775 776 777 778 779 790 791 792 793 794 795 796 797 798 799 812 813 816 817 818 825 826 "
    "827 830 831 832 833 834 835 836 837 838 839 851 854 855 856 857 858 859 870 871 872 873 "
    "874 875 876 877 878 879 883 886 887 888 891 892 893 894 895 896 897 898 901 902 903 906 "
    "908 909 911 912 913 914 915 916 917 919 930 931 932 933 934 935 936 937 938 939 941 943 "
    "951 952 953 954 955 970 971 972 973 974 975 976 977 978 979 990 991 992 993 994 995 996 "
    "997 998 999 "
    "378 410 413 414 634 852 853"  # merged into a neighbour's, and still in old files
)
_AREAS = np.zeros(1000, np.bool_)
_AREAS[[code * 10 for code in _SHORT_AREAS]] = True
_AREAS[[int(code) for code in _LONG_AREAS.split()]] = True
_AREAS.flags.writeable = False

_GROUPINGS = ((3, 8), (4, 8), (4, 7), (3, 4, 4), (4, 4, 4), (4, 3, 4), (4, 4, 3))
_ABROAD = ((2, 2, 8), (2, 3, 8), (2, 3, 7), (2, 2, 4, 4), (2, 3, 4, 4), (2, 3, 3, 4))
_SERVICE = ((3, 3, 4), (3, 4, 3), (3, 7), (4, 3, 3), (4, 6), (3, 3, 2, 2), (4, 2, 2, 2))
_EXTENSION = tuple(
    word.encode()
    for word in (
        "转分机",
        "轉分機",
        "转",
        "轉",
        "分机号",
        "分机",
        "分機",
        "ext.",
        "ext",
        "#",
        "x",
        "-",
    )
)
_DIGITS = members(b"0123456789")
_LONGEST_EXTENSION = 6
_LEAST_LOCAL = 2  # the first digit of a local number


def _extensions() -> npt.NDArray[np.bool_]:
    """Return which two bytes may begin an extension, bool (65536,)."""
    table = np.zeros(1 << 16, np.bool_)
    for word in _EXTENSION:
        for mark in (word, b" " + word):
            if len(mark) == 1:
                table[mark[0] << 8 : (mark[0] + 1) << 8] = True
            else:
                table[mark[0] << 8 | mark[1]] = True
    return table


_MAY_EXTEND = _extensions()


def area_size(digits: Bytes) -> npt.NDArray[np.int64]:
    """Return how long the area code at the front is, uint8 (n, 3 or more): 2, 3, or 0 for none."""
    code = digits[:, :3].astype(np.int64) @ np.array([100, 10, 1])
    short = (digits[:, 0] <= 2) & _AREAS[code // 10 * 10]
    return np.where(short, 2, np.where(_AREAS[code], 3, 0))


def national_levels(digits: Bytes) -> Levels:
    """Return the level of numbers without the leading 0, uint8 (n, 9 to 11).

    A local number that begins with 0 or 1 is none, though its label may say so.
    """
    size = area_size(digits)
    local = np.where(size == 2, digits[:, 2], digits[:, 3])
    rest = digits.shape[1] - size
    good = ((size == 3) & ((rest == 7) | (rest == 8))) | ((size == 2) & (rest == 8))
    return np.where(good, np.where(local >= _LEAST_LOCAL, PASSED, SHAPE), REFUSED).astype(np.int8)


def candidates(text: ScanText) -> Matches:
    """Return numbers with an area code, service numbers and what may be a local number."""
    runs = text.digits
    written = [runs.grouped(grouping) for grouping in _GROUPINGS]
    parts = [_in_parentheses(text), _abroad(text)]
    for length in (11, 12):
        same = [one for one in written if one.characters.shape[1] == length]
        parts.append(_national(Windows.concat(runs.whole(length), *same)))
    parts.append(_service(runs.whole(10), SHAPE))
    parts.append(_service(Windows.concat(*(runs.grouped(one) for one in _SERVICE)), PASSED))
    parts.append(_weak(Windows.concat(runs.whole(8), runs.grouped((4, 4)))))
    parts.append(_weak(Windows.concat(runs.whole(7), runs.grouped((3, 4)))))
    found = Matches.concat(*parts)
    return Matches(found.start, _with_extension(text, found.end), found.level)


def _at(windows: Windows, level: int) -> Matches:
    return Matches(windows.start, windows.end, np.full(len(windows.start), level, np.int8))


def _national(windows: Windows) -> Matches:
    windows = windows.take(windows.characters[:, 0] == ord("0"))
    if not len(windows.start):
        return Matches.none()
    level = national_levels(windows.characters[:, 1:] - np.uint8(48))
    return Matches(windows.start, windows.end, level).take(level != REFUSED)


def _service(windows: Windows, level: int) -> Matches:
    if not len(windows.start):
        return Matches.none()
    first = windows.characters[:, 0]
    zeros = (windows.characters[:, 1:3] == ord("0")).all(axis=1)
    return _at(windows.take(((first == ord("4")) | (first == ord("8"))) & zeros), level)


def _weak(windows: Windows) -> Matches:
    if not len(windows.start):
        return Matches.none()
    return _at(windows.take(windows.characters[:, 0] >= ord("2")), SHAPE)


def _abroad(text: ScanText) -> Matches:
    """Return numbers behind +86 or 0086."""
    runs = text.digits
    parts = [_behind_code(text, runs.whole(length), 2) for length in (11, 12, 13)]
    for grouping in _ABROAD:
        parts.append(_behind_code(text, runs.grouped(grouping), 2))
        parts.append(_behind_code(text, runs.grouped((4, *grouping[1:])), 4))
    return Matches.concat(*parts)


def _behind_code(text: ScanText, windows: Windows, size: int) -> Matches:
    if not len(windows.start):
        return Matches.none()
    code = b"86" if size == 2 else b"0086"
    good = (windows.characters[:, :size] == np.frombuffer(code, np.uint8)).all(axis=1)
    if size == 2:
        good &= text.data[windows.start - 1] == ord("+")
    windows = windows.take(good)
    if not len(windows.start):
        return Matches.none()
    level = national_levels(windows.characters[:, size:] - np.uint8(48))
    start = windows.start - (size == 2)
    return Matches(start, windows.end, level).take(level != REFUSED)


def _in_parentheses(text: ScanText) -> Matches:
    """Return ``(010)12345678`` with its groups."""
    runs, data = text.digits, text.data
    if len(runs.start) < 2:
        return Matches.none()
    index = np.flatnonzero((runs.length[:-1] == 3) | (runs.length[:-1] == 4))
    first, after = runs.start[index], runs.start[index] + runs.length[index]
    good = (data[first] == ord("0")) & (data[first - 1] == ord("(")) & (data[after] == ord(")"))
    index, first, after = index[good], first[good], after[good]
    if not len(index):
        return Matches.none()
    gap = runs.start[index + 1] - after
    index, first = index[gap <= 2], first[gap <= 2]
    local, size = runs.start[index + 1], runs.length[index + 1].copy()
    end = local + size
    following = np.minimum(index + 2, len(runs.start) - 1)
    joined = (runs.start[following] == end + 1) & np.isin(data[end], (45, 32))
    joined &= (runs.length[following] == 4) & ((size == 3) | (size == 4))
    end = np.where(joined, end + 5, end)
    size = np.where(joined, size + 4, size)
    code = data[first[:, None] + np.arange(1, 4)] - np.uint8(48)
    code[code[:, 2] > 9, 2] = 0  # the parenthesis behind a code of three
    known = np.where(runs.length[index] == 3, (area_size(code) == 2), area_size(code) == 3)
    good = known & ((size == 7) | (size == 8))
    level = np.where(data[local] >= ord("0") + _LEAST_LOCAL, PASSED, SHAPE).astype(np.int8)
    return Matches(first - 1, end, level).take(good)


def _with_extension(text: ScanText, end: Ints) -> Ints:
    """Move the end behind an extension."""
    last = end.copy()
    two = text.data[end].astype(np.int64) << 8 | text.data[end + 1]
    maybe = np.flatnonzero(_MAY_EXTEND[two])
    if not len(maybe):
        return last
    for word in _EXTENSION:
        for joint in (b"", b" "):
            open_ = maybe[last[maybe] == end[maybe]]
            mark = joint + word
            here = open_[text.follows(end[open_], mark)]
            digits = end[here] + len(mark)
            digits += text.data[digits] == ord(" ")
            size = text.reach(digits, _DIGITS, _LONGEST_EXTENSION + 1)
            good = (size > 0) & (size <= _LONGEST_EXTENSION)
            last[here[good]] = digits[good] + size[good]
    return last


RECOGNIZER = Recognizer(
    entity="CN_LANDLINE_PHONE",
    labels=words(
        "电话、電話、座机、座機、固话、固話、固定电话、固定電話、市话、传真、傳真、联系电话",
        "聯絡電話、办公电话、辦公電話、家庭电话、宅电、热线、客服、致电、拨打、撥打、咨询电话",
        "电话号码、tel、telephone、phone、fax、landline、hotline、office phone、home phone",
        "phone number",
    ),
    shape=Scores(alone=0, near=40, direct=62, contrary=0),
    passed=Scores(alone=72, near=90, direct=97, contrary=30),
    candidates=candidates,
)
