"""Which of overlapping finds stays, in compiled loops; see `overlap`."""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# Types are numba's to infer; `overlap` is typed.

from __future__ import annotations

import numpy as np

from aitransparency.deid.jit import kernel

_MOST = 64  # finds of a crowd that are settled here


@kernel
def settled(order, start, end, entity, given, score, near, rule, stay, crowd):
    """Write the finds that stay and those of crowds too large, and raise scores.

    Parameters
    ----------
    order
        The finds in order of start, longer ones first.
    start, end, entity, given
        One for each find; `given` are the scores.
    score
        The scores again, to be raised.
    near
        How far apart in order a find and one that it holds may be.
    rule
        An `overlap.Rule`.
    stay, crowd
        int64 (m,), written to.

    Returns
    -------
    tuple of int
        How many stay, and how many are left to be settled.
    """
    whole, bonus, likely = rule
    ranks, by_rank = np.empty(_MOST, np.int64), np.empty(_MOST, np.int64)
    kept = left = begin = 0
    while begin < len(order):
        stop = begin + 1
        reach = end[order[begin]]
        while stop < len(order) and start[order[stop]] < reach:
            reach = max(reach, end[order[stop]])
            stop += 1
        group = order[begin:stop]
        for inner in range(1, len(group)):
            _raise(group, inner, near, start, end, entity, given, score, whole)
        if len(group) == 1:
            stay[kept] = group[0]
            kept += 1
        elif len(group) > _MOST:
            crowd[left : left + len(group)] = group
            left += len(group)
        else:
            kept = _settle(
                group, start, end, entity, score, bonus, likely, ranks, by_rank, stay, kept
            )
        begin = stop
    return kept, left


@kernel
def _raise(group, inner, near, start, end, entity, given, score, whole):
    """Give the finds that hold one at least its score."""
    held = group[inner]
    for outer in range(max(inner - near, 0), inner):
        find = group[outer]
        if given[find] < whole[entity[find]] or end[find] < end[held]:
            continue
        if end[find] - start[find] > end[held] - start[held]:
            score[find] = max(score[find], given[held])


@kernel
def _settle(group, start, end, entity, score, bonus, likely, ranks, by_rank, stay, kept):
    """Write the finds of a group that stay, in order of start; return how many there are now."""
    many = len(group)
    for at in range(many):
        find = group[at]
        rank = np.int64(np.rint(np.float64(score[find]) * 10_000))
        if score[find] >= likely:
            rank += bonus[entity[find]]
        ranks[at] = rank
        place = at
        while place > 0 and _is_better(at, by_rank[place - 1], group, start, end, entity, ranks):
            by_rank[place] = by_rank[place - 1]
            place -= 1
        by_rank[place] = at
    first = kept
    for at in range(many):
        find = group[by_rank[at]]
        free = True
        for other in range(first, kept):
            if start[find] < end[stay[other]] and end[find] > start[stay[other]]:
                free = False
                break
        if not free:
            continue
        place = kept
        while place > first and start[stay[place - 1]] > start[find]:
            stay[place] = stay[place - 1]
            place -= 1
        stay[place] = find
        kept += 1
    return kept


@kernel
def _is_better(one, other, group, start, end, entity, ranks):
    if ranks[one] != ranks[other]:
        return ranks[one] > ranks[other]
    first, second = group[one], group[other]
    size, other_size = end[first] - start[first], end[second] - start[second]
    if size != other_size:
        return size > other_size
    if entity[first] != entity[second]:
        return entity[first] < entity[second]
    return start[first] < start[second]
