"""Trees too deep to tabulate: one walk a row (path-dependent) or a row and background row.

Path-dependent after Bifet, Read and Xu, "Linear TreeShap", NeurIPS 2022, with the polynomials kept
as their values at the points of the quadrature (table_kernels.py). Interventional after Lundberg et
al., Nature Machine Intelligence 2, 2020: a leaf that the mixed row reaches gives a! c! / (a + c +
1)! shares to the features that had to come from either side.

>>> weight_table(2)[1, 1].round(4)
np.float64(0.1667)
"""

# mypy: disable-error-code="no-untyped-def"
# Types are numba's to infer; the callers in tables.py are typed.

from __future__ import annotations

from math import factorial

import numpy as np

from aitransparency.explain.attribution.jit import kernel


def weight_table(most):
    """Return a! c! / (a + c + 1)! for a, c up to `most`."""
    table = np.empty((most + 1, most + 1))
    for a in range(most + 1):
        for c in range(most + 1):
            table[a, c] = factorial(a) * factorial(c) / factorial(a + c + 1)
    return table


@kernel
def add_walks(codes, forest, questions, chosen, rule, deepest, places, total):
    """Add the path-dependent values of the chosen trees to `total`, (used features, rows)."""
    first, feature, left, right, parent, share, value = forest
    column, cut, low = questions
    points, weights = rule
    widest = points.shape[1]
    product = np.empty((deepest + 2, widest))  # of all factors down to the node at this depth
    below = np.empty((deepest + 2, widest))  # sum over its leaves of value times product
    passed, weight = np.empty(deepest + 2), np.empty(deepest + 2)
    before, visit = np.empty(deepest + 2, np.int64), np.empty(deepest + 2, np.int64)
    nodes = np.empty(deepest + 2, np.int64)
    latest = np.full(len(places), -1, np.int64)  # depth of the feature's last question on the path
    for which in range(len(chosen)):
        t, count = chosen[which, 0], max(1, (chosen[which, 1] + 1) >> 1)
        point, w = points[count], weights[count]
        for r in range(codes.shape[1]):
            depth = 0
            nodes[0], visit[0], before[0] = first[t], 0, -1
            product[0, :count] = 1.0
            below[0, :count] = 0.0
            while depth >= 0:
                node = nodes[depth]
                if column[node] >= 0 and visit[depth] < 2:
                    f = feature[node]
                    code = codes[column[node], r]
                    goes_left = low[node] <= code <= cut[node]
                    is_left = visit[depth] == 0
                    child = left[node] if is_left else right[node]
                    visit[depth] += 1
                    o = 1.0 if goes_left == is_left else 0.0
                    z = share[child]
                    last = latest[f]
                    depth += 1
                    nodes[depth], visit[depth], before[depth] = child, 0, last
                    passed[depth], weight[depth] = o, z
                    if last >= 0:
                        passed[depth] *= passed[last]
                        weight[depth] *= weight[last]
                    a, z = passed[depth], weight[depth]
                    for q in range(count):
                        factor = z + point[q] * (a - z)
                        if last >= 0:
                            old = weight[last] + point[q] * (passed[last] - weight[last])
                            factor = factor / old if old > 0 else 0.0
                        product[depth, q] = product[depth - 1, q] * factor
                        below[depth, q] = 0.0
                    latest[f] = depth
                    continue
                if column[node] < 0:
                    for q in range(count):
                        below[depth, q] = value[node] * product[depth, q]
                if depth > 0:
                    f = feature[parent[node]]
                    last = before[depth]
                    mine, old = 0.0, 0.0
                    a, z = passed[depth], weight[depth]
                    for q in range(count):
                        factor = z + point[q] * (a - z)
                        if factor > 0:
                            mine += w[q] * below[depth, q] / factor
                        if last >= 0:
                            factor = weight[last] + point[q] * (passed[last] - weight[last])
                            if factor > 0:
                                old += w[q] * below[depth, q] / factor
                        below[depth - 1, q] += below[depth, q]
                    given = (a - z) * mine
                    if last >= 0:
                        given -= (passed[last] - weight[last]) * old
                    total[places[f], r] += given
                    latest[f] = last
                depth -= 1


@kernel
def add_pairs(codes, others, forest, questions, chosen, shares, deepest, places, total):
    """Add the interventional values of the chosen trees against the rows of `others`."""
    first, feature, left, right, parent, share, value = forest
    column, cut, low = questions
    stack = np.empty((deepest + 4, 3), np.int64)  # node, features taken from the row / the other
    side = np.zeros(len(places), np.int64)  # 1 from the row, 2 from the other, 0 free
    taken = np.empty((deepest + 4, 2), np.int64)  # features in the order taken, and their side
    scale = 1.0 / others.shape[1]
    for which in range(len(chosen)):
        t = chosen[which, 0]
        for r in range(codes.shape[1]):
            for k in range(others.shape[1]):
                stack[0, 0], stack[0, 1], stack[0, 2] = first[t], 0, 0
                top, known = 1, 0
                while top > 0:
                    top -= 1
                    node, mine, theirs = stack[top]
                    if node < 0:  # the other branch of a split question: hand the feature over
                        node = -node - 1
                        while known > mine + theirs - 1:
                            known -= 1
                            side[taken[known, 0]] = 0
                        f = feature[parent[node]]
                        side[f] = 2
                        taken[known, 0], taken[known, 1] = f, 2
                        known += 1
                    while column[node] >= 0:
                        f = feature[node]
                        code, other = codes[column[node], r], others[column[node], k]
                        by_row = low[node] <= code <= cut[node]
                        by_other = low[node] <= other <= cut[node]
                        if by_row == by_other or side[f] == 1:
                            node = left[node] if by_row else right[node]
                        elif side[f] == 2:
                            node = left[node] if by_other else right[node]
                        else:
                            away = left[node] if by_other else right[node]
                            stack[top, 0], stack[top, 1], stack[top, 2] = (
                                -away - 1,
                                mine,
                                theirs + 1,
                            )
                            top += 1
                            side[f] = 1
                            taken[known, 0], taken[known, 1] = f, 1
                            known += 1
                            mine += 1
                            node = left[node] if by_row else right[node]
                    amount = value[node] * scale
                    for i in range(known):
                        if taken[i, 1] == 1:
                            total[places[taken[i, 0]], r] += amount * shares[mine - 1, theirs]
                        else:
                            total[places[taken[i, 0]], r] -= amount * shares[mine, theirs - 1]
                for i in range(known):
                    side[taken[i, 0]] = 0
