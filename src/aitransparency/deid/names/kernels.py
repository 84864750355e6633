"""Scores and marginals in compiled loops: what `Model.scores` and `decode` do, for much text.

The arithmetic and its order are those of `decode`, so that both ways give the same bits.
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# Types are numba's to infer; `fast` is typed.

from __future__ import annotations

import numba
import numpy as np

from aitransparency.deid.names.decode import LEAST
from aitransparency.deid.names.labels import (
    COUNT,
    FIRST,
    LAST,
    PERSON_BEGIN,
    PERSON_END,
    PERSON_MIDDLE,
    PERSON_ONLY,
)


def kernel(function):
    """Compile without the interpreter lock; keep the machine code where the file system allows."""
    try:
        return numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:  # no directory that can hold the cache: compile once a process
        return numba.njit(nogil=True)(function)


@kernel
def add_scores(total, packed, rows, offsets):
    """Add the weights of one template; `total` is uint64 (n, 2), as `packed` has them."""
    count = len(total)
    for place in range(count):
        row = packed[rows[place]]
        for at in range(len(offsets)):
            target = place + offsets[at]
            if 0 <= target < count:
                total[target, 0] += row[2 * at]
                total[target, 1] += row[2 * at + 1]


@kernel
def _scale(values):
    total = values[0]
    for label in range(1, COUNT):
        total = np.float32(total + values[label])
    total = max(total, LEAST)
    for label in range(COUNT):
        values[label] = np.float32(values[label] / total)


@kernel
def _product(moves, values, new):
    """Write the sums of ``moves[x] * values[x]`` over x in turn, eight labels abreast."""
    for y in range(COUNT):
        new[y] = 0
    for x in range(COUNT):
        for y in range(COUNT):
            new[y] += moves[x, y] * values[x]


@kernel
def decode(scores, first, length, moves, exponentials, out):
    """Write the marginals of every sentence; `out` holds the five arrays of `Marginals`."""
    person, begin, only, closes, closes_later = out
    turned = np.ascontiguousarray(moves.T)
    longest = length.max()
    local = np.empty((longest, COUNT), np.float32)
    forward = np.empty((longest, COUNT), np.float32)
    back = np.empty(COUNT, np.float32)
    behind = np.empty(COUNT, np.float32)
    ahead = np.empty(COUNT, np.float32)
    both = np.empty(COUNT, np.float32)
    for sentence in range(len(first)):
        base, n = first[sentence], length[sentence]
        for t in range(n):
            top = scores[base + t].max()
            for y in range(COUNT):
                below = np.int64(top) - np.int64(scores[base + t, y])
                local[t, y] = exponentials[min(below, len(exponentials) - 1)]
            if t == 0:
                for y in range(COUNT):
                    forward[t, y] = local[t, y] * np.float32(FIRST[y])
            else:
                _product(moves, forward[t - 1], forward[t])
                for y in range(COUNT):
                    forward[t, y] *= local[t, y]
            _scale(forward[t])
        for t in range(n - 1, -1, -1):
            place = base + t
            if t == n - 1:
                for y in range(COUNT):
                    back[y] = np.float32(LAST[y])
            else:
                for y in range(COUNT):
                    ahead[y] = np.float32(local[t + 1, y] * back[y])
                _product(turned, ahead, behind)
                back[:] = behind
                ends = ahead[PERSON_END]
                closes[place] = np.float32(ends * moves[PERSON_BEGIN, PERSON_END]) / max(
                    behind[PERSON_BEGIN], LEAST
                )
                closes_later[place] = np.float32(ends * moves[PERSON_MIDDLE, PERSON_END]) / max(
                    behind[PERSON_MIDDLE], LEAST
                )
                _scale(back)
            for y in range(COUNT):
                both[y] = np.float32(forward[t, y] * back[y])
            _scale(both)
            begin[place], only[place] = both[PERSON_BEGIN], both[PERSON_ONLY]
            inner = np.float32(both[PERSON_BEGIN] + both[PERSON_MIDDLE])
            inner = np.float32(inner + both[PERSON_END])
            person[place] = np.float32(inner + both[PERSON_ONLY])
