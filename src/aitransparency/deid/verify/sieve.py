"""What may be among more originals than memory holds: filters of them, and what passes.

Three filters tell of a piece of text that it is surely no original: by its middle bytes, by those
and its length, and by its hash. Of what passes only the hash is kept, to be compared with the
originals part by part; so a text is read once however many originals there are.

>>> from aitransparency.deid.verify.originals import ORIGINAL
>>> values = np.zeros(2, ORIGINAL)
>>> values["hash"], values["anchor"], values["mark"] = [3, 4], [5, 6], 11
>>> sieve = Sieve.of([values], 2)
>>> sieve.lengths.tolist(), sieve.hashes.passing(values["hash"].copy(), 2, ~np.uint64(0)).tolist()
([11], [0, 1])
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from aitransparency.deid.column import Ints
from aitransparency.deid.verify.aside import Records
from aitransparency.deid.verify.originals import Filter, lengths_of, paired


@dataclass(frozen=True, slots=True)
class Sieve:
    """What pieces of text must pass to be an original.

    Parameters
    ----------
    lengths
        int64 (m,), how long values are.
    anchors, pairs
        As in `Sealed`.
    hashes
        Whether a number can be the hash of a value.
    """

    lengths: Ints
    anchors: Filter
    pairs: Filter
    hashes: Filter

    @classmethod
    def of(cls, parts: Iterable[Records], count: int) -> Sieve:
        """Build it from records of values, `count` in all."""
        anchors, pairs, hashes = (Filter.sized(count) for _ in range(3))
        seen = np.zeros(1 << 16, np.int64)
        for part in parts:
            lengths = lengths_of(part)
            anchor = np.ascontiguousarray(part["anchor"])
            anchors.add(anchor)
            pairs.add(paired(anchor, lengths))
            hashes.add(np.ascontiguousarray(part["hash"]))
            seen += np.bincount(lengths.astype(np.int64), minlength=len(seen))
        return cls(np.flatnonzero(seen), anchors, pairs, hashes)
