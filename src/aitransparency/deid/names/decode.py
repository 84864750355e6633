"""Marginal probabilities of names by the forward-backward algorithm, many sentences at once.

Sentences of like length go through in step, one array operation for all; `kernels` does the same
arithmetic in compiled loops. Only additions, multiplications and divisions of float32 in a fixed
order are used: the answer is the same bit for bit on every machine, on both ways and whatever else
is in the column.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Ints
from aitransparency.deid.names import labels
from aitransparency.deid.names.labels import (
    COUNT,
    PERSON_BEGIN,
    PERSON_END,
    PERSON_MIDDLE,
    PERSON_ONLY,
)
from aitransparency.deid.names.model import Model

Floats = npt.NDArray[np.float32]
Scores = npt.NDArray[np.uint16]

_GROUP = 1 << 14  # places decoded at a time, padding counted
LEAST = np.float32(1e-30)  # of a sum: no division by nothing


@dataclass(frozen=True, slots=True, eq=False)
class Marginals:
    """Probabilities at n places, float32 (n,) each.

    Parameters
    ----------
    person
        The character belongs to a name.
    begin, only
        It begins a name of several characters; it is a name by itself.
    closes
        Given that it begins a name, the next character ends it.
    closes_later
        Given that it stands inside a name, the next character ends it.
    """

    person: Floats
    begin: Floats
    only: Floats
    closes: Floats
    closes_later: Floats

    @classmethod
    def empty(cls, count: int) -> Marginals:
        """Return zeros."""
        return cls(*np.zeros((5, count), np.float32))


def marginals(model: Model, scores: Scores, first: Ints, length: Ints) -> Marginals:
    """Return the marginal probabilities; places outside the sentences get 0.

    Parameters
    ----------
    model
        The weights.
    scores
        uint16 (n, labels), as `Model.scores` gives them.
    first, length
        int64 (S,), the sentences to decode.
    """
    result = Marginals.empty(len(scores))
    order = np.argsort(-length, kind="stable")
    low = 0
    while low < len(order):
        longest = int(length[order[low]])
        high = min(low + max(1, _GROUP // longest), len(order))
        _decode(model, scores, first[order[low:high]], length[order[low:high]], result)
        low = high
    return result


def _decode(model: Model, scores: Scores, first: Ints, length: Ints, result: Marginals) -> None:
    """Decode sentences ordered from long to short."""
    steps = int(length[0])
    running = np.searchsorted(-length, -np.arange(steps), side="left")  # sentences longer than t
    local = [_factors(model, scores, first[: running[t]] + t) for t in range(steps)]
    moves = model.moves[:, :, None]
    forward = [_scaled(local[0] * labels.FIRST[:, None])]
    for t in range(1, steps):
        before = forward[t - 1][:, : running[t]]
        forward.append(_scaled(_sums(moves * before[:, None]) * local[t]))
    backward = np.zeros((COUNT, 0), np.float32)
    for t in range(steps - 1, -1, -1):
        after = backward.shape[1]
        new = np.empty((COUNT, running[t]), np.float32)
        new[:, after:] = labels.LAST[:, None]
        place = first[: running[t]] + t
        if after:
            ahead = local[t + 1] * backward
            behind = _sums(moves.swapaxes(0, 1) * ahead[:, None])
            new[:, :after] = _scaled(behind)
            ends = ahead[PERSON_END]
            result.closes[place[:after]] = _share(
                ends * model.moves[PERSON_BEGIN, PERSON_END], behind[PERSON_BEGIN]
            )
            result.closes_later[place[:after]] = _share(
                ends * model.moves[PERSON_MIDDLE, PERSON_END], behind[PERSON_MIDDLE]
            )
        backward = new
        both = _scaled(forward[t] * new)
        result.begin[place], result.only[place] = both[PERSON_BEGIN], both[PERSON_ONLY]
        result.person[place] = (
            both[PERSON_BEGIN] + both[PERSON_MIDDLE] + both[PERSON_END] + both[PERSON_ONLY]
        )


def _factors(model: Model, scores: Scores, place: Ints) -> Floats:
    """Return the factor of each label, float32 (labels, sentences), the best being 1."""
    here = scores.take(place, axis=0)
    below = np.minimum(here.max(axis=1)[:, None] - here, len(model.exponentials) - 1)
    factors: Floats = model.exponentials.take(below.T)
    return factors


def _sums(values: Floats) -> Floats:
    """Sum over the first axis, one after the other: `numpy.sum` would choose an order."""
    total: Floats = np.add.accumulate(values, axis=0)[-1]
    return total


def _scaled(values: Floats) -> Floats:
    """Divide each column by its sum."""
    scaled: Floats = np.divide(values, np.maximum(_sums(values), LEAST), dtype=np.float32)
    return scaled


def _share(part: Floats, whole: Floats) -> Floats:
    share: Floats = np.divide(part, np.maximum(whole, LEAST), dtype=np.float32)
    return share
