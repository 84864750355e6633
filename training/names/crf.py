"""Train a linear-chain CRF on partial labels by AdaGrad, one thread, the same bits every time."""

from __future__ import annotations

import numba
import numpy as np

from aitransparency.deid.names import labels

L = labels.COUNT


@numba.njit(cache=True, fastmath=False)
def _pass(emission, trans, mask, first, last, gamma, edges):
    """Forward-backward under a mask; fills the marginals, adds expected transitions, returns log Z."""
    n = len(emission)
    alpha = np.zeros((n, L))
    beta = np.zeros((n, L))
    local = np.zeros((n, L))
    logz = 0.0
    for t in range(n):
        top = emission[t].max()
        logz += top
        for y in range(L):
            if (mask[t] >> y) & 1:
                local[t, y] = np.exp(emission[t, y] - top)
    scale = np.zeros(n)
    for t in range(n):
        for y in range(L):
            if t == 0:
                value = 1.0 if first[y] else 0.0
            else:
                value = 0.0
                for x in range(L):
                    value += alpha[t - 1, x] * trans[x, y]
            alpha[t, y] = value * local[t, y]
            if t == n - 1 and not last[y]:
                alpha[t, y] = 0.0
            scale[t] += alpha[t, y]
        if scale[t] <= 0.0:
            return np.nan
        logz += np.log(scale[t])
        for y in range(L):
            alpha[t, y] /= scale[t]
    for y in range(L):
        beta[n - 1, y] = 1.0 if last[y] else 0.0
    for t in range(n - 2, -1, -1):
        for x in range(L):
            value = 0.0
            for y in range(L):
                value += trans[x, y] * local[t + 1, y] * beta[t + 1, y]
            beta[t, x] = value / scale[t + 1]
    for t in range(n):
        for y in range(L):
            gamma[t, y] = alpha[t, y] * beta[t, y]
    for t in range(1, n):
        for x in range(L):
            for y in range(L):
                edges[x, y] += alpha[t - 1, x] * trans[x, y] * local[t, y] * beta[t, y] / scale[t]
    return logz


@numba.njit(cache=True, fastmath=False)
def epoch(
    rows,
    base,
    width,
    offsets,
    counts,
    masks,
    starts,
    lengths,
    weights,
    order,
    weight,
    grad2,
    transition,
    trans2,
    allowed,
    first,
    last,
    rate,
    ridge,
    drop,
    seed,
):
    """One pass over the sentences in the given order; returns the summed negative log likelihood.

    `rows` is int32 (templates, n); template k's row r has its weights at ``base[k] + r * width[k]``,
    for each of its offsets `L` numbers.
    """
    np.random.seed(seed)
    total = 0.0
    templates = len(base)
    for number in range(len(order)):
        sentence = order[number]
        begin, n = starts[sentence], lengths[sentence]
        emission = np.zeros((n, L))
        kept = np.ones((templates, n + 8), np.bool_)
        for k in range(templates):
            if drop[k] > 0:
                for i in range(n + 8):
                    kept[k, i] = np.random.random() >= drop[k]
        for k in range(templates):
            for d in range(counts[k]):
                shift = offsets[k, d]
                for t in range(n):
                    i = begin + t - shift
                    r = rows[k, i]
                    if r < 0 or not kept[k, t - shift + 3]:
                        continue
                    at = base[k] + r * width[k] + d * L
                    for y in range(L):
                        emission[t, y] += weight[at + y]
        trans = np.zeros((L, L))
        for x in range(L):
            for y in range(L):
                if allowed[x, y]:
                    trans[x, y] = np.exp(transition[x, y])
        free = np.zeros((n, L))
        bound = np.zeros((n, L))
        free_edges = np.zeros((L, L))
        bound_edges = np.zeros((L, L))
        every = np.full(n, 255, np.uint8)
        low = _pass(emission, trans, masks[begin : begin + n], first, last, bound, bound_edges)
        if np.isnan(low):
            continue
        high = _pass(emission, trans, every, first, last, free, free_edges)
        importance = weights[sentence]
        total += importance * (high - low)
        for k in range(templates):
            for d in range(counts[k]):
                shift = offsets[k, d]
                for t in range(n):
                    i = begin + t - shift
                    r = rows[k, i]
                    if r < 0 or not kept[k, t - shift + 3]:
                        continue
                    at = base[k] + r * width[k] + d * L
                    for y in range(L):
                        g = importance * (free[t, y] - bound[t, y]) + ridge * weight[at + y]
                        if g > 1e-4 or g < -1e-4:
                            grad2[at + y] += g * g
                            weight[at + y] -= rate * g / np.sqrt(grad2[at + y] + 1e-2)
        for x in range(L):
            for y in range(L):
                g = importance * (free_edges[x, y] - bound_edges[x, y])
                trans2[x, y] += g * g
                transition[x, y] -= rate * g / np.sqrt(trans2[x, y] + 1e-2)
    return total
