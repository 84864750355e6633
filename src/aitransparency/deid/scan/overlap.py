"""Which of two overlapping finds stays: the stronger, then the longer, then the earlier entity.

The order is total, so the answer depends on nothing else. Finds are taken from the best down; one
that touches a find already taken is dropped.

>>> best([(0, 11, 1, 75), (0, 18, 0, 95)])
[(0, 18, 0, 95)]
"""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from aitransparency.deid.scan.fast import kernels

_LONGEST = 20  # bits of the length of a find
_NEAR = 12  # finds between one and the one that holds it, in order of start

_RANK = 10_000  # ranks a point of score

Found = tuple[int, int, int, int]  # start, end, entity, percent


class Rule(NamedTuple):
    """What decides between finds beside their scores.

    Parameters
    ----------
    whole
        float32 (entities,), least score of a find that wins over all within it.
    bonus
        int64 (entities,), what a likely find is ahead of others, in ten-thousandths of a score.
    likely
        Least score of a likely find.
    """

    whole: npt.NDArray[np.float32]
    bonus: npt.NDArray[np.int64]
    likely: np.float32


def best(found: list[Found]) -> list[Found]:
    """Return the finds that stay, ordered by start."""
    taken: list[Found] = []
    for find in sorted(found, key=_rank):
        place = bisect_left(taken, find)
        if place and taken[place - 1][1] > find[0]:
            continue
        if place < len(taken) and taken[place][0] < find[1]:
            continue
        insort(taken, find)
    return taken


def _rank(find: Found) -> tuple[int, int, int, int]:
    start, end, entity, percent = find
    return -percent, start - end, entity, start


def settled(
    start: npt.NDArray[np.int64],
    end: npt.NDArray[np.int64],
    entity: npt.NDArray[np.uint8],
    score: npt.NDArray[np.float32],
    rule: Rule,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Return the positions of the finds that stay, ordered by start, and the scores of all, raised.

    Parameters
    ----------
    start, end, entity, score
        Arrays (m,) in any order.
    rule
        What decides beside the scores.
    """
    compiled = kernels()
    if not compiled:
        score = raised(start, end, score, score >= rule.whole[entity])
        return stays(start, end, entity, _ranks(entity, score, rule)), score
    higher = score.copy()
    stay, crowd = np.empty((2, len(start)), np.int64)
    kept, left = compiled.settled(
        _outer_first(start, end), start, end, entity, score, higher, _NEAR, rule, stay, crowd
    )
    stay, crowd = stay[:kept], crowd[:left]
    if left:
        ranks = _ranks(entity, higher, rule)
        stay = np.concatenate([stay, _by_hand(crowd, start, end, entity, ranks)])
        stay = stay[np.argsort(start[stay], kind="stable")]
    return stay, higher


def _ranks(
    entity: npt.NDArray[np.uint8], score: npt.NDArray[np.float32], rule: Rule
) -> npt.NDArray[np.int64]:
    ranks = np.rint(score.astype(np.float64) * _RANK).astype(np.int64)
    return ranks + np.where(score >= rule.likely, rule.bonus[entity], 0)


def _outer_first(start: npt.NDArray[np.int64], end: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the order of start, longer ones first."""
    return np.argsort((start << _LONGEST) - (end - start), kind="stable")


def raised(
    start: npt.NDArray[np.int64],
    end: npt.NDArray[np.int64],
    score: npt.NDArray[np.float32],
    whole: npt.NDArray[np.bool_],
) -> npt.NDArray[np.float32]:
    """Return the scores, where a find that holds others is as sure as the surest of them.

    So it wins over them: an ID in groups is not cut to the phone that some of its groups look like,
    and nothing of it is left in the text.

    Parameters
    ----------
    start, end, score
        Arrays (m,) in any order.
    whole
        bool (m,), which finds may hold others.

    Examples
    --------
    >>> start, end = np.array([0, 5]), np.array([22, 19])
    >>> raised(start, end, np.array([0.8, 0.97], np.float32), np.array([True, True])).tolist()
    [0.9700000286102295, 0.9700000286102295]
    """
    order = _outer_first(start, end)
    starts, ends, scores = start[order], end[order], score[order].copy()
    reach = np.maximum.accumulate(ends)
    crowded = np.flatnonzero(starts[1:] < reach[:-1]) + 1  # what begins inside another
    if not len(crowded):
        return score
    for step in range(1, _NEAR + 1):
        inner = crowded[crowded >= step]
        outer = inner - step
        holds = whole[order[outer]] & (ends[outer] >= ends[inner])
        holds &= ends[outer] - starts[outer] > ends[inner] - starts[inner]
        np.maximum.at(scores, outer[holds], score[order[inner[holds]]])
    result = np.empty_like(score)
    result[order] = scores
    return result


def stays(
    start: npt.NDArray[np.int64],
    end: npt.NDArray[np.int64],
    entity: npt.NDArray[np.uint8],
    percent: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """Return the positions of the finds that stay, ordered by start.

    Parameters
    ----------
    start, end, entity, percent
        Arrays (m,) in any order.
    """
    order = np.lexsort((entity, -percent, -end, start))
    starts, ends = start[order], end[order]
    if not len(order):
        return order
    reach = np.maximum.accumulate(ends)
    opens = np.ones(len(order), np.bool_)
    opens[1:] = starts[1:] >= reach[:-1]
    alone = opens.copy()
    alone[:-1] &= opens[1:]
    crowd = order[~alone]
    if not len(crowd):
        return order
    group = np.cumsum(opens[~alone], dtype=np.int64)
    winners, left = _settled(start[crowd], end[crowd], entity[crowd], percent[crowd], group)
    stay = np.concatenate(
        [order[alone], crowd[winners], _by_hand(crowd[left], start, end, entity, percent)]
    )
    return stay[np.argsort(start[stay], kind="stable")]


def _settled(
    start: npt.NDArray[np.int64],
    end: npt.NDArray[np.int64],
    entity: npt.NDArray[np.uint8],
    percent: npt.NDArray[np.int64],
    group: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the winners of the groups in which the best find touches every other, and who is left.

    Most groups are one number read in several ways; these need no loop.
    """
    ranked = np.lexsort((start, entity, start - end, -percent, group))
    ahead = np.ones(len(ranked), np.bool_)
    ahead[1:] = group[ranked[1:]] != group[ranked[:-1]]
    best_of = ranked[ahead]
    of = np.cumsum(ahead) - 1
    touched = (start[ranked] < end[best_of][of]) & (end[ranked] > start[best_of][of])
    whole = np.logical_and.reduceat(touched, np.flatnonzero(ahead))
    return best_of[whole], ranked[~whole[of]]


def _by_hand(
    crowd: npt.NDArray[np.int64],
    start: npt.NDArray[np.int64],
    end: npt.NDArray[np.int64],
    entity: npt.NDArray[np.uint8],
    percent: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """Return those of the crowd that stay, decided one by one."""
    finds = zip(
        start[crowd].tolist(),
        end[crowd].tolist(),
        entity[crowd].tolist(),
        percent[crowd].tolist(),
        strict=True,
    )
    where = {find: int(index) for find, index in zip(finds, crowd, strict=True)}
    return np.array([where[find] for find in best(list(where))], np.int64)
