"""Finds of the finder and links of known values in one text, made into spans that do not overlap.

A link inside a larger find goes with it (a name inside an e-mail address). Else the link stays and
the find keeps what the link leaves of it, so that nothing that either found is left.

>>> found = Candidates.of("PERSON", [0, 9], [9, 12], 0.9)
>>> none = np.zeros(1, np.int64)
>>> links = Links(np.array([6]), np.array([12]), none, none, none > 0, none)
>>> made = joined(found, links, np.array([24]))
>>> made.start.tolist(), made.end.tolist(), made.link.tolist()
([0, 6], [6, 12], [-1, 0])
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Ints
from aitransparency.deid.known.rows import Links
from aitransparency.deid.spans import Candidates

NO_ENTITY = -1


@dataclass(frozen=True, eq=False)
class Joined:
    """Spans of a text column, ordered by start, none overlapping.

    Parameters
    ----------
    start, end
        int64 (m,), byte offsets into the column.
    entity
        int16 (m,), position in `ENTITIES`, or `NO_ENTITY`.
    link
        int64 (m,), position in the links, -1 where the finder found it.
    """

    start: Ints
    end: Ints
    entity: npt.NDArray[np.int16]
    link: Ints

    def __len__(self) -> int:
        return len(self.start)


def joined(found: Candidates, links: Links, entity_of_column: npt.NDArray[np.int64]) -> Joined:
    """Put finds and links together.

    Parameters
    ----------
    found
        Ordered by start, none overlapping.
    links
        Likewise.
    entity_of_column
        int64, the entity number of each identity column, or `NO_ENTITY`.
    """
    entity = found.entity.astype(np.int16)
    if not len(links):
        return Joined(found.start, found.end, entity, np.full(len(found), -1, np.int64))
    inside = within(links.start, links.end, found.start, found.end)
    stays = np.flatnonzero(~inside)
    start, end = links.start[stays], links.end[stays]
    clear, rest = _left(found, start, end)
    parts = [
        Joined(found.start[clear], found.end[clear], entity[clear], np.full(len(clear), -1)),
        rest,
        Joined(start, end, entity_of_column[links.column[stays]].astype(np.int16), stays),
    ]
    order = np.argsort(np.concatenate([part.start for part in parts]), kind="stable")
    return Joined(
        np.concatenate([part.start for part in parts])[order],
        np.concatenate([part.end for part in parts])[order],
        np.concatenate([part.entity for part in parts])[order],
        np.concatenate([part.link for part in parts])[order],
    )


def within(
    start: Ints, end: Ints, outer_start: Ints, outer_end: Ints, *, equal: bool = False
) -> npt.NDArray[np.bool_]:
    """Return which spans lie inside one of the outer spans; `equal` counts the same span too.

    Parameters
    ----------
    start, end
        int64 (m,).
    outer_start, outer_end
        int64 (k,), ordered, none overlapping.
    """
    if not len(outer_start):
        return np.zeros(len(start), np.bool_)
    at = np.searchsorted(outer_start, start, side="right") - 1
    low, high = outer_start[np.maximum(at, 0)], outer_end[np.maximum(at, 0)]
    longer = high - low >= end - start + (not equal)
    inside: npt.NDArray[np.bool_] = (at >= 0) & (end <= high) & longer
    return inside


def _left(found: Candidates, start: Ints, end: Ints) -> tuple[Ints, Joined]:
    """Return which finds no link touches, and what links leave of the others."""
    first = np.searchsorted(end, found.start, side="right")
    last = np.searchsorted(start, found.end, side="left")
    touched = np.flatnonzero(first < last)
    pieces: list[tuple[int, int, int]] = []
    for index in touched.tolist():  # few: a find that is not the known value itself
        low, high = int(found.start[index]), int(found.end[index])
        for link in range(int(first[index]), int(last[index])):
            if low < start[link]:
                pieces.append((low, int(start[link]), int(found.entity[index])))
            low = max(low, int(end[link]))
        if low < high:
            pieces.append((low, high, int(found.entity[index])))
    cells = np.array(pieces, np.int64).reshape(-1, 3)
    rest = Joined(
        cells[:, 0], cells[:, 1], cells[:, 2].astype(np.int16), np.full(len(cells), -1, np.int64)
    )
    return np.flatnonzero(first >= last), rest
