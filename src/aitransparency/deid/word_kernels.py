"""Eight bytes at a time: the steps that compiled loops over text share.

A word is eight bytes read as one number, the first byte lowest.

>>> words = np.frombuffer(b"ab,cd,ef,ghijklm", np.uint64)
>>> [int(first(holds(word, repeated(44)))) for word in words]
[2, 0]
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# Types of the loops are numba's to infer.

from __future__ import annotations

import numpy as np

from aitransparency.deid.jit import inlined

_ONES, _HIGH = np.uint64(0x0101010101010101), np.uint64(0x8080808080808080)
_TOP = np.uint64(56)


@inlined
def repeated(byte):
    """Return a byte eight times."""
    return np.uint64(byte) * _ONES


@inlined
def holds(word, eight):
    """Return a mask, 0 where a word has no byte of `eight`; its lowest bit is at the first one."""
    differs = word ^ eight
    return (differs - _ONES) & ~differs & _HIGH


@inlined
def first(mask):
    """Return which of the eight bytes the lowest bit of a mask is in."""
    lowest = mask & (~mask + np.uint64(1))
    below = (lowest - np.uint64(1)) & _ONES
    return np.int64((below * _ONES) >> _TOP) - 1
