"""Marginal probabilities of names by the forward-backward algorithm, many sentences at once.

Sentences of like length go through in step, one array operation for all. Only additions,
multiplications and divisions in a fixed order are used: the answer is the same bit for bit on
every machine and whatever else is in the column.
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

_GROUP = 1 << 17  # places decoded at a time, padding counted
_FROM = [[x for x in range(COUNT) if labels.ALLOWED[x, y]] for y in range(COUNT)]
_TO = [[y for y in range(COUNT) if labels.ALLOWED[x, y]] for x in range(COUNT)]


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


def marginals(model: Model, scores: npt.NDArray[np.uint16], first: Ints, length: Ints) -> Marginals:
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
    result = Marginals(*(np.zeros(len(scores), np.float32) for _ in range(5)))
    order = np.argsort(-length, kind="stable")
    low = 0
    while low < len(order):
        longest = int(length[order[low]])
        high = min(low + max(1, _GROUP // longest), len(order))
        _decode(model, scores, first[order[low:high]], length[order[low:high]], result)
        low = high
    return result


def _decode(
    model: Model, scores: npt.NDArray[np.uint16], first: Ints, length: Ints, result: Marginals
) -> None:
    """Decode sentences ordered from long to short."""
    steps = int(length[0])
    running = np.searchsorted(-length, -np.arange(steps), side="left")  # sentences longer than t
    local = [_factors(model, scores, first[: running[t]] + t) for t in range(steps)]
    forward: list[Floats] = [local[0] * labels.FIRST[:, None]]
    _scale(forward[0])
    for t in range(1, steps):
        forward.append(_forward(model.moves, forward[t - 1][:, : running[t]], local[t]))
    backward = np.zeros((COUNT, 0), np.float32)
    for t in range(steps - 1, -1, -1):
        after = running[t + 1] if t + 1 < steps else 0
        new = np.empty((COUNT, running[t]), np.float32)
        new[:, after:] = labels.LAST[:, None]
        closes = closes_later = np.zeros(0, np.float32)
        if after:
            ahead = local[t + 1] * backward
            new[:, :after] = _backward(model.moves, ahead)
            ends = ahead[PERSON_END]
            closes = _share(ends * model.moves[PERSON_BEGIN, PERSON_END], new[PERSON_BEGIN, :after])
            closes_later = _share(
                ends * model.moves[PERSON_MIDDLE, PERSON_END], new[PERSON_MIDDLE, :after]
            )
            _scale(new[:, :after])
        backward = new
        both = forward[t] * new
        _scale(both)
        place = first[: running[t]] + t
        result.begin[place], result.only[place] = both[PERSON_BEGIN], both[PERSON_ONLY]
        result.person[place] = (
            both[PERSON_BEGIN] + both[PERSON_MIDDLE] + both[PERSON_END] + both[PERSON_ONLY]
        )
        result.closes[place[:after]] = closes
        result.closes_later[place[:after]] = closes_later


def _factors(model: Model, scores: npt.NDArray[np.uint16], place: Ints) -> Floats:
    """Return the factor of each label, float32 (labels, sentences), the best being 1."""
    here = scores.take(place, axis=0)
    below = np.minimum(here.max(axis=1)[:, None] - here, len(model.exponentials) - 1)
    return model.exponentials.take(below.T)


def _scale(values: Floats) -> None:
    """Divide each column by its sum, taken in the order of the labels."""
    total = values[0].copy()
    for label in range(1, COUNT):
        total += values[label]
    values /= total


def _forward(moves: Floats, before: Floats, local: Floats) -> Floats:
    new = np.empty_like(local)
    for y in range(COUNT):
        total = before[_FROM[y][0]] * moves[_FROM[y][0], y]
        for x in _FROM[y][1:]:
            total += before[x] * moves[x, y]
        np.multiply(total, local[y], out=new[y])
    _scale(new)
    return new


def _backward(moves: Floats, ahead: Floats) -> Floats:
    new = np.empty_like(ahead)
    for x in range(COUNT):
        total = ahead[_TO[x][0]] * moves[x, _TO[x][0]]
        for y in _TO[x][1:]:
            total += ahead[y] * moves[x, y]
        new[x] = total
    return new


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
