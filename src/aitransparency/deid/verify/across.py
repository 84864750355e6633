"""What the parts of a job taught, put together: originals are then looked for in all of the output.

Memory is bounded: at most `limit` distinct values are held and searched for at a time. What is more
is set aside (see `aside`) and takes a pass of its own over the output.

>>> from aitransparency.deid.column import TextColumn
>>> from aitransparency.deid.verify.skeleton import skeleton
>>> across = Across(limit=1)
>>> for number in ("13800138000", "13900139000", "13700137000", "13600136000"):
...     known = Originals()
...     known.add(skeleton(TextColumn.from_strings([number])))
...     across.add(Learned(known, {}))
>>> [one.count for one in across.passes()]
[2, 2]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from aitransparency.deid.verify.aside import Aside, Parted
from aitransparency.deid.verify.originals import Originals, Sealed
from aitransparency.deid.verify.pairs import PAIR, Pairs


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
        self._pairs: dict[str, Pairs] = {}
        self._aside: Aside | None = None
        self._runs: list[int] = []  # pieces of `_aside` that are originals
        self.values = 0  # that were set aside, and those of the passes so far

    def add(self, learned: Learned) -> None:
        """Take in what another part taught."""
        self._now.add_all(learned.originals)
        for name, pairs in learned.pairs.items():
            if name not in self._pairs:
                self._pairs[name] = Pairs(Parted(self._opened, PAIR))
            self._pairs[name].add_all(pairs)
        if self._now.distinct() > self._limit:
            self._runs.append(self._opened().put(self._now.dumps()))
            self._now = Originals()

    def _opened(self) -> Aside:
        if self._aside is None:
            self._aside = Aside(self._folder)
        return self._aside

    def passes(self) -> Iterator[Sealed]:
        """Yield the originals, as many at a time as may be held; nothing where there is none."""
        self.values = 0
        for run in self._runs:
            yield self._counted(Originals.loads(self._opened().piece(run)).sealed())
        last = self._now.sealed()
        if last.count:
            yield self._counted(last)

    def _counted(self, sealed: Sealed) -> Sealed:
        self.values += sealed.count
        return sealed

    def collisions(self) -> dict[str, int]:
        """Return, by column, how many pseudonyms stand for more than one original."""
        counts = {name: pairs.collisions() for name, pairs in self._pairs.items()}
        return {name: count for name, count in counts.items() if count}
