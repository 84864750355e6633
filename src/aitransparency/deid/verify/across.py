"""What the parts of a job taught, put together: originals are then looked for in all of the output.

Memory is bounded: at most `limit` distinct values are held. What is more is set aside (see
`aside`), and the output is read twice at most: once for what passes a `sieve` of all of them, and,
if any of that is an original, once more for these. Each 67 million values take a sieve of their
own.

>>> from aitransparency.deid.column import TextColumn
>>> from aitransparency.deid.verify.skeleton import skeleton
>>> across = Across(limit=1)
>>> for number in ("13800138000", "13900139000", "13700137000", "13600136000"):
...     known = Originals()
...     known.add(skeleton(TextColumn.from_strings([number])))
...     across.add(Learned(known, {}))
>>> def look(sieve):
...     yield np.array([1, 2, 3], np.uint64)  # an output in which nothing stands
>>> list(across.passes(look)), across.values
([], 4)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from aitransparency.deid.verify.aside import Aside, Parted, Range, Records
from aitransparency.deid.verify.originals import ORIGINAL, Originals, Sealed
from aitransparency.deid.verify.pairs import PAIR, Pairs
from aitransparency.deid.verify.sieve import Sieve


@dataclass(frozen=True, slots=True)
class Learned:
    """What a verifier was taught.

    Parameters
    ----------
    originals
        What is looked for everywhere.
    pairs
        Column to its pairs of original and pseudonym.
    """

    originals: Originals
    pairs: Mapping[str, Pairs]


Look = Callable[[Sieve], Iterable[npt.NDArray[np.uint64]]]

SIEVED = 1 << 26  # values that one sieve takes, at 8 bits each in a filter
_SUSPECTS = 1 << 19  # hashes in memory
_HASH = np.dtype([("hash", "<u8")])


class Across:
    """The originals and pseudonyms of a whole job.

    Parameters
    ----------
    limit
        Distinct values held at a time, about.
    folder
        Where the file is that takes more; the system's temporary folder where None.
    """

    def __init__(self, *, limit: int, folder: Path | None = None) -> None:
        self._limit = limit
        self._folder = folder
        self._now = Originals()
        self._before = Parted(self._opened, ORIGINAL)  # originals that were set aside
        self._pairs: dict[str, Pairs] = {}
        self._aside: Aside | None = None
        self.values = 0  # distinct ones that `passes` looked for

    def add(self, learned: Learned) -> None:
        """Take in what another part taught."""
        self._now.add_all(learned.originals)
        for name, pairs in learned.pairs.items():
            if name not in self._pairs:
                self._pairs[name] = Pairs(Parted(self._opened, PAIR))
            self._pairs[name].add_all(pairs)
        if self._now.distinct() > self._limit:
            self._set_aside()

    def _set_aside(self) -> None:
        self._before.put(self._now.records())
        self._now = Originals()

    def _opened(self) -> Aside:
        if self._aside is None:
            self._aside = Aside(self._folder)
        return self._aside

    def passes(self, look: Look) -> Iterator[Sealed]:
        """Yield the originals to look for in all of the output, as many as may be held at a time.

        Where all may be held it is all of them. Else `look` goes through the output first, and only
        those are yielded whose hash is there; often none.

        Parameters
        ----------
        look
            Takes a sieve and yields the hashes of pieces of the output that pass it.
        """
        self.values = 0
        if not len(self._before):
            sealed = self._now.sealed()
            self.values = sealed.count
            if sealed.count:
                yield sealed
            return
        self._set_aside()
        for ranges in self._groups():
            yield from self._found(ranges, look)

    def _groups(self) -> Iterator[list[Range]]:
        """Yield ranges of originals, as many at a time as one sieve takes."""
        group: list[Range] = []
        for one in self._before.ranges(self._limit):
            if group and self._before.size([*group, one]) > SIEVED:
                yield group
                group = []
            group.append(one)
        yield group

    def _found(self, ranges: list[Range], look: Look) -> Iterator[Sealed]:
        parts = map(self._before.part, ranges)
        suspects = Parted(self._opened, _HASH)
        waiting: list[npt.NDArray[np.uint64]] = []
        for hashes in look(Sieve.of(parts, self._before.size(ranges))):
            waiting.append(hashes)
            if sum(map(len, waiting)) > _SUSPECTS:
                suspects.put(_once(waiting))
                waiting = []
        suspects.put(_once(waiting))
        some = Originals()
        for one in ranges:
            known = Originals.of(self._before.part(one)).records()
            self.values += len(known)
            seen = np.isin(known["hash"], suspects.part(one)["hash"])
            some.add_all(Originals.of(known[seen]))
            if some.distinct() > self._limit:
                yield some.sealed()
                some = Originals()
        if some.distinct():
            yield some.sealed()

    def collisions(self) -> dict[str, int]:
        """Return, by column, how many pseudonyms stand for more than one original."""
        counts = {name: pairs.collisions() for name, pairs in self._pairs.items()}
        return {name: count for name, count in counts.items() if count}


def _once(hashes: list[npt.NDArray[np.uint64]]) -> Records:
    """Return hashes as records, each once."""
    return np.unique(np.concatenate([np.empty(0, np.uint64), *hashes])).view(_HASH)
