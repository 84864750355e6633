"""Which of two overlapping finds stays: the stronger, then the longer, then the earlier entity.

The order is total, so the answer depends on nothing else. Finds are taken from the best down; one
that touches a find already taken is dropped.

>>> best([(0, 11, 1, 75), (0, 18, 0, 95)])
[(0, 18, 0, 95)]
"""

from __future__ import annotations

from bisect import bisect_left, insort

import numpy as np
import numpy.typing as npt

Found = tuple[int, int, int, int]  # start, end, entity, percent


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
    finds = zip(
        start[crowd].tolist(),
        end[crowd].tolist(),
        entity[crowd].tolist(),
        percent[crowd].tolist(),
        strict=True,
    )
    # Few finds overlap; the same function as the text path settles them.
    where = {find: int(index) for find, index in zip(finds, crowd, strict=True)}
    kept = np.array([where[find] for find in best(list(where))], np.int64)
    stay = np.concatenate([order[alone], kept])
    return stay[np.argsort(start[stay], kind="stable")]
