"""Fields of an output that was read back, searched where they stand, without columns made of them.

One compiled pass writes the skeletons of all fields, another tries every place of them. Nearly
always nothing is found and the work is done; what is found is for `cells` to judge, column by
column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Bytes, Ints, eights
from aitransparency.deid.plan import ColumnPlan
from aitransparency.deid.verify.cells import is_searched
from aitransparency.deid.verify.originals import Sealed
from aitransparency.deid.verify.search import among
from aitransparency.deid.verify.sieve import Sieve
from aitransparency.deid.verify.skeleton import skeletons_of

_ROOM = 1 << 12  # hashes, at least


@dataclass(frozen=True, slots=True)
class Fields:
    """Where the fields of n records stand in their bytes.

    Parameters
    ----------
    data
        uint8, UTF-8.
    start, end
        int64 (n, columns), quotes included; quotes must not be in skeletons.
    names
        Of the columns.
    """

    data: Bytes
    start: Ints
    end: Ints
    names: Sequence[str]

    def __len__(self) -> int:
        return len(self.start)

    def suspects(
        self, lines: dict[str, ColumnPlan], known: Sealed | Sieve
    ) -> tuple[npt.NDArray[np.uint64], list[str]]:
        """Return hashes of pieces that may be originals, each once, and the columns they are in.

        Every original is among them; columns whose results may equal somebody's are left out.
        """
        searched = [at for at, name in enumerate(self.names) if is_searched(lines[name].technique)]
        if not searched or not len(known.lengths):
            return np.empty(0, np.uint64), []
        some = slice(None) if len(searched) == len(self.names) else searched
        start, end = self.start[:, some].reshape(-1), self.end[:, some].reshape(-1)
        made, edges = skeletons_of(self.data, start, end)
        hashes, columns = _pieces(made, edges, known, len(searched))
        passing = among(hashes, known)
        names = [self.names[searched[one]] for one in np.unique(columns[passing])]
        return np.unique(hashes[passing]), names


def _pieces(
    made: Bytes, edges: Ints, known: Sealed | Sieve, count: int
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
    from aitransparency.deid.verify import kernels

    filters = [(one.table, one.bits, one.places) for one in (known.anchors, known.pairs)]
    room = _ROOM + len(edges) // 4
    while True:
        found, columns = np.empty(room, np.uint64), np.empty(room, np.int32)
        many = kernels.pieces(eights(made), edges, known.lengths, *filters, found, columns, count)
        if many <= room:
            return found[:many], columns[:many]
        room = many
