"""Inner loops of the tree engines: code rows, answer nodes, look up and add.

A leaf is reached where each feature on its path passes; its SHAP values depend on the row only
through which of them pass. Small subtrees are tabulated over the answers that matter, so that a row
costs one look-up for each subtree and feature (the observation behind FastTreeSHAP v2, Yang 2021,
and WOODELF, Nadel and Wettenstein 2025; the grouping into subtrees is ours).

>>> codes = np.zeros((1, 3), dtype=np.uint16)
>>> x = np.array([[0.2], [0.7], [np.nan]])
>>> columns = (np.zeros(1, np.int32), np.zeros(1, np.int32), np.array([0, 1]), np.array([0.5]))
>>> code_rows(x, columns, codes)
>>> codes.tolist()
[[1, 2, 0]]
"""

# mypy: disable-error-code="no-untyped-def"
# Types are numba's to infer; the callers in tables.py and deep.py are typed.

from __future__ import annotations

import numpy as np

from aitransparency.explain.attribution.jit import kernel


@kernel
def code_rows(x, columns, codes):
    """Write for each coded column and row 0 (missing) or 1 + the number of cuts below the value."""
    feature, kind, start, cuts = columns
    for v in range(len(feature)):
        first, last = start[v], start[v + 1]
        for r in range(len(x)):
            value = x[r, feature[v]]
            if kind[v] == 2 and np.isnan(value):
                value = 0.0
            if np.isnan(value) or (kind[v] == 1 and abs(value) <= 1e-35):
                codes[v, r] = 0
            elif kind[v] == 3:
                inside = 0 <= value < last - first and cuts[first + int(value)] > 0
                codes[v, r] = 1 if inside else 2
            else:
                low, high = first, last
                while low < high:
                    middle = (low + high) >> 1
                    if cuts[middle] < value:
                        low = middle + 1
                    else:
                        high = middle
                codes[v, r] = 1 + low - first


@kernel
def answer_nodes(codes, first, last, questions, answers):
    """Write 1 where a row goes left at a node, for the nodes of one tree, (nodes, rows)."""
    column, cut, low = questions
    for node in range(first, last):
        if column[node] >= 0:
            code, out = codes[column[node]], answers[node - first]
            at_most, at_least = code.dtype.type(cut[node]), code.dtype.type(low[node])
            for r in range(codes.shape[1]):
                out[r] = (code[r] <= at_most) & (code[r] >= at_least)


@kernel
def add_tables(codes, forest_first, questions, plan, tables, scratch):
    """Add the tabulated values of every tree to `total`, (used features, rows)."""
    group_first, bit_first, bits, part_first, parts, cond_first, cond_node, cond_flip = plan
    answers, one, key, total = scratch
    rows = codes.shape[1]
    for t in range(len(forest_first) - 1):
        if group_first[t] == group_first[t + 1]:
            continue
        at = forest_first[t]
        answer_nodes(codes, at, forest_first[t + 1], questions, answers)
        for g in range(group_first[t], group_first[t + 1]):
            key[:rows] = 0
            for b in range(bits[g]):
                c, end = cond_first[bit_first[g] + b], cond_first[bit_first[g] + b + 1]
                flip = cond_flip[c]
                row_answers = answers[cond_node[c] - at]
                for r in range(rows):
                    one[r] = row_answers[r] ^ flip
                for more in range(c + 1, end):
                    flip = cond_flip[more]
                    row_answers = answers[cond_node[more] - at]
                    for r in range(rows):
                        one[r] &= row_answers[r] ^ flip
                for r in range(rows):
                    key[r] |= np.uint16(one[r]) << np.uint16(b)
            for p in range(part_first[g], part_first[g + 1]):
                table = tables[parts[p, 1] : parts[p, 1] + (1 << bits[g])]
                out = total[parts[p, 0]]
                for r in range(rows):
                    out[r] += table[key[r]]


@kernel
def sum_leaves(codes, forest, questions, outputs):
    """Write the sum of the leaves that each row reaches, (rows,)."""
    first, left, right, value = forest
    column, cut, low = questions
    for t in range(len(first) - 1):
        for r in range(codes.shape[1]):
            node = first[t]
            while column[node] >= 0:
                code = codes[column[node], r]
                node = left[node] if low[node] <= code <= cut[node] else right[node]
            outputs[r] += value[node]
