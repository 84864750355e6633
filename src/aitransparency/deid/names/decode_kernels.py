"""Marginals in compiled loops: what `decode` does, sixteen sentences abreast.

Sentences of like length stand in the lanes of one array, so that a processor's vector instructions
do a step of all of them at once. Each lane does the arithmetic of `decode` in the same order, which
gives the same bits; products with the zeros of forbidden steps are left out.
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# Types are numba's to infer; `fast` is typed.

from __future__ import annotations

import numpy as np

from aitransparency.deid.jit import kernel
from aitransparency.deid.names.decode import LEAST
from aitransparency.deid.names.labels import COUNT
from aitransparency.deid.names.sentences import LONGEST

_LANES = 16
_STEP = COUNT * _LANES  # numbers of one step: label by label, lanes side by side
L1, L2, L3, L4, L5, L6, L7 = (_LANES * label for label in range(1, COUNT))
_MADE = 5 * _LANES  # what comes out of one step: the five of `Marginals`
_ONE, _NONE = np.float32(1), np.float32(0)


@kernel
def decode(below, first, length, moves, exponentials, out):
    """Write the marginals of every sentence; `out` holds the five arrays of `Marginals`.

    `below` is uint16 (n, labels), how far below the best each label is.
    """
    if not len(first):
        return
    order = _by_length(length)
    longest = length[order[0]]
    local = np.empty(longest * _STEP, np.float32)
    forward = np.empty(longest * _STEP, np.float32)
    made = np.empty(longest * _MADE, np.float32)
    ends = np.empty(_LANES, np.int32)
    for low in range(0, len(order), _LANES):
        lanes = order[low : low + _LANES]
        steps = length[lanes[0]]
        for lane in range(_LANES):
            ends[lane] = length[lanes[lane]] if lane < len(lanes) else 1
        _factors(below, first, lanes, ends, steps, exponentials, local)
        _forwards(local, steps, moves, forward)
        _backwards(local, forward, steps, ends, moves, made)
        _put(made, first, lanes, ends, out)


@kernel
def _by_length(length):
    """Return the sentences from long to short, those of one length in their order."""
    at = np.zeros(LONGEST + 2, np.int64)
    for one in range(len(length)):
        at[LONGEST - length[one] + 1] += 1
    for size in range(LONGEST + 1):
        at[size + 1] += at[size]
    order = np.empty(len(length), np.int64)
    for one in range(len(length)):
        order[at[LONGEST - length[one]]] = one
        at[LONGEST - length[one]] += 1
    return order


@kernel
def _factors(below, first, lanes, ends, steps, exponentials, local):
    """Write the factor of each label, the best being 1; behind its end a lane idles."""
    for lane in range(_LANES):
        size = 0
        if lane < len(lanes):
            base, size = first[lanes[lane]], ends[lane]
            for t in range(size):
                for y in range(COUNT):
                    local[t * _STEP + y * _LANES + lane] = exponentials[below[base + t, y]]
        for t in range(size, steps):
            for y in range(COUNT):
                local[t * _STEP + y * _LANES + lane] = _ONE


@kernel
def _forwards(local, steps, moves, forward):
    """Write the forward probabilities; m03 is the factor from label 0 to label 3."""
    m00, m10, m40, m50, m60, m70 = _into(moves, 0)
    m02, m12, m42, m52, m62, m72 = _into(moves, 2)
    m05, m15, m45, m55, m65, m75 = _into(moves, 5)
    m06, m16, m46, m56, m66, m76 = _into(moves, 6)
    m01, m11, m23, m33 = moves[0, 1], moves[1, 1], moves[2, 3], moves[3, 3]
    m24, m34, m67, m77 = moves[2, 4], moves[3, 4], moves[6, 7], moves[7, 7]
    state = np.empty(_STEP, np.float32)
    _begin(local, forward, state)
    for t in range(1, steps):
        f, now = local[t * _STEP : (t + 1) * _STEP], forward[t * _STEP : (t + 1) * _STEP]
        for s in range(_LANES):
            a, b, c, d = state[s], state[L1 + s], state[L2 + s], state[L3 + s]
            e, g, h, i = state[L4 + s], state[L5 + s], state[L6 + s], state[L7 + s]
            a, b, c, d, e, g, h, i = (
                (m00 * a + m10 * b + m40 * e + m50 * g + m60 * h + m70 * i) * f[s],
                (m01 * a + m11 * b) * f[L1 + s],
                (m02 * a + m12 * b + m42 * e + m52 * g + m62 * h + m72 * i) * f[L2 + s],
                (m23 * c + m33 * d) * f[L3 + s],
                (m24 * c + m34 * d) * f[L4 + s],
                (m05 * a + m15 * b + m45 * e + m55 * g + m65 * h + m75 * i) * f[L5 + s],
                (m06 * a + m16 * b + m46 * e + m56 * g + m66 * h + m76 * i) * f[L6 + s],
                (m67 * h + m77 * i) * f[L7 + s],
            )
            whole = max(a + b + c + d + e + g + h + i, LEAST)
            a, b, c, d = a / whole, b / whole, c / whole, d / whole
            e, g, h, i = e / whole, g / whole, h / whole, i / whole
            state[s], state[L1 + s], state[L2 + s], state[L3 + s] = a, b, c, d
            state[L4 + s], state[L5 + s], state[L6 + s], state[L7 + s] = e, g, h, i
            now[s], now[L1 + s], now[L2 + s], now[L3 + s] = a, b, c, d
            now[L4 + s], now[L5 + s], now[L6 + s], now[L7 + s] = e, g, h, i


@kernel
def _into(moves, to):
    """Return the factors into a label that a word may begin with, from all but 2 and 3."""
    return moves[0, to], moves[1, to], moves[4, to], moves[5, to], moves[6, to], moves[7, to]


@kernel
def _begin(local, forward, state):
    """Write the first step."""
    for at in range(_STEP):
        state[at] = _NONE
    for s in range(_LANES):
        a, c, g, h = local[s], local[L2 + s], local[L5 + s], local[L6 + s]
        whole = max(a + c + g + h, LEAST)
        state[s], state[L2 + s] = a / whole, c / whole
        state[L5 + s], state[L6 + s] = g / whole, h / whole
    for at in range(_STEP):
        forward[at] = state[at]


@kernel
def _backwards(local, forward, steps, ends, moves, made):
    """Write the five numbers of `Marginals` at every step."""
    m00, m01, m02, m05, m06 = moves[0, 0], moves[0, 1], moves[0, 2], moves[0, 5], moves[0, 6]
    m10, m11, m12, m15, m16 = moves[1, 0], moves[1, 1], moves[1, 2], moves[1, 5], moves[1, 6]
    m23, m24, m33, m34 = moves[2, 3], moves[2, 4], moves[3, 3], moves[3, 4]
    m40, m42, m45, m46 = moves[4, 0], moves[4, 2], moves[4, 5], moves[4, 6]
    m50, m52, m55, m56 = moves[5, 0], moves[5, 2], moves[5, 5], moves[5, 6]
    m60, m62, m65, m66, m67 = moves[6, 0], moves[6, 2], moves[6, 5], moves[6, 6], moves[6, 7]
    m70, m72, m75, m76, m77 = moves[7, 0], moves[7, 2], moves[7, 5], moves[7, 6], moves[7, 7]
    back = np.ones(_STEP, np.float32)
    for t in range(steps - 1, -1, -1):
        f, out = forward[t * _STEP : (t + 1) * _STEP], made[t * _MADE : (t + 1) * _MADE]
        after = min(t + 1, steps - 1)  # behind the last step all lanes are at their ends
        ahead = local[after * _STEP : (after + 1) * _STEP]
        for s in range(_LANES):
            a, b, c = ahead[s] * back[s], ahead[L1 + s] * back[L1 + s], ahead[L2 + s] * back[L2 + s]
            d, e = ahead[L3 + s] * back[L3 + s], ahead[L4 + s] * back[L4 + s]
            g, h = ahead[L5 + s] * back[L5 + s], ahead[L6 + s] * back[L6 + s]
            i, ending = ahead[L7 + s] * back[L7 + s], e
            a, b, c, d, e, g, h, i = (
                m00 * a + m01 * b + m02 * c + m05 * g + m06 * h,
                m10 * a + m11 * b + m12 * c + m15 * g + m16 * h,
                m23 * d + m24 * e,
                m33 * d + m34 * e,
                m40 * a + m42 * c + m45 * g + m46 * h,
                m50 * a + m52 * c + m55 * g + m56 * h,
                m60 * a + m62 * c + m65 * g + m66 * h + m67 * i,
                m70 * a + m72 * c + m75 * g + m76 * h + m77 * i,
            )
            last = t >= ends[s] - 1
            out[L3 + s] = _NONE if last else ending * m24 / max(c, LEAST)
            out[L4 + s] = _NONE if last else ending * m34 / max(d, LEAST)
            whole = max(a + b + c + d + e + g + h + i, LEAST)
            a, b = _ONE if last else a / whole, _ONE if last else b / whole
            c, d = _NONE if last else c / whole, _NONE if last else d / whole
            e, g = _ONE if last else e / whole, _ONE if last else g / whole
            h, i = _ONE if last else h / whole, _ONE if last else i / whole
            back[s], back[L1 + s], back[L2 + s], back[L3 + s] = a, b, c, d
            back[L4 + s], back[L5 + s], back[L6 + s], back[L7 + s] = e, g, h, i
            a, b, c, d = a * f[s], b * f[L1 + s], c * f[L2 + s], d * f[L3 + s]
            e, g, h, i = e * f[L4 + s], g * f[L5 + s], h * f[L6 + s], i * f[L7 + s]
            whole = max(a + b + c + d + e + g + h + i, LEAST)
            out[s] = c / whole + d / whole + e / whole + g / whole
            out[L1 + s], out[L2 + s] = c / whole, g / whole


@kernel
def _put(made, first, lanes, ends, out):
    """Put the lanes back to their places."""
    person, begin, only, closes, closes_later = out
    for lane in range(len(lanes)):
        base = first[lanes[lane]]
        for t in range(ends[lane]):
            at = t * _MADE + lane
            person[base + t], begin[base + t], only[base + t] = (
                made[at],
                made[at + L1],
                made[at + L2],
            )
            closes[base + t], closes_later[base + t] = made[at + L3], made[at + L4]
