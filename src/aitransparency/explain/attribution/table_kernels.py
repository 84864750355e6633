"""Cut trees into small subtrees and tabulate the SHAP values of each over its answers.

For one leaf let h(b) be the weight of the background rows that pass the features in the set b, and
o the features that the explained row passes. With Shapley's weights written as an integral,
s!(d-1-s)!/d! = the integral of t^s (1-t)^(d-1-s) over [0, 1], the value of feature i is

    leaf * integral of sum over b of h(b) (o_i - b_i) * product over j != i of (b_j + t (o_j - b_j))

a polynomial of degree d-1 in t, for which Gauss-Legendre quadrature with d/2 points is exact. Path
dependence is the case where h is a product of the training shares along the path. Lundberg et al.,
Nature Machine Intelligence 2, 2020, gives the same values by another road; the formula is derived
here and checked against enumeration in the tests.

>>> gauss(2)[1][1, :1].tolist()
[1.0]
"""

# mypy: disable-error-code="no-untyped-def"
# Types are numba's to infer; the callers in tables.py are typed.

from __future__ import annotations

import numpy as np

from aitransparency.explain.attribution.jit import kernel
from aitransparency.explain.attribution.kernels import answer_nodes


def gauss(most):
    """Return points and weights on [0, 1] for 1 to `most` points, (most + 1, most) each."""
    points, weights = np.zeros((most + 1, most)), np.zeros((most + 1, most))
    for count in range(1, most + 1):
        x, w = np.polynomial.legendre.leggauss(count)
        points[count, :count], weights[count, :count] = (x + 1) / 2, w / 2
    return points, weights


@kernel
def describe(root, nodes, limit, conds, parts):
    """Find the answers that decide what a subtree gives: one bit each, at most `limit`.

    A feature of the path above is one bit (all its questions passed); a question inside is one.
    Writes rows (bit, node, flip) into `conds` and features into `parts`; returns the number of
    bits (-1 where there are more), of features, of rows, and of the bits for the path.
    """
    feature, left, right, parent, column, cut, low = nodes
    count, used, node = 0, 0, root
    while parent[node] >= 0:
        up = parent[node]
        place = -1
        for i in range(count):
            if parts[i] == feature[up]:
                place = i
        if place < 0:
            if count == limit:
                return -1, 0, 0, 0
            place = count
            parts[count] = feature[up]
            count += 1
        conds[used, 0], conds[used, 1] = place, up
        conds[used, 2] = 0 if left[up] == node else 1
        used += 1
        node = up
    above, bits, inner = count, count, used
    stack = np.empty(len(conds) + 2, np.int64)
    stack[0] = root
    top = 1
    while top > 0:
        top -= 1
        node = stack[top]
        if column[node] < 0:
            continue
        if find(node, conds, inner, used, column, cut, low) < 0:
            if bits == limit:
                return -1, 0, 0, 0
            conds[used, 0], conds[used, 1], conds[used, 2] = bits, node, 0
            bits += 1
            used += 1
            place = -1
            for i in range(count):
                if parts[i] == feature[node]:
                    place = i
            if place < 0:
                parts[count] = feature[node]
                count += 1
        stack[top], stack[top + 1] = left[node], right[node]
        top += 2
    return bits, count, used, above


@kernel
def find(node, conds, first, last, column, cut, low):
    """Return the place of the condition that asks the same question as a node, or -1."""
    for c in range(first, last):
        other = conds[c, 1]
        if column[other] == column[node] and cut[other] == cut[node] and low[other] == low[node]:
            return c
    return -1


