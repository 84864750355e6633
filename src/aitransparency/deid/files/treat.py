"""What is done to one chunk: read, apply, verify, write. Runs in worker threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from aitransparency.deid.apply import Applied, Tally, apply_counted, check
from aitransparency.deid.files.base import Chunk, Format, Records
from aitransparency.deid.files.compression import Compression
from aitransparency.deid.files.quarantine import seal
from aitransparency.deid.keys import Key
from aitransparency.deid.plan import Plan
from aitransparency.deid.techniques import Drop
from aitransparency.deid.verify import demand_clean
from aitransparency.deid.verify import verify as verify_table
from aitransparency.errors import ColumnNotFoundError, FileFormatError, LeakError, PlanError


@dataclass(frozen=True, slots=True)
class Done:
    """What a chunk became."""

    payload: Any  # bytes, or a record batch
    chunk: Chunk
    rows: int
    written: int
    bad: tuple[bytes, ...]
    formulas: int
    tallies: dict[str, Tally]
    verified_values: int
    verified_columns: int


@dataclass(frozen=True, slots=True)
class Treatment:
    """A plan, ready to be carried out on the chunks of one source.

    Parameters
    ----------
    source
        The opened source.
    plan, key, verify
        As `deidentify_file` takes them.
    quarantine
        Whether bad rows are set aside; otherwise they are an error.
    compression
        Of the output.
    """

    source: Format
    plan: Plan
    key: Key | None
    verify: bool
    quarantine: bool
    compression: Compression

    def check(self) -> None:
        """Raise where plan, columns and key do not go together; no row is read."""
        schemas = self.source.schemas()
        names = [name for schema in schemas for name in schema.names]
        self.plan.for_columns(names)
        for schema in schemas:
            check(part_of(self.plan, schema.names), schema, self.key)
        for name, line in self.plan.for_columns(names).items():
            if line.technique.whole_column:
                kind = type(line.technique).__name__
                raise PlanError(
                    f"column {name!r}: {kind} needs the whole column at once, and a file is read "
                    "in chunks; read it into a frame and call deid.deidentify, or choose another "
                    "technique"
                )

    def __call__(self, chunk: Chunk, first_row: int = 1) -> Done:
        """De-identify a chunk whose first record has a number."""
        records = self.source.read(chunk)
        if records.bad and not self.quarantine:
            bad = records.bad[0]
            raise FileFormatError(
                f"line {bad.line:,}: {bad.reason}; mend the file, or set such rows aside with "
                "bad_rows='quarantine' (--bad-rows quarantine)"
            )
        made, tallies, values, columns = self._apply(records, first_row)
        written = self.source.write(records, made, self.plan)
        if written.rows != records.rows:
            raise LeakError(
                f"{records.rows:,} rows went in and {written.rows:,} would come out; nothing is "
                "written"
            )
        payload = written.payload
        if isinstance(payload, bytes) and payload:
            payload = self.compression.compress(payload)
        return Done(
            payload,
            chunk,
            records.rows,
            written.rows,
            tuple(seal(row, self.key) for row in records.bad),
            written.formulas,
            tallies,
            values,
            columns,
        )

    def _apply(
        self, records: Records, first_row: int
    ) -> tuple[list[pa.RecordBatch], dict[str, Tally], int, int]:
        made, tallies = [], {}
        values = columns = 0
        applied = applied_groups(
            records.groups,
            self.plan,
            lambda group, part: apply_counted(group, part, self.key, first_row=first_row),
        )
        for group, one in zip(records.groups, applied, strict=True):
            if one is None:
                tallies |= {name: Tally(group.num_rows) for name in group.schema.names}
                continue
            made.append(one.batch)
            tallies |= dict(one.tallies)
            if self.verify:
                before, after = (pa.Table.from_batches([each]) for each in (group, one.batch))
                found = verify_table(before, after, part_of(self.plan, group.schema.names))
                demand_clean(found)
                values += found.values
                columns += found.columns
        return made, tallies, values, columns


def applied_groups(
    groups: tuple[pa.RecordBatch, ...],
    plan: Plan,
    apply: Callable[[pa.RecordBatch, Plan], Applied],
) -> list[Applied | None]:
    """Return what became of each table; None for one of several that the plan drops whole."""
    made: list[Applied | None] = []
    for group in groups:
        part = part_of(plan, group.schema.names)
        lines = part.for_columns(group.schema.names).values()
        gone = all(isinstance(line.technique, Drop) for line in lines)
        made.append(None if gone and len(groups) > 1 else apply(group, part))
    return made


def part_of(plan: Plan, names: list[str]) -> Plan:
    """Return the lines of a plan for some of its columns.

    Raises
    ------
    ColumnNotFoundError
        There is nothing to do anything with.
    """
    if not names:
        raise ColumnNotFoundError("the file has no columns")
    lines = {name: plan[name] for name in plan if name in names}
    return Plan(lines, on_mismatch=plan.on_mismatch, others=plan.others, key_id=plan.key_id)
