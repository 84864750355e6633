"""IPv4 and IPv6 address.

Rule: RFC 791, RFC 4291 clause 2.2 (text forms: eight groups, ``::`` once, an IPv4 address at the
end) and RFC 4007 clause 11 (a zone behind ``%``). Four small numbers with dots are more often a
version: without words they count for little.

>>> from aitransparency.deid.column import TextColumn
>>> text = ScanText.of(TextColumn.from_strings(["10.0.12.7 2001:db8::ff00:8329 12:30:45 1.2.3.4"]))
>>> [(bytes(text.data[s:e]).decode(), int(l)) for s, e, l in zip(*candidates(text))]
[('10.0.12.7', 2), ('1.2.3.4', 1), ('2001:db8::ff00:8329', 2)]
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Ints
from aitransparency.deid.scan.recognizer import (
    PASSED,
    SHAPE,
    Matches,
    Recognizer,
    Scores,
    words,
)
from aitransparency.deid.scan.runs import is_alnum, is_digit, is_letter
from aitransparency.deid.scan.text import ScanText, members

Mask = npt.NDArray[np.bool_]

_DIGITS = members(b"0123456789")
_HEX = members(b"0123456789ABCDEFabcdef")
_LEAST_HEX = 6  # digits of an IPv6 address that is sure without words; ``a::b`` is code
_LEAST_LOCAL = 5  # the same where it begins as a link's own addresses do, as in fe80::1
_LOCAL_THIRD = members(b"89ABab")
_ZONE = members(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_")
_LONGEST_ZONE = 16
_GROUPS = 8


def candidates(text: ScanText) -> Matches:
    """Return what is an address."""
    four = _four(text)
    return Matches.concat(four, _six(text, four))


def _four(text: ScanText) -> Matches:
    dots, data = text.places(ord(".")), text.data
    if len(dots) < 3:
        return Matches.none()
    near = dots[1:] - dots[:-1]
    inside = (near >= 2) & (near <= 4)
    first = np.flatnonzero(inside[:-1] & inside[1:])
    places = np.stack([dots[first], dots[first + 1], dots[first + 2]], axis=1)
    places = places[is_digit(data[places[:, 0] - 1]) & is_digit(data[places[:, 2] + 1])]
    if not len(places):
        return Matches.none()
    start = places[:, 0] - text.reach_back(places[:, 0], _DIGITS, 4)
    end = places[:, 2] + 1 + text.reach(places[:, 2] + 1, _DIGITS, 4)
    edges = np.stack([start - 1, *places.T, end], axis=1)
    good, small = np.ones(len(start), np.bool_), np.ones(len(start), np.bool_)
    for part in range(4):
        octet, size = _octet(text, edges[:, part] + 1, edges[:, part + 1])
        good &= octet <= 255
        small &= size == 1
    before, after = data[start - 1], data[end]
    fifth = (before == ord(".")) & is_alnum(data[start - 2])  # a dot alone is a bullet
    named = text.precedes(start, b"ip") | text.precedes(start, b"IP")
    good &= named | ~(is_alnum(before) | fifth)
    good &= ~((after == ord(".")) & is_digit(data[end + 1])) & ~is_letter(after)
    level = np.where(small, SHAPE, PASSED).astype(np.int8)
    return Matches(start, end, level).take(good)


def _octet(text: ScanText, start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Return the number in [start, end) and its size; 999 where it is none."""
    size = end - start
    value = np.zeros(len(start), np.int64)
    good = (size >= 1) & (size <= 3)
    for place in range(3):
        byte = text.data[np.minimum(start + place, end)]
        here = place < size
        good &= ~here | is_digit(byte)
        value = np.where(here, value * 10 + byte - 48, value)
    good &= (size == 1) | (text.data[start] != ord("0"))
    return np.where(good, value, 999), size


