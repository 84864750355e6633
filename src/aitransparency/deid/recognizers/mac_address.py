"""MAC address of a network interface, 12 hexadecimal characters.

Rule: IEEE 802 (not read; the forms as RFC 9542 and vendors print them): six pairs with colons or
hyphens, three fours with dots, or twelve in one, which only words around them make an address.
All zeros and all ones are no one's.

>>> from aitransparency.deid.column import TextColumn
>>> text = ScanText.of(TextColumn.from_strings(["00:1A:2b:3C:4D:5E 001a.2b3c.4d5e"]))
>>> candidates(text).level.tolist()
[2, 2]
"""

from __future__ import annotations

import numpy as np

from aitransparency.deid.scan.recognizer import Matches, Recognizer, Scores, graded, words
from aitransparency.deid.scan.runs import Shape, Windows, is_alnum
from aitransparency.deid.scan.text import ScanText

_HEX = Shape.of("[0-9A-Fa-f]" * 12)
_BARE = Shape.of("[0-9A-F]" * 12)


def candidates(text: ScanText) -> Matches:
    """Return the three written forms, and codes of twelve."""
    found = [
        _parted(text, ord(":"), 2, 6),
        _parted(text, ord("-"), 2, 6),
        _parted(text, ord("."), 4, 3),
    ]
    bare = text.mixed.whole(12)
    bare = bare.take(_BARE.fits(bare.characters))
    return Matches.concat(*found, graded(bare, bare.start < 0))


def _parted(text: ScanText, mark: int, size: int, parts: int) -> Matches:
    """Return `parts` groups of `size` characters with a mark between them."""
    marks = text.places(mark)
    steps = parts - 1
    if len(marks) < steps:
        return Matches.none()
    even = marks[1:] - marks[:-1] == size + 1
    row = np.ones(len(marks) - steps + 1, np.bool_)
    for step in range(steps - 1):
        row &= even[step : step + len(row)]
    first = marks[: len(row)][row] - size
    whole = 12 + steps
    place = np.array([at for at in range(whole) if (at + 1) % (size + 1)])
    characters = text.data[first[:, None] + place]
    before, after = text.data[first - 1], text.data[first + whole]
    good = _HEX.fits(characters) & ~is_alnum(before) & ~is_alnum(after)
    good &= (before != mark) & (after != mark)
    good &= (characters != characters[:, :1]).any(axis=1)
    found = Windows(first, first + whole, characters).take(good)
    return graded(found, found.start > 0)


RECOGNIZER = Recognizer(
    entity="MAC_ADDRESS",
    labels=words(
        "mac、mac地址、mac address、物理地址、网卡地址、網卡地址、硬件地址、wifi、蓝牙、藍牙",
        "bluetooth",
    ),
    shape=Scores(alone=0, near=35, direct=75, contrary=0),
    passed=Scores(alone=90, near=96, direct=99, contrary=60),
    candidates=candidates,
    digits=False,
)
