"""What is done to one chunk: read, apply, verify, write. Runs in worker threads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from aitransparency.deid.apply import Tally, apply_counted, check
from aitransparency.deid.files.base import Chunk, Format, Records
from aitransparency.deid.files.compression import Compression
from aitransparency.deid.files.plan_part import applied_groups, demand_known, part_of
from aitransparency.deid.files.quarantine import seal
from aitransparency.deid.files.verified import taught, total
from aitransparency.deid.keys import Key
from aitransparency.deid.plan import Plan
from aitransparency.deid.techniques import Drop, Keep, Redact
from aitransparency.deid.verify import Learned, OnLeak, Verification
from aitransparency.errors import FileFormatError, KeyMaterialError, LeakError, PlanError


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
    verification: Verification
    learned: tuple[Learned, ...]


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
    on_leak
        As `FileOptions` takes it.
    """

    source: Format
    plan: Plan
    key: Key | None
    verify: bool
    quarantine: bool
    compression: Compression
    on_leak: OnLeak = "error"

    def check(self) -> None:
        """Raise where plan, columns and key do not go together; no row is read."""
        schemas = self.source.schemas()
        names = [name for schema in schemas for name in schema.names]
        demand_known(self.plan, names)
        if self.source.open_columns:
            names += [name for name in self.plan if name not in names]
        lines = self.plan.for_columns(names)
        for schema in schemas:
            check(part_of(self.plan, schema.names), schema, self.key)
        if self.plan.keyed and self.key is None:
            raise KeyMaterialError(
                "the plan needs a key; pass key=deid.Key.load(path) (--key), and keep it"
            )
        dropped = all(isinstance(line.technique, Drop) for line in lines.values())
        if dropped and not self.source.open_columns:
            raise PlanError("the plan drops every column; nothing would be left")
        for name, line in lines.items():
            if line.technique.whole_column:
                kind = type(line.technique).__name__
                raise PlanError(
                    f"column {name!r}: {kind} needs the whole column at once, and a file is read "
                    "in chunks; read it into a frame and call deid.deidentify, or choose another "
                    "technique"
                )

    def __call__(self, chunk: Chunk, first_row: int = 1, *, begins: bool = False) -> Done:
        """De-identify a chunk whose first record has a number; `begins` is for the file's first."""
        records = self.source.read(chunk)
        if records.bad and not self.quarantine:
            bad = records.bad[0]
            raise FileFormatError(
                f"line {bad.line:,}: {bad.reason}; mend the file, or set such rows aside with "
                "bad_rows='quarantine' (--bad-rows quarantine)"
            )
        made, tallies, lessons = self._apply(records, first_row, begins=begins)
        found = total(lesson for lesson, _ in lessons)
        written = self.source.write(records, made, _with_redactions(self.plan, found))
        if written.rows != records.rows:
            raise LeakError(
                f"{records.rows:,} rows went in and {written.rows:,} would come out; nothing is "
                "written"
            )
        return Done(
            self.packed(written.payload),
            chunk,
            records.rows,
            written.rows,
            tuple(seal(row, self.key) for row in records.bad),
            written.formulas,
            tallies,
            found,
            tuple(learned for _, learned in lessons),
        )

    def packed(self, payload: Any) -> Any:  # bytes, or a record batch of other formats
        """Return a payload as the output takes it."""
        some = isinstance(payload, bytes) and payload
        return self.compression.compress(payload) if some else payload

    def _apply(
        self, records: Records, first_row: int, *, begins: bool
    ) -> tuple[list[pa.RecordBatch], dict[str, Tally], list[tuple[Verification, Learned]]]:
        made: list[pa.RecordBatch] = []
        tallies: dict[str, Tally] = {}
        lessons: list[tuple[Verification, Learned]] = []
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
                part = part_of(self.plan, group.schema.names)
                made[-1], found, learned = taught(part, group, one, self.on_leak, begins=begins)
                lessons.append((found, learned))
        return made, tallies, lessons


def _with_redactions(plan: Plan, found: Verification) -> Plan:
    """Return the plan that says of kept columns with redactions that they changed."""
    if not found.redacted:
        return plan
    changed = part_of(plan, list(plan))
    for name in found.redacted:
        if name not in changed or isinstance(changed[name].technique, Keep):
            changed[name] = Redact()
    return changed