def _six(text: ScanText, four: Matches) -> Matches:
    colons = text.places(ord(":"))
    if len(colons) < 2:
        return Matches.none()
    step = colons[1:] - colons[:-1] - 1
    link = step <= 4
    at = np.flatnonzero(link)
    link[at] = text.reach(colons[at] + 1, _HEX, 5) == step[at]
    turns = np.flatnonzero(np.diff(np.concatenate([[False], link, [False]]).astype(np.int8)))
    first, last = turns[::2], turns[1::2]  # colons first to last stand in one address
    count = last - first + 1
    first, last = first[count <= _GROUPS], last[count <= _GROUPS]
    count = last - first + 1
    start = colons[first] - text.reach_back(colons[first], _HEX, 5)
    end = colons[last] + 1 + text.reach(colons[last] + 1, _HEX, 5)
    empty = np.concatenate([[0], np.cumsum(step == 0)])
    doubles = empty[last] - empty[first]
    groups = np.where(doubles > 0, 0, count + 1)
    tail = _ends_in_four(four, colons[last] + 1)
    groups += (tail > 0) & (groups > 0)
    end = np.maximum(end, tail)
    opens = (start < colons[first]) | (step[np.minimum(first, len(step) - 1)] == 0)
    closes = (end > colons[last] + 1) | (step[last - 1] == 0)
    sizes = end - start - count
    good = (doubles == 1) | ((doubles == 0) & (groups == _GROUPS))
    good &= opens & closes & (sizes > 0) & _free(text, start, end)
    good &= (colons[first] - start <= 4) & ((tail > 0) | _whole_group(text, colons[last] + 1, end))
    zoned = _zone_end(text, end)
    sure = (sizes >= _LEAST_HEX) | (zoned > end)
    sure |= (sizes >= _LEAST_LOCAL) & _is_local(text, start)
    return Matches(start, zoned, np.where(sure, PASSED, SHAPE).astype(np.int8)).take(good)


def _whole_group(text: ScanText, start: Ints, end: Ints) -> Mask:
    """Return whether the last group is one, not the first number of what is no IPv4 address."""
    whole: Mask = (end - start <= 4) & ~(
        (text.data[end] == ord(".")) & is_digit(text.data[end + 1])
    )
    return whole


def _is_local(text: ScanText, start: Ints) -> Mask:
    """Return whether addresses begin with fe80::/10."""
    local: Mask = text.follows(start, b"fe") | text.follows(start, b"FE")
    local &= _LOCAL_THIRD[text.data[start + 2]] & (text.data[start + 4] == ord(":"))
    return local


def _zone_end(text: ScanText, end: Ints) -> Ints:
    """Return the end of the zone behind each address, or the address's own."""
    zoned = end.copy()
    some = np.flatnonzero(text.data[end] == ord("%"))
    size = text.reach(end[some] + 1, _ZONE, _LONGEST_ZONE)
    zoned[some] += np.where(size > 0, size + 1, 0)
    return zoned


def _ends_in_four(four: Matches, place: Ints) -> Ints:
    """Return the end of the IPv4 address that begins at each place, 0 where none does."""
    if not len(four.start):
        return np.zeros(len(place), np.int64)
    at = np.minimum(np.searchsorted(four.start, place), len(four.start) - 1)
    return np.where(four.start[at] == place, four.end[at], 0)


def _free(text: ScanText, start: Ints, end: Ints) -> Mask:
    before, after = text.data[start - 1], text.data[end]
    free: Mask = ~is_alnum(before) & (before != ord(":")) & ~is_alnum(after) & (after != ord(":"))
    return free


RECOGNIZER = Recognizer(
    entity="IP_ADDRESS",
    labels=words(
        "ip地址、ip位址、登录ip、登錄ip、网络地址、网关、網關、dns、服务器、伺服器、主机、ipv4",
        "ipv6、ip address、client ip、remote ip、ip:、ip：、ip=、来源ip",
    ),
    shape=Scores(alone=35, near=70, direct=92, contrary=10),
    passed=Scores(alone=80, near=95, direct=99, contrary=30),
    candidates=candidates,
    digits=False,
)
