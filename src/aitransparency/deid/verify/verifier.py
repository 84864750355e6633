"""Verify a job batch by batch: learn what was removed, then search what was written.

Two passes, because what the last row removes may stand in the first row of the output:

    verifier = Verifier(plan, source.schema)
    for batch in source:                    # while de-identifying
        applied = apply_counted(batch, plan, key)
        verifier.learn(batch, applied.batch, applied.removed)
        write(applied.batch)
    for batch in written:                   # read back: what is searched is what will be handed on
        verifier.search(batch)              # with on_leak="redact", write what it returns
    demand_clean(verifier.finish())         # raises LeakError unless clean

Batches of the second pass may be cut differently. Memory grows by 16 bytes for each distinct
original that is looked for everywhere, and by 16 for each pseudonym.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Literal, get_args

import numpy as np
import pyarrow as pa

from aitransparency.deid.apply import Removed
from aitransparency.deid.column import TextColumn
from aitransparency.deid.entities import ENTITIES
from aitransparency.deid.find import find_column
from aitransparency.deid.identity import same_person
from aitransparency.deid.plan import ColumnPlan, Plan
from aitransparency.deid.techniques import Drop, Keep, Scan
from aitransparency.deid.text import as_text, has_text_form, is_text
from aitransparency.deid.verify.across import Learned
from aitransparency.deid.verify.cells import Found, search_cells
from aitransparency.deid.verify.kinds import VAGUE, Kinds, fifteen, kinds_of
from aitransparency.deid.verify.originals import Originals, Sealed
from aitransparency.deid.verify.pairs import Pairs
from aitransparency.deid.verify.redaction import without
from aitransparency.deid.verify.result import Verification
from aitransparency.deid.verify.search import Hits, own_in
from aitransparency.deid.verify.skeleton import Skeleton, Skeletons, skeleton
from aitransparency.errors import InputError, LeakError

OnLeak = Literal["error", "redact"]

_BATCH = 20_000
_AGAIN, _AGAIN_TEXT = 64, 8  # one row in so many of the output is scanned again
_ALL = 1_000  # and all of the first rows
_ONE_TO_ONE = frozenset({"Encrypt", "Pseudonymize"})


class Verifier:
    """Verification of one job.

    Parameters
    ----------
    plan
        What is done to each column.
    schema
        The source's columns.
    on_leak
        "error": leaks are counted. "redact": `search` takes them out of its batch (text
        becomes ``<REDACTED>`` there, other types null) and they are counted as redacted.
    begins
        Whether the first batch is the job's first.
    """

    def __init__(
        self, plan: Plan, schema: pa.Schema, *, on_leak: OnLeak = "error", begins: bool = True
    ) -> None:
        if on_leak not in get_args(OnLeak):
            raise InputError(f"on_leak is 'error' or 'redact', got {on_leak!r}")
        self._lines = plan.for_columns(schema.names)
        self._schema = schema
        self._on_leak = on_leak
        self._known = Originals()
        self._sealed: Sealed | None = None
        self._pairs = {
            name: Pairs()
            for name, line in self._lines.items()
            if line.role == "direct" and type(line.technique).__name__ in _ONE_TO_ONE
        }
        self._own: dict[str, list[Hits]] = {}  # rows that hold their own original
        self._learned = self._searched = 0
        self._all = _ALL if begins else 0
        self._own_row_cells = self._unsearched = self._rescanned = 0
        self._leaks: Counter[str] = Counter()
        self._doubts: Counter[str] = Counter()
        self._again: dict[str, Counter[str]] = {}
        self._searchable: dict[str, bool] = {}

    def learn(
        self,
        source: pa.RecordBatch,
        output: pa.RecordBatch,
        removed: Mapping[str, Removed] | None = None,
    ) -> pa.RecordBatch:
        """Take in a batch and what became of it.

        Parameters
        ----------
        source, output
            The same n rows in the same order.
        removed
            What searches of text replaced, as `Applied.removed`; where None, scanned columns are
            scanned here.

        Returns
        -------
        pyarrow.RecordBatch
            The output; with ``on_leak="redact"``, without originals in their own rows.

        Raises
        ------
        LeakError
            Rows or columns are missing or were added, or a kept column changed its type.
        """
        self._compare(source, output)
        outputs = Skeletons(output)
        self._searchable = {name: name in outputs.searchable for name in output.schema.names}
        own: dict[str, list[Hits]] = {}
        for name, line in self._lines.items():
            values = source.column(name)
            if not has_text_form(values.type):
                continue
            if isinstance(line.technique, Scan):
                found = _finds(values, line.technique) if removed is None else removed.get(name, ())
                self._learn_finds(found)
            elif line.role == "direct" and not isinstance(line.technique, Keep):
                self._learn_column(name, line, values, outputs, own)
        self._scan_again(output)
        if self._on_leak == "redact":
            output = self._without(output, outputs, own)
        else:
            for name, parts in own.items():
                self._own.setdefault(name, []).extend(one.moved(self._learned) for one in parts)
        self._learned += source.num_rows
        return output

    def _without(
        self, output: pa.RecordBatch, outputs: Skeletons, own: Mapping[str, list[Hits]]
    ) -> pa.RecordBatch:
        if not own:
            return output
        columns = list(output.columns)
        for name, parts in own.items():
            hits = Hits.concat(parts)
            at = output.schema.get_field_index(name)
            self._leaks[name] += len(hits.rows())
            columns[at] = without(columns[at], outputs[name], hits)
        return pa.RecordBatch.from_arrays(columns, schema=output.schema)

    def _compare(self, source: pa.RecordBatch, output: pa.RecordBatch) -> None:
        if source.num_rows != output.num_rows:
            raise LeakError(
                f"{source.num_rows:,} rows went in and {output.num_rows:,} came out; nothing is "
                "returned"
            )
        expected = [n for n, one in self._lines.items() if not isinstance(one.technique, Drop)]
        if output.schema.names != expected:
            raise LeakError("the output has other columns than the plan gives; nothing is returned")
        for name in expected:
            kept = isinstance(self._lines[name].technique, Keep)
            if kept and output.schema.field(name).type != source.schema.field(name).type:
                raise LeakError(f"column {name!r}: kept, but its type changed; nothing is returned")

    def _learn_column(
        self,
        name: str,
        line: ColumnPlan,
        values: pa.Array,
        outputs: Skeletons,
        hits: dict[str, list[Hits]],
    ) -> None:
        spelled = same_person(as_text(values), line.entity)
        made = skeleton(TextColumn.from_arrow(spelled))
        kinds = kinds_of(made, line.entity)
        self._take(made, kinds)
        if line.entity == "CN_RESIDENT_ID":
            self._known.add(*fifteen(made, kinds))
        if name in self._pairs:
            self._pairs[name].add(made, outputs[name].column)
        own = np.flatnonzero(kinds.own_row)
        self._own_row_cells += len(own)
        self._unsearched += int(kinds.unsearched.sum())
        if not len(own):
            return
        wide = bool((made.data[made.offsets[own]] >= 0x80).all())
        for column in outputs.searchable:
            if wide and outputs.is_ascii(column):
                continue
            found = own_in(outputs[column], made, own)
            if len(found.row):
                hits.setdefault(column, []).append(found)

    def _learn_finds(self, found: Removed) -> None:
        for entity, texts in found:
            if entity in VAGUE:
                continue
            made = skeleton(TextColumn.from_arrow(same_person(texts, entity)))
            kinds = kinds_of(made, entity)
            self._known.add(made, np.flatnonzero(kinds.certain))
            self._unsearched += int((~kinds.certain).sum())

    def _take(self, made: Skeleton, kinds: Kinds) -> None:
        self._known.add(made, np.flatnonzero(kinds.certain))
        self._known.add(made, np.flatnonzero(kinds.named), certain=False)

    def _scan_again(self, output: pa.RecordBatch) -> None:
        """Scan the first rows of the output and some of the others, as it was cut or not.

        The finder is the same that de-identified, so this checks the machinery, and shows what
        kept columns hold; that no original is left is for `search` to say.
        """
        place = self._learned + np.arange(output.num_rows)
        samples: dict[str, pa.Array] = {}
        for name in output.schema.names:
            values = output.column(name)
            line = self._lines[name]
            is_open = line.role == "text" or isinstance(line.technique, Scan)
            step = _AGAIN_TEXT if is_open else _AGAIN
            rows = np.flatnonzero((place < self._all) | (place % step == 0))
            if is_text(values.type) and len(rows):
                samples[name] = as_text(values.take(pa.array(rows)))
        if not samples:
            return
        together = TextColumn.from_arrow(pa.concat_arrays(list(samples.values())))
        self._rescanned += len(together)
        found = find_column(together)
        row = together.row_of(found.start)
        edges = np.cumsum([0, *(len(sample) for sample in samples.values())])
        for name, low, high in zip(samples, edges[:-1], edges[1:], strict=True):
            entities = found.entity[(row >= low) & (row < high)]
            if len(entities):
                counts = np.bincount(entities, minlength=len(ENTITIES))
                here = {ENTITIES[one]: int(counts[one]) for one in np.flatnonzero(counts)}
                self._again.setdefault(name, Counter()).update(here)

    def learned(self) -> Learned:
        """Return what is looked for, to be put together with what others learned."""
        return Learned(self._known, self._pairs)

    def lesson(self) -> Verification:
        """Return the counts of what was learned, and what stands in its own row.

        A search through what many verifiers learned comes later: see `Across`.
        """
        own = {name: len(Hits.concat(parts).rows()) for name, parts in self._own.items()}
        redact = self._on_leak == "redact"
        return self._verification(0, {}, own if not redact else dict(self._leaks))

    def search(self, output: pa.RecordBatch) -> pa.RecordBatch:
        """Search a batch of the whole output, in order, after everything was learned.

        Returns
        -------
        pyarrow.RecordBatch
            The batch; with ``on_leak="redact"``, without what was found.
        """
        known = self._seal()
        own = {}
        for name, (hits,) in self._own.items():
            places = [self._searched, self._searched + output.num_rows]
            low, high = np.searchsorted(hits.row, places)
            own[name] = hits.take(slice(low, high)).moved(-self._searched)
        redact = self._on_leak == "redact"
        found = search_cells(output, self._lines, known, redact=redact, own=own)
        self._note(found)
        self._searched += output.num_rows
        return found.batch

    def _note(self, found: Found) -> None:
        self._leaks.update(found.leaks)
        self._doubts.update(found.doubts)
        self._searchable.update(found.searchable)

    def _seal(self) -> Sealed:
        if self._sealed is None:
            self._sealed = self._known.sealed()
            self._own = {name: [Hits.concat(parts)] for name, parts in self._own.items()}
        return self._sealed

    def finish(self) -> Verification:
        """Return what was found.

        Raises
        ------
        LeakError
            Fewer or more rows were searched than learned. What was found is for the caller to
            judge: see `demand_clean`.
        """
        if self._searched != self._learned:
            raise LeakError(
                f"{self._learned:,} rows were de-identified and {self._searched:,} are in the "
                "output; nothing is returned"
            )
        collisions = {name: pairs.collisions() for name, pairs in self._pairs.items()}
        return self._verification(self._seal().count, collisions, dict(self._leaks))

    def _verification(
        self, values: int, collisions: Mapping[str, int], leaks: Mapping[str, int]
    ) -> Verification:
        some = {name: count for name, count in leaks.items() if count}
        redact = self._on_leak == "redact"
        return Verification(
            values=values,
            columns=sum(self._searchable.values()),
            leaks={} if redact else some,
            rows=self._learned,
            own_row_cells=self._own_row_cells,
            unsearched_cells=self._unsearched,
            unsearched_columns=tuple(n for n, yes in self._searchable.items() if not yes),
            doubts={name: count for name, count in self._doubts.items() if count},
            seen_again={name: dict(sorted(one.items())) for name, one in self._again.items()},
            rescanned_rows=self._rescanned,
            collisions={name: count for name, count in collisions.items() if count},
            redacted=some if redact else {},
        )


def verify(
    before: pa.Table, after: pa.Table, plan: Plan, *, on_leak: OnLeak = "error"
) -> Verification:
    """Search a de-identified table for original values.

    Parameters
    ----------
    before, after
        The same n rows.
    plan
        What was done; originals are the values of its direct identifiers that are not kept, and
        what the finder finds in its scanned columns.

    Raises
    ------
    LeakError
        Rows are missing or were added.
    """
    if before.num_rows != after.num_rows:
        raise LeakError(
            f"{before.num_rows:,} rows went in and {after.num_rows:,} came out; nothing is returned"
        )
    verifier = Verifier(plan, before.schema, on_leak=on_leak)
    learned = [
        verifier.learn(_piece(before, first), _piece(after, first))
        for first in range(0, before.num_rows, _BATCH)
    ]
    for batch in learned:
        verifier.search(batch)
    return verifier.finish()


def _piece(table: pa.Table, first: int) -> pa.RecordBatch:
    return table.slice(first, _BATCH).combine_chunks().to_batches()[0]


def _finds(values: pa.Array, technique: Scan) -> Removed:
    column = TextColumn.from_arrow(as_text(values))
    found = find_column(column, min_score=technique.min_score)
    removed = []
    for number in np.unique(found.entity):
        entity = ENTITIES[number]
        if not isinstance(technique.entities.get(entity, technique.default), Keep):
            here = found.take(found.entity == number)
            removed.append((entity, column.texts(here.start, here.end)))
    return tuple(removed)


__all__ = ["OnLeak", "Verifier", "verify"]