@kernel
def cut_trees(first, nodes, deepest, limits, group_first, groups):
    """Write (root, bits, features, conditions) of each group; none for a tree too large to table.

    `limits` are the bits of a group, those of a lone leaf, and the table entries of a tree and of
    all.
    Returns the number of groups.
    """
    column, left, right = nodes[4], nodes[1], nodes[2]
    conds = np.empty((deepest + limits[1] + 4, 3), np.int32)
    parts = np.empty(deepest + limits[1] + 4, np.int32)
    stack = np.empty(deepest + 4, np.int64)
    made, filled = 0, 0
    for t in range(len(first) - 1):
        start, entries = made, 0
        stack[0] = first[t]
        top = 1
        while top > 0:
            top -= 1
            node = stack[top]
            limit = limits[0] if column[node] >= 0 else limits[1]
            bits, count, used, _ = describe(node, nodes, limit, conds, parts)
            if bits < 0 and column[node] >= 0:
                stack[top], stack[top + 1] = right[node], left[node]
                top += 2
                continue
            entries += count << max(bits, 0)
            if bits < 0 or entries > limits[2] or filled + entries > limits[3]:
                made, entries = start, 0
                break
            groups[made, 0], groups[made, 1] = node, bits
            groups[made, 2], groups[made, 3] = count, used
            made += 1
        filled += entries
        group_first[t + 1] = made
    return made


@kernel
def lay_out(groups, nodes, deepest, places, plan):
    """Write the bits, conditions and table places of every group."""
    bit_first, part_first, parts, cond_first, cond_node, cond_flip = plan
    most = deepest + 40
    conds, features = np.empty((most, 3), np.int32), np.empty(most, np.int32)
    b, c, p, offset = 0, 0, 0, 0
    for g in range(len(groups)):
        bits, count, used, above = describe(groups[g, 0], nodes, 40, conds, features)
        bit_first[g], part_first[g] = b, p
        for bit in range(bits):
            cond_first[b] = c
            b += 1
            for k in range(used):
                if conds[k, 0] == bit:
                    cond_node[c], cond_flip[c] = conds[k, 1], conds[k, 2]
                    c += 1
        for k in range(count):
            parts[p, 0], parts[p, 1] = places[features[k]], offset
            parts[p, 2], parts[p, 3] = features[k], above
            p += 1
            offset += 1 << bits
    bit_first[len(groups)], part_first[len(groups)], cond_first[b] = b, p, c


@kernel
def leaf_values(h, d, rule, work, out):
    """Write the SHAP values of a leaf of value 1 for every pattern, out (d, 2^d)."""
    points, weights = rule
    size = 1 << d
    out[:d, :size] = 0.0
    count = (d + 1) >> 1
    for q in range(count):
        t, w = points[count, q], weights[count, q]
        work[:size] = h[:size]
        for j in range(d):
            step = 1 << j
            for base in range(0, size, 2 * step):
                for o in range(base, base + step):
                    zero, one = work[o], work[o + step]
                    work[o] = (1 - t) * one
                    work[o + step] = t * zero + one
        a, b, c = w / (1 - t), w / (t * (1 - t)), w / t
        for i in range(d):
            step = 1 << i
            for base in range(0, size, 2 * step):
                for o in range(base, base + step):
                    out[i, o] -= a * work[o]
                    out[i, o + step] += c * work[o + step] - b * work[o]


@kernel
def fill_trees(trees, forest, questions, plan, group_roots, codes, rule, sizes, tables, base):
    """Fill the tables of trees [first, last); no rows in `codes` means path-dependent.

    Adds each tree's mean output to `base[tree]`. `sizes` are the most bits of a leaf and the depth
    of the deepest tree.
    """
    first, feature, left, right, parent, share, value = forest
    group_first, bit_first, bits, part_first, parts, cond_first, cond_node, cond_flip = plan
    most, deepest = sizes
    rows, largest = codes.shape[1], 0
    for t in range(trees[0], trees[1]):
        largest = max(largest, first[t + 1] - first[t])
    answers = np.empty((largest, rows), np.uint8)
    h, out, work = np.empty(1 << most), np.empty((most, 1 << most)), np.empty(1 << most)
    path, needs = np.empty((deepest + 2, 3), np.int64), np.empty((most, 4), np.int64)
    stack = np.empty(deepest + 4, np.int64)
    for t in range(trees[0], trees[1]):
        if group_first[t] < group_first[t + 1]:
            answer_nodes(codes, first[t], first[t + 1], questions, answers)
        for g in range(group_first[t], group_first[t + 1]):
            root = group_roots[g]
            stack[0] = root
            top = 1
            while top > 0:
                top -= 1
                leaf = stack[top]
                if left[leaf] >= 0:
                    stack[top], stack[top + 1] = left[leaf], right[leaf]
                    top += 2
                    continue
                d, steps = climb(leaf, root, forest, questions, g, plan, path, needs)
                if rows == 0:
                    training_weights(d, path[:steps], left, right, share, h)
                else:
                    background_weights(d, path[:steps], answers, first[t], h)
                base[t] += value[leaf] * h[(1 << d) - 1]
                if d > 0 and value[leaf] != 0.0:
                    leaf_values(h, d, rule, work, out)
                    expand(value[leaf], d, bits[g], needs, out, tables)


