"""The second pass: the finished output is read back and searched for the originals of all of it.

What one chunk removes may stand in a kept column of another, so this is done when the last chunk is
written and before the output gets its name. What is searched is what is on the disk. Originals that
are found stop the job, or, with ``on_leak="redact"``, are taken out in a third pass that writes the
output anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from aitransparency.deid.files.base import Chunk, Format, Records
from aitransparency.deid.files.in_order import in_order
from aitransparency.deid.files.plan_part import part_of
from aitransparency.deid.plan import ColumnPlan, Plan
from aitransparency.deid.techniques import Keep, Redact
from aitransparency.deid.verify import Across, Found, Verification, demand_clean, search_cells
from aitransparency.deid.verify.cells import suspects
from aitransparency.deid.verify.fields import Fields
from aitransparency.deid.verify.originals import Sealed
from aitransparency.deid.verify.sieve import Sieve
from aitransparency.errors import LeakError

Reopen = Callable[[], Format]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A chunk of the output without the originals that it held."""

    payload: Any  # as the format's sink takes it
    rows: int


Rewrite = Callable[[Format, Iterator[Rewritten], Plan], None]


@dataclass
class ReadBack:
    """What a pass found, added up chunk by chunk."""

    rows: int = 0
    leaks: Counter[str] = field(default_factory=Counter)
    doubts: Counter[str] = field(default_factory=Counter)
    searchable: dict[str, bool] = field(default_factory=dict)

    def add(self, rows: int, found: list[Found]) -> None:
        """Take in a chunk."""
        self.rows += rows
        for one in found:
            self.leaks.update(one.leaks)
            self.doubts.update(one.doubts)
            self.searchable.update(one.searchable)


@dataclass(frozen=True, slots=True)
class SecondPass:
    """How an output is searched.

    Parameters
    ----------
    plan
        What was done to its columns.
    across
        What the first pass learned.
    redact
        Whether originals are taken out; otherwise they are an error.
    workers
        Threads.
    rows
        Records that were written.
    """

    plan: Plan
    across: Across
    redact: bool
    workers: int
    rows: int

    def __call__(self, first: Verification, reopen: Reopen, rewrite: Rewrite) -> Verification:
        """Search the output and return what both passes found.

        Parameters
        ----------
        first
            The counts of the first pass.
        reopen
            Opens the output.
        rewrite
            Puts chunks in the place of the output.

        Raises
        ------
        LeakError
            An original is left, two people share a pseudonym, or rows are missing.
        """
        leaks: Counter[str] = Counter(first.redacted if self.redact else first.leaks)
        doubts: Counter[str] = Counter()
        searchable: dict[str, bool] = {}
        for known in self.across.passes(partial(self._suspects, reopen)) if self.rows else ():
            seen = self._search(known, reopen)
            if seen.leaks and self.redact:
                self._take_out(known, reopen, rewrite, seen)
            leaks.update(seen.leaks)
            doubts.update(seen.doubts)
            searchable |= seen.searchable
            if not self.redact:
                demand_clean(Verification(0, 0, leaks=dict(leaks)))
        found = replace(
            first,
            values=self.across.values,
            columns=sum(searchable.values()) if searchable else first.columns,
            leaks={} if self.redact else dict(leaks),
            redacted=dict(leaks) if self.redact else {},
            doubts=dict(doubts),
            collisions=self.across.collisions(),
        )
        demand_clean(found)
        return found

    def _suspects(self, reopen: Reopen, sieve: Sieve) -> Iterator[npt.NDArray[np.uint64]]:
        """Yield the hashes of pieces of the output that pass a sieve."""
        opened, rows = reopen(), 0
        try:
            look = partial(self._sift, opened, sieve)
            for many, hashes in in_order(look, opened.chunks(), workers=self.workers):
                rows += many
                yield hashes
        finally:
            opened.close()
        self._demand(rows)

    def _sift(
        self, opened: Format, sieve: Sieve, chunk: Chunk
    ) -> tuple[int, npt.NDArray[np.uint64]]:
        fields = opened.fields(chunk)
        if fields is not None:
            return len(fields), fields.suspects(self._lines(fields), sieve)[0]
        records = _read(opened, chunk)
        hashes = [
            suspects(group, part_of(self.plan, group.schema.names), sieve)
            for group in records.groups
        ]
        return records.rows, np.concatenate(hashes)

    def _demand(self, rows: int) -> None:
        if rows != self.rows:
            raise LeakError(
                f"{self.rows:,} rows were written and {rows:,} are in the file; nothing is kept"
            )

    def _search(self, known: Sealed, reopen: Reopen) -> ReadBack:
        seen = ReadBack()
        opened = reopen()
        try:
            look = partial(self._look, opened, known)
            for rows, found in in_order(look, opened.chunks(), workers=self.workers):
                seen.add(rows, found)
        finally:
            opened.close()
        self._demand(seen.rows)
        return seen

    def _look(self, opened: Format, known: Sealed, chunk: Chunk) -> tuple[int, list[Found]]:
        fields = opened.fields(chunk)
        if fields is not None:
            _, names = fields.suspects(self._lines(fields), known)
            if not names:
                return len(fields), [Found.nothing(fields.names)]
        records = _read(opened, chunk)
        found = []
        for group in records.groups:
            part = part_of(self.plan, group.schema.names)
            found.append(search_cells(group, part, known, redact=False))
        return records.rows, found

    def _lines(self, fields: Fields) -> dict[str, ColumnPlan]:
        names = list(fields.names)
        return dict(part_of(self.plan, names).for_columns(names))

    def _take_out(self, known: Sealed, reopen: Reopen, rewrite: Rewrite, seen: ReadBack) -> None:
        opened = reopen()
        changed = Plan({}, others=Keep())
        for name in seen.leaks:
            changed[name] = ColumnPlan(Redact())
        try:
            made = partial(self._without, opened, known, changed)
            chunks = in_order(made, opened.chunks(), workers=self.workers)
            rewrite(opened, chunks, Plan({}, others=Keep()))
        finally:
            opened.close()
        again = self._search(known, reopen)
        if again.leaks:
            demand_clean(Verification(0, 0, leaks=dict(again.leaks)))

    def _without(self, opened: Format, known: Sealed, changed: Plan, chunk: Chunk) -> Rewritten:
        records = opened.read(chunk)
        batches = []
        for group in records.groups:
            part = part_of(self.plan, group.schema.names)
            batches.append(search_cells(group, part, known, redact=True).batch)
        written = opened.write(records, batches, changed)
        if written.rows != records.rows:
            raise LeakError("rows were lost while originals were taken out; nothing is kept")
        return Rewritten(written.payload, written.rows)


def _read(opened: Format, chunk: Chunk) -> Records:
    records = opened.read(chunk)
    if records.bad:
        raise LeakError("what was written cannot be read back; nothing is kept")
    return records
