"""Shapley values by their definition, over all coalitions: the reference of the tests."""

from collections.abc import Callable
from math import factorial

import numpy as np


def shapley(worth: np.ndarray) -> np.ndarray:
    """Return Shapley's values (players, n) of games worth (2^players, n); bit j is player j."""
    players = len(worth).bit_length() - 1
    out = np.zeros((players, worth.shape[1]))
    for j in range(players):
        for s in range(len(worth)):
            if not (s >> j) & 1:
                size = s.bit_count()
                weight = factorial(size) * factorial(players - 1 - size) / factorial(players)
                out[j] += weight * (worth[s | (1 << j)] - worth[s])
    return out


def interventional(
    output: Callable, rows: np.ndarray, background: np.ndarray
) -> tuple[np.ndarray, float]:
    """Return values (n, p) and the base of a predict function, absent columns from `background`."""
    count, width = rows.shape
    mixed = np.empty((1 << width, count, len(background), width), dtype=rows.dtype)
    for s in range(1 << width):
        present = np.array([(s >> j) & 1 == 1 for j in range(width)])
        mixed[s] = np.where(present, rows[:, None, :], background[None, :, :])
    answer = np.asarray(output(mixed.reshape(-1, width)), dtype=np.float64)
    worth = answer.reshape(1 << width, count, len(background)).mean(axis=2)
    return shapley(worth).T, float(worth[0, 0])


def path_dependent(forest, rows: np.ndarray) -> tuple[np.ndarray, float]:
    """Return values (n, p) and the base of trees of numbers, absent columns by training cover."""
    width = forest.width

    def follow(node: int, row: np.ndarray, present: int) -> float:
        left, right = int(forest.left[node]), int(forest.right[node])
        if left < 0:
            return float(forest.value[node])
        feature = int(forest.feature[node])
        if (present >> feature) & 1:
            value = row[feature]
            if np.isnan(value):
                goes_left = bool(forest.missing_left[node])
            else:
                goes_left = value <= forest.threshold[node]
            return follow(left if goes_left else right, row, present)
        return sum(forest.share[c] * follow(c, row, present) for c in (left, right))

    roots = [int(first) for first in forest.first[:-1]]
    worth = np.array(
        [[sum(follow(t, row, s) for t in roots) for row in rows] for s in range(1 << width)]
    )
    return shapley(worth).T, float(worth[0, 0])