@kernel
def climb(leaf, root, forest, questions, g, plan, path, needs):
    """Walk from a leaf to the top of its tree.

    Writes (feature's place, node, flip) into `path`, and into `needs` for each feature (feature,
    mask, wanted, place in the tables): it passes where the key under the mask is as wanted.
    Returns the number of features and of steps.
    """
    first, feature, left, right, parent, share, value = forest
    column, cut, low = questions
    group_first, bit_first, bits, part_first, parts, cond_first, cond_node, cond_flip = plan
    d, steps, node, inside = 0, 0, leaf, True
    while parent[node] >= 0:
        inside = inside and node != root
        up = parent[node]
        flip = 0 if left[up] == node else 1
        i = 0
        while i < d and needs[i, 0] != feature[up]:
            i += 1
        if i == d:
            needs[d, 0], needs[d, 1], needs[d, 2], needs[d, 3] = feature[up], 0, 0, 0
            for p in range(part_first[g], part_first[g + 1]):
                if parts[p, 2] == feature[up]:
                    needs[d, 3] = parts[p, 1]
            d += 1
        path[steps, 0], path[steps, 1], path[steps, 2] = i, up, flip
        steps += 1
        answer = 1 - flip if inside else 1
        for b in range(bits[g]):
            c = cond_first[bit_first[g] + b]
            inner = parts[part_first[g], 3] <= b  # bits of the path come first
            same = False
            if inside and inner:
                other = cond_node[c]
                same = column[other] == column[up] and cut[other] == cut[up]
                same = same and low[other] == low[up]
            elif not inside and not inner:
                for more in range(c, cond_first[bit_first[g] + b + 1]):
                    same = same or cond_node[more] == up
            if same:
                if (needs[i, 1] >> b) & 1 and ((needs[i, 2] >> b) & 1) != answer:
                    needs[i, 2] |= 1 << 60  # asks for both answers: never passed
                needs[i, 1] |= 1 << b
                needs[i, 2] |= answer << b
        node = up
    return d, steps


@kernel
def training_weights(d, path, left, right, share, h):
    """Write the weight of each pattern where features pass with their shares of training rows."""
    h[0] = 1.0
    for i in range(d):
        z = 1.0
        for s in range(len(path)):
            if path[s, 0] == i:
                up = path[s, 1]
                z *= share[left[up]] if path[s, 2] == 0 else share[right[up]]
        for b in range(1 << i):
            h[b | (1 << i)] = h[b] * z
            h[b] *= 1 - z


@kernel
def background_weights(d, path, answers, first, h):
    """Write the share of background rows with each pattern."""
    rows = answers.shape[1]
    one, pattern = np.empty(rows, np.uint8), np.zeros(rows, np.uint32)
    for i in range(d):
        one[:] = 1
        for s in range(len(path)):
            if path[s, 0] == i:
                flip = np.uint8(path[s, 2])
                row_answers = answers[path[s, 1] - first]
                for r in range(rows):
                    one[r] &= row_answers[r] ^ flip
        for r in range(rows):
            pattern[r] |= np.uint32(one[r]) << np.uint32(i)
    h[: 1 << d] = 0.0
    for r in range(rows):
        h[pattern[r]] += 1.0
    h[: 1 << d] /= rows


@kernel
def expand(value, d, bits, needs, out, tables):
    """Add a leaf's values to the tables of its group, for every key."""
    for key in range(1 << bits):
        o = 0
        for i in range(d):
            if key & needs[i, 1] == needs[i, 2]:
                o |= 1 << i
        for i in range(d):
            tables[needs[i, 3] + key] += value * out[i, o]
