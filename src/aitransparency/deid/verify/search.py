"""Where originals stand in a column of skeletons.

Every place of the text is tried: eight bytes against the filter of anchors, then what passes
against the anchors themselves, then a hash of the whole piece. Most text fails the first step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from aitransparency.deid.column import Ints
from aitransparency.deid.compiled import pays
from aitransparency.deid.verify.originals import ANCHOR, Filter, Sealed, hash_pieces, paired
from aitransparency.deid.verify.sieve import Sieve
from aitransparency.deid.verify.skeleton import Skeleton, same_kind_beside

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Hits:
    """Pieces of skeletons that are an original.

    Parameters
    ----------
    row
        int64 (m,).
    start, length
        int64 (m,), bytes from the beginning of the row's skeleton.
    certain
        bool (m,), as in `Sealed`.
    """

    row: Ints
    start: Ints
    length: Ints
    certain: Mask

    @classmethod
    def concat(cls, parts: Sequence[Hits]) -> Hits:
        """Put hits together, in the order of their rows."""
        none = np.empty(0, np.int64)
        row = np.concatenate([none, *(part.row for part in parts)])
        order = np.argsort(row, kind="stable")
        start = np.concatenate([none, *(part.start for part in parts)])
        length = np.concatenate([none, *(part.length for part in parts)])
        certain = np.concatenate([np.empty(0, np.bool_), *(part.certain for part in parts)])
        return cls(row[order], start[order], length[order], certain[order])

    def take(self, index: Any) -> Hits:  # a mask, positions or a slice
        """Return the hits at the given positions or under the given mask."""
        return Hits(self.row[index], self.start[index], self.length[index], self.certain[index])

    def moved(self, rows: int) -> Hits:
        """Return the hits with other row numbers."""
        return Hits(self.row + rows, self.start, self.length, self.certain)

    def rows(self) -> Ints:
        """Return the rows that are hit, sorted."""
        return np.unique(self.row)


def originals_in(made: Skeleton, known: Sealed) -> Hits:
    """Return where originals stand, anywhere in the rows."""
    if not known.count:
        return Hits.concat([])
    return Hits.concat([_confirmed(made, known, *piece) for piece in _pieces(made, known)])


def suspects_in(made: Skeleton, sieve: Sieve) -> npt.NDArray[np.uint64]:
    """Return the hashes of pieces that pass a sieve, uint64 (m,); they may repeat."""
    found = [np.empty(0, np.uint64)]
    for _, start, length in _pieces(made, sieve):
        hashed = hash_pieces(made.data, start, np.full(len(start), length))
        found.append(hashed[sieve.hashes.passing(hashed, len(hashed), ~np.uint64(0))])
    return np.concatenate(found)


def among(hashes: npt.NDArray[np.uint64], known: Sealed | Sieve) -> Mask:
    """Return which hashes are those of originals, bool (m,); of a sieve, which may be."""
    if isinstance(known, Sieve):
        passing = np.zeros(len(hashes), np.bool_)
        passing[known.hashes.passing(hashes, len(hashes), ~np.uint64(0))] = True
        return passing
    return _known(known, hashes) >= 0


def _pieces(made: Skeleton, known: Sealed | Sieve) -> Iterator[tuple[Ints, Ints, int]]:
    """Yield rows, beginnings and the length of pieces that may be originals."""
    size = min(len(made.words), int(made.offsets[-1]))
    places = known.anchors.passing(made.words, size, ~np.uint64(0))
    if not len(places):
        return
    words = made.words[places]
    row = np.searchsorted(made.offsets, places, side="right") - 1
    low, high = made.offsets[row], made.offsets[row + 1]
    for length in known.lengths.tolist():
        start = places - (length - ANCHOR) // 2
        here = np.flatnonzero((start >= low) & (start + length <= high))
        pairs = paired(words[here], length)
        here = here[known.pairs.passing(pairs, len(pairs), ~np.uint64(0))]
        if len(here):
            yield row[here], start[here], length


def _confirmed(made: Skeleton, known: Sealed, row: Ints, start: Ints, length: int) -> Hits:
    """Return which pieces of a length are whole originals."""
    lengths = np.full(len(start), length)
    which = _known(known, hash_pieces(made.data, start, lengths))
    hit = which >= 0
    row, start, lengths, which = row[hit], start[hit], lengths[hit], which[hit]
    whole = ~same_kind_beside(made, row, start, start + length)
    return Hits(row, start - made.offsets[row], lengths, known.certain[which]).take(whole)


def _known(known: Sealed, hashed: npt.NDArray[np.uint64]) -> Ints:
    """Return where each hash stands among the known ones, -1 where it does not."""
    place = np.searchsorted(known.hashes, hashed)
    place = np.minimum(place, known.count - 1)
    return np.where(known.hashes[place] == hashed, place, -1)


def own_in(made: Skeleton, own: Skeleton, rows: Ints) -> Hits:
    """Return where rows hold the value that `own` has in the same row.

    Parameters
    ----------
    made
        Skeletons of an output column, n rows.
    own
        Skeletons of an original column, the same n rows.
    rows
        int64 (m,), sorted: rows whose original is looked for; each has 1 to 16 bytes.
    """
    lengths = made.lengths()[rows]
    needed = own.lengths()[rows]
    rows, needed = rows[lengths >= needed], needed[lengths >= needed]
    if not len(rows):
        return Hits.concat([])
    if pays(len(made.data)):
        return _own_by_loops(made, own, rows)
    head = own.words[own.offsets[rows]]
    common = _low_bytes(np.minimum(needed, 8).min())
    size = min(len(made.words), int(made.offsets[-1]))
    place = Filter.of(head & common).passing(made.words, size, common)
    at = np.searchsorted(made.offsets, place, side="right") - 1
    which = np.searchsorted(rows, at)
    good = (which < len(rows)) & (rows[np.minimum(which, len(rows) - 1)] == at)
    which, place = which[good], place[good]
    good = place + needed[which] <= made.offsets[rows[which] + 1]
    good &= ((made.words[place] ^ head[which]) & _low_bytes(np.minimum(needed[which], 8))) == 0
    which, place = which[good], place[good]
    rest = np.maximum(needed[which] - 8, 0)
    for step in range(int(rest.max(initial=0))):
        mine = np.minimum(place + 8 + step, len(made.data) - 1)
        theirs = np.minimum(own.offsets[rows[which]] + 8 + step, len(own.data) - 1)
        good = (made.data[mine] == own.data[theirs]) | (step >= rest)
        which, place, rest = which[good], place[good], rest[good]
    row, length = rows[which], needed[which]
    whole = ~same_kind_beside(made, row, place, place + length)
    return Hits(row, place - made.offsets[row], length, whole).take(whole)


def _own_by_loops(made: Skeleton, own: Skeleton, rows: Ints) -> Hits:
    from aitransparency.deid.verify import kernels

    found = np.empty((2, 1 << 10), np.int64)
    while True:
        many = kernels.own(
            made.words, made.offsets, made.data, own.words, own.offsets, own.data, rows, found
        )
        if many < found.shape[1]:
            break
        found = np.empty((2, 4 * found.shape[1]), np.int64)
    row, place = rows[found[0, :many]], found[1, :many].copy()
    length = own.lengths()[row]
    whole = ~same_kind_beside(made, row, place, place + length)
    return Hits(row, place - made.offsets[row], length, whole).take(whole)


def _low_bytes(count: Any) -> Any:  # a number or an array of 1 to 8
    """Return the mask of the first bytes of a word, uint64."""
    return ~np.uint64(0) >> (np.uint64(64) - np.uint64(8) * np.asarray(count).astype(np.uint64))
