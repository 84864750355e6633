"""From marginal probabilities to names: which stretches, and how sure.

A stretch's own probability says how sure the model is of both its edges; of stretches that overlap,
the surest stays. What is reported is the probability that all its characters belong to names, for
that is what leaks or is redacted.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Ints
from aitransparency.deid.names.decode import Floats, Marginals
from aitransparency.deid.scan.overlap import stays

_LEAST = 0.02  # of a stretch's own probability
_LONGEST = 24  # characters of a name
_RARER = 3.0  # names are denser in what the model learned from than in text at large: odds shrink


class Names(NamedTuple):
    """Names as places, none overlapping.

    Parameters
    ----------
    first, last
        int64 (m,), places of the first and the last character.
    score
        float32 (m,), 0 to 1, in hundredths.
    """

    first: Ints
    last: Ints
    score: Floats

    @classmethod
    def none(cls) -> Names:
        """Return no names."""
        empty = np.empty(0, np.int64)
        return cls(empty, empty, np.empty(0, np.float32))

    @classmethod
    def concat(cls, *parts: Names) -> Names:
        """Put names together."""
        parts = tuple(part for part in parts if len(part.first)) or parts[:1]
        if len(parts) == 1:
            return parts[0]
        return cls(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def names(found: Marginals, ids: npt.NDArray[np.uint16], spelled: npt.NDArray[np.bool_]) -> Names:
    """Return the likely names, ordered.

    Parameters
    ----------
    found
        Probabilities at n places.
    ids
        The characters there, uint16 (n,).
    spelled
        bool (alphabet,), whether a character can be part of a name at all.
    """
    begin = np.flatnonzero(found.begin >= _LEAST)
    begin = begin[spelled[ids[begin]]]
    at, sure = begin, found.begin[begin]
    closes = found.closes[begin]
    only = np.flatnonzero(found.only >= _LEAST)
    only = only[spelled[ids[only]]]
    if not len(begin) and not len(only):
        return Names.none()
    firsts, lasts, own = [only], [only], [found.only[only]]
    for _ in range(_LONGEST - 1):
        inside = spelled[ids[at + 1]]
        begin, at, sure, closes = begin[inside], at[inside] + 1, sure[inside], closes[inside]
        ends = sure * closes
        here = np.flatnonzero(ends >= _LEAST)
        firsts.append(begin[here])
        lasts.append(at[here])
        own.append(ends[here])
        rest = sure - ends
        more = np.flatnonzero(rest >= _LEAST)
        begin, at, sure = begin[more], at[more], rest[more]
        closes = found.closes_later[at]
        if not len(begin):
            break
    return _chosen(np.concatenate(firsts), np.concatenate(lasts), np.concatenate(own), found.person)


def _chosen(first: Ints, last: Ints, own: Floats, person: Floats) -> Names:
    rank = np.rint(own.astype(np.float64) * 10_000).astype(np.int64)
    keep = stays(first, last + 1, np.zeros(len(first), np.uint8), rank)
    first, last = first[keep], last[keep]
    least = _least(first, last, person).astype(np.float64)
    least /= least + _RARER * (1 - least)
    return Names(first, last, np.minimum(np.rint(least * 100) / 100, 0.99).astype(np.float32))


def _least(first: Ints, last: Ints, person: Floats) -> npt.NDArray[np.float32]:
    """Return the least value of each stretch."""
    least = person[first]
    longer = np.flatnonzero(last > first)
    for offset in range(1, _LONGEST):
        if not len(longer):
            break
        least[longer] = np.minimum(least[longer], person[first[longer] + offset])
        longer = longer[last[longer] > first[longer] + offset]
    return least
